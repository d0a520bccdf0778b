"""Granger causality: whether the past of x helps to predict y, beyond the past of y or of all the others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_triangular
from scipy.special import fdtrc

from causal_gauntlet.baselines.lagged import CollinearError, LaggedRows, lagged_rows
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Granger", "bivariate_f", "conditional_f"]

COLLINEAR = 1e-12


@dataclass(frozen=True)
class Granger:
    r"""F-test of each ordered pair: regress y with and without the lags of x.

    Bivariate, both regressions hold only the lags of y itself; conditional, those of all other variables too. With R
    rows and K regressors besides the intercept, the statistic of L lags is

    .. math:: F = \frac{(RSS_0 - RSS_1) / L}{RSS_1 / (R - K - 1)}

    with K = 2 L (bivariate) or N L (conditional): the exact degrees of freedom of the one equation, not those pooled
    over the system's equations. The score is F. On the diagonal stands the test of a variable's own lags. Samples in
    which y was held or forced are left out of the regressions of y.

    Parameters
    ----------
    max_lag : int
        Lags of every series, in samples.
    conditional : bool
        Whether to condition on all other variables.

    References
    ----------
    Granger (1969), doi:10.2307/1912791; Geweke (1982), doi:10.1080/01621459.1982.10477803 (conditional).
    Bivariate is equal to statsmodels' ``ssr_ftest``.
    """

    max_lag: int = 5
    conditional: bool = False

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require(isinstance(self.conditional, bool), self, "conditional", "true or false")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        n_regressors = (n_vars if self.conditional else 2) * self.max_lag
        statistics = np.empty((n_vars, n_vars))
        pvalues = np.empty((n_vars, n_vars))
        for rows in lagged_rows(recording, self.max_lag, min_rows=n_regressors + 2):
            f, own_df, rest_df = (conditional_f if self.conditional else bivariate_f)(rows)
            statistics[:, rows.targets] = f
            pvalues[:, rows.targets] = fdtrc(own_df, rest_df, f)
        return EdgeScores(statistics, pvalues)


def conditional_f(rows: LaggedRows) -> tuple[NDArray[np.float64], int, int]:
    """F of dropping each variable's lags from the regressions on all lags.

    With X = Q U the lags of one source span, in the coordinates c = Q'y, the space that is orthogonal to all other
    regressors: the columns that belong to the source in the inverse of U, transposed. Dropping them raises the residual
    sum of squares by the squared length of the projection of c on that space.

    Returns
    -------
    f : ndarray of float64, shape (N, M)
        ``[source, target]``.
    own_df, rest_df : int
        Degrees of freedom.

    Raises
    ------
    ValueError
        If the regressors are collinear (`CollinearError`).
    """
    n_rows, n_windows, n_vars = rows.windows.shape
    max_lag = n_windows - 1
    past = _unit_columns(rows.past)
    present = _unit_columns(rows.present)
    q, upper = np.linalg.qr(past)
    _refuse_collinear(upper)
    inverse = solve_triangular(upper, np.eye(len(upper)))
    spaces = np.linalg.qr(inverse.reshape(n_vars, max_lag, -1).transpose(0, 2, 1))[0]
    coordinates = q.T @ present
    gain = np.square(spaces.transpose(0, 2, 1) @ coordinates).sum(axis=1)
    rss = np.square(present - q @ coordinates).sum(axis=0)
    rest_df = n_rows - n_vars * max_lag - 1
    return gain / max_lag / (rss / rest_df), max_lag, rest_df


def bivariate_f(rows: LaggedRows) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """F of adding each variable's lags to the regression of a target on its own.

    All regressions work on the triangular factor of one QR decomposition of the lags and the responses together, which
    holds the same angles in fewer rows. On the diagonal own lags are added to an intercept.

    Returns
    -------
    f : ndarray of float64, shape (N, M)
        ``[source, target]``.
    own_df, rest_df : ndarray of int, shape (N, M)
        Degrees of freedom.

    Raises
    ------
    ValueError
        If the lags of a pair are collinear.
    """
    n_rows, n_windows, n_vars = rows.windows.shape
    max_lag, n_targets = n_windows - 1, len(rows.targets)
    columns = np.concatenate((_unit_columns(rows.past), _unit_columns(rows.present)), axis=1)
    factor = np.asarray(np.linalg.qr(columns, mode="r"))
    lags = factor[:, : n_vars * max_lag].T.reshape(n_vars, max_lag, -1).transpose(0, 2, 1)
    gain = np.empty((n_vars, n_targets))
    rss = np.empty((n_vars, n_targets))
    for k, target in enumerate(rows.targets):
        response = factor[:, n_vars * max_lag + k]
        own, upper = np.linalg.qr(lags[target])
        _refuse_collinear(upper)
        beyond_own = np.linalg.qr(lags - own @ (own.T @ lags))
        _refuse_collinear(np.delete(beyond_own.R, target, axis=0))
        unexplained = response - own @ (own.T @ response)
        coordinates = beyond_own.Q.transpose(0, 2, 1) @ unexplained
        gain[:, k] = np.square(coordinates).sum(axis=1)
        rss[:, k] = np.square(unexplained - (beyond_own.Q @ coordinates[..., None])[..., 0]).sum(axis=1)
        gain[target, k] = np.square(own.T @ response).sum()
        rss[target, k] = unexplained @ unexplained
    rest_df = np.full((n_vars, n_targets), n_rows - 2 * max_lag - 1)
    rest_df[rows.targets, np.arange(n_targets)] += max_lag
    return gain / max_lag / (rss / rest_df), np.full_like(rest_df, max_lag), rest_df


def _unit_columns(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred / np.linalg.norm(centred, axis=0))


def _refuse_collinear(upper: NDArray[np.float64]) -> None:
    """Refuse triangular factors of unit columns with a vanishing pivot."""
    if np.abs(np.diagonal(upper, axis1=-2, axis2=-1)).min() < COLLINEAR:
        raise CollinearError
