"""Lorenz-96 against scipy's DOP853, free and held, and its truth."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.integrate import solve_ivp
from strategies import few, seeds

from causal_gauntlet.generators import Design, Do, Intervention, Lorenz96, RandomForcing, SoftNoise
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.lorenz96 import _integrate

FORCING = 10.0
TIGHT: dict[str, Any] = {"rtol": 1e-13, "atol": 1e-13}


def tendency(_: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
    return (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + FORCING


def integrate(
    start: NDArray[np.float64], n_substeps: int, held: NDArray[np.bool_] | None = None, level: float = 0.0
) -> NDArray[np.float64]:
    """Six samples, 0.05 apart; the first is one interval after the start."""
    held = np.zeros((6, len(start)), dtype=bool) if held is None else held
    return _integrate(
        start=start,
        forcing=FORCING,
        step=0.05 / n_substeps,
        n_substeps=n_substeps,
        n_before=0,
        held_before=np.zeros(len(start), dtype=bool),
        noise=np.zeros((0, n_substeps, len(start))),
        signal=np.zeros((0, len(start))),
        held=held,
        held_values=np.full(held.shape, level),
    )


def test_free_motion_agrees_with_dop853() -> None:
    start = np.random.default_rng(0).normal(2.0, 3.0, 8)
    exact = solve_ivp(tendency, (0.0, 0.3), start, "DOP853", np.linspace(0.05, 0.3, 6), rtol=1e-13, atol=1e-13).y.T
    np.testing.assert_allclose(integrate(start, 100), exact, atol=1e-8)


def test_a_held_variable_is_constant_inside_the_substeps() -> None:
    """From the first held sample on, the others follow the system in which that state does not move."""
    start = np.random.default_rng(1).normal(2.0, 3.0, 6)
    held = np.zeros((6, 6), dtype=bool)
    held[1:5, 2] = True
    samples = integrate(start, 100, held, level=4.0)
    np.testing.assert_array_equal(samples[1:5, 2], 4.0)

    def held_tendency(t: float, x: NDArray[np.float64]) -> NDArray[np.float64]:
        return tendency(t, x) * (np.arange(6) != 2)

    window = np.linspace(0.05, 0.15, 3)
    exact = solve_ivp(held_tendency, (0.0, 0.15), samples[1], "DOP853", window, rtol=1e-13, atol=1e-13).y.T
    np.testing.assert_allclose(samples[2:5], exact, atol=1e-8)
    released = solve_ivp(tendency, (0.0, 0.05), samples[4], "DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    np.testing.assert_allclose(samples[5], released, atol=1e-8)


@pytest.mark.parametrize("seed", range(5))
def test_the_truth_is_the_ring_in_the_order_of_the_columns(seed: int) -> None:
    """Probe the drawn system: each variable answers to a push on its drivers within a short time, and to no other."""
    system = Lorenz96(n_vars=7).draw(seed)
    x = np.random.default_rng(seed).normal(2.0, 3.0, 7)
    column_of = np.argsort(system.place)
    jacobian = np.empty((7, 7))
    for source in range(7):
        pushed = x.copy()
        pushed[source] += 1.0
        jacobian[source] = tendency(0.0, pushed) - tendency(0.0, x)
    drives = (jacobian != 0.0)[np.ix_(system.place, system.place)]
    np.testing.assert_array_equal(system.graph.summary, drives)
    assert sorted(column_of) == list(range(7))


def test_do_is_exact_and_survives_high_levels() -> None:
    """Held neighbours grow a thousandfold beyond the free motion; the step is split, and the motion stays finite."""
    system = Lorenz96(n_vars=10).draw(3)
    for level in (1.0, 2.0, -2.0):
        experiment = system.run(Design(20, Do(level=level, n_samples=200)), seed=1)
        mean, std = system.scale
        values, intervened = experiment.recording.values, experiment.recording.intervened
        expected = np.broadcast_to(mean + level * std, values.shape)
        np.testing.assert_array_equal(values[intervened], expected[intervened])


def test_splitting_steps_converges_on_a_growing_motion() -> None:
    start = np.full(6, 2.0) + 0.01 * np.arange(6)
    held = np.zeros((6, 6), dtype=bool)
    held[:, 0] = True
    coarse, fine = integrate(start, 20, held, 60.0), integrate(start, 40, held, 60.0)
    assert np.abs(fine).max() > 20.0
    np.testing.assert_allclose(coarse, fine, rtol=1e-4, atol=1e-4)


def test_soft_noise_adds_variance_in_proportion_to_time() -> None:
    """Paired with no noise over one sample: the difference has the standard deviation sigma * std * sqrt(interval).

    100 seeds of one step, with the drift's effect over 0.01 time units below 1 %; 6 standard errors: 1 seed in 10^6.
    """
    system = Lorenz96(n_vars=5, sampling_interval=0.001, n_substeps=4).draw(0)
    _, std = system.scale
    gaps = []
    for seed in range(100):
        quiet = system.run(Design(1, SoftNoise(sigma=0.0, n_samples=5)), seed)
        noisy = system.run(Design(1, SoftNoise(sigma=0.01, n_samples=5)), seed)
        (target,) = quiet.recording.episodes[1].targets
        gaps.append((noisy.recording.values - quiet.recording.values)[1, target] / std[target])
    assert np.std(gaps) == pytest.approx(0.01 * np.sqrt(0.001), rel=6.0 / np.sqrt(2 * 100))


def test_designs_of_one_seed_share_their_observational_part() -> None:
    system = Lorenz96(n_vars=6).draw(0)
    alone = system.run(Design(40), seed=1).recording.values
    for intervention in (Do(level=1.0, n_samples=30), SoftNoise(n_samples=30), RandomForcing(n_samples=30)):
        np.testing.assert_array_equal(system.run(Design(40, intervention), seed=1).recording.values[:40], alone)


def test_the_card_states_the_sampling_interval() -> None:
    experiment = Lorenz96(sampling_interval=0.25).draw(0).run(Design(5), seed=0)
    assert "0.25 time units" in experiment.card.notes[0]
    assert experiment.recording.time_step == 0.25


def test_a_step_too_long_for_the_solver_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^n_substeps must keep the simulation finite, got 1 .*Lorenz96\.n_substeps"):
        Lorenz96(sampling_interval=10.0, n_substeps=1).draw(0).run(Design(50), seed=0)


@pytest.mark.parametrize(
    ("field", "value", "allowed"),
    [
        ("n_vars", 3, "a whole number of at least 4"),
        ("n_vars", 8.0, "a whole number of at least 4"),
        ("forcing", -100.5, "in [-100, 100]"),
        ("forcing", float("nan"), "in [-100, 100]"),
        ("sampling_interval", 0.0, "in [0.001, 10]"),
        ("sampling_interval", 10.1, "in [0.001, 10]"),
        ("process_noise", -1.0, "in [0, 100]"),
        ("observation_noise", -1.0, "in [0, 100]"),
        ("n_substeps", 0, "a whole number of at least 1"),
        ("n_substeps", True, "a whole number of at least 1"),
    ],
)
def test_an_impossible_field_is_named_with_its_value_and_its_range(field: str, value: object, allowed: str) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        Lorenz96(**fields)
    assert str(complaint.value) == f"{field} must be {allowed}, got {value!r} (Lorenz96.{field})"


@few
@given(st.integers(4, 9), st.integers(0, 8), seeds)
def test_the_ring_has_no_first_place(n_vars: int, turn: int, seed: int) -> None:
    start = np.random.default_rng(seed).normal(2.0, 3.0, n_vars)
    turned = np.roll(integrate(np.roll(start, turn), 10), -turn, axis=1)
    np.testing.assert_allclose(turned, integrate(start, 10), rtol=1e-13, atol=1e-13)


def test_the_solver_is_of_fourth_order() -> None:
    """Halving the step divides the error by 2^4, up to higher orders."""
    start = np.random.default_rng(0).normal(2.0, 3.0, 8)
    exact = solve_ivp(tendency, (0.0, 0.3), start, "DOP853", rtol=1e-13, atol=1e-13).y[:, -1]
    errors = [np.abs(integrate(start, n_substeps)[-1] - exact).max() for n_substeps in (10, 20, 40)]
    ratios = np.divide(errors[:-1], errors[1:])
    assert ((ratios > 14.0) & (ratios < 18.0)).all()


@pytest.mark.parametrize("kind", [None, Do(0.5, 28), RandomForcing(0.5, "uniform", 28)])
def test_every_interval_of_a_recording_agrees_with_dop853(kind: Intervention | None) -> None:
    """In the columns' order; what is held at both ends of an interval stands still between them, else nothing does."""
    system = Lorenz96(n_vars=7, sampling_interval=0.05, n_substeps=100).draw(2)
    recording = system.run(Design(4, kind), seed=1).recording
    x, held = recording.values[:, np.argsort(system.place)], ~recording.endogenous[:, np.argsort(system.place)]
    for t in range(1, len(x)):
        frozen = held[t - 1] & held[t]
        exact = solve_ivp(
            lambda s, y, moves: tendency(s, y) * moves, (0.0, 0.05), x[t - 1], "DOP853", args=(~frozen,), **TIGHT
        ).y[:, -1]
        np.testing.assert_allclose(x[t, ~held[t]], exact[~held[t]], atol=1e-8)


