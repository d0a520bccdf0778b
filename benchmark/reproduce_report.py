"""A reproduction as a page, with its tables as CSV and its figures as PNG beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from matplotlib.figure import Figure

from causal_gauntlet.benchmark import reproduce_text as text
from causal_gauntlet.benchmark.claim_report import page_environment, svg
from causal_gauntlet.benchmark.outcome import SUBTRACTED, DecompositionOutcome, Outcome
from causal_gauntlet.benchmark.reproduce_figures import COLORS, advantage_figure, agreement_figure, stage_figure
from causal_gauntlet.benchmark.reproduce_run import FindingOutcome, ReproductionOutcome
from causal_gauntlet.benchmark.store import write_atomically

__all__ = ["write_reproduction"]

ADVANTAGES = "What interventions bring beside what as many samples without any bring."


@dataclass(frozen=True)
class Section:
    """A part of the page: what it is about, sentences, advantages as a table, and figures by name with captions."""

    title: str
    sentences: list[str]
    advantages: dict[str, DecompositionOutcome]
    figures: dict[str, tuple[Figure, str]]


def write_reproduction(outcome: ReproductionOutcome, folder: Path) -> Path:
    """Write ``outcome.json``, the tables, the figures and, last, ``report.html``, which needs no network.

    Parameters
    ----------
    outcome : ReproductionOutcome
        What came of it.
    folder : Path
        Made if it is not there; files of the same names are replaced.

    Returns
    -------
    Path
        Of the page.
    """
    stages = [
        _stage(stage, list(found), outcome)
        for stage, found in groupby(outcome.findings, key=lambda one: one.finding.stage)
    ]
    sensitivity, tracked = _sensitivity(outcome), _tracked(outcome)
    figures = {name: figure for part in (*stages, sensitivity, tracked) for name, (figure, _) in part.figures.items()}
    page = (
        page_environment()
        .get_template("reproduction.html")
        .render(
            outcome=outcome,
            stages=stages,
            sensitivity=sensitivity,
            tracked=tracked,
            drawn={name: svg(figure, name) for name, figure in figures.items()},
            colors=COLORS,
            number=text.number,
            expected=text.expected,
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=150, bbox_inches="tight")
    for name, rows in _tables(outcome).items():
        write_atomically(folder / f"{name}.csv", _csv(rows))
    write_atomically(folder / "outcome.json", outcome.model_dump_json(indent=1) + "\n")
    write_atomically(folder / "report.html", page)
    return folder / "report.html"


def _stage(stage: str, found: Sequence[FindingOutcome], outcome: ReproductionOutcome) -> Section:
    run = [one for one in found if one.ours is not None]
    claims = {one.finding.claim: outcome.claims[one.finding.claim] for one in run}
    levels = {name: claim for name, claim in claims.items() if SUBTRACTED not in claim.comparisons[0].candidate}
    split = dict.fromkeys(one.finding.claim for one in run if one.finding.quantity in ("residual", "share"))
    advantages = {_contestant(parts): parts for claim in split for parts in claims[claim].decompositions}
    sentences = text.stage_text(found) + [text.means_text(name, claim) for name, claim in levels.items()]
    figures: dict[str, tuple[Figure, str]] = {}
    if advantages:
        sentences.append(text.residual_text(advantages))
        figures[f"stage-{stage}-advantages"] = advantage_figure(advantages), ADVANTAGES
    # a share has another unit than the rest, and can be read off the parts
    in_auroc = [one for one in run if one.finding.quantity != "share"]
    if in_auroc:
        figures[f"stage-{stage}"] = stage_figure(in_auroc), "Each finding, and what bears it out."
    return Section(f"Stage {stage}: {outcome.stages[stage]}", sentences, advantages, figures)


def _sensitivity(outcome: ReproductionOutcome) -> Section:
    run = {
        f"{_contestant(row.parts)}, {outcome.claims[row.claim].n_systems} systems": row.parts
        for row in outcome.sensitivity
        if row.parts is not None
    }
    sentences = ["The advantage of interventions and its parts under other choices of ours."]
    if run:
        sentences.append(text.residual_text(run))
    if n_left := sum(row.parts is None for row in outcome.sensitivity):
        sentences.append(f"{n_left} more choices are not run at this scale.")
    figures = {"sensitivity": (advantage_figure(run), ADVANTAGES)} if run else {}
    return Section("Sensitivity", sentences, run, figures)


def _contestant(parts: DecompositionOutcome) -> str:
    """What ran with interventions, without what was subtracted."""
    return parts.contestant.partition(SUBTRACTED)[0]


def _tracked(outcome: ReproductionOutcome) -> Section:
    curves = groupby(outcome.agreements, key=lambda row: (row.method, row.what))
    sentences, figures = [], {}
    for k, ((method, what), group) in enumerate(curves):
        rows = list(group)
        sentences.append(f"{method}, by {what}. {text.agreement_text(rows)}")
        figures[f"agreement-{k}"] = (agreement_figure(rows), f"{method}: {what}.")
    return Section("What the readout tracks", sentences, {}, figures)


def _tables(outcome: ReproductionOutcome) -> dict[str, list[dict[str, object]]]:
    return {
        "findings": [_finding_row(one) for one in outcome.findings],
        "arms": [row for name, claim in outcome.claims.items() for row in _arm_rows(name, claim)],
        "sensitivity": [
            {"what": row.what, "claim": row.claim, **_part_columns(row.parts)}
            for row in outcome.sensitivity
            if row.parts is not None
        ],
        "agreements": [row.model_dump() for row in outcome.agreements],
        "seconds": [{"method": name, "seconds": seconds} for name, seconds in outcome.seconds.items()],
    }


def _finding_row(one: FindingOutcome) -> dict[str, object]:
    ours = one.ours.model_dump() if one.ours is not None else {"value": None, "low": None, "high": None}
    described = one.finding.model_dump(include={"stage", "statement", "claim", "quantity", "of"})
    bounds = {"expected_low": one.finding.low, "expected_high": one.finding.high}
    return {**described, **ours, **bounds, "outcome": one.outcome, "n_systems": one.n_systems}


def _arm_rows(name: str, claim: Outcome) -> Iterable[dict[str, object]]:
    for comparison in claim.comparisons:
        for arm in comparison.arms:
            numbers = arm.model_dump(exclude={"differences"})
            yield {"claim": name, "comparison": comparison.name, "candidate": comparison.candidate, **numbers}


def _part_columns(parts: DecompositionOutcome) -> dict[str, object]:
    columns: dict[str, object] = {"contestant": parts.contestant}
    for name in ("raw", "confound", "residual", "share"):
        columns |= {f"{name}_{key}": value for key, value in getattr(parts, name).model_dump().items()}
    return columns


def _csv(rows: Sequence[Mapping[str, object]]) -> str:
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, fieldnames=list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()
