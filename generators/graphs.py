"""The truth: which variable drives which, and at what lag."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

__all__ = ["LaggedGraph"]


@dataclass(frozen=True, eq=False)
class LaggedGraph:
    """A directed graph over lagged variables.

    Parameters
    ----------
    adjacency : ndarray of bool, shape (N, N, L + 1)
        ``adjacency[i, j, lag]`` says that variable i drives variable j after `lag` samples; lag 0 is contemporaneous.

    Raises
    ------
    ValueError
        If the array is not square in its first two axes, or a variable drives itself at lag 0.
    """

    adjacency: NDArray[np.bool_]

    def __post_init__(self) -> None:
        adjacency = np.array(self.adjacency, dtype=bool)
        if adjacency.ndim != 3 or adjacency.shape[0] != adjacency.shape[1] or adjacency.shape[2] == 0:
            raise ValueError(f"adjacency must have shape (N, N, L + 1), got {adjacency.shape} (LaggedGraph.adjacency)")
        if adjacency[..., 0].diagonal().any():
            raise ValueError("adjacency must not let a variable drive itself at lag 0 (LaggedGraph.adjacency)")
        adjacency.flags.writeable = False
        object.__setattr__(self, "adjacency", adjacency)

    @property
    def n_vars(self) -> int:
        """Number of variables N."""
        return len(self.adjacency)

    @property
    def max_lag(self) -> int:
        """Largest lag L that the array has room for, in samples."""
        return int(self.adjacency.shape[2]) - 1

    @cached_property
    def summary(self) -> NDArray[np.bool_]:
        """The summary graph, shape (N, N): an edge at any lag, self-links on the diagonal."""
        return np.asarray(self.adjacency.any(axis=2))

    def lags(self, source: int, target: int) -> tuple[int, ...]:
        """Lags at which `source` drives `target`, in samples, ascending."""
        return tuple(int(lag) for lag in np.flatnonzero(self.adjacency[source, target]))

    def mutilated(self, targets: Iterable[int]) -> LaggedGraph:
        """The graph under an intervention that replaces the mechanisms of `targets`: all edges into them are cut.

        Raises
        ------
        ValueError
            If a target does not exist.
        """
        columns = list(targets)
        if not set(columns) <= set(range(self.n_vars)):
            raise ValueError(f"targets must be columns 0 to {self.n_vars - 1}, got {columns} (LaggedGraph.mutilated)")
        adjacency = self.adjacency.copy()
        adjacency[:, columns] = False
        return LaggedGraph(adjacency)

    def relabelled(self, order: Iterable[int]) -> LaggedGraph:
        """The same graph with variable ``order[k]`` in place k.

        Raises
        ------
        ValueError
            If the order does not name each variable once.
        """
        index = list(order)
        if sorted(index) != list(range(self.n_vars)):
            raise ValueError(f"order must name each of {self.n_vars} variables once, got {index}")
        return LaggedGraph(self.adjacency[np.ix_(index, index)])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, LaggedGraph) and np.array_equal(self.adjacency, other.adjacency)

    def __hash__(self) -> int:
        return hash((self.adjacency.shape, self.adjacency.tobytes()))
