"""Surrogates and null systems: each variable as it was, and nothing between variables."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, seeds

import causal_gauntlet.generators as gen
from causal_gauntlet.generators import Design, Recording, circular_shift, phase_randomised


@few
@given(st.integers(2, 200), st.integers(1, 6), seeds)
def test_a_circular_shift_keeps_each_variable_and_moves_them_apart(n_samples: int, n_vars: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_vars))
    shifted = circular_shift(Recording(x, time_step=0.5), rng)
    offsets = []
    for i in range(n_vars):
        (offset,) = (k for k in range(n_samples) if np.array_equal(np.roll(x[:, i], k), shifted.values[:, i]))
        offsets.append(offset)
    assert shifted.time_step == 0.5
    for a in range(n_vars):
        for b in range(a):
            gap = abs(offsets[a] - offsets[b])
            assert min(gap, n_samples - gap) >= n_samples // n_vars or n_samples < n_vars


@few
@given(st.integers(2, 200), st.integers(1, 6), seeds)
def test_random_phases_keep_the_mean_and_every_periodogram(n_samples: int, n_vars: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_vars)).cumsum(axis=0)
    surrogate = phase_randomised(Recording(x), rng).values
    before, after = (np.abs(np.fft.rfft(values, axis=0)) for values in (x, surrogate))
    np.testing.assert_allclose(after, before, atol=1e-9 * before.max())
    np.testing.assert_allclose(surrogate.mean(axis=0), x.mean(axis=0), atol=1e-9)


def test_random_phases_make_variables_independent() -> None:
    """Two copies of one AR(1): over 2,000 surrogates the mean correlation is 0 within 5 standard errors, 1 in 10^6."""
    rng = np.random.default_rng(0)
    x = gen.IndependentAR(n_vars=2).draw(0).run(Design(64), 0).recording.values
    twins = Recording(np.stack((x[:, 0], x[:, 0]), axis=1))
    correlations = [np.corrcoef(phase_randomised(twins, rng).values.T)[0, 1] for _ in range(2000)]
    assert abs(np.mean(correlations)) < 5.0 * np.std(correlations) / np.sqrt(2000)


def test_missing_values_have_no_phase_but_can_be_shifted() -> None:
    x = np.arange(12.0).reshape(6, 2)
    x[2, 1] = np.nan
    with pytest.raises(ValueError, match=r"^values must not be missing to have phases, got NaN"):
        phase_randomised(Recording(x), np.random.default_rng(0))
    assert np.isnan(circular_shift(Recording(x), np.random.default_rng(0)).values[:, 1]).sum() == 1


@pytest.mark.parametrize("method", ["circular-shift", "phase-randomised"])
def test_the_truth_of_a_surrogate_is_its_self_links(method: str) -> None:
    experiment = gen.Stressed(gen.VAR(n_vars=5), (gen.Surrogate(method),)).draw(1).run(Design(80), 2)
    np.testing.assert_array_equal(experiment.truth.summary, np.eye(5, dtype=bool))
    assert not any(card.is_edge for card in experiment.card.edges if card.source != card.target)
    plain = gen.VAR(n_vars=5).draw(1).run(Design(80), 2).recording.values
    np.testing.assert_allclose(experiment.recording.values.std(axis=0), plain.std(axis=0), rtol=1e-9)


def test_null_families_have_no_edges_and_the_stated_memory() -> None:
    """20,000 samples of 6 variables: correlations within 6 standard errors (of an AR with that memory), 1 in 10^7."""
    white = gen.WhiteNoise(n_vars=6).draw(0)
    assert not white.graph.summary.any()
    x = white.run(Design(20_000), 0).recording.values
    assert np.abs(np.corrcoef(x.T) - np.eye(6)).max() < 6.0 / np.sqrt(20_000)
    assert np.abs((x[1:] * x[:-1]).mean(axis=0)).max() < 6.0 / np.sqrt(20_000)
    memory = gen.IndependentAR(n_vars=6, min_autocorrelation=0.5, max_autocorrelation=0.5).draw(0)
    np.testing.assert_array_equal(memory.graph.summary, np.eye(6, dtype=bool))
    x = memory.run(Design(20_000), 0).recording.values
    lagged = (x[1:] * x[:-1]).mean(axis=0) / x.var(axis=0)
    np.testing.assert_allclose(lagged, 0.5, atol=6.0 / np.sqrt(20_000))
    np.testing.assert_allclose(memory.scale[1], np.sqrt(1.0 / 0.75), rtol=1e-12)
    between = np.corrcoef(x.T)[~np.eye(6, dtype=bool)]
    assert np.abs(between).max() < 6.0 * np.sqrt((1.0 + 0.25) / (1.0 - 0.25) / 20_000)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: gen.IndependentAR(n_vars=1), r"^n_vars must be a whole number of at least 2, got 1"),
        (lambda: gen.IndependentAR(max_autocorrelation=1.0), r"^max_autocorrelation must be in \[0, 0\.99\], got 1\.0"),
        (
            lambda: gen.IndependentAR(min_autocorrelation=0.95),
            r"^min_autocorrelation must be in \[0, 0\.9\].*got 0\.95",
        ),
        (lambda: gen.WhiteNoise(noise="pink"), r"^noise must be one of gaussian, .*got 'pink' \(WhiteNoise\.noise\)"),
    ],
)
def test_an_impossible_null_is_refused_by_name(make: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()
