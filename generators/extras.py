"""What to say when a part of the package needs something that is not installed."""

from __future__ import annotations

__all__ = ["MissingExtra"]


class MissingExtra(ImportError):  # noqa: N818 - it says what is missing, not that something broke
    """A package is not installed that belongs to one of the optional extras.

    Parameters
    ----------
    what : str
        What needs it, such as the name of a data set.
    package : str
        The missing package.
    extra : str
        The extra of causal-gauntlet that brings it.
    """

    def __init__(self, what: str, package: str, extra: str) -> None:
        remedy = f"pip install 'causal-gauntlet[{extra}]'"
        super().__init__(f"{what} needs {package}, which is not installed: {remedy}", name=package)
        self.what, self.package, self.extra = what, package, extra

    def __reduce__(self) -> tuple[type[MissingExtra], tuple[str, str, str]]:
        # An exception is pickled by its message alone, and a worker process has to hand this one back.
        return type(self), (self.what, self.package, self.extra)
