"""Correlations of all variables at all lags, from one lagged cross-covariance."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import LaggedRows

__all__ = ["lagged_correlations"]

#: Share of a variable's largest sum of squares below which a difference of sums has lost two digits.
SHRUNK = 1e-2

Floats: TypeAlias = NDArray[np.float64]


def lagged_correlations(rows: LaggedRows) -> Floats:
    r"""Correlations of all variables at lags 0 to L over the rows; variable i at lag k stands in place ``k * N + i``.

    Only the sums :math:`\sum_t x_i(t) x_j(t - k)` run over all rows. Those of two lags follow from those of both lags
    one sample later by what enters and leaves at the ends of each run of rows:

    .. math:: M_{k+1,l+1} = M_{k,l} + x(a-1-k) x(a-1-l)^T - x(b-k) x(b-l)^T

    for a run from a to b. Where that would lose two digits, because a variable's variance differs that much between
    lags, the sums are taken directly.

    Parameters
    ----------
    rows : LaggedRows
        R rows of N variables at L lags.

    Returns
    -------
    ndarray of float64, shape ((L + 1) N, (L + 1) N)
    """
    centred = rows.values - rows.values[rows.times].mean(axis=0)
    sums, totals = _shifted_sums(np.nan_to_num(centred, copy=False), rows.times, rows.max_lag)
    largest = sums.diagonal().reshape(rows.max_lag + 1, -1).max(axis=0)
    sums -= np.outer(totals, totals / len(rows.times))
    if (sums.diagonal().reshape(rows.max_lag + 1, -1) < SHRUNK * largest).any():
        columns = rows.windows.reshape(len(rows.times), -1)
        columns = columns - columns.mean(axis=0)
        sums = columns.T @ columns
    scale = np.sqrt(sums.diagonal())
    return np.asarray(sums / scale / scale[:, None])


def _shifted_sums(values: Floats, times: NDArray[np.int64], max_lag: int) -> tuple[Floats, Floats]:
    """Sums of products ((L + 1) N, (L + 1) N) and of values ((L + 1) N,) over the rows."""
    n_samples, n_vars = values.shape
    counted = np.zeros((n_samples, n_vars + 1))
    counted[times, :-1] = values[times]
    counted[times, -1] = 1.0
    present = np.ascontiguousarray(counted[max_lag:].T)
    products = np.stack([present @ values[max_lag - lag : n_samples - lag] for lag in range(max_lag + 1)], axis=1)
    sums = np.empty((max_lag + 1, n_vars, max_lag + 1, n_vars))
    sums[0] = products[:-1]
    sums[:, :, 0] = products[:-1].transpose(1, 2, 0)
    entering, leaving = (_windows(values, run - 1, max_lag) for run in _runs(times))
    change = (entering.T @ entering - leaving.T @ leaving).reshape(max_lag, n_vars, max_lag, n_vars)
    for lag in range(max_lag):
        sums[lag + 1, :, 1:] = sums[lag, :, :-1] + change[lag]
    return sums.reshape((max_lag + 1) * n_vars, -1), products[-1].ravel()


def _runs(times: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First sample of each run of consecutive rows, and the one after its last."""
    breaks = np.flatnonzero(np.diff(times) > 1)
    return times[np.concatenate(([0], breaks + 1))], times[np.concatenate((breaks, [-1]))] + 1


def _windows(values: Floats, times: NDArray[np.int64], n_lags: int) -> Floats:
    return np.asarray(values[times[:, None] - np.arange(n_lags)]).reshape(len(times), -1)
