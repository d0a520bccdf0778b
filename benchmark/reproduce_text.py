"""What a reproduction says in words: sentences made from the numbers, and no more than these."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from causal_gauntlet.benchmark.agreement import Agreement
from causal_gauntlet.benchmark.outcome import DecompositionOutcome, Outcome, Share
from causal_gauntlet.benchmark.reproduce_run import FindingOutcome, Held
from causal_gauntlet.benchmark.reproduction import Finding

__all__ = ["agreement_text", "expected", "means_text", "number", "residual_text", "stage_text"]

#: A rank correlation from which on one readout is said to follow the other.
FOLLOWS = 0.9
QUANTITIES = {"difference": "difference", "raw": "raw advantage", "residual": "residual", "share": "share"}


def number(share: Share | None) -> str:
    """A number with its interval, such as ``+0.031 [0.012, 0.050]``."""
    if share is None or share.value is None:
        return "none"
    bounds = "unbounded" if share.low is None or share.high is None else f"{share.low:.3f}, {share.high:.3f}"
    return f"{share.value:+.3f} [{bounds}]"


def expected(finding: Finding) -> str:
    """The range that bears a finding out, such as ``above 0``."""
    if finding.low is not None and finding.high is not None:
        return f"{finding.low:g} to {finding.high:g}"
    return f"above {finding.low:g}" if finding.low is not None else f"below {finding.high:g}"


def stage_text(found: Sequence[FindingOutcome]) -> list[str]:
    """What a stage came to, and each finding that our numbers contradict."""
    counts = {name: sum(one.outcome == name for one in found) for name in get_args(Held)}
    told = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    sizes = sorted({one.n_systems for one in found if one.n_systems})
    size = f", each on {' or '.join(map(str, sizes))} systems" if sizes else ""
    plural = "finding" if len(found) == 1 else "findings"
    against = [one for one in found if one.outcome == "not reproduced"]
    return [
        f"Of {len(found)} {plural}: {told}{size}.",
        *(
            f"Not reproduced: “{one.finding.statement}” Ours is {number(one.ours)}, where it takes a "
            f"{QUANTITIES[one.finding.quantity]} {expected(one.finding)}."
            for one in against
        ),
    ]


def means_text(name: str, claim: Outcome) -> str:
    """The mean metric of each contestant of a claim, the largest first."""
    compared = claim.comparisons[0]
    means = [(compared.mean, f"the candidate ({compared.candidate})")]
    means += [(arm.mean, arm.name) for arm in compared.arms]
    listed = "; ".join(f"{who} {mean:.3f}" for mean, who in sorted(means, reverse=True))
    return f"Mean {claim.metric} in {name}: {listed}."


def residual_text(rows: Mapping[str, DecompositionOutcome]) -> str:
    """For which advantages the interval of what interventions bring lies on one side of 0."""
    above = [name for name, one in rows.items() if one.residual.low is not None and one.residual.low > 0.0]
    below = [name for name, one in rows.items() if one.residual.high is not None and one.residual.high < 0.0]
    told = [
        f"{side} 0 in {len(names)} ({'; '.join(names)})" if names else f"{side} 0 in none"
        for side, names in (("above", above), ("below", below))
    ]
    return (
        f"Of {len(rows)} advantages, what is left beyond sample size has its interval {' and '.join(told)}. Where "
        "there is nothing, one interval in twenty misses 0."
    )


def agreement_text(rows: Sequence[Agreement]) -> str:
    """Where the readout of a method ranks pairs as another does, as one thing varies."""
    sentences = []
    for against in dict.fromkeys(row.against for row in rows):
        curve = [row for row in rows if row.against == against and row.mean is not None]
        if not curve:
            sentences.append(f"{against}: constant on all systems.")
            continue
        first, last = curve[0], curve[-1]
        follows = [f"{row.value:g}" for row in curve if row.low is not None and row.low > FOLLOWS]
        where = f"an interval above {FOLLOWS} at {', '.join(follows)}" if follows else f"no interval above {FOLLOWS}"
        ends = f"{first.mean:.2f} at {first.value:g}, {last.mean:.2f} at {last.value:g}"
        sentences.append(f"{against}: {ends}, with {where}.")
    return " ".join(sentences)
