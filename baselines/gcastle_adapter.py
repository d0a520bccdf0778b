"""Any learner of the package gCastle, here over windows of time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import lagged_edges, running, stacked_lags
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["GCastleLearner"]

LEARNERS = ("DirectLiNGAM", "GES", "GOLEM", "ICALiNGAM", "Notears", "NotearsNonlinear", "PC")


@dataclass(frozen=True)
class GCastleLearner:
    """A learner of the package gCastle on z-scored windows of all variables at the lags 0 to L.

    An edge is selected if the graph has it at any lag, and scores 1, or its absolute weight if the learner weighs
    edges; between two times either direction counts as forward. It sees all samples, interventions included. Needs the
    extra ``gcastle``.

    Parameters
    ----------
    learner : str
        Name of its class in ``castle.algorithms``, with that class's own defaults.
    max_lag : int
        L, in samples.

    References
    ----------
    Zhang et al. (2021), gCastle, arXiv:2111.15155.
    """

    learner: str = "PC"
    max_lag: int = 1

    def __post_init__(self) -> None:
        require(self.learner in LEARNERS, self, "learner", f"one of {', '.join(LEARNERS)}")
        require_count(self, "max_lag", 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        columns = stacked_lags(recording, self.max_lag)
        logging.getLogger("castle").setLevel(logging.WARNING)
        try:
            algorithms = import_module("castle.algorithms")
        except ModuleNotFoundError as error:
            raise MissingExtra(f"gCastle's {self.learner}", error.name or "castle", "gcastle") from None
        with running(f"gCastle's {self.learner}", rng):
            fitted = getattr(algorithms, self.learner)()
            fitted.learn(columns)
            found = np.asarray(fitted.causal_matrix, dtype=float) != 0.0
            weights = getattr(fitted, "weight_causal_matrix", None)
            strength = found * (1.0 if weights is None else np.abs(np.asarray(weights, dtype=float)))
            lagged = lagged_edges(strength, recording.n_vars)
            return EdgeScores.from_all_lags(lagged, selected=lagged.max(axis=2) > 0.0)
