"""The CauseMe-style family against its formulas."""

import numpy as np
import pytest

from causal_gauntlet.generators import CauseMe, Design, Do, RandomForcing, SoftNoise
from causal_gauntlet.generators.causeme import MAX_RADIUS, N_BURN, couple
from causal_gauntlet.generators.randomness import stream
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


@pytest.mark.parametrize("nonlinear", [True, False])
def test_a_recording_is_the_recursion_of_its_innovations(nonlinear: bool) -> None:
    """Step by step, since the couplings can be chaotic and amplify the last digit over a longer stretch."""
    system = CauseMe(n_vars=4, max_lag=3, density=0.5, nonlinear=nonlinear).draw(6)
    x = system.run(Design(40), seed=9).recording.values
    innovations = stream(9, "innovations", system.specification).standard_normal((N_BURN + 40, 4))[N_BURN:]
    for t in range(3, len(x)):
        expected = innovations[t].copy()
        for j in range(4):
            for i in range(4):
                f = FORMS[0] if i == j else FORMS[system.form[i, j]]
                expected[j] += sum(system.coefficients[i, j, lag - 1] * f(x[t - lag, i]) for lag in (1, 2, 3))
        np.testing.assert_allclose(x[t], expected, rtol=1e-12, atol=1e-12)


def test_unstable_draws_are_rejected_and_counted() -> None:
    """Dense systems are often unstable; those returned never are, and the card tells how many went before."""
    systems = [CauseMe(n_vars=10, density=0.3).draw(seed) for seed in range(30)]
    assert max(spectral_radius(system.coefficients) for system in systems) < MAX_RADIUS
    assert sum(system.n_rejected for system in systems) > 0
    for system in systems[:5]:
        assert str(system.n_rejected) in system.run(Design(5), seed=0).card.notes[0]


def test_a_family_without_stable_systems_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"density must leave stable systems, got 1\.0 .*1000 draws.*CauseMe\.density"):
        CauseMe(n_vars=30, density=1.0).draw(0)


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


def test_impossible_parameters_are_named() -> None:
    for field, value in (("n_vars", 1), ("max_lag", 0), ("density", 2.0), ("nonlinear", "yes")):
        with pytest.raises(ValueError, match=rf"^{field} must be .*\(CauseMe\.{field}\)"):
            CauseMe(**{field: value})
