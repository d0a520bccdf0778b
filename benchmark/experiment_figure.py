"""A picture of an experiment: the recording with its intervention windows, above its graph."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, Patch
from numpy.typing import NDArray

from causal_gauntlet.benchmark.figures import save_figure
from causal_gauntlet.generators.experiment import Experiment, family_of
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.recording import Recording

__all__ = ["draw_experiment", "draw_graph", "draw_recording"]

MAX_TRACES = 10
MAX_LABELLED = 8
# Paul Tol's bright scheme, which colour-blind readers can tell apart.
COLOURS = {"do": "#ee6677", "soft-noise": "#ccbb44", "random-forcing": "#66ccee"}
TRACE, EDGE = "#4477aa", "#555555"
MEANING = {
    "do": "held at a level by do",
    "soft-noise": "innovation widened by soft noise",
    "random-forcing": "replaced by a random signal",
}


def draw_experiment(experiment: Experiment, path: Path) -> None:
    """Draw the recording above its graph.

    Parameters
    ----------
    experiment : Experiment
        Of more than 10 variables the first 10 traces are drawn, and the whole graph.
    path : Path
        The suffix says the format.
    """
    recording = experiment.recording
    n_traces = min(recording.n_vars, MAX_TRACES)
    figure = Figure(figsize=(9.0, 5.0 + 0.42 * n_traces), layout="constrained")
    above, below = figure.subplots(2, 1, height_ratios=[0.6 + 0.42 * n_traces, 4.0])
    draw_recording(above, recording, n_traces)
    draw_graph(below, experiment.truth, recording.names)
    shown = f"{n_traces} of " if n_traces < recording.n_vars else ""
    family = family_of(experiment.specification)
    figure.suptitle(f"{family}: {shown}{recording.n_vars} variables, {recording.n_samples} samples", fontsize=11)
    save_figure(figure, path)


def draw_recording(axes: Axes, recording: Recording, n_traces: int) -> None:
    """Draw the first traces, one above the other, each in its observational standard deviations.

    A window in which a variable is intervened on is shaded in its own lane; missing values are gaps.
    """
    time = np.arange(recording.n_samples) * recording.time_step
    for i in range(n_traces):
        axes.plot(time, 0.09 * _standardised(recording, i) - i, color=TRACE, linewidth=0.7)
    for episode in recording.episodes:
        begin, end = (np.array((episode.start, episode.stop)) - 0.5) * recording.time_step
        for i in episode.targets:
            if i < n_traces:
                colour = COLOURS[recording.intervention_kind]
                axes.fill_between([begin, end], -i - 0.5, -i + 0.5, color=colour, alpha=0.45, linewidth=0)
    axes.set_yticks(-np.arange(n_traces), recording.names[:n_traces])
    axes.set_ylim(-n_traces + 0.4, 0.6)
    axes.set_xlim(time[0] - 0.5 * recording.time_step, time[-1] + 0.5 * recording.time_step)
    axes.set_xlabel(f"time (a sample every {recording.time_step:g})", fontsize=9)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False, labelsize=9)
    kind = recording.intervention_kind
    if kind in MEANING:
        shade = Patch(color=COLOURS[kind], alpha=0.45, label=MEANING[kind])
        axes.legend(handles=[shade], loc="lower right", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize=9)


def _standardised(recording: Recording, i: int) -> NDArray[np.float64]:
    """Values from the observational mean in standard deviations, kept within the lane."""
    values = recording.values[:, i]
    observed = values[~recording.intervened.any(axis=1) & np.isfinite(values)]
    return np.asarray(np.clip((values - observed.mean()) / (observed.std() or 1.0), -5.0, 5.0))


def draw_graph(axes: Axes, graph: LaggedGraph, names: tuple[str, ...]) -> None:
    """Draw the summary graph on a circle, edges labelled with their lags where there is room; self-links are left out.

    An edge that acts at lag 0 is dashed.
    """
    n_vars = graph.n_vars
    angle = np.pi / 2.0 - 2.0 * np.pi * np.arange(n_vars) / n_vars
    place = np.stack((1.9 * np.cos(angle), np.sin(angle)), axis=1)
    for source, target in np.argwhere(graph.summary & ~np.eye(n_vars, dtype=bool)):
        lags = graph.lags(source, target)
        bend = 0.12 if graph.summary[target, source] else 0.0
        arrow = FancyArrowPatch(
            place[source],
            place[target],
            arrowstyle="-|>",
            mutation_scale=12 if n_vars <= MAX_TRACES else 7,
            shrinkA=13,
            shrinkB=13,
            connectionstyle=f"arc3,rad={bend}",
            linewidth=1.2 if n_vars <= MAX_TRACES else 0.6,
            linestyle="--" if 0 in lags else "-",
            color=EDGE,
        )
        axes.add_patch(arrow)
        if n_vars <= MAX_LABELLED:
            way = place[target] - place[source]
            along = place[source] + 0.62 * way
            # A quadratic curve stands off its chord by bend * 2 t (1 - t) of the chord's length.
            across = np.array([way[1], -way[0]]) * bend * 2.0 * 0.62 * 0.38
            label = ",".join(map(str, lags))
            box = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
            x, y = along + across
            axes.text(x, y, label, fontsize=8, ha="center", va="center", bbox=box)
    for name, (x, y) in zip(names, place, strict=True):
        box = {"boxstyle": "round,pad=0.35", "facecolor": "#e8eef5", "edgecolor": TRACE}
        axes.text(x, y, name, fontsize=9 if n_vars <= 20 else 6, ha="center", va="center", bbox=box, zorder=3)
    dashed = ", dashed at lag 0" if graph.adjacency[..., 0].any() else ""
    numbers = "; a number is a lag in samples" if n_vars <= MAX_LABELLED else ""
    axes.set_title(f"The graph, without self-links{dashed}{numbers}", fontsize=9, loc="left")
    axes.set_xlim(-2.6, 2.6)
    axes.set_ylim(-1.35, 1.35)
    axes.set_aspect("equal")
    axes.set_axis_off()