def test_the_same_seed_permutes_the_ring_alike_and_others_do_not() -> None:
    assert Lorenz96(n_vars=12).draw(5).place.tolist() == Lorenz96(n_vars=12).draw(5).place.tolist()
    places = {tuple(Lorenz96(n_vars=12).draw(seed).place.tolist()) for seed in range(50)}
    assert len(places) == 50


def test_process_noise_adds_variance_in_proportion_to_time() -> None:
    """400 runs of 5 variables over 0.001 time units: the noise's spread within 6 standard errors, 1 seed in 10^8.

    The drift moves the variables by at most 1 % of that in so short a time.
    """
    noisy = Lorenz96(n_vars=5, sampling_interval=0.001, n_substeps=4, process_noise=30.0).draw(0)
    past = np.random.default_rng(0).normal(0.0, 1.0, (1, 5))
    moved = np.array([noisy.simulate(Drive.idle(1, 5), seed, past)[0] - past[0] for seed in range(400)])
    assert moved.std() == pytest.approx(30.0 * np.sqrt(0.001), rel=6.0 / np.sqrt(2 * moved.size))


def test_observation_noise_leaves_the_motion_alone() -> None:
    """The quiet recording of the same motion, plus independent noise of the stated size; 6 standard errors."""
    noisy = Lorenz96(n_vars=5, observation_noise=0.5).draw(0)
    quiet = Lorenz96(n_vars=5).draw(0)
    past = np.random.default_rng(0).normal(0.0, 3.0, (1, 5))
    noise = noisy.simulate(Drive.idle(2000, 5), 3, past) - quiet.simulate(Drive.idle(2000, 5), 3, past)
    assert noise.std() == pytest.approx(0.5, rel=6.0 / np.sqrt(2 * noise.size))


