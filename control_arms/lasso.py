"""Lasso: sparse regression on the past, its penalty chosen by cross-validation that respects time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Lasso", "lasso_paths"]

Floats: TypeAlias = NDArray[np.float64]
Moments: TypeAlias = tuple[Floats, Floats, Floats]  # of regressors (P, P), with responses (P, M), of responses (M,)

N_ALPHAS = 100
SMALLEST_ALPHA = 1e-3
TOLERANCE = 1e-4
MAX_SWEEPS = 10_000


@dataclass(frozen=True)
class Lasso:
    r"""Lasso of each variable on the lags of all, with its own penalty.

    Minimises :math:`\|y - X w\|^2 / (2 R) + \alpha \|w\|_1` over R rows of z-scored variables, for 100 penalties from
    the smallest that selects nothing down to a thousandth of it. Cross-validation takes the penalty with the least mean
    squared error over `n_folds` forward splits (train on the past, test on the stretch that follows), refitted on all
    rows; BIC the one with the least :math:`R \log(RSS / R) + K \log R` for K coefficients that are not zero. The score
    is the largest :math:`|w|` over lags; an edge is selected if any lag is. Samples in which a variable was held or
    forced are left out of its regression. Of variables that are exact copies, one carries the weight of all.

    Adaptive, each coefficient is penalised by :math:`\alpha / |w'|`. The pilot w' is a ridge regression, with a penalty
    of 1 on the sum of squares, which for many rows is least squares and which collinear lags leave unique; in each
    fold it sees the fold's past only.

    Parameters
    ----------
    max_lag : int
        Lags of every series, in samples.
    n_folds : int
        Forward splits, at least 2.
    selection : str
        ``"cv"`` (cross-validation) or ``"bic"``, which needs more rows than lags of all variables.
    adaptive : bool
        Whether to penalise each coefficient by what a pilot says of it.

    References
    ----------
    Tibshirani (1996), doi:10.1111/j.2517-6161.1996.tb02080.x; Friedman, Hastie, Tibshirani (2010),
    doi:10.18637/jss.v033.i01 (coordinate descent); Zou (2006), doi:10.1198/016214506000000735 (adaptive); Zou, Hastie,
    Tibshirani (2007), doi:10.1214/009053607000000127 (BIC). By cross-validation equal to scikit-learn's
    ``LassoCV(cv=TimeSeriesSplit(n_folds))``.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5), "adaptive": (False, True)}

    max_lag: int = 5
    n_folds: int = 5
    selection: str = "cv"
    adaptive: bool = False

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require_count(self, "n_folds", 2)
        require(self.selection in ("cv", "bic"), self, "selection", "cv or bic")
        require(isinstance(self.adaptive, bool), self, "adaptive", "true or false")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        weights = np.empty((n_vars, self.max_lag, n_vars))
        min_rows = 4 * (self.n_folds + 1) if self.selection == "cv" else n_vars * self.max_lag + 2
        for rows in lagged_rows(recording, self.max_lag, min_rows):
            past, present = z_score(rows.past), z_score(rows.present)
            if self.selection == "cv":
                fitted = cross_validated_lasso(past, present, self.n_folds, adaptive=self.adaptive)
            else:
                fitted = bic_lasso(past, present, adaptive=self.adaptive)
            weights[:, :, rows.targets] = fitted.reshape(n_vars, self.max_lag, -1)
        lagged = np.abs(weights).transpose(0, 2, 1)
        return EdgeScores.from_lagged(lagged, selected=lagged.max(axis=2) > 0.0)


@dataclass(frozen=True, eq=False)
class _Sums:
    """Sums over rows from which every fit and every error follows.

    Parameters
    ----------
    n_rows : int
        R.
    totals : ndarray of float64, shape (P + M,)
        Of the P regressors and the M responses.
    products : ndarray of float64, shape (P + M, P + M)
        Of each two of them.
    """

    n_rows: int
    totals: Floats
    products: Floats

    @classmethod
    def over(cls, columns: Floats) -> _Sums:
        return cls(len(columns), columns.sum(axis=0), columns.T @ columns)

    def __add__(self, other: _Sums) -> _Sums:
        return _Sums(self.n_rows + other.n_rows, self.totals + other.totals, self.products + other.products)

    @property
    def means(self) -> Floats:
        return self.totals / self.n_rows

    def moments(self, n_responses: int, centre: Floats) -> Moments:
        """Second moments about a centre of the regressors, with the responses, and of the responses."""
        offset = np.outer(centre, self.means - 0.5 * centre)
        second = self.products / self.n_rows - offset - offset.T
        p = len(second) - n_responses
        return np.ascontiguousarray(second[:p, :p]), np.ascontiguousarray(second[:p, p:]), second.diagonal()[p:].copy()


