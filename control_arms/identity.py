"""Self-links only: what a metric gives away when it counts the diagonal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Identity"]


@dataclass(frozen=True)
class Identity:
    """Score 1 for every self-link and 0 for every edge; isolates the diagonal: off it, AUROC is exactly 0.5."""

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return EdgeScores(np.eye(recording.n_vars))
