"""A claim's outcome as a page to read and a file to compute with."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from causal_gauntlet.benchmark.claims import ClaimFile
from causal_gauntlet.benchmark.outcome import ArmOutcome, ComparisonOutcome, Outcome
from causal_gauntlet.benchmark.store import write_atomically

__all__ = ["forest_plot", "page_environment", "paired_plot", "svg", "write_report"]

COLORS: Mapping[str, str] = {
    "beaten": "#1a7f37",
    "matched": "#cf222e",
    "overturned": "#82071e",
    "undecided": "#9a6700",
}


def write_report(file: ClaimFile, outcome: Outcome, folder: Path) -> Path:
    """Write ``verdict.json`` and, last, ``report.html``, which needs no network.

    Parameters
    ----------
    file : ClaimFile
        The claim.
    outcome : Outcome
        What came of it.
    folder : Path
        Made if it is not there; both files are replaced.

    Returns
    -------
    Path
        Of the page.
    """
    claim = outcome.comparisons[0]
    page = (
        page_environment()
        .get_template("claim.html")
        .render(
            outcome=outcome,
            claim=claim,
            controls=outcome.comparisons[1:],
            text=file.text,
            forest=svg(forest_plot(claim, outcome.margin, outcome.metric), "forest"),
            paired=svg(paired_plot(claim, outcome.margin, outcome.metric), "paired"),
            colors=COLORS,
        )
    )
    write_atomically(folder / "verdict.json", outcome.model_dump_json(indent=1) + "\n")
    write_atomically(folder / "report.html", page)
    return folder / "report.html"


def page_environment() -> Environment:
    """Templates that escape what they are given and fail on a name that is not there."""
    loader = PackageLoader("causal_gauntlet.benchmark", "templates")
    return Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def svg(figure: Figure, name: str) -> Markup:
    """A figure as an element of a page; the same figure gives the same text.

    Parameters
    ----------
    figure : Figure
        What is drawn.
    name : str
        Its own on the page: shapes in it are told from those of other figures by it.
    """
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    text = buffer.getvalue()
    # ids that matplotlib salts at random, or by what they are drawn like
    for k, found in enumerate(dict.fromkeys(re.findall(r'id="([mp][0-9a-f]{10})"', text))):
        text = text.replace(found, f"{name}-{k}")
    # matplotlib writes it; names in it are escaped as text
    return Markup(text[text.index("<svg") :])  # noqa: S704


def forest_plot(comparison: ComparisonOutcome, margin: float, metric: str) -> Figure:
    """Mean difference and interval of each arm, the margin shaded."""

    def draw(axes: Axes, arm: ArmOutcome, row: int) -> None:
        if arm.low is not None and arm.high is not None:
            axes.plot([arm.low, arm.high], [row, row], color=COLORS[arm.finding], linewidth=2.5)
        axes.plot(arm.difference, row, "o", color=COLORS[arm.finding], markersize=7)

    return _rows(comparison, margin, f"advantage in {metric}", draw)


def paired_plot(comparison: ComparisonOutcome, margin: float, metric: str) -> Figure:
    """The difference on each system, a dot each, and their mean."""

    def draw(axes: Axes, arm: ArmOutcome, row: int) -> None:
        order = np.argsort(arm.differences, kind="stable")
        # spread by rank, so that dots of like values do not hide one another
        heights = row + 0.56 * ((np.arange(len(order)) * 0.618034) % 1.0 - 0.5)
        axes.plot(np.array(arm.differences)[order], heights, "o", color=COLORS[arm.finding], alpha=0.5, markersize=4)
        axes.plot([arm.difference] * 2, [row - 0.35, row + 0.35], color="black", linewidth=1.5)

    return _rows(comparison, margin, f"advantage in {metric}, one dot a system", draw)


def _rows(
    comparison: ComparisonOutcome, margin: float, label: str, draw: Callable[[Axes, ArmOutcome, int], None]
) -> Figure:
    """One row an arm, the first on top."""
    figure = Figure(figsize=(5.6, 1.1 + 0.5 * len(comparison.arms)))
    axes = figure.subplots()
    axes.axvspan(-margin, margin, color="#d0d7de", alpha=0.6, linewidth=0)
    axes.axvline(0.0, color="#57606a", linewidth=1.0)
    for row, arm in enumerate(comparison.arms):
        draw(axes, arm, row)
    axes.set_yticks(range(len(comparison.arms)), [arm.name for arm in comparison.arms], parse_math=False)
    axes.set_ylim(len(comparison.arms) - 0.4, -0.6)
    axes.set_xlabel(label, parse_math=False)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    return figure
