"""The CauseMe-style family against its formulas."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import few, seeds

from causal_gauntlet.generators import CauseMe, Design, Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.causeme import MAX_RADIUS, CauseMeSystem
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import couple
from causal_gauntlet.generators.stability import spectral_radius

FORMS = (
    lambda x: x,
    lambda x: (1.0 - 4.0 * np.exp(-(x**2) / 2.0)) * x,
    lambda x: (1.0 - 4.0 * x**3 * np.exp(-(x**2) / 2.0)) * x,
)


@pytest.mark.parametrize("form", range(3))
def test_the_couplings_are_the_published_functions(form: int) -> None:
    x = np.linspace(-6.0, 6.0, 241)
    np.testing.assert_allclose([couple(form, value) for value in x], FORMS[form](x), rtol=1e-13, atol=1e-15)


def mechanism(system: CauseMeSystem, past: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the past, latest sample last, makes of each variable; the formulas in plain Python."""
    n_vars, _, n_lags = system.coefficients.shape
    moved = np.zeros(n_vars)
    for i, j in np.ndindex(n_vars, n_vars):
        f = FORMS[0] if i == j else FORMS[system.form[i, j]]
        moved[j] += sum(system.coefficients[i, j, lag] * f(past[-lag, i]) for lag in range(1, n_lags))
    return moved


@pytest.mark.parametrize("nonlinear", [True, False])
@pytest.mark.parametrize("kind", [None, Do(1.5, 40), SoftNoise(0.7, 1.8, 40), RandomForcing(1.2, "uniform", 40)])
def test_a_recording_is_the_recursion_of_its_innovations(nonlinear: bool, kind: Intervention | None) -> None:
    """Step by step, since the couplings can be chaotic and amplify the last digit over a longer stretch."""
    system = CauseMe(n_vars=4, max_lag=3, n_edges=6, nonlinear=nonlinear).draw(6)
    recording = system.run(Design(20, kind), seed=9).recording
    x, n_samples = recording.values, recording.n_samples
    drawn = stream(9, "innovations", system.specification).standard_normal((system.n_burn + n_samples, 4))
    innovation = drawn[system.n_burn :]
    if isinstance(kind, SoftNoise):
        added = stream(9, "soft-noise", system.specification).standard_normal((n_samples, 4))
        wider = kind.gain * innovation + kind.sigma * system.scale[1] * added
        innovation = np.where(recording.intervened, wider, innovation)
    for t in range(3, n_samples):
        own = recording.endogenous[t]
        expected = mechanism(system, x[:t]) + innovation[t]
        np.testing.assert_allclose(x[t, own], expected[own], rtol=1e-12, atol=1e-12)
    if isinstance(kind, RandomForcing):
        mean, std = system.scale
        unit = ((x - mean) / std)[recording.intervened]
        assert np.abs(unit).max() <= 1.2 * np.sqrt(3.0) + 1e-12
        assert len(np.unique(unit)) == 40


def test_redrawn_coefficients_keep_graph_and_functions_and_are_stable() -> None:
    system = CauseMe(n_vars=6).draw(2)
    other = system.redrawn(np.random.default_rng(0))
    assert other.graph == system.graph
    np.testing.assert_array_equal(other.form, system.form)
    assert spectral_radius(other.coefficients) < MAX_RADIUS
    assert not np.isin(other.coefficients[system.graph.adjacency], system.coefficients).any()


@few
@given(st.integers(2, 6), st.integers(1, 5), st.none() | st.integers(0, 2), seeds)
def test_a_drawn_system_has_the_stated_graph_and_coefficients(
    n_vars: int, max_lag: int, n_edges: int | None, seed: int
) -> None:
    family = CauseMe(n_vars=n_vars, max_lag=max_lag, n_edges=n_edges)
    system = family.draw(seed)
    apart = ~np.eye(n_vars, dtype=bool)
    assert system.graph.summary[apart].sum() == (n_vars if n_edges is None else n_edges)
    links = np.abs(system.coefficients[apart])
    assert ((links == 0.0) | ((links >= 0.2) & (links <= 0.5))).all()
    own = system.coefficients[~apart]
    assert ((own[:, 1] >= 0.3) & (own[:, 1] <= 0.9)).all()
    assert not own[:, 2:].any()
    assert np.isin(system.form, (1, 2)).all()
    again = family.draw(seed)
    assert again.coefficients.tobytes() == system.coefficients.tobytes()
    assert again.form.tobytes() == system.form.tobytes()


