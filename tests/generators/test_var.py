"""The VAR family: stability, the stationary law, interventions against their analytic effect."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_gauntlet.generators import VAR, Design, Do, RandomForcing, SoftNoise
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.var import companion_matrix, spectral_radius

settings.register_profile("exact", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("exact")


@given(n_vars=st.integers(2, 8), max_lag=st.integers(1, 4), radius=st.floats(0.05, 0.99), seed=st.integers(0, 2**32))
def test_the_spectral_radius_is_hit_exactly(n_vars: int, max_lag: int, radius: float, seed: int) -> None:
    system = VAR(n_vars=n_vars, max_lag=max_lag, spectral_radius=radius).draw(seed)
    assert spectral_radius(system.coefficients) == pytest.approx(radius, rel=1e-9)


@given(n_vars=st.integers(2, 9), density=st.floats(0.0, 1.0), seed=st.integers(0, 2**32))
def test_the_number_of_edges_is_exact_and_the_graph_is_the_coefficients(n_vars: int, density: float, seed: int) -> None:
    system = VAR(n_vars=n_vars, density=density).draw(seed)
    off_diagonal = ~np.eye(n_vars, dtype=bool)
    assert system.graph.summary[off_diagonal].sum() == round(density * n_vars * (n_vars - 1))
    np.testing.assert_array_equal(system.graph.adjacency[..., 1:], system.coefficients != 0.0)


def test_a_recording_is_the_recursion_of_its_innovations() -> None:
    """Against a loop over time in plain numpy, without interventions."""
    system = VAR(n_vars=4, max_lag=3).draw(3)
    x = system.run(Design(60), seed=5).recording.values
    innovations = stream(5, "innovations", system.specification).standard_normal((5000, 4))
    past = x[10:13]
    predicted = np.einsum("ijl,li->j", system.coefficients, past[::-1])
    gap = x[13] - predicted
    assert np.isclose(innovations, gap, atol=1e-9).all(axis=1).sum() == 1


def test_the_sample_covariance_approaches_the_lyapunov_solution() -> None:
    """200,000 samples at one seed; each entry within 6 of its standard errors (batch means): fails 1 seed in 10^6."""
    system = VAR(n_vars=4, spectral_radius=0.8).draw(11)
    x = system.simulate(Drive.idle(200_000, 4), seed=1)
    products = (x[:, :, None] * x[:, None, :]).reshape(200, 1000, 4, 4).mean(axis=1)
    error = products.std(axis=0, ddof=1) / np.sqrt(len(products))
    assert (np.abs(products.mean(axis=0) - system.covariance) < 6.0 * error).all()


def test_the_companion_matrix_steps_the_recursion() -> None:
    system = VAR(n_vars=3, max_lag=2).draw(0)
    past = np.random.default_rng(0).standard_normal((2, 3))
    stepped = companion_matrix(system.coefficients) @ past.ravel()
    expected = np.einsum("ijl,li->j", system.coefficients, past)
    np.testing.assert_allclose(stepped, [*expected, *past[0]], atol=1e-14)


def test_do_holds_its_targets_exactly_and_cuts_nothing_else() -> None:
    system = VAR(n_vars=5).draw(2)
    experiment = system.run(Design(50, Do(level=1.5, n_samples=100)), seed=3)
    mean, std = system.scale
    values, intervened = experiment.recording.values, experiment.recording.intervened
    expected = np.broadcast_to(mean + 1.5 * std, values.shape)
    np.testing.assert_array_equal(values[intervened], expected[intervened])
    assert intervened.sum() == 100


def test_do_shifts_every_variable_by_its_analytic_response() -> None:
    """Paired seeds: the innovations cancel, and the response of the mutilated system to the constant is left."""
    system = VAR(n_vars=4, max_lag=2, density=0.4, spectral_radius=0.7).draw(4)
    idle = Drive.idle(400, 4)
    held = np.zeros((400, 4), dtype=bool)
    held[:, 1] = True
    constant = Drive(held, np.full((400, 4), 2.0), idle.noise_gain, idle.noise_added)
    zero = Drive(held, np.zeros((400, 4)), idle.noise_gain, idle.noise_added)
    difference = system.simulate(constant, 7)[-1] - system.simulate(zero, 7)[-1]
    gain = system.coefficients.sum(axis=2).T.copy()
    gain[1] = 0.0
    expected = np.linalg.solve(np.eye(4) - gain, np.eye(4)[:, 1] * 2.0)
    np.testing.assert_allclose(difference, expected, atol=1e-9)


def test_random_forcing_is_independent_of_the_past_parents() -> None:
    """20,000 samples; a correlation beyond 5 standard errors fails 1 seed in 10^6, over 24 of them."""
    system = VAR(n_vars=4, density=0.5).draw(1)
    experiment = system.run(Design(10, RandomForcing(n_samples=80_000)), seed=0)
    for episode in experiment.recording.episodes[1:]:
        (target,) = episode.targets
        x = experiment.recording.values[episode.start : episode.stop]
        for lag in (1, 2):
            past = np.delete(x[:-lag], target, axis=1)
            correlations = [np.corrcoef(past[:, k], x[lag:, target])[0, 1] for k in range(3)]
            assert np.abs(correlations).max() < 5.0 / np.sqrt(len(x))


def test_soft_noise_keeps_the_coefficients_and_widens_the_innovation() -> None:
    """20,000 samples a target: coefficients and variance within 6 standard errors, 1 seed in 10^6."""
    system = VAR(n_vars=3, max_lag=1, density=0.5).draw(8)
    sigma, gain = 0.5, 2.0
    design = Design(10, SoftNoise(sigma=sigma, gain=gain, n_samples=60_000))
    experiment = system.run(design, seed=2)
    _, std = system.scale
    for episode in experiment.recording.episodes[1:]:
        (target,) = episode.targets
        x = experiment.recording.values[episode.start : episode.stop]
        past, present = x[:-1], x[1:, target]
        weights = np.linalg.lstsq(past, present, rcond=None)[0]
        variance = gain**2 + (sigma * std[target]) ** 2
        error = np.sqrt(variance * np.linalg.inv(past.T @ past).diagonal())
        assert (np.abs(weights - system.coefficients[:, target, 0]) < 6.0 * error).all()
        residual = present - past @ weights
        assert residual.var() == pytest.approx(variance, rel=6.0 * np.sqrt(2.0 / len(residual)))


def test_designs_of_one_seed_share_their_observational_part() -> None:
    system = VAR(n_vars=4).draw(0)
    alone = system.run(Design(80), seed=1).recording.values
    for intervention in (Do(n_samples=40), SoftNoise(n_samples=40), RandomForcing(n_samples=40)):
        paired = system.run(Design(80, intervention), seed=1).recording.values
        np.testing.assert_array_equal(paired[:80], alone)


def test_other_seeds_and_other_systems_have_other_noise() -> None:
    one, other = VAR(n_vars=4).draw(0), VAR(n_vars=4).draw(1)
    first = one.run(Design(50), seed=1).recording.values
    assert not np.isin(first, one.run(Design(50), seed=2).recording.values).any()
    assert not np.isin(first, other.run(Design(50), seed=1).recording.values).any()


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("density", 1.7, r"in \[0, 1\]"),
        ("density", -0.1, r"in \[0, 1\]"),
        ("n_vars", 1, "at least 2"),
        ("n_vars", 2.5, "whole number"),
        ("max_lag", 0, "at least 1"),
        ("spectral_radius", 1.0, r"in \(0, 1\)"),
        ("spectral_radius", 0.0, r"in \(0, 1\)"),
        ("spectral_radius", "high", r"in \(0, 1\)"),
    ],
)
def test_impossible_parameters_are_named(field: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*{allowed}.*got {value!r} \(VAR\.{field}\)"):
        VAR(**{field: value})
