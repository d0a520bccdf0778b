"""Lasso: sparse regression on the past, its penalty chosen by cross-validation that respects time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Lasso", "lasso_paths"]

Floats: TypeAlias = NDArray[np.float64]

N_ALPHAS = 100
SMALLEST_ALPHA = 1e-3
TOLERANCE = 1e-4
MAX_SWEEPS = 10_000


@dataclass(frozen=True)
class Lasso:
    r"""Lasso of each variable on the lags of all, with its own penalty.

    Minimises :math:`\|y - X w\|^2 / (2 R) + \alpha \|w\|_1` over R rows of z-scored variables, for 100 penalties from
    the smallest that selects nothing down to a thousandth of it. The penalty with the least mean squared error over
    `n_folds` forward splits (train on the past, test on the stretch that follows) is refitted on all rows. The score is
    the largest :math:`|w|` over lags; an edge is selected if any lag is. Samples in which a variable was held or forced
    are left out of its regression. Of variables that are exact copies, one carries the weight of all.

    Parameters
    ----------
    max_lag : int
        Lags of every series, in samples.
    n_folds : int
        Forward splits, at least 2.

    References
    ----------
    Tibshirani (1996), doi:10.1111/j.2517-6161.1996.tb02080.x; Friedman, Hastie, Tibshirani (2010),
    doi:10.18637/jss.v033.i01 (coordinate descent). Equal to scikit-learn's ``LassoCV(cv=TimeSeriesSplit(n_folds))``.
    """

    max_lag: int = 5
    n_folds: int = 5

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require_count(self, "n_folds", 2)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        weights = np.empty((n_vars, self.max_lag, n_vars))
        for rows in lagged_rows(recording, self.max_lag, min_rows=4 * (self.n_folds + 1)):
            fitted = cross_validated_lasso(z_score(rows.past), z_score(rows.present), self.n_folds)
            weights[:, :, rows.targets] = fitted.reshape(n_vars, self.max_lag, -1)
        lagged = np.abs(weights).transpose(0, 2, 1)
        return EdgeScores.from_lagged(lagged, selected=lagged.max(axis=2) > 0.0)


def cross_validated_lasso(regressors: Floats, responses: Floats, n_folds: int) -> Floats:
    """Coefficients, shape (P, M), each response at the penalty that forward cross-validation chooses for it.

    Parameters
    ----------
    regressors : ndarray of float64, shape (R, P)
        In the order of time.
    responses : ndarray of float64, shape (R, M)
        In the same order.
    n_folds : int
        Forward splits.
    """
    gram, cross, power = _moments(regressors, responses)
    largest = np.abs(cross).max(axis=0)
    alphas = largest[:, None] * np.geomspace(1.0, SMALLEST_ALPHA, N_ALPHAS)
    errors = np.zeros(alphas.shape)
    for past, future in _forward_splits(len(regressors), n_folds):
        paths = lasso_paths(*_moments(regressors[past], responses[past]), alphas, TOLERANCE)
        predicted = (regressors[future] - regressors[past].mean(axis=0)) @ paths.reshape(-1, paths.shape[2]).T
        actual = responses[future] - responses[past].mean(axis=0)
        errors += np.square(actual[..., None] - predicted.reshape(*actual.shape, N_ALPHAS)).mean(axis=0)
    best = errors.argmin(axis=1)
    paths = lasso_paths(gram, cross, power, alphas, TOLERANCE)
    return np.ascontiguousarray(paths[np.arange(len(best)), best].T)


def _moments(regressors: Floats, responses: Floats) -> tuple[Floats, Floats, Floats]:
    """Centred second moments: of the regressors (P, P), with the responses (P, M), of the responses (M,)."""
    x = regressors - regressors.mean(axis=0)
    y = responses - responses.mean(axis=0)
    return x.T @ x / len(x), x.T @ y / len(x), np.square(y).mean(axis=0)


def _forward_splits(n_rows: int, n_folds: int) -> Iterator[tuple[slice, slice]]:
    """Split into a past and the stretch that follows it, as scikit-learn's ``TimeSeriesSplit`` does."""
    length = n_rows // (n_folds + 1)
    for start in range(n_rows - n_folds * length, n_rows, length):
        yield slice(0, start), slice(start, start + length)


@compiled
def lasso_paths(gram: Floats, cross: Floats, power: Floats, alphas: Floats, tolerance: float) -> Floats:
    """Coordinate descent down the penalties of each response, from moments alone.

    Parameters
    ----------
    gram : ndarray of float64, shape (P, P)
        Second moments of the regressors.
    cross : ndarray of float64, shape (P, M)
        Second moments of regressors and responses.
    power : ndarray of float64, shape (M,)
        Variances of the responses.
    alphas : ndarray of float64, shape (M, K)
        Penalties, descending.
    tolerance : float
        A penalty is done when the duality gap is at most this share of the response's variance.

    Returns
    -------
    ndarray of float64, shape (M, K, P)
    """
    n_responses, n_alphas = alphas.shape
    paths = np.zeros((n_responses, n_alphas, len(gram)))
    for m in range(n_responses):
        pull = cross[:, m].copy()
        weights = np.zeros(len(gram))
        gradient = pull.copy()
        for a in range(n_alphas):
            for _ in range(MAX_SWEEPS):
                _sweep(gram, alphas[m, a], weights, gradient)
                if _duality_gap(pull, power[m], alphas[m, a], weights, gradient) <= tolerance * power[m]:
                    break
            paths[m, a] = weights
    return paths


@compiled
def _sweep(gram: Floats, alpha: float, weights: Floats, gradient: Floats) -> None:
    """Minimise along each coordinate once; `gradient` is X'(y - X w) / R and is kept up to date."""
    for k in range(len(weights)):
        curvature = gram[k, k]
        if curvature == 0.0:
            continue
        pull = gradient[k] + curvature * weights[k]
        new = np.sign(pull) * max(abs(pull) - alpha, 0.0) / curvature
        step = new - weights[k]
        if step != 0.0:
            weights[k] = new
            for i in range(len(weights)):
                gradient[i] -= gram[k, i] * step


@compiled
def _duality_gap(pull: Floats, power: float, alpha: float, weights: Floats, gradient: Floats) -> float:
    """Distance to the optimum that is still possible, in the units of the objective."""
    steepest = np.abs(gradient).max()
    shrink = min(1.0, alpha / steepest) if steepest > 0.0 else 1.0
    explained = np.dot(weights, pull)
    residual = power - explained - np.dot(weights, gradient)
    penalty = alpha * np.abs(weights).sum()
    return float(0.5 * (1.0 + shrink * shrink) * residual + penalty - shrink * (power - explained))
