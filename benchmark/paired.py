"""Paired differences over systems: sign flips, Holm, effect size, and how many systems would decide."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy import special, stats

__all__ = ["effect_size", "holm", "sign_flip_pvalue", "systems_needed"]

#: Up to so many systems all sign flips are counted; beyond, so many are drawn.
MOST_ENUMERATED = 20
N_FLIPS = 99_999
FLIPPING_SEED = 20260509
POWER = 0.8


def sign_flip_pvalue(differences: NDArray[np.float64]) -> tuple[float, float]:
    """P-value of the sign-flip test that the mean difference is not above 0, and the standard error of the p-value.

    If differences are symmetric about 0 under the null, all 2^K ways to give them signs are equally likely. Up to 20
    systems all are counted and the p-value is exact, with an error of 0; beyond that 99,999 are drawn, by a fixed seed,
    and it is (1 + b) / 100,000.

    Parameters
    ----------
    differences : ndarray of float64, shape (K,)
        One a system.

    References
    ----------
    Fisher (1935), The Design of Experiments, section 21; Phipson and Smyth (2010), doi:10.2202/1544-6115.1585 (the 1
    in the numerator).
    """
    sizes = np.abs(differences)
    observed = float(differences.sum())
    # sums of the same sizes in another order may differ in their last digits
    reached = observed - 1e-12 * float(sizes.sum())
    if len(sizes) <= MOST_ENUMERATED:
        sums = np.zeros(1)
        for size in sizes:
            sums = np.concatenate((sums + size, sums - size))
        return float(np.mean(sums >= reached)), 0.0
    rng = np.random.default_rng(FLIPPING_SEED)
    n_reached = 0
    for chunk in np.array_split(np.arange(N_FLIPS), math.ceil(N_FLIPS * len(sizes) / 10_000_000)):
        signs = rng.integers(0, 2, (len(chunk), len(sizes)), dtype=np.int8)
        n_reached += int(np.count_nonzero((2.0 * signs - 1.0) @ sizes >= reached))
    p = (1 + n_reached) / (1 + N_FLIPS)
    return p, math.sqrt(p * (1.0 - p) / N_FLIPS)


def holm(pvalues: NDArray[np.float64]) -> NDArray[np.float64]:
    """P-values adjusted for their number, shape (M,), so that all errors together stay below a level.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6:65-70.
    """
    order = np.argsort(pvalues, kind="stable")
    scaled = np.minimum(pvalues[order] * np.arange(len(pvalues), 0, -1), 1.0)
    adjusted = np.empty(len(pvalues))
    adjusted[order] = np.maximum.accumulate(scaled)
    return adjusted


def effect_size(differences: NDArray[np.float64]) -> float:
    """Mean difference in standard deviations of the differences (Hedges' g_z); NaN if these do not vary.

    References
    ----------
    Hedges (1981), doi:10.3102/10769986006002107.
    """
    spread = differences.std(ddof=1) if len(differences) > 1 else 0.0
    if spread == 0.0:
        return float("nan")
    df = len(differences) - 1
    # gamma of half-integers overflows where its logarithm does not
    correction = np.exp(special.gammaln(df / 2.0) - special.gammaln((df - 1) / 2.0)) / np.sqrt(df / 2.0)
    return float(differences.mean() / spread * (correction if df > 1 else 1.0))


def systems_needed(differences: NDArray[np.float64], margin: float, alpha: float, n_arms: int) -> int | None:
    """How many systems decide an arm with a chance of at least 80 %, if mean and spread are those seen so far.

    By the normal law, for the verdict that the mean lies in: beaten from the margin on, overturned below 0, matched
    within the margin. None if the mean lies on a boundary, where no number decides, or there is one difference only.

    Parameters
    ----------
    differences : ndarray of float64, shape (K,)
        One a system.
    margin, alpha : float
        Of the claim.
    n_arms : int
        Arms that share alpha.
    """
    if len(differences) < 2:
        return None
    mean, spread = float(differences.mean()), float(differences.std(ddof=1))
    power = float(stats.norm.ppf(POWER))
    interval = float(stats.norm.ppf(1.0 - alpha / 2.0)) + power
    test = float(stats.norm.ppf(1.0 - alpha / n_arms)) + power
    ways = []
    if mean > margin:
        ways.append(max(max(interval, test) / mean, power / (mean - margin)))
    if abs(mean) < margin:
        # it may leave the margin on either side
        ways.append((interval - power + float(stats.norm.ppf(0.5 + 0.5 * POWER))) / (margin - abs(mean)))
    if mean < 0.0:
        ways.append(interval / -mean)
    if not ways:
        return None
    return max(len(differences) + 1, math.ceil((spread * min(ways)) ** 2))
