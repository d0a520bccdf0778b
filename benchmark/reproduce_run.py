"""Runs the claims of a paper and holds its findings against the numbers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Literal, TypeAlias

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from causal_gauntlet.benchmark.agreement import Agreement, agreement_cells, agreements
from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.claim_run import run_claim
from causal_gauntlet.benchmark.outcome import DecompositionOutcome, Outcome, Share
from causal_gauntlet.benchmark.reproduction import Finding, Reproduction, Scale
from causal_gauntlet.benchmark.runner import environment
from causal_gauntlet.benchmark.store import Store

__all__ = ["FindingOutcome", "Held", "ReproductionOutcome", "SensitivityRow", "held_against", "reproduce"]

Held: TypeAlias = Literal["reproduced", "not reproduced", "inconclusive", "not run"]

#: Root of the random numbers of the agreements, which belong to no claim.
AGREEMENT_SEED = 20260509


class Part(BaseModel):
    """A part of the outcome; nothing else is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FindingOutcome(Part):
    """A finding of the paper beside our number."""

    finding: Finding
    outcome: Held
    ours: Share | None
    verdict: str
    n_systems: int


class SensitivityRow(Part):
    """An advantage of interventions under other choices of ours."""

    what: str
    claim: str
    of: str
    parts: DecompositionOutcome | None


class ReproductionOutcome(Part):
    """Everything that came of a reproduction."""

    format: Literal[1] = 1
    id: str
    title: str
    authors: str
    source: str
    stages: dict[str, str]
    scale: str
    sizes: Scale
    findings: list[FindingOutcome]
    sensitivity: list[SensitivityRow]
    agreements: list[Agreement]
    claims: dict[str, Outcome]
    seconds: dict[str, float] = Field(description="That each method took on all its cells, the slowest first.")
    command: str
    environment: dict[str, object]


def reproduce(
    reproduction: Reproduction, store: Store, compute: Callable[[str, Sequence[Cell]], None], command: str
) -> ReproductionOutcome:
    """Run all claims and agreements at a scale.

    Parameters
    ----------
    reproduction : Reproduction
        What is run.
    store : Store
        Where results are and go.
    compute : callable
        Called with what the cells are for, and the cells that have to be in the store next.
    command : str
        How it was called, for the outcome.
    """
    outcomes, used = {}, dict[str, Cell]()
    for name, file in reproduction.claims.items():

        def computed(what: str, cells: Sequence[Cell], name: str = name) -> None:
            used.update((cell.key, cell) for cell in cells)
            compute(f"{name}, {what}", cells)

        outcomes[name] = run_claim(file, store, computed, command)
    manifest, n_systems = reproduction.manifest, reproduction.scale.n_systems
    cells = agreement_cells(manifest.agreements, AGREEMENT_SEED, n_systems)
    used.update((cell.key, cell) for cell in cells)
    compute("agreements, cells", cells)
    agreed = agreements(manifest.agreements, AGREEMENT_SEED, n_systems, store)
    return ReproductionOutcome(
        **manifest.model_dump(include={"id", "title", "authors", "source", "stages"}),
        scale=reproduction.scale_name,
        sizes=reproduction.scale,
        findings=[_finding_outcome(finding, outcomes.get(finding.claim)) for finding in manifest.findings],
        sensitivity=[
            SensitivityRow(what=row.what, claim=row.claim, of=of, parts=_parts(outcomes.get(row.claim), of))
            for row in manifest.sensitivity
            for of in row.of
        ],
        agreements=agreed,
        claims=outcomes,
        seconds=_seconds(used.values(), store),
        command=command,
        environment=environment(),
    )


def held_against(finding: Finding, ours: Share) -> Held:
    """Whether a number bears a finding out.

    Reproduced: its interval lies within the finding's range. Not reproduced: outside of it. Inconclusive: partly.
    """
    if ours.value is None:
        return "inconclusive"
    low, high = (-np.inf if ours.low is None else ours.low), (np.inf if ours.high is None else ours.high)
    least = -np.inf if finding.low is None else finding.low
    most = np.inf if finding.high is None else finding.high
    if least < low and high < most:
        return "reproduced"
    return "not reproduced" if high < least or most < low else "inconclusive"


def _finding_outcome(finding: Finding, outcome: Outcome | None) -> FindingOutcome:
    if outcome is None:
        return FindingOutcome(finding=finding, outcome="not run", ours=None, verdict="not run", n_systems=0)
    ours = _number(finding, outcome)
    held: Held = "inconclusive" if ours is None or outcome.verdict == "withheld" else held_against(finding, ours)
    return FindingOutcome(
        finding=finding, outcome=held, ours=ours, verdict=outcome.verdict, n_systems=outcome.n_systems
    )


def _number(finding: Finding, outcome: Outcome) -> Share | None:
    """The number of ours that a finding is about."""
    if finding.quantity == "difference":
        (arm,) = (arm for arm in outcome.comparisons[0].arms if arm.name == finding.of)
        return Share(value=arm.difference, low=arm.low, high=arm.high)
    parts = _parts(outcome, finding.of)
    if parts is None:
        return None
    number: Share = getattr(parts, finding.quantity)
    return number


def _seconds(cells: Iterable[Cell], store: Store) -> dict[str, float]:
    total: dict[str, float] = defaultdict(float)
    for cell in cells:
        total[cell.method.name] += store.load(cell).measured["seconds"] or 0.0
    return {name: round(total[name], 1) for name in sorted(total, key=lambda name: -total[name])}


def _parts(outcome: Outcome | None, of: str) -> DecompositionOutcome | None:
    found = [] if outcome is None else [parts for parts in outcome.decompositions if parts.name == of]
    return found[0] if found else None
