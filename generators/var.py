"""Linear vector autoregression: the family on which Granger causality is the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_discrete_lyapunov

from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.random_graphs import draw_lagged_graph
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.system import System

__all__ = ["VAR", "VARSystem", "companion_matrix", "spectral_radius"]


@dataclass(frozen=True)
class VAR:
    r"""Random stable VAR with standard normal innovations.

    .. math:: x_t = \sum_{\tau=1}^{L} A_\tau^\top x_{t-\tau} + \eta_t

    Each variable depends on itself at lag 1, and on others through ``round(density * N * (N - 1))`` edges between
    distinct pairs chosen at random, each at one random lag. Coefficients are uniform in [0.3, 0.8] with a random sign;
    :math:`A_\tau` is then multiplied by :math:`s^\tau`, which multiplies every eigenvalue of the companion matrix by s,
    so that the spectral radius is hit exactly.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    max_lag : int
        Largest lag L, in samples.
    density : float
        Share of the ordered pairs that are edges, in [0, 1].
    spectral_radius : float
        Spectral radius of the companion matrix, in [0.01, 0.999].

    References
    ----------
    Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, doi:10.1007/978-3-540-27752-1.
    """

    n_vars: int = 10
    max_lag: int = 2
    density: float = 0.2
    spectral_radius: float = 0.9

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 2)
        require_count(self, "max_lag", 1)
        require_number(self, "density", 0.0, 1.0, "in [0, 1]")
        require_number(self, "spectral_radius", 0.01, 0.999, "in [0.01, 0.999]")

    def draw(self, seed: int) -> VARSystem:
        """Draw one system; the same seed draws the same one."""
        rng = stream(seed, "var")
        graph = draw_lagged_graph(self.n_vars, self.max_lag, self.density, rng)
        magnitude = rng.uniform(0.3, 0.8, graph.adjacency.shape)
        sign = rng.choice([-1.0, 1.0], graph.adjacency.shape)
        coefficients = np.where(graph.adjacency, magnitude * sign, 0.0)[..., 1:]
        scale = self.spectral_radius / spectral_radius(coefficients)
        return VARSystem(self, seed, graph, coefficients * scale ** np.arange(1, self.max_lag + 1))


class VARSystem(System):
    """A drawn VAR.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L)
        ``coefficients[i, j, lag - 1]`` is the effect of variable i on variable j after `lag` samples.
    """

    equation = "x_t = sum over lags of A_lag' x_(t-lag) + eta_t"

    def __init__(self, generator: VAR, seed: int, graph: LaggedGraph, coefficients: NDArray[np.float64]) -> None:
        super().__init__(generator, seed, graph)
        self.coefficients = coefficients

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """Stationary covariance of the variables, shape (N, N), from the discrete Lyapunov equation."""
        companion = companion_matrix(self.coefficients)
        n_vars = self.graph.n_vars
        innovation = np.zeros_like(companion)
        innovation[:n_vars, :n_vars] = np.eye(n_vars)
        return np.asarray(solve_discrete_lyapunov(companion, innovation)[:n_vars, :n_vars])

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Stationary means (zero) and standard deviations, exact."""
        return np.zeros(self.graph.n_vars), np.sqrt(self.covariance.diagonal())

    def simulate(self, drive: Drive, seed: int) -> NDArray[np.float64]:
        """Simulate after a burn-in that forgets the start to 1 part in 10^8; see `System.simulate`."""
        n_samples, n_vars = drive.held.shape
        n_burn = int(np.ceil(np.log(1e-8) / np.log(spectral_radius(self.coefficients)))) + self.graph.max_lag
        noise = stream(seed, "innovations", self.specification).standard_normal((n_burn + n_samples, n_vars))
        added = stream(seed, "soft-noise", self.specification).standard_normal((n_samples, n_vars))
        noise[n_burn:] = drive.noise_gain * noise[n_burn:] + drive.noise_added * added
        return _recursion(self.coefficients, noise, drive.held, drive.held_values)[n_burn:]


def companion_matrix(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    """Companion matrix, shape (N L, N L), of coefficients of shape (N, N, L) in ``[source, target, lag - 1]``."""
    n_vars, _, max_lag = coefficients.shape
    companion = np.eye(n_vars * max_lag, k=-n_vars)
    companion[:n_vars] = coefficients.transpose(1, 2, 0).reshape(n_vars, n_vars * max_lag)
    return companion


def spectral_radius(coefficients: NDArray[np.float64]) -> float:
    """Spectral radius of the companion matrix of coefficients of shape (N, N, L)."""
    return float(np.abs(np.linalg.eigvals(companion_matrix(coefficients))).max())


@compiled
def _recursion(
    coefficients: NDArray[np.float64],
    noise: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Step through time in place of the innovations; `held` covers the last samples, after the burn-in."""
    n_vars, _, max_lag = coefficients.shape
    x = noise
    n_burn = x.shape[0] - held.shape[0]
    for t in range(max_lag, x.shape[0]):
        for j in range(n_vars):
            if t >= n_burn and held[t - n_burn, j]:
                x[t, j] = held_values[t - n_burn, j]
                continue
            for i in range(n_vars):
                for lag in range(1, max_lag + 1):
                    x[t, j] += coefficients[i, j, lag - 1] * x[t - lag, i]
    return x
