"""Random lagged graphs for the families whose edges are drawn."""

from __future__ import annotations

import numpy as np

from causal_gauntlet.generators.graphs import LaggedGraph

__all__ = ["draw_lagged_graph"]


def draw_lagged_graph(n_vars: int, max_lag: int, density: float, rng: np.random.Generator) -> LaggedGraph:
    """Draw a graph with self-links at lag 1 and edges between distinct pairs, each at one random lag.

    Parameters
    ----------
    n_vars : int
        Number of variables N.
    max_lag : int
        Largest lag, in samples.
    density : float
        Share of the N (N - 1) ordered pairs that become edges; their number is rounded, not random, so that
        graphs of one family are equally hard.
    rng : numpy.random.Generator
        Every set of pairs is equally likely, so that no column order gives the graph away.
    """
    adjacency = np.zeros((n_vars, n_vars, max_lag + 1), dtype=bool)
    np.einsum("iil->il", adjacency)[:, 1] = True
    sources, targets = np.nonzero(~np.eye(n_vars, dtype=bool))
    n_edges = round(density * len(sources))
    chosen = rng.choice(len(sources), size=n_edges, replace=False)
    lags = rng.integers(1, max_lag + 1, size=n_edges)
    adjacency[sources[chosen], targets[chosen], lags] = True
    return LaggedGraph(adjacency)
