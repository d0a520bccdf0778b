"""Random lagged graphs for the families whose edges are drawn."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from scipy.sparse.csgraph import connected_components

from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.graphs import LaggedGraph

__all__ = ["check_edges", "draw_lagged_graph", "has_cycle"]


class EdgeLaw(Protocol):
    """A family whose edges are drawn."""

    @property
    def n_vars(self) -> int:
        """Number of variables N."""

    @property
    def n_edges(self) -> int | None:
        """Exact number of edges between distinct variables, or None for the family's own rule."""


def check_edges(family: EdgeLaw) -> None:
    """Check the fields `n_vars`, `max_lag` and `n_edges` of a family.

    Raises
    ------
    ValueError
        With the field, its value and what is allowed.
    """
    require_count(family, "n_vars", 2)
    require_count(family, "max_lag", 1)
    if family.n_edges is not None:
        require_count(family, "n_edges", 0)
        n_pairs = family.n_vars * (family.n_vars - 1)
        require(family.n_edges <= n_pairs, family, "n_edges", f"in [0, {n_pairs}] for {family.n_vars} variables")


def draw_lagged_graph(
    n_vars: int,
    max_lag: int,
    n_edges: int,
    rng: np.random.Generator,
    *,
    self_links: bool = True,
    n_contemporaneous: int = 0,
) -> LaggedGraph:
    """Draw a graph with edges between distinct pairs, each at one random lag.

    Parameters
    ----------
    n_vars : int
        Number of variables N.
    max_lag : int
        Largest lag, in samples.
    n_edges : int
        Number of ordered pairs that become edges. Every set of pairs is equally likely up to the order of the
        variables, so that no column order gives the graph away.
    rng : numpy.random.Generator
        Where the graph comes from.
    self_links : bool
        Whether each variable also drives itself at lag 1.
    n_contemporaneous : int
        How many of the edges act at lag 0; these follow a random order of the variables and so form no cycle.
    """
    adjacency = np.zeros((n_vars, n_vars, max_lag + 1), dtype=bool)
    if self_links:
        np.einsum("iil->il", adjacency)[:, 1] = True
    free = ~np.eye(n_vars, dtype=bool)
    if n_contemporaneous:
        rank = rng.permutation(n_vars)
        sources, targets = np.nonzero(rank[:, None] < rank)
        chosen = rng.choice(len(sources), size=n_contemporaneous, replace=False)
        adjacency[sources[chosen], targets[chosen], 0] = True
        free &= ~adjacency[..., 0]
    sources, targets = np.nonzero(free)
    chosen = rng.choice(len(sources), size=n_edges - n_contemporaneous, replace=False)
    lags = rng.integers(1, max_lag + 1, size=len(chosen))
    adjacency[sources[chosen], targets[chosen], lags] = True
    return LaggedGraph(adjacency)


def has_cycle(graph: LaggedGraph) -> bool:
    """Whether some variable drives itself, directly or through others."""
    n_components, _ = connected_components(graph.summary, directed=True, connection="strong")
    return bool(graph.summary.diagonal().any()) or n_components < graph.n_vars
