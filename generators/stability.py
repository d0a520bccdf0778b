"""Linear systems in discrete time: their companion matrix, stability and stationary law."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_lyapunov
from scipy.sparse.csgraph import connected_components

__all__ = ["companion_matrix", "held_radius", "instant_response", "spectral_radius", "stationary_covariance"]


def companion_matrix(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Companion matrix of the reduced form, shape (N L, N L).

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L + 1)
        In ``[source, target, lag]``; those at lag 0 form no cycle.
    """
    n_vars, _, n_lags = coefficients.shape
    max_lag = n_lags - 1
    companion = np.eye(n_vars * max_lag, k=-n_vars)
    lagged = coefficients[..., 1:].transpose(1, 2, 0).reshape(n_vars, n_vars * max_lag)
    companion[:n_vars] = instant_response(coefficients) @ lagged if coefficients[..., 0].any() else lagged
    return companion


def spectral_radius(coefficients: NDArray[np.float64]) -> float:
    """Spectral radius of the companion matrix of coefficients of shape (N, N, L + 1)."""
    # A past value that nothing depends on any more adds an eigenvalue 0 only, and would slow the others' solution.
    used = np.maximum.accumulate(coefficients[..., :0:-1].any(axis=1), axis=1)[:, ::-1].T.ravel()
    used[: len(coefficients)] = True
    return float(np.abs(np.linalg.eigvals(companion_matrix(coefficients)[np.ix_(used, used)])).max())


def held_radius(coefficients: NDArray[np.float64]) -> float:
    """Largest spectral radius of the systems in which one variable is held, coefficients of shape (N, N, L + 1).

    It may exceed the radius of the whole system, in which the held variable may be what damps the others.
    """
    links = np.asarray(coefficients.any(axis=2))
    n_components, component = connected_components(links, directed=True, connection="strong")
    radius = 0.0
    for members in (np.flatnonzero(component == k) for k in range(n_components)):
        # The spectrum is that of the strong components, and holding a variable changes only its own.
        if len(members) > 1:
            inner = coefficients[np.ix_(members, members)]
            for j in range(len(members)):
                rest = np.delete(np.delete(inner, j, axis=0), j, axis=1)
                radius = max(radius, spectral_radius(rest))
    return radius


def instant_response(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Effect of innovations on the variables within the same sample, ``[target, innovation]``."""
    return np.asarray(np.linalg.inv(np.eye(len(coefficients)) - coefficients[..., 0].T), dtype=np.float64)


def stationary_covariance(
    coefficients: NDArray[np.float64], innovation_std: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Covariance of the variables, shape (N, N), from the discrete Lyapunov equation.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L + 1)
        Of a stable system, in ``[source, target, lag]``.
    innovation_std : ndarray of float64, shape (N,)
        Standard deviations of the independent innovations.
    """
    n_vars = len(coefficients)
    companion = companion_matrix(coefficients)
    response = instant_response(coefficients) * innovation_std
    innovation = np.zeros_like(companion)
    innovation[:n_vars, :n_vars] = response @ response.T
    return np.asarray(solve_discrete_lyapunov(companion, innovation)[:n_vars, :n_vars])
