"""A random graph with the right number of edges: what counting alone is worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import numpy as np
from scipy import stats
from scipy.stats._distn_infrastructure import rv_discrete_frozen

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.matching import strongest_edges
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["RandomGraph", "chance_hits"]


@dataclass(frozen=True)
class RandomGraph:
    """Claim `n_edges` ordered pairs drawn at random; isolates the number of edges that is claimed.

    How many of them are right has the exact distribution `chance_hits`, and so have F1, precision and the structural
    Hamming distance, which follow from it.

    Parameters
    ----------
    n_edges : int
        Edges between distinct variables; those of the graph that it is matched to.

    References
    ----------
    Petersen (2025), Are you doing better than random guessing?, arXiv:2412.10039.
    """

    n_edges: int = 10

    def __post_init__(self) -> None:
        require_count(self, "n_edges", 0)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        n_pairs = n_vars * (n_vars - 1)
        require(self.n_edges <= n_pairs, self, "n_edges", f"in [0, {n_pairs}] for {n_vars} variables")
        scores = np.random.default_rng(rng).uniform(size=(n_vars, n_vars))
        return EdgeScores(scores, selected=strongest_edges(scores, self.n_edges))


def chance_hits(n_pairs: int, n_true: int, n_claimed: int) -> rv_discrete_frozen:
    """Distribution of the number of true edges among claimed ones that were drawn at random.

    Parameters
    ----------
    n_pairs : int
        Ordered pairs that are scored.
    n_true : int
        How many of them are edges.
    n_claimed : int
        How many are claimed.

    Returns
    -------
    scipy.stats distribution
        Hypergeometric, frozen: ``.mean()``, ``.sf(k)`` and so on.
    """
    return cast(rv_discrete_frozen, stats.hypergeom(n_pairs, n_true, n_claimed))
