"""The Lasso against scikit-learn and against its optimality conditions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LassoCV, lasso_path
from sklearn.model_selection import TimeSeriesSplit

from causal_gauntlet.control_arms import Lasso, lasso
from causal_gauntlet.control_arms.lasso import _forward_splits, _Sums, cross_validated_lasso, lasso_paths
from causal_gauntlet.generators import Episode, Recording

TIGHT = 1e-12
thorough = settings(deadline=None, derandomize=True, max_examples=30)

Floats = NDArray[np.float64]


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Solve to the end, so that nothing but the problem itself is compared."""
    monkeypatch.setattr(lasso, "TOLERANCE", TIGHT)


def regression(seed: int, n_rows: int = 80, n_regressors: int = 6, n_responses: int = 2) -> tuple[Floats, Floats]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_rows, n_regressors)) + 0.5 * rng.standard_normal((n_rows, 1))
    weights = rng.standard_normal((n_regressors, n_responses)) * (rng.random((n_regressors, n_responses)) < 0.5)
    return x, x @ weights + rng.standard_normal((n_rows, n_responses)) + rng.standard_normal(n_responses)


def _moments(x: Floats, y: Floats) -> tuple[Floats, Floats, Floats]:
    sums = _Sums.over(np.hstack((x, y)))
    return sums.moments(y.shape[1], sums.means)


def grid(cross: Floats) -> Floats:
    return np.abs(cross).max(axis=0)[:, None] * np.geomspace(1.0, 1e-3, 100)


def autoregression(seed: int, n_samples: int = 240, n_vars: int = 3) -> Floats:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += 0.5 * x[t - 1] + 0.25 * np.roll(x[t - 1], 1)
    return x * rng.uniform(0.1, 10.0, n_vars) + rng.normal(0.0, 3.0, n_vars)


def scikit_learn(n_folds: int) -> LassoCV:
    return LassoCV(alphas=100, eps=1e-3, cv=TimeSeriesSplit(n_folds), tol=TIGHT, max_iter=100_000)


def objective(x: Floats, y: Floats, weights: Floats, alpha: float) -> float:
    residual = (y - y.mean()) - (x - x.mean(axis=0)) @ weights
    return float(residual @ residual / (2 * len(y)) + alpha * np.abs(weights).sum())


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_those_of_scikit_learn(seed: int) -> None:
    x, y = regression(seed)
    gram, cross, power = _moments(x, y)
    alphas = grid(cross)
    paths = lasso_paths(gram, cross, power, alphas, TIGHT)
    assert paths.shape == (2, 100, 6)
    for m in range(2):
        _, theirs, _ = lasso_path(
            x - x.mean(axis=0), y[:, m] - y[:, m].mean(), alphas=alphas[m], tol=TIGHT, max_iter=100_000
        )
        np.testing.assert_allclose(paths[m].T, theirs, atol=1e-6)


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("n_folds", [2, 5])
@pytest.mark.parametrize("seed", range(4))
def test_cross_validation_chooses_and_fits_as_scikit_learn(seed: int, n_folds: int) -> None:
    x, y = regression(seed, n_rows=83)
    weights = cross_validated_lasso(x, y, n_folds)
    cross = _moments(x, y)[1]
    for m in range(2):
        theirs = scikit_learn(n_folds).fit(x, y[:, m])
        np.testing.assert_allclose(grid(cross)[m], theirs.alphas_, rtol=1e-12)
        np.testing.assert_allclose(weights[:, m], theirs.coef_, atol=1e-6)
        # the penalty can be read off the gradient of any coefficient that is not zero
        gradient = (x - x.mean(axis=0)).T @ (y[:, m] - y[:, m].mean() - (x - x.mean(axis=0)) @ weights[:, m]) / len(x)
        if weights[:, m].any():
            assert np.abs(gradient).max() == pytest.approx(theirs.alpha_, rel=1e-4)


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("kind", ["none", "do", "soft-noise", "random-forcing"])
def test_each_target_is_a_cross_validated_lasso_on_its_z_scored_rows(kind: str) -> None:
    x, max_lag = autoregression(3), 2
    x[30, 0] = x[31, 2] = np.nan
    episodes = (Episode(0, 120), Episode(120, 180, (0, 2)), Episode(180, 240, (1,)))
    recording = Recording(x) if kind == "none" else Recording(x, episodes=episodes, intervention_kind=kind)
    scores = Lasso(max_lag=max_lag).discover(recording)
    assert scores.selected is not None
    assert scores.lagged_scores is not None
    cut = {"do": True, "random-forcing": True}.get(kind, False)
    for j in range(3):
        held = [range(e.start, e.stop) for e in episodes if j in e.targets] if cut else []
        samples = np.array(
            [
                t
                for t in range(max_lag, len(x))
                if np.isfinite(x[t - max_lag : t + 1]).all() and not any(t in span for span in held)
            ]
        )
        keys = [(i, k) for i in range(3) for k in range(1, max_lag + 1)]
        past = np.column_stack([x[samples - k, i] for i, k in keys])
        past = (past - past.mean(axis=0)) / past.std(axis=0)
        present = (x[samples, j] - x[samples, j].mean()) / x[samples, j].std()
        theirs = scikit_learn(5).fit(past, present).coef_
        for (i, k), weight in zip(keys, theirs, strict=True):
            assert scores.lagged_scores[i, j, k] == pytest.approx(abs(weight), abs=1e-6)
            assert (scores.lagged_scores[i, j, k] > 0.0) == (weight != 0.0)
    np.testing.assert_array_equal(scores.selected, scores.lagged_scores.any(axis=2))
    np.testing.assert_array_equal(scores.scores, scores.lagged_scores.max(axis=2))


