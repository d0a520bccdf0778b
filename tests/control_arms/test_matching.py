"""Matching: the counts are what they are matched to."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, interventions, seeds

from causal_gauntlet.control_arms.matching import (
    observational_with_rows,
    observational_with_samples,
    strongest_edges,
    usable_rows,
    width_with_parameters,
)
from causal_gauntlet.generators import VAR, Design, Intervention, MissingAtRandom, Recording, Stressed


@few
@given(st.none() | interventions(40), st.integers(1, 4), seeds)
def test_usable_rows_are_counted_by_a_plain_loop(kind: Intervention | None, max_lag: int, seed: int) -> None:
    family = Stressed(VAR(n_vars=4), (MissingAtRandom(share=0.02),))
    recording = family.draw(seed).run(Design(40, kind), seed).recording
    expected = [
        sum(
            bool(np.isfinite(recording.values[t - max_lag : t + 1]).all() and recording.endogenous[t, j])
            for t in range(max_lag, recording.n_samples)
        )
        for j in range(4)
    ]
    np.testing.assert_array_equal(usable_rows(recording, max_lag), expected)


@few
@given(interventions(40), st.integers(1, 4), seeds)
def test_the_arm_has_the_samples_or_the_rows_of_the_candidate(kind: Intervention, max_lag: int, seed: int) -> None:
    system = VAR(n_vars=4, max_lag=1).draw(seed)
    candidate = system.run(Design(40, kind), seed).recording
    samples = system.run(observational_with_samples(Design(40, kind)), seed).recording
    assert samples.n_samples == candidate.n_samples
    assert not samples.intervened.any()
    rows = system.run(observational_with_rows(candidate, max_lag), seed).recording
    poorest = usable_rows(candidate, max_lag).min()
    np.testing.assert_array_equal(usable_rows(rows, max_lag), poorest)
    np.testing.assert_array_equal(samples.values[: rows.n_samples], rows.values)


def test_a_recording_without_a_usable_row_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"^n_samples must leave at least 1 usable rows"):
        usable_rows(Recording(np.zeros((3, 2))), 3)


@few
@given(st.integers(2, 8), st.data())
def test_the_strongest_edges_are_as_many_as_asked_and_none_is_weaker_than_one_left_out(
    n_vars: int, data: st.DataObject
) -> None:
    scores = np.random.default_rng(data.draw(seeds)).integers(0, 5, (n_vars, n_vars)).astype(float)
    n_edges = data.draw(st.integers(0, n_vars * (n_vars - 1)))
    selected = strongest_edges(scores, n_edges)
    apart = ~np.eye(n_vars, dtype=bool)
    assert selected.sum() == n_edges
    assert not selected[~apart].any()
    if 0 < n_edges < apart.sum():
        assert scores[selected].min() >= scores[apart & ~selected].max()


def test_more_edges_than_pairs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^n_edges must be in \[0, 2\] for 2 variables, got 3"):
        strongest_edges(np.zeros((2, 2)), 3)


@few
@given(st.integers(1, 50), st.integers(0, 50), st.integers(0, 5), st.integers(0, 100_000))
def test_the_width_is_the_one_with_the_nearest_number_of_parameters(a: int, b: int, c: int, wanted: int) -> None:
    def count(width: int) -> int:
        return a * width + b + c * width**2

    width = width_with_parameters(count, wanted, max_width=300)
    assert width == min(range(1, 301), key=lambda w: (abs(count(w) - wanted), w))
