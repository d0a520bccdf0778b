"""The record of interventions alone: whether who was intervened on, and when, gives edges away."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["InterventionMask"]


@dataclass(frozen=True)
class InterventionMask:
    """Variables drive those that are intervened on later, by the mask and without a look at the values.

    Isolates the schedule: with targets in random order its AUROC is 0.5 on average. The score of a pair is how much
    later the target is intervened on, on average, in shares of the recording; 0 for variables that never are.
    """

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        time = np.arange(recording.n_samples) / recording.n_samples
        n_intervened = recording.intervened.sum(axis=0)
        when = time @ recording.intervened / np.maximum(n_intervened, 1)
        both = np.logical_and.outer(n_intervened > 0, n_intervened > 0)
        return EdgeScores(np.where(both, np.subtract.outer(when, when).T, 0.0))
