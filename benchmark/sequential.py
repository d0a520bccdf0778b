"""Confidence sequences: intervals for a mean that hold at all times at once, however the stopping was decided."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["ConfidenceSequence", "confidence_sequence"]

N_GRID = 2001
#: Largest share of the capital that is bet on one value.
TRUNCATION = 0.5


@dataclass(frozen=True, eq=False)
class ConfidenceSequence:
    """Bounds after each value.

    Parameters
    ----------
    low, high : ndarray of float64, shape (K,)
        The tightest so far: neither ever moves back.
    pvalue : ndarray of float64, shape (K,)
        Anytime-valid p-value of a mean of 0 or less.
    """

    low: NDArray[np.float64]
    high: NDArray[np.float64]
    pvalue: NDArray[np.float64]


def confidence_sequence(values: NDArray[np.float64], bound: float, alpha: float) -> ConfidenceSequence:
    r"""Bounds for the mean of independent values in [-bound, bound], by betting.

    For each candidate mean m two gamblers start with a capital of 1 and bet that values lie above it, or below; a fair
    game makes neither rich: :math:`K_t(m) = \prod_{i \le t} (1 + \lambda_i (x_i - m))`, with bets
    :math:`\lambda_i` that depend on earlier values only (predictable plug-in). A mean is out of the sequence once half
    the capital of one of the two reached :math:`1 / \alpha`.

    Parameters
    ----------
    values : ndarray of float64, shape (K,)
        In the order of their arrival.
    bound : float
        Of their absolute value.
    alpha : float
        Chance that the mean is ever outside.

    Raises
    ------
    ValueError
        If a value is beyond the bound.

    References
    ----------
    Waudby-Smith and Ramdas (2024), doi:10.1093/jrsssb/qkad009, arXiv:2010.09686 (the hedged capital process).
    """
    if np.abs(values).max(initial=0.0) > bound * (1.0 + 1e-12):
        raise ValueError(f"values must be in [-{bound:g}, {bound:g}], got {values[np.abs(values).argmax()]:g}")
    x = np.clip((values + bound) / (2.0 * bound), 0.0, 1.0)
    bets = _bets(x, alpha)[:, None]
    grid = np.linspace(0.0, 1.0, N_GRID)
    with np.errstate(divide="ignore"):
        rich_above = np.cumsum(np.log1p(np.minimum(bets, TRUNCATION / grid) * (x[:, None] - grid)), axis=0)
        rich_below = np.cumsum(np.log1p(-np.minimum(bets, TRUNCATION / (1.0 - grid)) * (x[:, None] - grid)), axis=0)
    needed = np.log(2.0 / alpha)
    out_above = np.maximum.accumulate(rich_above, axis=0) >= needed
    out_below = np.maximum.accumulate(rich_below, axis=0) >= needed
    # one step of the grid further out, because the bound lies between two points of it
    first_in = np.maximum((~out_above).argmax(axis=1) - 1, 0)
    last_in = np.minimum(N_GRID - (~out_below)[:, ::-1].argmax(axis=1), N_GRID - 1)
    first_in = np.where(out_above.all(axis=1), N_GRID - 1, first_in)
    last_in = np.where(out_below.all(axis=1), 0, last_in)
    against_zero = np.maximum.accumulate(rich_above[:, N_GRID // 2])
    return ConfidenceSequence(
        low=(2.0 * grid[first_in] - 1.0) * bound,
        high=(2.0 * grid[last_in] - 1.0) * bound,
        pvalue=np.minimum(np.exp(-against_zero), 1.0),
    )


def _bets(x: NDArray[np.float64], alpha: float) -> NDArray[np.float64]:
    """Bet on each value, from the values before it, shape (K,)."""
    t = np.arange(1, len(x) + 1)
    means = (0.5 + np.cumsum(x)) / (t + 1)
    variances = (0.25 + np.cumsum((x - means) ** 2)) / (t + 1)
    before = np.concatenate(([0.25], variances[:-1]))
    return np.asarray(np.sqrt(2.0 * np.log(2.0 / alpha) / (before * t * np.log(t + 1))))
