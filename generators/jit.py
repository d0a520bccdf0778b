"""Numba's compiler with the types of what it compiles."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

__all__ = ["compiled", "inlined"]

P = ParamSpec("P")
R = TypeVar("R")


def compiled(function: Callable[P, R]) -> Callable[P, R]:
    """Compile to machine code at the first call, and keep the code for the next process.

    The code runs without Python's lock, so that threads simulate side by side.
    """
    return cast(Callable[P, R], numba.njit(cache=True, nogil=True)(function))


def inlined(function: Callable[P, R]) -> Callable[P, R]:
    """Compile into its callers, so that short loops over its arrays become vector instructions."""
    return cast(Callable[P, R], numba.njit(inline="always")(function))
