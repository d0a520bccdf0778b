"""Numba's compiler with the types of what it compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

__all__ = ["compiled"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile to machine code at the first call, and keep the code for the next process."""
    return cast(Callable[P, R], numba.njit(cache=True)(function))
