"""Pictures of results."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backend_bases import FigureCanvasBase
from matplotlib.figure import Figure

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.benchmark.summary import Row

__all__ = ["check_format", "draw_edges", "draw_summary", "save_figure"]


def draw_summary(rows: Sequence[Row], path: Path) -> None:
    """Draw AUROC with its interval, a panel a family and a line a method; chance is dashed."""
    families = {family: list(members) for family, members in groupby(rows, key=lambda row: row.family)}
    methods = list(dict.fromkeys(row.method for row in rows))
    figure = Figure(figsize=(2.2 + 2.3 * len(families), 1.1 + 0.32 * len(methods)), layout="constrained")
    panels = figure.subplots(1, len(families), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (family, members) in zip(panels, families.items(), strict=True):
        _draw_family(axes, family, members, methods)
    panels[0].set_yticks(range(len(methods)), methods)
    panels[0].invert_yaxis()
    save_figure(figure, path)


def _draw_family(axes: Axes, family: str, rows: Sequence[Row], methods: Sequence[str]) -> None:
    place = [methods.index(row.method) for row in rows]
    mean = np.array([row.auroc for row in rows])
    low = np.array([row.auroc_low for row in rows])
    high = np.array([row.auroc_high for row in rows])
    axes.axvline(0.5, color="0.6", linestyle="--", linewidth=1, zorder=0)
    axes.hlines(place, low, high, color="#4477aa", linewidth=2)
    axes.plot(mean, place, "o", color="#4477aa", markersize=5)
    axes.set_title(f"{family} ({rows[0].n_systems} system{'s' if rows[0].n_systems > 1 else ''})", fontsize=10)
    axes.set_xlabel("AUROC", fontsize=9)
    axes.tick_params(labelsize=9)
    axes.spines[["top", "right"]].set_visible(False)


def draw_edges(answer: EdgeScores, names: Sequence[str], path: Path) -> None:
    """Draw the scores as a matrix, sources down and targets across; a dot marks an edge that the method claims."""
    n_vars = len(names)
    side = 1.8 + 0.38 * n_vars
    figure = Figure(figsize=(side + 1.0, side), layout="constrained")
    axes = figure.subplots()
    shown = np.where(np.eye(n_vars, dtype=bool), np.nan, answer.scores)
    image = axes.imshow(shown, cmap="viridis")
    if answer.decision is not None:
        source, target = np.nonzero(answer.decision & ~np.eye(n_vars, dtype=bool))
        axes.plot(target, source, "o", color="white", markeredgecolor="black", markersize=5)
    axes.set_xticks(range(n_vars), names, rotation=90)
    axes.set_yticks(range(n_vars), names)
    axes.set_xlabel("target")
    axes.set_ylabel("source")
    figure.colorbar(image, label="score", shrink=0.8)
    save_figure(figure, path)


def check_format(path: Path) -> None:
    """Refuse a picture whose format cannot be drawn, before any work is done for it.

    Raises
    ------
    ValueError
        If the suffix is not one that matplotlib writes.
    """
    formats = FigureCanvasBase.get_supported_filetypes()
    if path.suffix.removeprefix(".") not in formats:
        raise ValueError(f"plot must end in one of {', '.join(sorted(formats))}, got {path}")


def save_figure(figure: Figure, path: Path) -> None:
    """Write a figure at 150 dots an inch, in the format of the suffix; the folder is made if there is none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=150)
