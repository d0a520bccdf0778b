"""Logistic maps against their formula."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, seeds

from causal_gauntlet.generators import Design, Do, Intervention, LogisticMaps, RandomForcing, SoftNoise
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.logistic import _fold
from causal_gauntlet.generators.randomness import stream


@few
@given(st.floats(-50.0, 50.0))
def test_folding_reflects_at_both_ends(x: float) -> None:
    folded = _fold(x)
    assert 0.0 <= folded <= 1.0
    assert np.cos(np.pi * folded) == pytest.approx(np.cos(np.pi * x), abs=1e-9)


@pytest.mark.parametrize("kind", [None, Do(1.5, 40), SoftNoise(0.3, 1.8, 40), RandomForcing(1.2, "uniform", 40)])
def test_a_recording_is_the_map_of_its_past_and_its_innovations(kind: Intervention | None) -> None:
    """Step by step, since the maps are chaotic and amplify the last digit over a longer stretch."""
    system = LogisticMaps(n_vars=4, max_lag=3).draw(6)
    recording = system.run(Design(20, kind), seed=9).recording
    x, n_samples = recording.values, recording.n_samples
    drawn = stream(9, "innovations", system.specification).standard_normal((system.n_burn + n_samples, 4))
    innovation = 0.05 * drawn[system.n_burn :]
    if isinstance(kind, SoftNoise):
        added = stream(9, "soft-noise", system.specification).standard_normal((n_samples, 4))
        wider = kind.gain * innovation + kind.sigma * system.scale[1] * added
        innovation = np.where(recording.intervened, wider, innovation)
    for t in range(3, n_samples):
        damping = sum(system.couplings[..., lag].T @ x[t - lag] for lag in (1, 2, 3))
        free = x[t - 1] * (system.growth * (1.0 - x[t - 1]) - damping) + innovation[t]
        expected = np.array([_fold(value) for value in free])
        own = recording.endogenous[t]
        np.testing.assert_allclose(x[t, own], expected[own], rtol=1e-11, atol=1e-11)


@few
@given(st.integers(2, 7), st.integers(1, 4), st.floats(0.0, 1.0), seeds)
def test_a_drawn_system_has_the_stated_graph_couplings_and_growth(
    n_vars: int, max_lag: int, share: float, seed: int
) -> None:
    n_edges = int(share * n_vars * (n_vars - 1))
    system = LogisticMaps(n_vars=n_vars, max_lag=max_lag, n_edges=n_edges).draw(seed)
    between = system.graph.adjacency & ~np.eye(n_vars, dtype=bool)[..., None]
    np.testing.assert_array_equal(system.couplings != 0.0, between)
    assert between.sum() == n_edges
    n_parents = between.sum(axis=(0, 2))
    np.testing.assert_array_less(system.couplings.sum(axis=(0, 2)), 0.5 + 1e-12)
    parents = n_parents > 0
    assert (system.couplings.sum(axis=(0, 2))[parents] >= 0.2).all()
    assert ((system.growth >= 3.6) & (system.growth <= 3.9)).all()
    assert system.graph.summary.diagonal().all()


def test_the_motion_stays_in_the_unit_interval_and_is_chaotic() -> None:
    """Two runs of the same innovations from pasts 10^-9 apart lose each other."""
    system = LogisticMaps(n_vars=5).draw(0)
    past = np.full((2, 5), 0.4) + 0.01 * np.arange(5)
    one, other = (system.simulate(Drive.idle(300, 5), 1, past + shift) for shift in (0.0, 1e-9))
    assert ((one >= 0.0) & (one <= 1.0)).all()
    assert np.abs(one[:5] - other[:5]).max() < 1e-6
    assert np.abs(one[100:] - other[100:]).max() > 0.1


def test_redrawn_coefficients_keep_the_graph() -> None:
    system = LogisticMaps(n_vars=6, n_edges=9).draw(2)
    other = system.redrawn(np.random.default_rng(0))
    assert other.graph == system.graph
    assert not np.isin(other.growth, system.growth).any()
    np.testing.assert_array_equal(other.couplings != 0.0, system.couplings != 0.0)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("noise_std", 1.5, "in [0, 1]"),
        ("noise_std", -0.1, "in [0, 1]"),
        ("n_edges", 100, "in [0, 90] for 10 variables"),
        ("noise", "pink", "one of gaussian, laplace, student-t, uniform"),
    ],
)
def test_an_impossible_field_is_named_with_its_value_and_its_range(field: str, value: object, allowed: str) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        LogisticMaps(**fields)
    assert str(complaint.value) == f"{field} must be {allowed}, got {value!r} (LogisticMaps.{field})"
