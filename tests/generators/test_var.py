"""The VAR family: stability, the stationary law, interventions against their analytic effect."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import few, seeds

from causal_gauntlet.generators import VAR, Design, Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.noise import LAWS
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import _add_linear, _add_up, links_of
from causal_gauntlet.generators.stability import companion_matrix, spectral_radius
from causal_gauntlet.generators.var import VARSystem


@st.composite
def families(draw: st.DrawFn, max_radius: float = 0.99) -> VAR:
    """VARs of every kind that always have a cycle."""
    return VAR(
        n_vars=draw(st.integers(2, 7)),
        max_lag=draw(st.integers(1, 4)),
        density=draw(st.floats(0.0, 0.5)),
        spectral_radius=draw(st.floats(0.05, max_radius)),
        coefficient_law=draw(st.sampled_from(["uniform", "gaussian", "equal"])),
        contemporaneous=draw(st.floats(0.0, 0.5)),
    )


def residuals(system: VARSystem, x: NDArray[np.float64]) -> NDArray[np.float64]:
    """What the mechanism leaves unexplained at each sample from `max_lag` on, in a plain loop."""
    left = x.copy()
    for t in range(system.graph.max_lag, len(x)):
        for i, j, lag in np.ndindex(system.coefficients.shape):
            left[t, j] -= system.coefficients[i, j, lag] * x[t - lag, i]
    return left[system.graph.max_lag :]


@few
@given(families(), seeds)
def test_the_spectral_radius_is_hit_exactly(family: VAR, seed: int) -> None:
    """On the whole companion matrix, without what `spectral_radius` leaves out."""
    eigenvalues = np.linalg.eigvals(companion_matrix(family.draw(seed).coefficients))
    assert np.abs(eigenvalues).max() == pytest.approx(family.spectral_radius, abs=1e-9)


@few
@given(families(), seeds)
def test_the_number_of_edges_is_exact_and_the_graph_is_the_coefficients(family: VAR, seed: int) -> None:
    system = family.draw(seed)
    own = np.eye(family.n_vars, dtype=bool)
    n_edges = round(family.density * family.n_vars * (family.n_vars - 1))
    assert system.graph.summary[~own].sum() == system.graph.adjacency[~own].sum() == n_edges
    assert system.graph.adjacency[..., 0].sum() == round(family.contemporaneous * n_edges)
    assert (system.graph.summary[own] == family.self_links).all()
    np.testing.assert_array_equal(system.graph.adjacency, system.coefficients != 0.0)
    instant = np.linalg.matrix_power(system.graph.adjacency[..., 0].astype(int), family.n_vars)
    assert not instant.any(), "effects at lag 0 form a cycle"


@few
@given(st.integers(2, 9), st.data())
def test_an_exact_number_of_edges_overrules_the_density(n_vars: int, data: st.DataObject) -> None:
    n_edges = data.draw(st.integers(0, n_vars * (n_vars - 1)))
    summary = VAR(n_vars=n_vars, density=0.9, n_edges=n_edges).draw(data.draw(seeds)).graph.summary
    assert summary[~np.eye(n_vars, dtype=bool)].sum() == n_edges


@few
@given(n_vars=st.integers(2, 4), max_lag=st.integers(1, 3), n_burn=st.integers(0, 6), seed=seeds)
def test_the_recursion_is_a_plain_loop_over_time(n_vars: int, max_lag: int, n_burn: int, seed: int) -> None:
    """Both kernels, the sparse and the dense one."""
    rng = np.random.default_rng(seed)
    coefficients = rng.uniform(-0.5, 0.5, (n_vars, n_vars, max_lag + 1))
    coefficients[..., 0] = 0.0
    noise = rng.standard_normal((max_lag + n_burn + 12, n_vars))
    held, held_values = rng.random((12, n_vars)) < 0.3, rng.standard_normal((12, n_vars))
    expected = noise.copy()
    for t in range(max_lag, len(noise)):
        expected[t] += sum(coefficients[..., lag].T @ expected[t - lag] for lag in range(1, max_lag + 1))
        if t >= len(noise) - 12:
            row = t - (len(noise) - 12)
            expected[t] = np.where(held[row], held_values[row], expected[t])
    dense, sparse = noise.copy(), noise.copy()
    _add_linear(dense, held, held_values, np.ascontiguousarray(coefficients[..., 1:].transpose(2, 0, 1)))
    _add_up(sparse, held, held_values, max_lag, *links_of(coefficients, np.zeros((n_vars, n_vars), dtype=np.int64)))
    np.testing.assert_allclose(dense, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(sparse, expected, rtol=1e-12, atol=1e-12)


def test_the_innovations_of_a_recording_are_its_stream() -> None:
    system = VAR(n_vars=4, max_lag=3).draw(3)
    x = system.run(Design(60), seed=5).recording.values
    innovations = stream(5, "innovations", system.specification).standard_normal((1000, 4))
    (start,) = np.flatnonzero(np.isclose(innovations[:, 0], residuals(system, x)[0, 0], atol=1e-9))
    np.testing.assert_allclose(residuals(system, x), innovations[start : start + 57], atol=1e-12)


def test_soft_noise_widens_the_innovations_by_its_own_stream_and_nothing_else() -> None:
    system = VAR(n_vars=4, max_lag=2).draw(3)
    kind = SoftNoise(sigma=0.7, gain=1.8, n_samples=40)
    experiment = system.run(Design(20, kind), seed=5)
    widened = residuals(system, experiment.recording.values)
    own = residuals(system, system.run(Design(60), seed=5).recording.values)
    added = stream(5, "soft-noise", system.specification).standard_normal((60, 4))[2:]
    expected = kind.gain * own + kind.sigma * np.sqrt(system.covariance.diagonal()) * added
    np.testing.assert_allclose(widened, np.where(experiment.recording.intervened[2:], expected, own), atol=1e-12)


@pytest.mark.parametrize("kind", [Do(2.0, 60), RandomForcing(1.5, "gaussian", 60)])
def test_under_a_hard_intervention_all_others_keep_mechanism_and_innovations(kind: Intervention) -> None:
    system = VAR(n_vars=4, max_lag=2).draw(3)
    recording = system.run(Design(20, kind), seed=5).recording
    own = residuals(system, system.run(Design(80), seed=5).recording.values)
    left, endogenous = residuals(system, recording.values), recording.endogenous[2:]
    np.testing.assert_allclose(left[endogenous], own[endogenous], atol=1e-12)
    assert np.abs(left - own)[~endogenous].min() > 1e-6


@few
@given(n_vars=st.integers(2, 5), max_lag=st.integers(1, 3), seed=seeds)
def test_two_levels_of_do_differ_by_the_linear_response_of_the_cut_system(n_vars: int, max_lag: int, seed: int) -> None:
    system = VAR(n_vars=n_vars, max_lag=max_lag, density=0.5).draw(seed)
    low, high = (system.run(Design(5, Do(level=c, n_samples=30)), seed).recording for c in (-1.0, 2.0))
    response = np.zeros((35, n_vars))
    for t in range(max_lag, 35):
        response[t] = sum(system.coefficients[..., lag].T @ response[t - lag] for lag in range(1, max_lag + 1))
        response[t] = np.where(low.intervened[t], 3.0 * system.scale[1], response[t])
    np.testing.assert_allclose(high.values - low.values, response, atol=1e-9)


@few
@given(families(max_radius=0.7), seeds)
def test_the_covariance_is_the_sum_of_squared_impulse_responses(family: VAR, seed: int) -> None:
    system = family.draw(seed)
    responses = []
    for i in range(family.n_vars):
        pulse = np.zeros((200, family.n_vars))
        pulse[family.max_lag, i] = 1.0
        none = np.zeros((0, family.n_vars), dtype=bool)
        system.advance(pulse, none, none.astype(float))
        responses.append(pulse)
    psi = np.array(responses)
    expected = np.einsum("kti,ktj->ij", psi, psi)
    np.testing.assert_allclose(system.covariance, expected, rtol=1e-8, atol=1e-10)


@few
@given(order=st.permutations(range(4)), seed=seeds)
def test_relabelling_the_variables_relabels_the_law(order: list[int], seed: int) -> None:
    system = VAR(n_vars=4).draw(seed)
    places = np.ix_(order, order)
    moved = VARSystem(VAR(n_vars=4), seed, system.graph.relabelled(order), system.coefficients[places], 0)
    np.testing.assert_allclose(moved.covariance, system.covariance[places], atol=1e-10)
    np.testing.assert_array_equal(moved.graph.adjacency, moved.coefficients != 0.0)
    idle = np.zeros((40, 4), dtype=bool)
    x = np.random.default_rng(seed).standard_normal((42, 4))
    y = np.ascontiguousarray(x[:, order])
    system.advance(x, idle, idle.astype(float))
    moved.advance(y, idle, idle.astype(float))
    np.testing.assert_allclose(y, x[:, order], rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("noise", LAWS)
@pytest.mark.parametrize("contemporaneous", [0.0, 0.4])
def test_the_sample_covariance_approaches_the_lyapunov_solution(noise: str, contemporaneous: float) -> None:
    """200,000 samples at one seed; 10 entries within 6 of their standard errors: fails 1 seed in 10^6.

    The errors are from 200 batch means, so the tails are those of Student's t with 199 degrees of freedom.
    """
    system = VAR(n_vars=4, spectral_radius=0.8, noise=noise, contemporaneous=contemporaneous, density=0.5).draw(11)
    x = system.simulate(Drive.idle(200_000, 4), seed=1)
    products = (x[:, :, None] * x[:, None, :]).reshape(200, 1000, 4, 4).mean(axis=1)
    error = products.std(axis=0, ddof=1) / np.sqrt(len(products))
    assert (np.abs(products.mean(axis=0) - system.covariance) < 6.0 * error).all()


def test_the_companion_matrix_steps_the_recursion() -> None:
    system = VAR(n_vars=3, max_lag=2).draw(0)
    past = np.random.default_rng(0).standard_normal((2, 3))
    stepped = companion_matrix(system.coefficients) @ past.ravel()
    expected = np.einsum("ijl,li->j", system.coefficients[..., 1:], past)
    np.testing.assert_allclose(stepped, [*expected, *past[0]], atol=1e-14)


def test_do_holds_its_targets_exactly_and_cuts_nothing_else() -> None:
    system = VAR(n_vars=5).draw(2)
    experiment = system.run(Design(50, Do(level=1.5, n_samples=100)), seed=3)
    mean, std = system.scale
    values, intervened = experiment.recording.values, experiment.recording.intervened
    expected = np.broadcast_to(mean + 1.5 * std, values.shape)
    np.testing.assert_array_equal(values[intervened], expected[intervened])
    assert intervened.sum() == 100


@pytest.mark.parametrize("contemporaneous", [0.0, 0.5])
def test_do_shifts_every_variable_by_its_analytic_response(contemporaneous: float) -> None:
    """Paired seeds: the innovations cancel, and the response of the mutilated system to the constant is left."""
    system = VAR(n_vars=4, max_lag=2, density=0.5, spectral_radius=0.7, contemporaneous=contemporaneous).draw(4)
    idle = Drive.idle(400, 4)
    held = np.zeros((400, 4), dtype=bool)
    held[:, 1] = True
    constant, zero = (replace(idle, held=held, held_values=np.full((400, 4), level)) for level in (2.0, 0.0))
    difference = system.simulate(constant, 7)[-1] - system.simulate(zero, 7)[-1]
    gain = system.coefficients.sum(axis=2).T.copy()
    gain[1] = 0.0
    expected = np.linalg.solve(np.eye(4) - gain, np.eye(4)[:, 1] * 2.0)
    np.testing.assert_allclose(difference, expected, atol=1e-9)


def test_random_forcing_is_independent_of_the_past_parents() -> None:
    """20,000 samples a target; 24 correlations within 5 standard errors: fails by chance in 1 seed of 70,000."""
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
        assert (np.abs(weights - system.coefficients[:, target, 1]) < 6.0 * error).all()
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
        ("density", float("nan"), r"in \[0, 1\]"),
        ("n_vars", True, "whole number"),
        ("spectral_radius", 1.0, r"in \[0\.01, 0\.999\]"),
        ("spectral_radius", 0.0, r"in \[0\.01, 0\.999\]"),
        ("spectral_radius", "high", r"in \[0\.01, 0\.999\]"),
        ("n_edges", 91, r"in \[0, 90\] for 10 variables"),
        ("n_edges", -1, "at least 0"),
        ("coefficient_law", "cauchy", "one of uniform, gaussian, equal"),
        ("noise", "pink", "one of gaussian, laplace"),
        ("contemporaneous", 1.5, r"in \[0, 1\]"),
        ("self_links", 1, "true or false"),
    ],
)
def test_impossible_parameters_are_named(field: str, value: object, allowed: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*{allowed}.*got {value!r} \(VAR\.{field}\)"):
        VAR(**{field: value})


def test_more_edges_at_lag_0_than_an_order_allows_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^contemporaneous must be a share of at most 6 of the 10 edges.*got 0\.7 "):
        VAR(n_vars=4, n_edges=10, contemporaneous=0.7)


@few
@given(st.integers(3, 6), seeds)
def test_without_self_links_the_graph_has_a_cycle_through_others(n_vars: int, seed: int) -> None:
    system = VAR(n_vars=n_vars, density=0.5, self_links=False, spectral_radius=0.6).draw(seed)
    assert not system.graph.summary.diagonal().any()
    assert spectral_radius(system.coefficients) == pytest.approx(0.6, abs=1e-9)


def test_without_self_links_and_without_room_for_a_cycle_there_is_no_system() -> None:
    with pytest.raises(ValueError, match=r"self_links must be true where .*got 1 edges among 3 variables"):
        VAR(n_vars=3, n_edges=1, self_links=False).draw(0)


def test_redrawn_coefficients_keep_graph_and_radius() -> None:
    system = VAR(n_vars=6).draw(2)
    other = system.redrawn(np.random.default_rng(0))
    assert other.graph == system.graph
    assert spectral_radius(other.coefficients) == pytest.approx(0.9, abs=1e-10)
    assert not np.isin(other.coefficients[system.graph.adjacency], system.coefficients).any()


def test_a_past_takes_the_place_of_the_burn_in() -> None:
    """The same innovations: the recursion of them from the given samples on."""
    system = VAR(n_vars=3, max_lag=2).draw(1)
    past = np.random.default_rng(3).standard_normal((5, 3))
    x = system.simulate(Drive.idle(30, 3), 4, past)
    innovations = stream(4, "innovations", system.specification).standard_normal((30, 3))
    np.testing.assert_allclose(residuals(system, np.vstack((past[-2:], x))), innovations, atol=1e-12)


def test_an_input_is_added_to_the_mechanism_and_may_reach_into_the_burn_in() -> None:
    """Paired seeds: what is left is the system's linear response to the input."""
    system = VAR(n_vars=3, max_lag=2).draw(1)
    idle = Drive.idle(30, 3)
    signal = np.random.default_rng(3).standard_normal((50, 3))
    difference = system.simulate(replace(idle, input=signal), 4) - system.simulate(idle, 4)
    response = np.vstack((np.zeros((2, 3)), signal))
    system.advance(response, np.zeros((0, 3), dtype=bool), np.zeros((0, 3)))
    np.testing.assert_allclose(difference, response[-30:], atol=1e-9)


@few
@given(families(), seeds)
def test_holding_any_one_variable_leaves_a_stable_system(family: VAR, seed: int) -> None:
    coefficients = family.draw(seed).coefficients
    bound = max(0.99, family.spectral_radius) + 1e-9
    for j in range(family.n_vars):
        held = coefficients.copy()
        held[:, j] = 0.0
        assert np.abs(np.linalg.eigvals(companion_matrix(held))).max() <= bound
