"""DYNOTEARS against finite differences, least squares, and a system whose graph is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import few

from causal_gauntlet.baselines.dynotears import Dynotears, acyclicity, structural_coefficients
from causal_gauntlet.benchmark import metrics
from causal_gauntlet.generators import VAR, Design, Recording


@few
@given(seed=st.integers(0, 2**32))
def test_the_gradient_of_the_constraint_is_that_of_finite_differences(seed: int) -> None:
    matrix = np.random.default_rng(seed).standard_normal((4, 4)) * 0.5
    _, slope = acyclicity(matrix)
    for i, j in np.ndindex(4, 4):
        step = np.zeros((4, 4))
        step[i, j] = 1e-6
        numerical = (acyclicity(matrix + step)[0] - acyclicity(matrix - step)[0]) / 2e-6
        assert slope[i, j] == pytest.approx(numerical, abs=1e-6)


@few
@given(order=st.permutations(range(5)), seed=st.integers(0, 2**32))
def test_the_constraint_is_zero_exactly_on_acyclic_graphs(order: list[int], seed: int) -> None:
    weights = np.random.default_rng(seed).uniform(0.5, 2.0, (5, 5))
    acyclic = np.triu(weights, k=1)[np.ix_(order, order)]
    assert acyclicity(acyclic)[0] == pytest.approx(0.0, abs=1e-12)
    assert acyclicity(acyclic + 0.1 * acyclic.T)[0] > 1e-6


def structural(n_samples: int, seed: int = 0) -> NDArray[np.float64]:
    """X0(t) -> X1(t), X1(t - 1) -> X2(t), and X2(t - 2) -> X0(t)."""
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, 3))
    for t in range(2, n_samples):
        x[t, 0] += 0.6 * x[t - 2, 2]
        x[t, 1] += 0.8 * x[t, 0]
        x[t, 2] += 0.7 * x[t - 1, 1]
    return x


def test_one_variable_without_penalty_is_least_squares() -> None:
    x = structural(400)[:, :1]
    columns = np.hstack([x[2:], x[1:-1], x[:-2]])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    found = structural_coefficients(columns.T @ columns / len(columns), 1, 0.0)
    expected = np.linalg.lstsq(columns[:, 1:], columns[:, 0], rcond=None)[0]
    np.testing.assert_allclose(found[:, 0], [0.0, *expected], atol=1e-6)


def test_the_graph_within_a_sample_is_acyclic() -> None:
    x = structural(400)
    columns = np.hstack([x[1:], x[:-1]])
    columns = (columns - columns.mean(axis=0)) / columns.std(axis=0)
    found = structural_coefficients(columns.T @ columns / len(columns), 3, 0.01)
    assert acyclicity(found[:3])[0] <= 1e-8
    np.testing.assert_array_equal(found[:3].diagonal(), 0.0)


def test_the_graph_of_a_structural_autoregression_is_found_with_its_lags() -> None:
    """2000 samples: each coefficient is 20 standard errors or more from 0."""
    answer = Dynotears(max_lag=2, penalty=0.05, threshold=0.2).discover(Recording(structural(2000)))
    expected = np.zeros((3, 3), dtype=bool)
    expected[0, 1] = expected[1, 2] = expected[2, 0] = True
    np.testing.assert_array_equal(answer.selected, expected)
    assert answer.lags is not None
    assert (answer.lags[0, 1], answer.lags[1, 2], answer.lags[2, 0]) == (0, 1, 2)


def test_a_penalty_beyond_every_correlation_leaves_nothing() -> None:
    answer = Dynotears(max_lag=1, penalty=1.0).discover(Recording(structural(200)))
    assert answer.selected is not None
    assert not answer.selected.any()
    np.testing.assert_allclose(answer.scores, 0.0, atol=1e-9)


def test_relabelling_variables_relabels_scores() -> None:
    x, order = structural(500), [2, 0, 1]
    method = Dynotears(max_lag=2)
    before, after = method.discover(Recording(x)), method.discover(Recording(x[:, order]))
    np.testing.assert_allclose(after.scores, before.scores[np.ix_(order, order)], atol=2e-3)


def test_a_vector_autoregression_is_found() -> None:
    """AUROC above 0.8: the lowest of 30 seeds had 0.81."""
    done = VAR(n_vars=6, density=0.2).draw(seed=0).run(Design(400), seed=0)
    assert metrics.auroc(Dynotears(max_lag=2).discover(done.recording).scores, done.truth.summary) > 0.8
