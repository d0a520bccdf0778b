"""Pictures of experiments: every window, trace and edge is there."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import FillBetweenPolyCollection
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch

from causal_gauntlet.benchmark.experiment_figure import draw_experiment, draw_graph, draw_recording
from causal_gauntlet.generators import (
    GENERATORS,
    VAR,
    Design,
    Do,
    Intervention,
    LaggedGraph,
    Recording,
    Schedule,
    SoftNoise,
)

each_family = pytest.mark.parametrize("family", list(GENERATORS.values()), ids=list(GENERATORS))


def test_every_window_is_shaded_in_the_lane_of_its_target() -> None:
    schedule = Schedule(targets=[0, (1, 3)], n_episodes=3, washout=4)
    recording = VAR(n_vars=4).draw(0).run(Design(60, Do(n_samples=50), schedule), seed=1).recording
    axes = Figure().subplots()
    draw_recording(axes, recording, 4)
    drawn = []
    for window in axes.findobj(FillBetweenPolyCollection):
        corners = window.get_paths()[0].get_extents()
        drawn.append((round(corners.x0 + 0.5), round(corners.x1 + 0.5), round(-corners.y0 - 0.5)))
    expected = [(e.start, e.stop, target) for e in recording.episodes for target in e.targets]
    assert sorted(drawn) == sorted(expected)


def test_missing_values_are_gaps_and_a_still_variable_is_a_line() -> None:
    values = np.random.default_rng(0).standard_normal((30, 2))
    values[10:15, 0], values[:, 1] = np.nan, 3.0
    axes = Figure().subplots()
    draw_recording(axes, Recording(values), 2)
    gaps, still = (np.asarray(line.get_ydata()) for line in axes.lines)
    np.testing.assert_array_equal(np.isnan(gaps), np.isnan(values[:, 0]))
    np.testing.assert_array_equal(still, -1.0)


@pytest.mark.parametrize("n_vars", [2, 8, 9, 40])
def test_every_edge_is_an_arrow_dashed_at_lag_0(n_vars: int) -> None:
    adjacency = np.random.default_rng(n_vars).random((n_vars, n_vars, 3)) < 0.15
    adjacency[..., 0] &= np.triu(np.ones((n_vars, n_vars), dtype=bool), k=1)
    axes = Figure().subplots()
    draw_graph(axes, LaggedGraph(adjacency), tuple(f"v{i}" for i in range(n_vars)))
    arrows = axes.findobj(FancyArrowPatch)
    apart = ~np.eye(n_vars, dtype=bool)
    assert len(arrows) == adjacency.any(axis=2)[apart].sum()
    assert sum(arrow.get_linestyle() == "--" for arrow in arrows) == adjacency[..., 0].sum()
    labels = [text.get_text() for text in axes.texts if not text.get_text().startswith("v")]
    assert len(labels) == (len(arrows) if n_vars <= 8 else 0)


@each_family
@pytest.mark.parametrize("kind", [None, Do(n_samples=80), SoftNoise(n_samples=80)])
def test_the_same_experiment_is_the_same_picture(family, kind: Intervention | None, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    experiment = family(n_vars=12).draw(0).run(Design(80, kind), seed=0)
    for name in ("one.png", "other.png"):
        draw_experiment(experiment, tmp_path / name)
    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "other.png").read_bytes()
    assert (tmp_path / "one.png").stat().st_size > 20_000
