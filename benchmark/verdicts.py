"""From differences to verdicts: what a claim is found to be, arm by arm."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.benchmark.paired import effect_size, holm, sign_flip_pvalue, systems_needed
from causal_gauntlet.benchmark.sequential import confidence_sequence
from causal_gauntlet.benchmark.statistics import bootstrap_interval

__all__ = ["ArmVerdict", "ClaimVerdict", "claim_verdict", "judge", "judge_sequentially"]

Finding: TypeAlias = Literal["beaten", "matched", "overturned", "undecided"]
ClaimVerdict: TypeAlias = Literal["survives", "falsified", "undecided"]

#: With fewer systems no p-value of sign flips is small enough to tell, and intervals cover too little.
FEWEST_SYSTEMS = 6
#: A bound that is no further from 0 is 0: means of metrics come with rounding.
ROUNDING = 1e-12


@dataclass(frozen=True)
class ArmVerdict:
    """How a candidate fares against one arm.

    Parameters
    ----------
    finding : str
        ``"beaten"``, ``"matched"``, ``"overturned"`` or ``"undecided"``.
    difference : float
        Mean over systems of the candidate's metric minus the arm's, positive in the direction of the claim.
    low, high : float
        Its interval.
    p, p_error : float
        Of a mean difference of 0 or less, and the Monte Carlo error of that.
    p_adjusted : float
        For the number of arms.
    effect_size : float
        In standard deviations of the differences; NaN if they do not vary.
    n_systems : int
        K.
    n_needed : int or None
        Systems that would decide an undecided arm with a chance of 80 %; None if it is decided, or none would.
    """

    finding: Finding
    difference: float
    low: float
    high: float
    p: float
    p_error: float
    p_adjusted: float
    effect_size: float
    n_systems: int
    n_needed: int | None


def judge(differences: Mapping[str, NDArray[np.float64]], margin: float, alpha: float) -> dict[str, ArmVerdict]:
    """Verdict on each arm from a number of systems fixed beforehand.

    The interval is a bootstrap over systems with coverage 1 - alpha, the p-value that of sign flips, adjusted by Holm's
    method. Beaten: the interval above 0, the adjusted p-value below alpha and the mean at least the margin. Matched:
    the interval within the margin on either side. Overturned: the interval below 0.

    Parameters
    ----------
    differences : mapping of str to ndarray of float64, shape (K,)
        For each arm, one a system.
    margin : float
        The smallest difference that matters.
    alpha : float
        Level.

    Raises
    ------
    ValueError
        If margin or alpha is out of its range, or a difference is not finite.
    """
    _check(differences, margin, alpha)
    tests = {name: sign_flip_pvalue(values) for name, values in differences.items()}
    adjusted = holm(np.array([p for p, _ in tests.values()]))
    verdicts = {}
    for (name, values), p_adjusted in zip(differences.items(), adjusted.tolist(), strict=True):
        low, high = bootstrap_interval(values, 1.0 - alpha)
        finding = _finding(float(values.mean()), low, high, margin, p_adjusted < alpha, len(values))
        p, p_error = tests[name]
        verdicts[name] = _verdict(finding, values, (low, high), (p, p_error, p_adjusted), margin, alpha, len(adjusted))
    return verdicts


def judge_sequentially(
    differences: Mapping[str, NDArray[np.float64]],
    bound: float,
    margin: float,
    alpha: float,
    looks: Iterable[int],
) -> dict[str, ArmVerdict]:
    """Verdict on each arm from as many systems as had to be seen, valid whenever one stops.

    Each arm has a confidence sequence with its share of alpha (Bonferroni), in place of the interval and the p-value of
    `judge`. An arm that was decided at one look stays so.

    Parameters
    ----------
    differences : mapping of str to ndarray of float64, shape (K,)
        In the order of the systems.
    bound : float
        Of their absolute value.
    margin, alpha : float
        As in `judge`.
    looks : iterable of int
        Numbers of systems after which it was looked, ascending; the last is K or less.
    """
    _check(differences, margin, alpha)
    n_arms, times = len(differences), list(looks)
    verdicts = {}
    for name, values in differences.items():
        sequence = confidence_sequence(values, bound, alpha / n_arms)
        for n in times:
            low, high, p = (float(each[n - 1]) for each in (sequence.low, sequence.high, sequence.pvalue))
            p_adjusted = min(1.0, p * n_arms)
            finding = _finding(float(values[:n].mean()), low, high, margin, p_adjusted < alpha, n)
            if finding != "undecided":
                break
        verdicts[name] = _verdict(finding, values[:n], (low, high), (p, 0.0, p_adjusted), margin, alpha, n_arms)
    return verdicts


def claim_verdict(findings: Iterable[Finding]) -> ClaimVerdict:
    """Survives if every arm is beaten, is falsified if any is matched or overturned."""
    found = set(findings)
    if found == {"beaten"}:
        return "survives"
    return "falsified" if found & {"matched", "overturned"} else "undecided"


def _finding(mean: float, low: float, high: float, margin: float, significant: bool, n_systems: int) -> Finding:
    if n_systems < FEWEST_SYSTEMS:
        return "undecided"
    if low > ROUNDING and significant and mean >= margin:
        return "beaten"
    if -margin < low and high < margin:
        return "matched"
    return "overturned" if high < -ROUNDING else "undecided"


def _verdict(
    finding: Finding,
    values: NDArray[np.float64],
    interval: tuple[float, float],
    pvalues: tuple[float, float, float],
    margin: float,
    alpha: float,
    n_arms: int,
) -> ArmVerdict:
    needed = systems_needed(values, margin, alpha, n_arms) if finding == "undecided" else None
    p, p_error, p_adjusted = pvalues
    return ArmVerdict(
        finding, float(values.mean()), *interval, p, p_error, p_adjusted, effect_size(values), len(values), needed
    )


def _check(differences: Mapping[str, NDArray[np.float64]], margin: float, alpha: float) -> None:
    if not margin > 0.0:
        raise ValueError(f"margin must be above 0, got {margin:g}")
    if not 0.0 < alpha < 1.0:
        raise ValueError(f"alpha must be in (0, 1), got {alpha:g}")
    if not differences:
        raise ValueError("differences must have at least one arm, got none")
    for name, values in differences.items():
        if values.ndim != 1 or len(values) < 1 or not np.isfinite(values).all():
            raise ValueError(f"differences must be finite, one a system, got {values} for arm {name!r}")
