"""Searches of the package causal-learn, here over windows of time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import lagged_edges, running, stacked_lags
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["CausalLearnSearch"]

#: Module, function, arguments, and how to reach the graph in what it returns.
SEARCHES: Mapping[str, tuple[str, str, Mapping[str, Any], Callable[[Any], Any]]] = {
    "fci": ("ConstraintBased.FCI", "fci", {"show_progress": False, "verbose": False}, lambda found: found[0]),
    "ges": ("ScoreBased.GES", "ges", {}, lambda found: found["G"]),
    "pc": ("ConstraintBased.PC", "pc", {"show_progress": False}, lambda found: found.G),
}


@dataclass(frozen=True)
class CausalLearnSearch:
    """A search of the package causal-learn on z-scored windows of all variables at the lags 0 to L.

    An edge is selected, and scores 1, if the graph may have it at any lag: an edge without direction counts in both,
    one with two arrowheads is a hidden common cause and counts in neither, and between two times either direction
    counts as forward. It sees all samples, interventions included. Needs the
    extra ``causallearn``.

    Parameters
    ----------
    search : str
        ``"pc"``, ``"fci"`` or ``"ges"``, with its own defaults.
    max_lag : int
        L, in samples.

    References
    ----------
    Zheng et al. (2024), Causal-learn: Causal discovery in Python, JMLR 25(60):1-8.
    """

    search: str = "pc"
    max_lag: int = 1

    def __post_init__(self) -> None:
        require(self.search in SEARCHES, self, "search", f"one of {', '.join(SEARCHES)}")
        require_count(self, "max_lag", 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        columns = stacked_lags(recording, self.max_lag)
        module, function, arguments, graph_of = SEARCHES[self.search]
        try:
            search = getattr(import_module(f"causallearn.search.{module}"), function)
        except ModuleNotFoundError as error:
            raise MissingExtra(f"causal-learn's {self.search}", error.name or "causallearn", "causallearn") from None
        with running(f"causal-learn's {self.search}", rng):
            marks = np.asarray(graph_of(search(columns, **arguments)).graph)
            lagged = lagged_edges(possible_edges(marks).astype(float), recording.n_vars)
            return EdgeScores.from_all_lags(lagged, selected=lagged.max(axis=2) > 0.0)


def possible_edges(marks: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Which edges ``[source, target]`` a graph allows: those without an arrowhead at their source.

    Parameters
    ----------
    marks : ndarray of int, shape (P, P)
        causal-learn's: at ``[i, j]`` the mark at i of the edge between i and j: -1 a tail, 1 an arrowhead, 2 a circle,
        0 where there is no edge.
    """
    return np.asarray((marks != 0) & (marks != 1))
