"""A method in a file of the user's, named ``path/to/file.py:ClassName``."""

from __future__ import annotations

import hashlib
import inspect
import sys
from dataclasses import is_dataclass
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

from causal_gauntlet.baselines.method import Method

__all__ = ["class_in_file", "digest_of_file", "names_a_file"]


def names_a_file(name: str) -> bool:
    """Whether a method's name is of the form ``path/to/file.py:ClassName``."""
    return name.rpartition(":")[0].endswith(".py")


def class_in_file(name: str) -> type[Method]:
    """Run the file and give its class.

    Files beside it can be imported from it; what is installed comes first.

    Raises
    ------
    ValueError
        If there is no such file or class, the file does not run, or the class is no method.
    """
    path, class_name = _split(name)
    module = _module(path, digest_of_file(name))
    found = getattr(module, class_name, None)
    if found is None:
        here = [key for key, value in vars(module).items() if _is_method_class(value, module)]
        raise ValueError(f"{path} has no class {class_name!r}; its methods are {', '.join(here) or 'none'}")
    if not _is_method_class(found):
        raise ValueError(
            f"{class_name} in {path} is no method; it must be a frozen dataclass with discover(recording, rng)"
        )
    method: type[Method] = found
    return method


def digest_of_file(name: str) -> str:
    """SHA-256 of the file, by which its results are told from those of another version.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    path, _ = _split(name)
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise ValueError(f"method file {path} cannot be read: {error.strerror}") from None


def _split(name: str) -> tuple[Path, str]:
    path, _, class_name = name.rpartition(":")
    return Path(path).resolve(), class_name


@cache
def _module(path: Path, digest: str) -> ModuleType:
    name = f"gauntlet_method_{digest[:16]}"
    spec = spec_from_file_location(name, path)
    assert spec is not None and spec.loader is not None  # noqa: S101, PT018 - any name in .py has a loader
    module = module_from_spec(spec)
    # dataclasses look their module up
    sys.modules[name] = module
    if str(path.parent) not in sys.path:
        sys.path.append(str(path.parent))
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ValueError(f"method file {path} does not run: {type(error).__name__}: {error}") from error
    return module


def _is_method_class(value: object, of: ModuleType | None = None) -> bool:
    """Whether it is a frozen dataclass with `discover`, and of that module if one is given."""
    return (
        inspect.isclass(value)
        and is_dataclass(value)
        and "__setattr__" in vars(value)  # what freezes it
        and callable(getattr(value, "discover", None))
        and (of is None or value.__module__ == of.__name__)
    )
