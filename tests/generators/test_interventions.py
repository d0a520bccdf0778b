"""The three interventions: what they tell a simulator to do, in the variable's own units."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from scipy import stats
from strategies import few, interventions, seeds

from causal_gauntlet.generators import Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.interventions import KINDS, Drive, drive_for

MEAN = np.array([-1.0, 0.0, 250.0])
STD = np.array([0.5, 1.0, 20.0])


def checkerboard(n_samples: int) -> np.ndarray:
    return np.add.outer(np.arange(n_samples), np.arange(3)) % 2 == 0


@few
@given(interventions(10), seeds)
def test_outside_the_window_every_intervention_is_idle(intervention: Intervention, seed: int) -> None:
    window = checkerboard(12)
    drive = drive_for(intervention, window, MEAN, STD, np.random.default_rng(seed))
    idle = Drive.idle(12, 3)
    assert not drive.held[~window].any()
    assert_array_equal(drive.noise_gain[~window], idle.noise_gain[~window])
    assert_array_equal(drive.noise_added[~window], idle.noise_added[~window])


@few
@given(interventions(10), seeds)
def test_an_intervention_replaces_the_mechanism_or_widens_its_noise_never_both(
    intervention: Intervention, seed: int
) -> None:
    window = checkerboard(12)
    drive = drive_for(intervention, window, MEAN, STD, np.random.default_rng(seed))
    if intervention.cuts:
        assert_array_equal(drive.held, window)
        assert (drive.noise_gain == 1.0).all()
        assert (drive.noise_added == 0.0).all()
    else:
        assert isinstance(intervention, SoftNoise)
        assert not drive.held.any()
        assert (drive.noise_gain[window] == intervention.gain).all()
        assert_array_equal(drive.noise_added[window], np.broadcast_to(intervention.sigma * STD, window.shape)[window])


@few
@given(st.floats(-1e3, 1e3))
def test_do_holds_at_the_level_in_standard_deviations_from_the_mean(level: float) -> None:
    drive = drive_for(Do(level=level), checkerboard(6), MEAN, STD, np.random.default_rng(0))
    expected = np.broadcast_to(MEAN + level * STD, (6, 3))
    assert_array_equal(drive.held_values[drive.held], expected[drive.held])


@pytest.mark.parametrize("sigma", [0.3, 2.0])
@pytest.mark.parametrize(
    ("law", "cdf"),
    [("gaussian", stats.norm.cdf), ("uniform", stats.uniform(-np.sqrt(3.0), 2.0 * np.sqrt(3.0)).cdf)],
)
def test_random_forcing_has_its_law_with_the_stated_mean_and_width(law: str, cdf: Any, sigma: float) -> None:
    """Kolmogorov-Smirnov, 5,000 draws for each of 3 variables at 1e-5: 4 runs fail by chance in 1 seed of 8,000."""
    window = np.ones((5000, 3), dtype=bool)
    drive = drive_for(RandomForcing(sigma=sigma, law=law), window, MEAN, STD, np.random.default_rng(17))
    for j in range(3):
        unit = (drive.held_values[:, j] - MEAN[j]) / (sigma * STD[j])
        assert stats.kstest(unit, cdf).pvalue > 1e-5


def test_random_forcing_is_white_and_independent_between_variables() -> None:
    """20,000 samples; 12 correlations (3 autocorrelations at 3 lags, 3 pairs), each within 6 standard errors:
    fails by chance in 1 seed of 4 * 10^7.
    """
    window = np.ones((20_000, 3), dtype=bool)
    signal = drive_for(RandomForcing(), window, MEAN, STD, np.random.default_rng(3)).held_values
    signal = (signal - signal.mean(axis=0)) / signal.std(axis=0)
    bound = 6.0 / np.sqrt(len(signal))
    for lag in (1, 2, 3):
        assert np.abs((signal[:-lag] * signal[lag:]).mean(axis=0)).max() < bound
    assert np.abs(np.corrcoef(signal.T)[np.triu_indices(3, 1)]).max() < bound


def test_a_kind_is_found_under_its_own_name_and_knows_whether_it_cuts() -> None:
    assert {name: kind.cuts for name, kind in KINDS.items()} == {
        "do": True,
        "soft-noise": False,
        "random-forcing": True,
    }
    assert all(kind.kind == name for name, kind in KINDS.items())


@pytest.mark.parametrize(
    ("kind", "field", "value", "allowed"),
    [
        (Do, "level", 1000.5, "in [-1000, 1000] standard deviations"),
        (Do, "level", float("inf"), "in [-1000, 1000] standard deviations"),
        (Do, "level", True, "in [-1000, 1000] standard deviations"),
        (Do, "n_samples", 1.0, "a whole number of at least 1"),
        (Do, "n_samples", True, "a whole number of at least 1"),
        (SoftNoise, "sigma", 1001.0, "in [0, 1000] standard deviations"),
        (SoftNoise, "sigma", float("nan"), "in [0, 1000] standard deviations"),
        (SoftNoise, "gain", -0.5, "in [0, 1000]"),
        (SoftNoise, "n_samples", 0, "a whole number of at least 1"),
        (RandomForcing, "sigma", -1.0, "in [0, 1000] standard deviations"),
        (RandomForcing, "sigma", "wide", "in [0, 1000] standard deviations"),
        (RandomForcing, "law", "Gaussian", "one of gaussian, laplace, student-t, uniform"),
        (RandomForcing, "n_samples", -3, "a whole number of at least 1"),
    ],
)
def test_an_impossible_field_is_named_with_its_value_and_its_range(
    kind: type[Intervention], field: str, value: object, allowed: str
) -> None:
    fields: dict[str, Any] = {field: value}
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        kind(**fields)
    assert str(complaint.value) == f"{field} must be {allowed}, got {value!r} ({kind.__name__}.{field})"
