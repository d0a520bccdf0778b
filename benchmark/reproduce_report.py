"""A reproduction as a page, with its tables as CSV and its figures as PNG beside it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from causal_gauntlet.benchmark.agreement import Agreement
from causal_gauntlet.benchmark.claim_report import page_environment, svg
from causal_gauntlet.benchmark.outcome import DecompositionOutcome, Share
from causal_gauntlet.benchmark.reproduce_run import FindingOutcome, ReproductionOutcome
from causal_gauntlet.benchmark.store import write_atomically

__all__ = ["advantage_figure", "agreement_figure", "stage_figure", "stage_text", "write_reproduction"]

COLORS: Mapping[str, str] = {
    "reproduced": "#1a7f37",
    "not reproduced": "#cf222e",
    "inconclusive": "#9a6700",
    "not run": "#57606a",
}


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
    stages = {stage: list(group) for stage, group in groupby(outcome.findings, key=lambda one: one.finding.stage)}
    figures = {f"stage-{stage}": stage_figure(found) for stage, found in stages.items()}
    curves = {what: list(rows) for what, rows in groupby(outcome.agreements, key=lambda row: row.what)}
    decomposed = [parts for claim in outcome.claims.values() for parts in claim.decompositions]
    advantages = {parts.contestant: parts for parts in decomposed}
    if advantages:
        figures["advantages"] = advantage_figure(list(advantages.values()))
    figures |= {f"agreement-{k}": agreement_figure(rows) for k, rows in enumerate(curves.values())}
    page = (
        page_environment()
        .get_template("reproduction.html")
        .render(
            outcome=outcome,
            stages=stages,
            texts={stage: stage_text(found) for stage, found in stages.items()},
            figures={name: svg(figure, name) for name, figure in figures.items()},
            curves=list(curves.items()),
            colors=COLORS,
            claim_command=lambda claim: f"gauntlet claim run {claim}.toml",
        )
    )
    folder.mkdir(parents=True, exist_ok=True)
    for name, figure in figures.items():
        figure.savefig(folder / f"{name}.png", dpi=150, bbox_inches="tight")
    write_atomically(folder / "findings.csv", _csv(_finding_rows(outcome)))
    write_atomically(folder / "arms.csv", _csv(_arm_rows(outcome)))
    write_atomically(folder / "agreements.csv", _csv(row.model_dump() for row in outcome.agreements))
    write_atomically(folder / "outcome.json", outcome.model_dump_json(indent=1) + "\n")
    write_atomically(folder / "report.html", page)
    return folder / "report.html"


def stage_text(found: Sequence[FindingOutcome]) -> str:
    """What a stage came to, in one or two sentences that say no more than its numbers."""
    counts = {name: sum(one.outcome == name for one in found) for name in COLORS}
    told = [f"{count} {name}" for name, count in counts.items() if count]
    run = [one for one in found if one.n_systems]
    size = f", on {max(one.n_systems for one in run)} systems each" if run else ""
    plural = "finding" if len(found) == 1 else "findings"
    return f"Of {len(found)} {plural}: {', '.join(told)}{size}."


def stage_figure(found: Sequence[FindingOutcome]) -> Figure:
    """Our number with its interval for each finding, and the range that bears it out."""
    figure = Figure(figsize=(5.6, 1.0 + 0.5 * len(found)))
    axes = figure.subplots()
    numbers = [_bounds(one.ours) for one in found]
    known = np.array([bound for number in numbers for bound in number if np.isfinite(bound)] or [0.0])
    asked = [bound for one in found for bound in (one.finding.low, one.finding.high) if bound is not None]
    least, most = min(known.min(), *asked, 0.0), max(known.max(), *asked, 0.0)
    room = 0.12 * (most - least) or 0.1
    least, most = least - room, most + room
    axes.axvline(0.0, color="#57606a", linewidth=1.0)
    for row, (one, (value, low, high)) in enumerate(zip(found, numbers, strict=True)):
        start = least if one.finding.low is None else one.finding.low
        stop = most if one.finding.high is None else one.finding.high
        axes.fill_between([start, stop], row - 0.35, row + 0.35, color="#d0d7de", alpha=0.6, linewidth=0)
        color = COLORS[one.outcome]
        axes.plot([max(low, least), min(high, most)], [row, row], color=color, linewidth=2.5)
        axes.plot(value, row, "o", color=color, markersize=7)
    labels = [f"{one.finding.quantity}: {one.finding.of}\n{one.finding.claim}" for one in found]
    axes.set_yticks(range(len(found)), labels, fontsize=7, parse_math=False)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_xlim(least, most)
    axes.set_xlabel("our number; shaded: what bears the finding out")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    return figure


def advantage_figure(parts: Sequence[DecompositionOutcome]) -> Figure:
    """What interventions bring: the part of sample size and, above it, the rest, with their intervals."""
    figure = Figure(figsize=(5.6, 1.0 + 0.42 * len(parts)))
    axes = figure.subplots()
    axes.axvline(0.0, color="#57606a", linewidth=1.0)
    for row, one in enumerate(parts):
        axes.barh(row + 0.17, one.confound.value or 0.0, 0.3, color="#8c959f", label="of sample size")
        axes.barh(row - 0.17, one.residual.value or 0.0, 0.3, color="#0969da", label="the rest")
        for place, share in ((row + 0.17, one.confound), (row - 0.17, one.residual)):
            if share.low is not None and share.high is not None:
                axes.plot([share.low, share.high], [place, place], color="black", linewidth=1.0)
    axes.set_yticks(
        range(len(parts)), [one.contestant.partition(";")[0] for one in parts], fontsize=7, parse_math=False
    )
    axes.set_ylim(len(parts) - 0.4, -0.6)
    axes.set_xlabel("advantage of interventions, in its two parts")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    handles, names = axes.get_legend_handles_labels()
    axes.legend(handles[:2], names[:2], fontsize=7, frameon=False)
    return figure


def agreement_figure(rows: Sequence[Agreement]) -> Figure:
    """Rank correlation against what varies, a line for each method that is compared with."""
    figure = Figure(figsize=(5.6, 3.2))
    axes = figure.subplots()
    for against, group in groupby(sorted(rows, key=lambda row: row.against), key=lambda row: row.against):
        known = [row for row in group if row.mean is not None]
        places = [row.value for row in known]
        means = np.array([row.mean for row in known], dtype=float)
        axes.plot(places, means, "o-", markersize=4, label=against)
        if all(row.low is not None and row.high is not None for row in known):
            low, high = (np.array([getattr(row, side) for row in known], dtype=float) for side in ("low", "high"))
            axes.fill_between(places, low, high, alpha=0.2, linewidth=0)
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), 1.02)
    axes.set_xlabel(rows[0].what, parse_math=False)
    axes.set_ylabel("rank correlation")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=7, frameon=False)
    return figure


def _bounds(share: Share | None) -> tuple[float, float, float]:
    if share is None or share.value is None:
        return np.nan, np.nan, np.nan
    return share.value, -np.inf if share.low is None else share.low, np.inf if share.high is None else share.high


def _finding_rows(outcome: ReproductionOutcome) -> Iterable[Mapping[str, object]]:
    for one in outcome.findings:
        ours = one.ours.model_dump() if one.ours is not None else {"value": None, "low": None, "high": None}
        expected = {"expected_low": one.finding.low, "expected_high": one.finding.high}
        described = one.finding.model_dump(include={"stage", "statement", "claim", "quantity", "of"})
        yield {**described, **ours, **expected, "outcome": one.outcome, "n_systems": one.n_systems}


def _arm_rows(outcome: ReproductionOutcome) -> Iterable[Mapping[str, object]]:
    for name, claim in outcome.claims.items():
        for comparison in claim.comparisons:
            for arm in comparison.arms:
                numbers = arm.model_dump(exclude={"differences"})
                yield {"claim": name, "comparison": comparison.name, "candidate": comparison.candidate, **numbers}


def _csv(rows: Iterable[Mapping[str, object]]) -> str:
    listed = list(rows)
    buffer = io.StringIO()
    if listed:
        writer = csv.DictWriter(buffer, fieldnames=list(listed[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(listed)
    return buffer.getvalue()