def test_widening_process_noise_scales_it() -> None:
    """One step of Euler-Maruyama on top of the same drift."""
    system = Lorenz96(n_vars=5, process_noise=1.0, sampling_interval=0.001, n_substeps=1).draw(0)
    still = Lorenz96(n_vars=5, sampling_interval=0.001, n_substeps=1).draw(0)
    idle = Drive.idle(1, 5)
    past = np.random.default_rng(0).normal(0.0, 1.0, (1, 5))
    drifted = still.simulate(idle, 0, past)
    moved = [system.simulate(replace(idle, noise_gain=np.full((1, 5), g)), 0, past) - drifted for g in (1.0, 3.0)]
    np.testing.assert_allclose(moved[1], 3.0 * moved[0], rtol=1e-9)


def test_an_input_is_a_forcing_of_its_own() -> None:
    """Driven by a constant in place of a part of F, the motion is the same, in the order of the columns too."""
    strong, weak = Lorenz96(n_vars=6, forcing=9.0).draw(4), Lorenz96(n_vars=6, forcing=7.0).draw(4)
    past = np.random.default_rng(1).normal(2.0, 3.0, (1, 6))
    idle = Drive.idle(5, 6)
    driven = weak.simulate(replace(idle, input=np.full((5, 6), 2.0)), 0, past)
    np.testing.assert_allclose(driven, strong.simulate(idle, 0, past), rtol=1e-10, atol=1e-10)


def test_a_recording_in_two_parts_is_the_whole() -> None:
    """A window that crosses the cut is held inside the substeps on both sides of it."""
    system = Lorenz96(n_vars=5).draw(1)
    held = np.zeros((12, 5), dtype=bool)
    held[3:9, 2] = True
    drive = replace(Drive.idle(12, 5), held=held, held_values=np.full((12, 5), 1.5))
    whole = system.simulate(drive, 6)
    first = system.simulate(drive.part(0, 5), 6)
    second = system.simulate(drive.part(5, 12), 6, first)
    np.testing.assert_allclose(np.vstack((first, second)), whole, rtol=1e-9, atol=1e-9)


def test_at_rest_there_is_no_level_in_standard_deviations() -> None:
    with pytest.raises(ValueError, match=r"^forcing must keep the ring moving .*got 0\.5 \(Lorenz96\.forcing\)"):
        Lorenz96(n_vars=5, forcing=0.5).draw(0).run(Design(20, Do(n_samples=20)), seed=0)
