"""Laws of innovations and random signals, each with mean 0 and variance 1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["LAWS", "unit_noise"]

#: Student's t has 5 degrees of freedom: heavy tails, and still a finite kurtosis.
LAWS = ("gaussian", "laplace", "student-t", "uniform")

DEGREES_OF_FREEDOM = 5


def unit_noise(law: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw independent values of a law with mean 0 and variance 1.

    Parameters
    ----------
    law : str
        One of `LAWS`.
    shape : tuple of int
        Drawn row by row, so that a longer array begins with the shorter one.
    rng : numpy.random.Generator
        Where they come from.
    """
    if law == "laplace":
        return rng.laplace(0.0, np.sqrt(0.5), shape)
    if law == "student-t":
        drawn: NDArray[np.float64] = rng.standard_t(DEGREES_OF_FREEDOM, shape)
        return np.multiply(drawn, np.sqrt(1.0 - 2.0 / DEGREES_OF_FREEDOM))
    if law == "uniform":
        return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)
    return rng.standard_normal(shape)