def test_couplings_stay_within_a_bounded_distance_of_the_identity() -> None:
    """The ground on which a stable linear counterpart is enough: max 4 x^4 exp(-x^2 / 2) = 64 e^-2, at x = 2."""
    x = np.linspace(-50.0, 50.0, 100_001)
    distances = [max(abs(couple(form, value) - value) for value in x) for form in (1, 2)]
    np.testing.assert_allclose(distances, [4.0 * np.exp(-0.5), 64.0 * np.exp(-2.0)], rtol=1e-6)


def test_unstable_draws_are_rejected_and_counted() -> None:
    """Dense systems are often unstable; those returned never are, and the card tells how many went before."""
    systems = [CauseMe(n_vars=10, n_edges=18).draw(seed) for seed in range(30)]
    for coefficients in (system.coefficients for system in systems):
        held = [np.where(np.arange(10)[:, None] == j, 0.0, coefficients) for j in range(10)]
        assert max(spectral_radius(one) for one in (coefficients, *held)) < MAX_RADIUS
    assert sum(system.n_rejected for system in systems) > 0
    for system in systems[:5]:
        assert str(system.n_rejected) in system.run(Design(9), seed=0).card.notes[0]


def test_a_family_without_stable_systems_is_an_error() -> None:
    with pytest.raises(
        ValueError, match=r"n_edges must leave stable systems, got 380 edges .*1000 draws.*CauseMe\.n_edges"
    ):
        CauseMe(n_vars=20, max_lag=1, n_edges=380).draw(0)


def test_the_graph_is_where_the_coefficients_are() -> None:
    system = CauseMe(n_vars=6).draw(1)
    np.testing.assert_array_equal(system.graph.adjacency, system.coefficients != 0.0)


def test_interventions_hold_force_and_widen() -> None:
    system = CauseMe(n_vars=5).draw(2)
    mean, std = system.scale
    done = system.run(Design(30, Do(level=-1.0, n_samples=50)), seed=1).recording
    expected = np.broadcast_to(mean - std, done.values.shape)
    np.testing.assert_array_equal(done.values[done.intervened], expected[done.intervened])
    plain = system.run(Design(80), seed=1).recording.values
    for intervention in (Do(n_samples=50), SoftNoise(n_samples=50), RandomForcing(n_samples=50)):
        np.testing.assert_array_equal(system.run(Design(30, intervention), seed=1).recording.values[:30], plain[:30])
    idle = system.run(Design(30, SoftNoise(sigma=0.0, gain=1.0, n_samples=50)), seed=1).recording.values
    np.testing.assert_array_equal(idle, plain)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("n_vars", 1, "a whole number of at least 2"),
        ("n_vars", 5.0, "a whole number of at least 2"),
        ("max_lag", 0, "a whole number of at least 1"),
        ("n_edges", 91, "in [0, 90] for 10 variables"),
        ("max_autocorrelation", 0.95, "in [0, 0.94]"),
        ("min_autocorrelation", 0.91, "in [0, 0.9], the upper bound"),
        ("noise", "pink", "one of gaussian, laplace, student-t, uniform"),
        ("nonlinear", "yes", "true or false"),
        ("nonlinear", 1, "true or false"),
    ],
)
def test_an_impossible_field_is_named_with_its_value_and_its_range(field: str, value: object, allowed: str) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        CauseMe(**fields)
    assert str(complaint.value) == f"{field} must be {allowed}, got {value!r} (CauseMe.{field})"
