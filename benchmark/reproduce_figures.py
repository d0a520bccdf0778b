"""What a reproduction shows: numbers beside what was expected, advantages in their parts, agreement curves."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from itertools import groupby

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from causal_gauntlet.benchmark.agreement import Agreement
from causal_gauntlet.benchmark.outcome import DecompositionOutcome, Share
from causal_gauntlet.benchmark.reproduce_run import FindingOutcome

__all__ = ["COLORS", "advantage_figure", "agreement_figure", "stage_figure"]

COLORS: Mapping[str, str] = {
    "reproduced": "#1a7f37",
    "not reproduced": "#cf222e",
    "inconclusive": "#9a6700",
    "not run": "#57606a",
}
LINE, SHADE, CONFOUND, RESIDUAL = "#57606a", "#d0d7de", "#8c959f", "#0969da"
LABEL_WIDTH, SMALL = 46, 7.5
#: From here on the largest place of a curve is so much beyond the smallest that a logarithmic axis shows more.
WIDE_RANGE = 20.0


def stage_figure(found: Sequence[FindingOutcome]) -> Figure:
    """Our number with its interval for each finding, and the range that bears it out.

    Parameters
    ----------
    found : sequence of FindingOutcome
        In one unit; the first is on top.
    """
    figure, axes = _figure(0.55 * len(found))
    numbers = [_bounds(one.ours) for one in found]
    bounds = [bound for number in numbers for bound in number if np.isfinite(bound)]
    bounds += [bound for one in found for bound in (one.finding.low, one.finding.high) if bound is not None]
    least, most = min(0.0, *bounds), max(0.0, *bounds)
    room = 0.12 * (most - least) or 0.1
    least, most = least - room, most + room
    axes.axvline(0.0, color=LINE, linewidth=1.0)
    for row, (one, (value, low, high)) in enumerate(zip(found, numbers, strict=True)):
        start = least if one.finding.low is None else one.finding.low
        stop = most if one.finding.high is None else one.finding.high
        axes.fill_between([start, stop], row - 0.36, row + 0.36, color=SHADE, alpha=0.6, linewidth=0)
        axes.plot([max(low, least), min(high, most)], [row, row], color=COLORS[one.outcome], linewidth=2.5)
        axes.plot(value, row, "o", color=COLORS[one.outcome], markersize=6)
    _name_rows(axes, [one.finding.statement for one in found])
    axes.set_xlim(least, most)
    axes.set_xlabel("our number, with its 95 % interval; shaded: what bears the finding out")
    return figure


def advantage_figure(rows: Mapping[str, DecompositionOutcome]) -> Figure:
    """What interventions bring: the part of sample size and the rest with their intervals, and their sum.

    Parameters
    ----------
    rows : dict of str to DecompositionOutcome
        By what is written beside them; the first is on top.
    """
    figure, axes = _figure(0.36 * len(rows))
    axes.axvline(0.0, color=LINE, linewidth=1.0)
    parts = (("confound", -0.19, CONFOUND, "of sample size"), ("residual", 0.19, RESIDUAL, "of interventions"))
    for row, one in enumerate(rows.values()):
        for part, offset, color, label in parts:
            value, low, high = _bounds(getattr(one, part))
            axes.barh(row + offset, value, 0.34, color=color, label=label if row == 0 else None)
            axes.plot([low, high], [row + offset] * 2, color="black", linewidth=1.0)
        raw, _, _ = _bounds(one.raw)
        named = "both" if row == 0 else None
        axes.plot(raw, row, "D", color="white", markeredgecolor="black", markersize=5, label=named)
    _name_rows(axes, list(rows))
    axes.set_xlabel("advantage of interventions in its two parts, with 95 % intervals")
    axes.legend(fontsize=SMALL, frameon=False, loc="lower center", bbox_to_anchor=(0.4, 1.0), ncols=3)
    return figure


def agreement_figure(rows: Sequence[Agreement]) -> Figure:
    """Rank correlation against what varies, a line for each method that is compared with.

    Parameters
    ----------
    rows : sequence of Agreement
        Of one method, and of one thing that varies.
    """
    figure = Figure(figsize=(5.6, 3.2))
    axes = figure.subplots()
    for against, group in groupby(sorted(rows, key=lambda row: row.against), key=lambda row: row.against):
        known = [row for row in group if row.mean is not None]
        places = [row.value for row in known]
        axes.plot(places, np.array([row.mean for row in known], dtype=float), "o-", markersize=4, label=against)
        if all(row.low is not None and row.high is not None for row in known):
            low, high = (np.array([getattr(row, side) for row in known], dtype=float) for side in ("low", "high"))
            axes.fill_between(places, low, high, alpha=0.2, linewidth=0)
    places = [row.value for row in rows]
    if min(places) > 0.0 and max(places) / min(places) >= WIDE_RANGE:
        axes.set_xscale("log")
        axes.set_xticks(sorted(set(places)), [f"{place:g}" for place in sorted(set(places))])
        axes.minorticks_off()
    axes.set_ylim(min(0.0, axes.get_ylim()[0]), 1.02)
    axes.set_xlabel(rows[0].what, parse_math=False)
    axes.set_ylabel("rank correlation")
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(fontsize=SMALL, frameon=False)
    return figure


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(5.0, 1.0 + height))
    axes = figure.subplots()
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    axes.xaxis.set_major_locator(MaxNLocator(6))
    return figure, axes


def _name_rows(axes: Axes, names: Sequence[str]) -> None:
    """One row a name, the first on top."""
    wrapped = ["\n".join(textwrap.wrap(name, LABEL_WIDTH)) for name in names]
    axes.set_yticks(range(len(names)), wrapped, fontsize=SMALL, parse_math=False)
    axes.set_ylim(len(names) - 0.4, -0.6)


def _bounds(share: Share | None) -> tuple[float, float, float]:
    if share is None or share.value is None:
        return np.nan, np.nan, np.nan
    return share.value, -np.inf if share.low is None else share.low, np.inf if share.high is None else share.high
