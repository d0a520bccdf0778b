"""One form for every complaint about a field: what it must be, what it was, where it stands."""

from __future__ import annotations

import numbers
from typing import Any

__all__ = ["require", "require_count", "require_number"]


def require(condition: bool, owner: object, field: str, expected: str) -> None:
    """Raise ``ValueError`` with the field, its value and what it should be, unless the condition holds.

    Raises
    ------
    ValueError
        Such as ``density must be in [0, 1], got 1.7 (VAR.density)``.
    """
    if not condition:
        value = getattr(owner, field)
        raise ValueError(f"{field} must be {expected}, got {value!r} ({type(owner).__name__}.{field})")


def require_count(owner: object, field: str, least: int) -> None:
    """Require a whole number of at least `least`, and keep it as an int; a float or a bool is refused."""
    value: Any = getattr(owner, field)
    whole = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    require(whole and value >= least, owner, field, f"a whole number of at least {least}")
    object.__setattr__(owner, field, int(value))


def require_number(owner: object, field: str, low: float, high: float, expected: str) -> None:
    """Require a real number in the closed interval from `low` to `high`, which `expected` puts into words.

    It is kept as a float, so that equal parameters have one specification: 10 and 10.0 name the same random streams.
    """
    value: Any = getattr(owner, field)
    real = isinstance(value, numbers.Real) and not isinstance(value, bool)
    require(real and low <= value <= high, owner, field, expected)
    object.__setattr__(owner, field, float(value))