def cross_validated_lasso(regressors: Floats, responses: Floats, n_folds: int, *, adaptive: bool = False) -> Floats:
    """Coefficients, shape (P, M), each response at the penalty that forward cross-validation chooses for it.

    Parameters
    ----------
    regressors : ndarray of float64, shape (R, P)
        In the order of time.
    responses : ndarray of float64, shape (R, M)
        In the same order.
    n_folds : int
        Forward splits.
    adaptive : bool
        Whether a pilot weights the penalties.
    """
    n_responses = responses.shape[1]
    columns = np.hstack((regressors, responses))
    splits = list(_forward_splits(len(columns), n_folds))
    past, futures = _Sums.over(columns[splits[0][0]]), [_Sums.over(columns[future]) for _, future in splits]
    whole = sum(futures, start=past)
    moments = whole.moments(n_responses, whole.means)
    scales = _scales(moments, whole.n_rows, adaptive)
    alphas = _alphas(moments, scales)
    errors = np.zeros(alphas.shape)
    for future in futures:
        training = past.moments(n_responses, past.means)
        paths = _paths(training, alphas, _scales(training, past.n_rows, adaptive))
        errors += _mean_squares(paths, future.moments(n_responses, past.means))
        past += future
    paths = _paths(moments, alphas, scales)
    return np.ascontiguousarray(paths[np.arange(n_responses), errors.argmin(axis=1)].T)


def bic_lasso(regressors: Floats, responses: Floats, *, adaptive: bool = False) -> Floats:
    """Coefficients, shape (P, M), each response at the penalty with the least BIC; parameters as above."""
    n_rows, n_responses = responses.shape
    whole = _Sums.over(np.hstack((regressors, responses)))
    moments = whole.moments(n_responses, whole.means)
    scales = _scales(moments, n_rows, adaptive)
    paths = _paths(moments, _alphas(moments, scales), scales)
    costs = n_rows * np.log(_mean_squares(paths, moments)) + np.log(n_rows) * np.count_nonzero(paths, axis=2)
    return np.ascontiguousarray(paths[np.arange(n_responses), costs.argmin(axis=1)].T)


def _scales(moments: Moments, n_rows: int, adaptive: bool) -> Floats | None:
    """Absolute coefficients of the pilot, shape (P, M), by which the regressors are multiplied; None without one."""
    if not adaptive:
        return None
    gram, cross, _ = moments
    return np.asarray(np.abs(np.linalg.solve(gram + np.eye(len(gram)) / n_rows, cross)))


def _alphas(moments: Moments, scales: Floats | None) -> Floats:
    """Penalties of each response, shape (M, K), descending from the least that selects nothing."""
    cross = moments[1] if scales is None else moments[1] * scales
    return np.asarray(np.abs(cross).max(axis=0)[:, None] * np.geomspace(1.0, SMALLEST_ALPHA, N_ALPHAS))


def _paths(moments: Moments, alphas: Floats, scales: Floats | None) -> Floats:
    """Coefficients at each penalty, shape (M, K, P)."""
    gram, cross, power = moments
    if scales is None:
        return lasso_paths(gram, cross, power, alphas, TOLERANCE)
    paths = np.empty((*alphas.shape, len(gram)))
    for m, scale in enumerate(scales.T):
        one = slice(m, m + 1)
        scaled = lasso_paths(
            gram * np.outer(scale, scale), cross[:, one] * scale[:, None], power[one], alphas[one], TOLERANCE
        )
        paths[m] = scaled[0] * scale
    return paths


def _mean_squares(paths: Floats, moments: Moments) -> Floats:
    """Mean squared errors of coefficients, shape (M, K), on the rows that the moments are taken over."""
    gram, cross, power = moments
    curved = (paths.reshape(-1, len(gram)) @ gram).reshape(paths.shape)
    return np.asarray(power[:, None] + np.einsum("mkp,mkp->mk", paths, curved - 2.0 * cross.T[:, None]))


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
