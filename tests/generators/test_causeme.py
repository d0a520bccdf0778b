"""The CauseMe-style family against its formulas."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import few, seeds

from causal_gauntlet.generators import CauseMe, Design, Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.causeme import MAX_RADIUS, N_BURN, CauseMeSystem, couple
from causal_gauntlet.generators.causeme import _recursion as causeme_recursion
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.var import _recursion as var_recursion
from causal_gauntlet.generators.var import spectral_radius

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
    n_vars, _, max_lag = system.coefficients.shape
    moved = np.zeros(n_vars)
    for i, j in np.ndindex(n_vars, n_vars):
        f = FORMS[0] if i == j else FORMS[system.form[i, j]]
        moved[j] += sum(system.coefficients[i, j, lag - 1] * f(past[-lag, i]) for lag in range(1, max_lag + 1))
    return moved


@pytest.mark.parametrize("nonlinear", [True, False])
@pytest.mark.parametrize("kind", [None, Do(1.5, 40), SoftNoise(0.7, 1.8, 40), RandomForcing(1.2, "uniform", 40)])
def test_a_recording_is_the_recursion_of_its_innovations(nonlinear: bool, kind: Intervention | None) -> None:
    """Step by step, since the couplings can be chaotic and amplify the last digit over a longer stretch."""
    system = CauseMe(n_vars=4, max_lag=3, density=0.5, nonlinear=nonlinear).draw(6)
    recording = system.run(Design(20, kind), seed=9).recording
    x, n_samples = recording.values, recording.n_samples
    innovation = stream(9, "innovations", system.specification).standard_normal((N_BURN + n_samples, 4))[N_BURN:]
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


def test_without_nonlinearity_it_is_a_var() -> None:
    system = CauseMe(n_vars=5, max_lag=3, density=0.3, nonlinear=False).draw(3)
    source, target, k = np.nonzero(system.coefficients)
    assert k.max() == 2
    links = np.stack((source, target, k + 1, np.zeros_like(k)), axis=1)
    rng = np.random.default_rng(0)
    noise, held, held_values = rng.standard_normal((100, 5)), rng.random((50, 5)) < 0.2, rng.standard_normal((50, 5))
    expected = var_recursion(system.coefficients, noise.copy(), held, held_values)
    got = causeme_recursion(links, system.coefficients[source, target, k], noise.copy(), held, held_values)
    np.testing.assert_allclose(got, expected, rtol=1e-12, atol=1e-12)


@few
@given(st.integers(2, 6), st.integers(1, 5), st.floats(0.0, 0.5), seeds)
def test_a_drawn_system_has_the_stated_graph_and_coefficients(
    n_vars: int, max_lag: int, density: float, seed: int
) -> None:
    family = CauseMe(n_vars=n_vars, max_lag=max_lag, density=density)
    system = family.draw(seed)
    apart = ~np.eye(n_vars, dtype=bool)
    assert system.graph.summary[apart].sum() == round(density * n_vars * (n_vars - 1))
    links = np.abs(system.coefficients[apart])
    assert ((links == 0.0) | ((links >= 0.2) & (links <= 0.5))).all()
    own = system.coefficients[~apart]
    assert ((own[:, 0] >= 0.3) & (own[:, 0] <= 0.9)).all()
    assert not own[:, 1:].any()
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
    systems = [CauseMe(n_vars=10, density=0.3).draw(seed) for seed in range(30)]
    assert max(spectral_radius(system.coefficients) for system in systems) < MAX_RADIUS
    assert sum(system.n_rejected for system in systems) > 0
    for system in systems[:5]:
        assert str(system.n_rejected) in system.run(Design(5), seed=0).card.notes[0]


def test_a_family_without_stable_systems_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"density must leave stable systems, got 1\.0 .*1000 draws.*CauseMe\.density"):
        CauseMe(n_vars=20, max_lag=1, density=1.0).draw(0)


def test_the_graph_is_where_the_coefficients_are() -> None:
    system = CauseMe(n_vars=6).draw(1)
    np.testing.assert_array_equal(system.graph.adjacency[..., 1:], system.coefficients != 0.0)


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
        ("density", 2.0, "in [0, 1]"),
        ("density", float("nan"), "in [0, 1]"),
        ("nonlinear", "yes", "true or false"),
        ("nonlinear", 1, "true or false"),
    ],
)
def test_an_impossible_field_is_named_with_its_value_and_its_range(field: str, value: object, allowed: str) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        CauseMe(**fields)
    assert str(complaint.value) == f"{field} must be {allowed}, got {value!r} (CauseMe.{field})"
