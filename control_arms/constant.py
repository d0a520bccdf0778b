"""The same score for every pair: what a metric makes of ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Constant"]


@dataclass(frozen=True)
class Constant:
    """Score 1 for every pair; isolates the treatment of ties: its AUROC is exactly 0.5."""

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return EdgeScores(np.ones((recording.n_vars, recording.n_vars)))
