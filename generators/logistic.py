"""Coupled logistic maps with dynamical noise: chaotic variables that damp one another's growth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.noise import LAWS
from causal_gauntlet.generators.random_graphs import check_edges, draw_lagged_graph
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import Links, RecursiveSystem, links_of

__all__ = ["LogisticMaps", "LogisticSystem"]


@dataclass(frozen=True)
class LogisticMaps:
    r"""Random networks of logistic maps.

    .. math:: x_j(t) = \phi\Big(x_j(t-1)\,\Big[r_j (1 - x_j(t-1)) - \sum_i c_{ij} x_i(t - \tau_{ij})\Big]
              + \sigma \eta_j(t)\Big)

    where :math:`\phi` folds the real line back into [0, 1] by reflection at both ends, so that noise never lets the map
    escape and no draw diverges. The growth rates :math:`r_j` are uniform in [3.6, 3.9]; the couplings of a target are
    uniform in [0.2, 0.5] and divided by their number. These parameters are ours.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    max_lag : int
        Largest lag of a coupling, in samples.
    n_edges : int, optional
        Number of edges between distinct variables; as many as variables if not given.
    noise_std : float
        :math:`\sigma`, in [0, 1].
    noise : str
        Law of the innovations: ``"gaussian"``, ``"laplace"``, ``"student-t"`` or ``"uniform"``.

    References
    ----------
    May (1976), doi:10.1038/261459a0 (the map); Sugihara et al. (2012), doi:10.1126/science.1227079 (the coupling).
    """

    n_vars: int = 10
    max_lag: int = 2
    n_edges: int | None = None
    noise_std: float = 0.05
    noise: str = "gaussian"

    def __post_init__(self) -> None:
        check_edges(self)
        require_number(self, "noise_std", 0.0, 1.0, "in [0, 1]")
        require(self.noise in LAWS, self, "noise", f"one of {', '.join(LAWS)}")

    def draw(self, seed: int) -> LogisticSystem:
        """Draw one system; the same seed draws the same one."""
        rng = stream(seed, "logistic")
        n_edges = self.n_vars if self.n_edges is None else self.n_edges
        graph = draw_lagged_graph(self.n_vars, self.max_lag, n_edges, rng)
        return LogisticSystem(self, seed, graph, rng)


class LogisticSystem(RecursiveSystem):
    """Drawn logistic maps.

    Parameters
    ----------
    rng : numpy.random.Generator
        Where growth rates and couplings come from.

    Attributes
    ----------
    growth : ndarray of float64, shape (N,)
        :math:`r_j`.
    couplings : ndarray of float64, shape (N, N, L + 1)
        ``couplings[i, j, lag]`` is :math:`c_{ij}`; none on the diagonal.
    """

    equation = "x_j(t) = fold(x_j(t-1) (r_j (1 - x_j(t-1)) - sum of c_ij x_i(t-lag)) + sigma eta_j(t))"

    def __init__(self, generator: LogisticMaps, seed: int, graph: LaggedGraph, rng: np.random.Generator) -> None:
        super().__init__(generator, seed, graph, generator.noise, np.full(graph.n_vars, generator.noise_std))
        self.family = generator
        self.growth = rng.uniform(3.6, 3.9, graph.n_vars)
        between = graph.adjacency & ~np.eye(graph.n_vars, dtype=bool)[..., None]
        self.couplings = np.zeros(graph.adjacency.shape)
        self.couplings[between] = rng.uniform(0.2, 0.5, between.sum())
        self.couplings /= np.maximum(between.sum(axis=(0, 2)), 1)[:, None]

    @cached_property
    def links(self) -> Links:
        """The couplings, sparse."""
        return links_of(self.couplings, np.zeros(self.couplings.shape[:2], dtype=np.int64))

    def redrawn(self, rng: np.random.Generator) -> LogisticSystem:
        """The same graph with other growth rates and couplings; see `System.redrawn`."""
        return LogisticSystem(self.family, self.seed, self.graph, rng)

    def advance(self, x: NDArray[np.float64], held: NDArray[np.bool_], held_values: NDArray[np.float64]) -> None:
        """Step through time in place; see `RecursiveSystem.advance`."""
        links = self.links
        _iterate(
            x, held, held_values, self.graph.max_lag, self.growth, links.first, links.source, links.lag, links.weight
        )


@compiled
def _fold(x: float) -> float:
    """Reflect at 0 and 1 until the value lies between them."""
    y = abs(x) % 2.0
    return min(y, 2.0 - y)


@compiled
def _iterate(
    x: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
    n_past: int,
    growth: NDArray[np.float64],
    first: NDArray[np.int64],
    source: NDArray[np.int64],
    lag: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> None:
    n_before = x.shape[0] - held.shape[0]
    for t in range(n_past, x.shape[0]):
        for j in range(x.shape[1]):
            if t >= n_before and held[t - n_before, j]:
                x[t, j] = held_values[t - n_before, j]
                continue
            rate = growth[j] * (1.0 - x[t - 1, j])
            for k in range(first[j], first[j + 1]):
                rate -= weight[k] * x[t - lag[k], source[k]]
            x[t, j] = _fold(x[t - 1, j] * rate + x[t, j])
