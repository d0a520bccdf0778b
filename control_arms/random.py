"""Random scores: what a benchmark reports for a method that knows nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Random"]


@dataclass(frozen=True)
class Random:
    """Uniform p-values, and one minus them as scores; isolates luck: its AUROC is 0.5 on average, its FPR 0.05."""

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        pvalues = np.random.default_rng(rng).uniform(size=(recording.n_vars, recording.n_vars))
        return EdgeScores(1.0 - pvalues, pvalues)
