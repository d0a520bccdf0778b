"""Intervals for means over systems."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import stats

__all__ = ["bootstrap_interval"]

N_RESAMPLES = 9999
RESAMPLING_SEED = 20260509


def bootstrap_interval(values: NDArray[np.float64], confidence: float = 0.95) -> tuple[float, float]:
    """Bias-corrected and accelerated bootstrap interval of a mean over systems.

    Parameters
    ----------
    values : ndarray of float64, shape (K,)
        One value a system; at least one.
    confidence : float
        Nominal coverage.

    Returns
    -------
    low, high : float
        NaN for a single system, which says nothing about the spread; the mean twice if all values are equal.

    References
    ----------
    Efron (1987), doi:10.1080/01621459.1987.10478410.
    """
    if len(values) < 2:
        return float("nan"), float("nan")
    if np.ptp(values) == 0.0:
        return float(values[0]), float(values[0])
    rng = np.random.default_rng(RESAMPLING_SEED)
    result = stats.bootstrap((values,), np.mean, n_resamples=N_RESAMPLES, confidence_level=confidence, rng=rng)
    return float(result.confidence_interval.low), float(result.confidence_interval.high)
