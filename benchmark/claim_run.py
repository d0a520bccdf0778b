"""Runs a claim: its cells, its arms, its controls, its verdict."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.claim_ledger import amendments_of, enter
from causal_gauntlet.benchmark.claim_plan import Comparison, Plan
from causal_gauntlet.benchmark.claims import ClaimFile, Condition, Contestant
from causal_gauntlet.benchmark.outcome import (
    SUBTRACTED,
    ArmOutcome,
    ComparisonOutcome,
    DecompositionOutcome,
    Outcome,
    Share,
    Verdict,
)
from causal_gauntlet.benchmark.runner import environment
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.verdicts import ArmVerdict, claim_verdict, judge, judge_sequentially
from causal_gauntlet.generators.design import Design

__all__ = ["contestant_text", "looks", "run_claim"]

#: Computes what a store lacks: what the cells are for, and the cells.
Compute: TypeAlias = Callable[[str, Sequence[Cell]], None]


def run_claim(file: ClaimFile, store: Store, compute: Compute, command: str, *, sequential: bool = False) -> Outcome:
    """Run a claim to its verdict.

    Parameters
    ----------
    file : ClaimFile
        The claim.
    store : Store
        Where results are and go.
    compute : callable
        Called with the cells that have to be in the store next.
    command : str
        How it was called, for the outcome.
    sequential : bool
        Whether to add systems until every arm is decided, by confidence sequences, rather than run all at once.

    Raises
    ------
    ValueError
        If the metric is undefined on every system.
    """
    plan = Plan(file.claim)
    amendments = amendments_of(file, store)
    enter(file, store)
    compute("trials", plan.trials())
    for n_systems in looks(file.claim.n_systems.min, file.claim.n_systems.max, sequential):
        cells = plan.cells(store, n_systems)
        compute("cells", cells)
        claim = _evaluated(plan, plan.comparisons[0], store, n_systems, sequential)
        if all(arm.finding != "undecided" for arm in claim.arms):
            break
    # the controls ask whether the gauntlet works at this size, once
    comparisons = [claim, *(_evaluated(plan, one, store, n_systems, False) for one in plan.comparisons[1:])]
    verdict, reason = _verdict(comparisons)
    keys = "\n".join(sorted(cell.key for cell in cells))
    return Outcome(
        **file.claim.model_dump(include={"id", "statement", "source", "metric", "direction", "margin", "alpha"}),
        sha256=file.sha256,
        amendments=amendments,
        verdict=verdict,
        reason=reason,
        mode="sequential" if sequential else "fixed",
        n_systems=n_systems,
        comparisons=comparisons,
        decompositions=_decompositions(plan, store, n_systems),
        cells_sha256=hashlib.sha256(keys.encode()).hexdigest(),
        command=command,
        environment=environment(),
    )


def looks(least: int, most: int, sequential: bool) -> list[int]:
    """Numbers of systems after which a claim is judged: all of them, or one block more each time."""
    return [*range(least, most, least), most] if sequential else [most]


def contestant_text(contestant: Contestant) -> str:
    """A contestant in words: ``lasso (tuned), do, 500 samples; minus lasso, none, 250 samples``."""
    text = _condition_text(contestant.condition)
    return text if contestant.minus is None else f"{text}{SUBTRACTED}{_condition_text(contestant.minus)}"


def _condition_text(condition: Condition) -> str:
    track = " (tuned)" if condition.track == "tuned" else ""
    return f"{condition.method.label}{track}, {_design_text(condition.design)}"


def _design_text(design: Design) -> str:
    """Kind, what differs from its defaults, and length: ``do (level=4.0), 600 samples``."""
    samples = f"{design.n_total} samples"
    if design.interventions is None:
        return f"observational, {samples}"
    values = {field: getattr(design.interventions, field.name) for field in fields(design.interventions)}
    own = {field.name: value for field, value in values.items() if value != field.default and field.name != "n_samples"}
    changed = [f"{name}={value}" for name, value in own.items()]
    strength = f" ({', '.join(changed)})" if changed else ""
    return f"{design.kind}{strength}, {samples}"


def _evaluated(plan: Plan, comparison: Comparison, store: Store, n_systems: int, sequential: bool) -> ComparisonOutcome:
    """Judge a comparison by what is in the store."""
    claim = plan.claim
    values = np.stack([plan.values(one, store, n_systems) for one in comparison.contestants])
    defined = ~np.isnan(values).any(axis=0)
    if not defined.any():
        raise ValueError(
            f"metric must be defined for every contestant, got {claim.metric}, which is undefined on all {n_systems} "
            f"systems of the {comparison.name} (Claim.metric); take another metric or other systems"
        )
    sign = 1.0 if claim.direction == "larger" else -1.0
    ahead = sign * (values[0] - values[1:])[:, defined]
    differences = {arm.name: row for arm, row in zip(comparison.arms, ahead, strict=True)}
    if sequential:
        bound = 1.0 if comparison.candidate.minus is None else 2.0
        seen = np.cumsum(defined)
        times = [int(seen[n - 1]) for n in looks(claim.n_systems.min, n_systems, True) if seen[n - 1] > 0]
        verdicts = judge_sequentially(differences, bound, claim.margin, claim.alpha, times)
    else:
        verdicts = judge(differences, claim.margin, claim.alpha)
    return ComparisonOutcome(
        name=comparison.name,
        verdict=claim_verdict(one.finding for one in verdicts.values()),
        candidate=contestant_text(comparison.candidate),
        mean=float(values[0, defined].mean()),
        n_failures=plan.n_failures(comparison.candidate, store, n_systems),
        n_undefined=int((~defined).sum()),
        arms=[
            _arm(arm, verdicts[arm.name], values[k + 1, defined], ahead[k], plan.n_failures(arm, store, n_systems))
            for k, arm in enumerate(comparison.arms)
        ],
    )


def _arm(
    arm: Contestant, verdict: ArmVerdict, values: NDArray[np.float64], ahead: NDArray[np.float64], n_failures: int
) -> ArmOutcome:
    return ArmOutcome(
        name=arm.name,
        isolates=arm.isolates,
        contestant=contestant_text(arm),
        mean=float(values.mean()),
        finding=verdict.finding,
        difference=verdict.difference,
        low=_finite(verdict.low),
        high=_finite(verdict.high),
        p=verdict.p,
        p_error=verdict.p_error,
        p_adjusted=verdict.p_adjusted,
        effect_size=_finite(verdict.effect_size),
        n_needed=verdict.n_needed,
        n_failures=n_failures,
        differences=ahead[: verdict.n_systems].tolist(),
    )


def _decompositions(plan: Plan, store: Store, n_systems: int) -> list[DecompositionOutcome]:
    """How much of each advantage of interventions is the number of samples."""
    outcomes = []
    for contestant in plan.comparisons[0].contestants:
        if contestant.name in plan.size_matched:
            parts = plan.decomposition(contestant, store, n_systems)
            if parts is not None:
                shares = {
                    name: Share(**dict(zip(("value", "low", "high"), map(_finite, each), strict=True)))
                    for name, each in vars(parts).items()
                }
                text = contestant_text(contestant)
                outcomes.append(DecompositionOutcome(name=contestant.name, contestant=text, **shares))
    return outcomes


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None


def _verdict(comparisons: Sequence[ComparisonOutcome]) -> tuple[Verdict, str]:
    """The verdict on the claim, withheld if a control failed, and why."""
    claim, negative, positive = comparisons
    if negative.verdict == "survives":
        return "withheld", "the negative control survived: this gauntlet lets through what it must not"
    if positive.verdict != "survives":
        seen = f"the positive control came out {positive.verdict}"
        return "withheld", f"{seen}: this gauntlet does not see a planted effect"
    arms: dict[str, list[str]] = defaultdict(list)
    for arm in claim.arms:
        arms[arm.finding].append(arm.name)
    if claim.verdict == "survives":
        return claim.verdict, f"every arm is beaten: {', '.join(arms['beaten'])}"
    if claim.verdict == "falsified":
        words = {"overturned": "worse than", "matched": "no better than"}
        told = [f"{word} {', '.join(arms[finding])}" for finding, word in words.items() if arms[finding]]
        return claim.verdict, f"the candidate is {' and '.join(told)}"
    return claim.verdict, f"not decided against {', '.join(arms['undecided'])}"
