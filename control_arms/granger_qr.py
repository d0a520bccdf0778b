"""Granger's two sums of squares by orthogonal decompositions, for lags that nearly determine one another.

All regressions work on the triangular factor of one QR decomposition of the lags and the responses together, which
holds the same angles in fewer rows.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import CollinearError, LaggedRows

__all__ = ["bivariate_shares_by_qr", "conditional_shares_by_qr"]

#: Part of a unit variable that the others leave unexplained: below this it is rounding.
COLLINEAR = 1e-12

Floats: TypeAlias = NDArray[np.float64]


def conditional_shares_by_qr(rows: LaggedRows) -> tuple[Floats, Floats]:
    """Shares of each target's variance gained from each source's lags beyond all others, and left by all.

    The lags of each source in turn are put last in the triangular factor, which is made triangular again: the last
    coordinates of a response are what it gains from that source alone.

    Returns
    -------
    gain, unexplained : ndarray of float64, shape (N, M)
        ``[source, target]``.

    Raises
    ------
    ValueError
        If the regressors are collinear (`CollinearError`).
    """
    n_vars, n_lags = rows.values.shape[1], rows.values.shape[1] * rows.max_lag
    factor = _factor(rows)
    lags, responses = factor[:, :n_lags], factor[:, n_lags:]
    _refuse_collinear(lags[:n_lags])
    own_last = np.stack([np.roll(lags, -(source + 1) * rows.max_lag, axis=1) for source in range(n_vars)])
    own = np.linalg.qr(own_last).Q[:, :, -rows.max_lag :]
    gain = np.square(own.transpose(0, 2, 1) @ responses).sum(axis=1)
    unexplained = np.square(responses[n_lags:]).sum(axis=0)
    return gain, np.tile(unexplained, (n_vars, 1))


def bivariate_shares_by_qr(rows: LaggedRows) -> tuple[Floats, Floats]:
    """Shares of each target's variance gained from each source's lags beyond its own, and left by both.

    On the diagonal own lags are added to an intercept.

    Returns
    -------
    gain, unexplained : ndarray of float64, shape (N, M)
        ``[source, target]``.

    Raises
    ------
    ValueError
        If the lags of a pair are collinear (`CollinearError`).
    """
    n_vars, max_lag, n_targets = rows.values.shape[1], rows.max_lag, len(rows.targets)
    factor = _factor(rows)
    lags = factor[:, : n_vars * max_lag].T.reshape(n_vars, max_lag, -1).transpose(0, 2, 1)
    gain = np.empty((n_vars, n_targets))
    unexplained = np.empty((n_vars, n_targets))
    for k, target in enumerate(rows.targets):
        response = factor[:, n_vars * max_lag + k]
        own, upper = np.linalg.qr(lags[target])
        _refuse_collinear(upper)
        beyond_own = np.linalg.qr(lags - own @ (own.T @ lags))
        _refuse_collinear(np.delete(beyond_own.R, target, axis=0))
        left = response - own @ (own.T @ response)
        coordinates = beyond_own.Q.transpose(0, 2, 1) @ left
        gain[:, k] = np.square(coordinates).sum(axis=1)
        unexplained[:, k] = np.square(left - (beyond_own.Q @ coordinates[..., None])[..., 0]).sum(axis=1)
        gain[target, k] = np.square(own.T @ response).sum()
        unexplained[target, k] = left @ left
    return gain, unexplained


def _factor(rows: LaggedRows) -> Floats:
    """Triangular factor, shape (N L + M, N L + M): lags of the first variable, of the second, ..., responses."""
    columns = np.concatenate((_unit_columns(rows.past), _unit_columns(rows.present)), axis=1)
    return np.asarray(np.linalg.qr(columns, mode="r"))


def _unit_columns(columns: Floats) -> Floats:
    centred = columns - columns.mean(axis=0)
    return np.asarray(centred / np.linalg.norm(centred, axis=0))


def _refuse_collinear(upper: Floats) -> None:
    """Refuse triangular factors of unit columns with a vanishing pivot."""
    if np.abs(np.diagonal(upper, axis1=-2, axis2=-1)).min(initial=1.0) < COLLINEAR:
        raise CollinearError
