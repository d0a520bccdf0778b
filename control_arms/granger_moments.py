"""Granger's two sums of squares for all pairs at once, from the correlations of all variables at all lags."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg.lapack import dpotrf, dpotri

from causal_gauntlet.generators.jit import compiled

__all__ = ["bivariate_shares", "conditional_shares"]

Floats: TypeAlias = NDArray[np.float64]

#: Stands in for a pivot that rounding has made zero or negative; such a target is not trusted.
TINY = 1e-300


def conditional_shares(correlation: Floats, targets: NDArray[np.int64], n_vars: int) -> tuple[Floats, Floats, Floats]:
    """Shares of each target's variance gained from each source's lags beyond all others, and left by all.

    With C the correlations of all lags and b the coefficients, dropping the lags s raises the residual sum of squares
    by :math:`b_s^T ((C^{-1})_{ss})^{-1} b_s`.

    Parameters
    ----------
    correlation : ndarray of float64, shape ((L + 1) N, (L + 1) N)
        Variable i at lag k in place ``k * N + i``.
    targets : ndarray of int, shape (M,)
        Variables.
    n_vars : int
        N.

    Returns
    -------
    gain, unexplained : ndarray of float64, shape (N, M)
        ``[source, target]``.
    margin : ndarray of float64, shape (M,)
        The least share of variance that a variable's other regressors leave to it, the target included; 0 if it
        cannot be told.
    """
    past, present = correlation[n_vars:, n_vars:], correlation[n_vars:, targets]
    lower, failed = dpotrf(past, lower=True)
    if failed:
        nothing = np.zeros((n_vars, len(targets)))
        return nothing, nothing, np.zeros(len(targets))
    inverse = np.tril(dpotri(lower, lower=True)[0])
    inverse += np.tril(inverse, -1).T
    weights = inverse @ present
    unexplained = 1.0 - np.einsum("pm,pm->m", weights, present)
    blocks = inverse.reshape(-1, n_vars, len(inverse) // n_vars, n_vars)
    own = np.ascontiguousarray(np.einsum("kili->ikl", blocks))
    of_source = weights.reshape(-1, n_vars, len(targets)).transpose(1, 0, 2)
    gain = np.square(np.linalg.solve(np.linalg.cholesky(own), of_source)).sum(axis=1)
    margin = np.minimum(unexplained, 1.0 / inverse.diagonal().max())
    return gain, np.tile(unexplained, (n_vars, 1)), margin


@compiled
def bivariate_shares(correlation: Floats, targets: NDArray[np.int64], n_vars: int) -> tuple[Floats, Floats, Floats]:
    """Shares of each target's variance gained from each source's lags beyond its own, and left by both.

    The Cholesky factor of a target's own lags is shared by its pairs; what it leaves of the lags of each source is
    factored for all sources side by side. On the diagonal own lags are added to an intercept.

    Parameters
    ----------
    correlation : ndarray of float64, shape ((L + 1) N, (L + 1) N)
        Variable i at lag k in place ``k * N + i``.
    targets : ndarray of int, shape (M,)
        Variables.
    n_vars : int
        N.

    Returns
    -------
    gain, unexplained : ndarray of float64, shape (N, M)
        ``[source, target]``.
    margin : ndarray of float64, shape (M,)
        The least pivot among all pairs of a target: the share of variance that the regressors before it leave to a
        regressor or to the target.
    """
    gain, unexplained = np.empty((n_vars, len(targets))), np.empty((n_vars, len(targets)))
    margin = np.empty(len(targets))
    for m in range(len(targets)):
        own, own_pivot = _own_lags(correlation, targets[m], n_vars)
        without = 1.0 - np.square(own[:, targets[m]]).sum()
        gain[:, m], pivot = _beyond_own_lags(correlation, own, targets[m], n_vars)
        unexplained[:, m] = without - gain[:, m]
        gain[targets[m], m], unexplained[targets[m], m] = 1.0 - without, without
        margin[m] = min(own_pivot, pivot, unexplained[:, m].min())
    return gain, unexplained, margin


@compiled
def _own_lags(correlation: Floats, target: int, n_vars: int) -> tuple[Floats, float]:
    """Correlations of all places with the target's own lags, made orthogonal one after the other; least pivot.

    Returns
    -------
    own : ndarray of float64, shape (L, (L + 1) N)
    pivot : float
    """
    n_lags = len(correlation) // n_vars - 1
    own = np.empty((n_lags, len(correlation)))
    least = 1.0
    for k in range(n_lags):
        place = (k + 1) * n_vars + target
        own[k] = correlation[place]
        for a in range(k):
            factor = own[a, place]
            for p in range(len(correlation)):
                own[k, p] -= factor * own[a, p]
        least = min(least, own[k, place])
        scale = 1.0 / np.sqrt(max(own[k, place], TINY))
        for p in range(len(correlation)):
            own[k, p] *= scale
    return own, least


@compiled
def _beyond_own_lags(correlation: Floats, own: Floats, target: int, n_vars: int) -> tuple[Floats, float]:
    """Share of the target's variance gained from each source's lags, shape (N,), and the least pivot.

    The loops over sources are innermost, so that they become vector instructions.
    """
    n_lags = len(own)
    left = np.empty((n_lags + 1, n_lags, n_vars))
    for b in range(n_lags):
        for a in range(b, n_lags + 1):
            _partial_row(correlation, own, target, n_vars, a, b, left[a, b])
    gain, least = np.zeros(n_vars), 1.0
    for b in range(n_lags):
        for c in range(b):
            for a in range(b, n_lags + 1):
                for i in range(n_vars):
                    left[a, b, i] -= left[a, c, i] * left[b, c, i]
        for i in range(n_vars):
            if i != target:
                least = min(least, left[b, b, i])
        for i in range(n_vars):
            left[b, b, i] = np.sqrt(max(left[b, b, i], TINY))
        for a in range(b + 1, n_lags + 1):
            for i in range(n_vars):
                left[a, b, i] /= left[b, b, i]
        for i in range(n_vars):
            gain[i] += left[n_lags, b, i] ** 2
    return gain, least


@compiled
def _partial_row(correlation: Floats, own: Floats, target: int, n_vars: int, a: int, b: int, partial: Floats) -> None:
    """Covariance of each source's lag b + 1 with its lag a + 1, or with the target if a is L, beyond own lags."""
    at_b = (b + 1) * n_vars
    if a == len(own):
        for i in range(n_vars):
            partial[i] = correlation[target, at_b + i]
        for k in range(len(own)):
            for i in range(n_vars):
                partial[i] -= own[k, target] * own[k, at_b + i]
        return
    at_a = (a + 1) * n_vars
    for i in range(n_vars):
        partial[i] = correlation[at_a + i, at_b + i]
    for k in range(len(own)):
        for i in range(n_vars):
            partial[i] -= own[k, at_a + i] * own[k, at_b + i]