def test_any_weight_that_is_not_zero_selects_its_edge() -> None:
    """At the fixed seeds some edges are selected by weights below 0.01, and some are not selected."""
    answers = [Lasso(max_lag=2).discover(Recording(autoregression(seed, n_vars=5))) for seed in range(3)]
    scores, selected = (np.array([getattr(answer, field) for answer in answers]) for field in ("scores", "selected"))
    np.testing.assert_array_equal(selected, scores > 0.0)
    assert 0.0 < scores[selected].min() < 0.01
    assert not selected.all()


@given(n_rows=st.integers(2, 300), n_folds=st.integers(2, 12))
@thorough
def test_forward_splits_are_the_time_series_splits_of_scikit_learn(n_rows: int, n_folds: int) -> None:
    n_rows = max(n_rows, n_folds + 1)
    ours = [(range(n_rows)[past], range(n_rows)[future]) for past, future in _forward_splits(n_rows, n_folds)]
    theirs = TimeSeriesSplit(n_folds).split(np.zeros(n_rows))
    assert [(list(a), list(b)) for a, b in ours] == [(a.tolist(), b.tolist()) for a, b in theirs]


@given(
    seed=st.integers(0, 2**32), n_rows=st.integers(10, 60), n_regressors=st.integers(1, 12), share=st.floats(0.01, 1)
)
@thorough
def test_optimality_conditions_hold(seed: int, n_rows: int, n_regressors: int, share: float) -> None:
    """Karush-Kuhn-Tucker: gradient alpha times the sign on the support, within alpha off it."""
    x, y = regression(seed, n_rows, n_regressors)
    gram, cross, power = _moments(x, y)
    alphas = share * np.abs(cross).max(axis=0)[:, None]
    paths = lasso_paths(gram, cross, power, alphas, TIGHT)
    for m in range(2):
        weights, alpha = paths[m, 0], alphas[m, 0]
        gradient = cross[:, m] - gram @ weights
        slack = 1e-5 * np.sqrt(power[m] * gram.diagonal().max())
        assert np.abs(gradient).max() <= alpha + slack
        support = weights != 0.0
        np.testing.assert_allclose(gradient[support], alpha * np.sign(weights[support]), atol=slack)


@given(seed=st.integers(0, 2**32), tolerance=st.sampled_from([1e-2, 1e-4, 1e-8]))
@thorough
def test_objective_is_within_the_tolerance_of_the_optimum(seed: int, tolerance: float) -> None:
    x, y = regression(seed)
    gram, cross, power = _moments(x, y)
    alphas = grid(cross)
    loose, exact = (lasso_paths(gram, cross, power, alphas, t) for t in (tolerance, TIGHT))
    for m in range(2):
        for a in range(0, 100, 9):
            best = objective(x, y[:, m], exact[m, a], alphas[m, a])
            assert objective(x, y[:, m], loose[m, a], alphas[m, a]) <= best + tolerance * power[m] + 1e-11


def test_the_largest_penalty_selects_nothing_and_the_next_one_something() -> None:
    x, y = regression(5)
    gram, cross, power = _moments(x, y)
    paths = lasso_paths(gram, cross, power, grid(cross), TIGHT)
    np.testing.assert_allclose(paths[:, 0], 0.0, atol=1e-12)
    assert (np.count_nonzero(paths[:, 1], axis=1) == 1).all()


def test_orthonormal_regressors_are_soft_thresholded() -> None:
    """With X'X / R = I the Lasso is sign(c) max(|c| - alpha, 0) of the moments c, in closed form."""
    cross = np.array([[0.9], [-0.4], [0.05]])
    paths = lasso_paths(np.eye(3), cross, np.array([2.0]), np.array([[0.5, 0.1]]), TIGHT)
    np.testing.assert_allclose(paths[0], [[0.4, 0.0, 0.0], [0.8, -0.3, 0.0]], atol=1e-12)


def test_a_regressor_without_variance_gets_no_weight() -> None:
    x, y = regression(6)
    x[:, 2] = 0.0
    gram, cross, power = _moments(x, y)
    paths = lasso_paths(gram, cross, power, grid(cross), TIGHT)
    assert not paths[:, :, 2].any()
    assert paths[:, -1].any()


@pytest.mark.usefixtures("tight")
def test_identical_variables_share_the_weight_of_one() -> None:
    """The optimum is not unique but the sum of the weights of identical regressors is, and their signs agree."""
    x = autoregression(7, n_vars=3)
    x[:, 1] = x[:, 0]
    both = Lasso(max_lag=1).discover(Recording(x)).lagged_scores
    one = Lasso(max_lag=1).discover(Recording(x[:, [0, 2]])).lagged_scores
    assert both is not None
    assert one is not None
    np.testing.assert_allclose(both[:2, [0, 2]].sum(axis=0), one[0], atol=1e-6)
    np.testing.assert_allclose(both[2, [0, 2]], one[1], atol=1e-6)


@pytest.mark.parametrize(
    ("field", "value"), [("max_lag", 0), ("max_lag", 2.0), ("n_folds", 1), ("n_folds", 2.5), ("n_folds", True)]
)
def test_impossible_hyperparameters_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*Lasso\.{field}"):
        Lasso(**{field: value})
