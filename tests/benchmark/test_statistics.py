"""Intervals cover as often as they say."""

import math

import numpy as np

from causal_gauntlet.benchmark.statistics import bootstrap_interval


def test_the_interval_of_a_mean_covers_it() -> None:
    """300 normal samples of 40 systems: nominal 95 %, true coverage about 94 %; 5 binomial errors: 1 seed in 10^6."""
    rng = np.random.default_rng(0)
    intervals = [bootstrap_interval(rng.normal(0.7, 0.1, 40)) for _ in range(300)]
    coverage = np.mean([low <= 0.7 <= high for low, high in intervals])
    assert abs(coverage - 0.94) < 5.0 * np.sqrt(0.94 * 0.06 / 300)


def test_degenerate_samples_have_degenerate_intervals() -> None:
    assert bootstrap_interval(np.full(5, 0.5)) == (0.5, 0.5)
    assert all(math.isnan(bound) for bound in bootstrap_interval(np.array([0.3])))


def test_the_same_values_have_the_same_interval() -> None:
    values = np.random.default_rng(1).random(12)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    low, high = bootstrap_interval(values)
    assert low < values.mean() < high
