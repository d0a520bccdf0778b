"""Reduced-rank regression against its known optimum, and the readout against plain least squares."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from causal_gauntlet.baselines import LinearBottleneck
from causal_gauntlet.baselines.linear_bottleneck import reduced_rank_regression
from causal_gauntlet.generators import Episode, Recording

thorough = settings(deadline=None, derandomize=True, max_examples=40)
problems = {
    "seed": st.integers(0, 2**32),
    "n_regressors": st.integers(1, 6),
    "n_responses": st.integers(1, 5),
}


def draw_problem(seed: int, n_regressors: int, n_responses: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((40, n_regressors))
    y = x @ rng.standard_normal((n_regressors, n_responses)) + rng.standard_normal((40, n_responses))
    return x - x.mean(axis=0), y - y.mean(axis=0)


def squared_error(x: NDArray[np.float64], y: NDArray[np.float64], weights: NDArray[np.float64]) -> float:
    return float(np.square(y - x @ weights).sum())


def autoregression(seed: int, n_samples: int = 300, n_vars: int = 3) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += 0.5 * x[t - 1] + 0.3 * np.roll(x[t - 1], 1)
    return x


def least_squares_readout(values: NDArray[np.float64], samples: list[int], max_lag: int) -> NDArray[np.float64]:
    """Absolute standardised coefficients in ``[source, target, lag]``, each target and coefficient by name."""
    n_vars = values.shape[1]
    columns = {(i, k): values[np.array(samples) - k, i] for i in range(n_vars) for k in range(max_lag + 1)}
    columns = {key: (column - column.mean()) / column.std() for key, column in columns.items()}
    keys = [(i, k) for i in range(n_vars) for k in range(1, max_lag + 1)]
    readout = np.zeros((n_vars, n_vars, max_lag + 1))
    for j in range(n_vars):
        fitted = np.linalg.lstsq(np.column_stack([columns[key] for key in keys]), columns[j, 0], rcond=None)[0]
        for (i, k), weight in zip(keys, fitted, strict=True):
            readout[i, j, k] = abs(weight)
    return readout


@given(**problems, rank=st.integers(1, 5))
@thorough
def test_error_is_the_known_optimum_and_rank_is_kept(seed: int, n_regressors: int, n_responses: int, rank: int) -> None:
    x, y = draw_problem(seed, n_regressors, n_responses)
    rank = min(rank, n_responses)
    weights = reduced_rank_regression(x, y, rank)
    assert weights.shape == (n_regressors, n_responses)
    assert np.linalg.matrix_rank(weights, tol=1e-9 * np.linalg.norm(weights, 2)) <= rank
    unlimited = np.linalg.lstsq(x, y, rcond=None)[0]
    discarded = np.linalg.svd(x @ unlimited, compute_uv=False)[rank:]
    optimum = squared_error(x, y, unlimited) + float(np.square(discarded).sum())
    assert squared_error(x, y, weights) == pytest.approx(optimum, rel=1e-10)


@given(**problems)
@thorough
def test_at_full_rank_it_is_least_squares(seed: int, n_regressors: int, n_responses: int) -> None:
    x, y = draw_problem(seed, n_regressors, n_responses)
    normal_equations = np.linalg.solve(x.T @ x, x.T @ y)
    np.testing.assert_allclose(reduced_rank_regression(x, y, n_responses), normal_equations, atol=1e-9)


@given(**problems, rank=st.integers(1, 5))
@thorough
def test_no_other_bottleneck_of_that_width_predicts_better(
    seed: int, n_regressors: int, n_responses: int, rank: int
) -> None:
    x, y = draw_problem(seed, n_regressors, n_responses)
    rank = min(rank, n_regressors, n_responses)
    best = squared_error(x, y, reduced_rank_regression(x, y, rank))
    rng = np.random.default_rng(seed)
    left, _, right = np.linalg.svd(reduced_rank_regression(x, y, rank), full_matrices=False)
    for size in (1e-3, 1e-1, 1.0):
        w_in = left[:, :rank] + size * rng.standard_normal((n_regressors, rank))
        w_out = np.linalg.lstsq(x @ w_in, y, rcond=None)[0]
        assert squared_error(x, y, w_in @ w_out) >= best * (1.0 - 1e-12)
        w_out = right[:rank] + size * rng.standard_normal((rank, n_responses))
        w_in = np.linalg.lstsq(x, y @ np.linalg.pinv(w_out), rcond=None)[0]
        assert squared_error(x, y, w_in @ w_out) >= best * (1.0 - 1e-12)


@pytest.mark.parametrize("max_lag", [1, 3])
def test_without_a_limit_the_readout_is_least_squares_coefficient_by_coefficient(max_lag: int) -> None:
    x = autoregression(0)
    scores = LinearBottleneck(max_lag=max_lag, width=3).discover(Recording(x))
    expected = least_squares_readout(x, list(range(max_lag, len(x))), max_lag)
    np.testing.assert_allclose(scores.lagged_scores, expected, rtol=1e-9)
    np.testing.assert_array_equal(scores.scores, scores.lagged_scores.max(axis=2))


def test_readout_points_from_source_to_target_at_the_right_lag() -> None:
    """X1(t) = 0.9 X0(t - 2) + noise: no chance involved beyond the fixed seed; the margin is 15 standard errors."""
    rng = np.random.default_rng(1)
    x = rng.standard_normal((600, 2))
    x[2:, 1] = 0.9 * x[:-2, 0] + 0.5 * x[2:, 1]
    scores = LinearBottleneck(max_lag=3, width=1).discover(Recording(x))
    assert scores.lags is not None
    assert scores.scores[0, 1] > 0.8
    assert scores.lags[0, 1] == 2
    assert max(scores.scores[0, 0], scores.scores[1, 0], scores.scores[1, 1]) < 0.2


def test_missing_rows_are_left_out() -> None:
    x = autoregression(2)
    x[50, 0] = x[51, 2] = x[200, 1] = np.nan
    samples = [t for t in range(2, len(x)) if np.isfinite(x[t - 2 : t + 1]).all()]
    assert len(samples) == 298 - 4 - 3
    scores = LinearBottleneck(max_lag=2, width=3).discover(Recording(x))
    np.testing.assert_allclose(scores.lagged_scores, least_squares_readout(x, samples, 2), rtol=1e-9)


@pytest.mark.parametrize("kind", ["do", "soft-noise", "random-forcing"])
def test_interventions_are_predicted_like_everything_else(kind: str) -> None:
    x = autoregression(3)
    episodes = (Episode(0, 200), Episode(200, 300, (1,)))
    told = LinearBottleneck(max_lag=2).discover(Recording(x, episodes=episodes, intervention_kind=kind))
    np.testing.assert_array_equal(told.scores, LinearBottleneck(max_lag=2).discover(Recording(x)).scores)


@pytest.mark.parametrize(("n_vars", "half"), [(2, 1), (3, 2), (4, 2), (5, 3)])
def test_default_width_is_half_the_variables_rounded_up(n_vars: int, half: int) -> None:
    recording = Recording(autoregression(4, n_vars=n_vars))
    default = LinearBottleneck(max_lag=1).discover(recording).scores
    np.testing.assert_array_equal(default, LinearBottleneck(max_lag=1, width=half).discover(recording).scores)
    assert not np.allclose(default, LinearBottleneck(max_lag=1, width=n_vars).discover(recording).scores, atol=1e-4)


def test_a_width_beyond_the_variables_limits_nothing() -> None:
    recording = Recording(autoregression(5))
    wide = LinearBottleneck(max_lag=2, width=50).discover(recording)
    np.testing.assert_array_equal(wide.scores, LinearBottleneck(max_lag=2, width=3).discover(recording).scores)


def test_identical_variables_share_their_weight_equally() -> None:
    """Least squares of minimal norm splits the weight of identical regressors evenly."""
    x = autoregression(6)
    x[:, 1] = x[:, 0]
    lagged = LinearBottleneck(max_lag=2, width=3).discover(Recording(x)).lagged_scores
    assert lagged is not None
    np.testing.assert_allclose(lagged[0], lagged[1], atol=1e-9)
    np.testing.assert_allclose(lagged[:, 0], lagged[:, 1], atol=1e-9)


@pytest.mark.parametrize(("field", "value"), [("max_lag", 0), ("max_lag", 1.0), ("width", 0), ("width", -1)])
def test_impossible_hyperparameters_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*LinearBottleneck\.{field}"):
        LinearBottleneck(**{field: value})


@pytest.mark.parametrize("value", [1.5, True, 2.0])
def test_a_width_that_is_no_whole_number_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match=r"^width must be .*LinearBottleneck\.width"):
        LinearBottleneck(width=value)
