"""Any method with the labels of the episodes exchanged: whether it matters who was intervened on when."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from causal_gauntlet.baselines.method import Method
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["ShuffledRegimes"]


@dataclass(frozen=True)
class ShuffledRegimes:
    """Another method on the same values, the target sets dealt anew to the episodes; isolates the intervention labels.

    A method that gains from knowing what was done loses that here; one that gains from the larger spread of the values
    does not. Observational recordings are left as they are.

    Parameters
    ----------
    of : Method
        The method that is misled.
    """

    of: Method

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        generator = np.random.default_rng(rng)
        intervened = [k for k, episode in enumerate(recording.episodes) if episode.targets]
        episodes = list(recording.episodes)
        for k, other in zip(intervened, generator.permutation(intervened), strict=True):
            episodes[k] = replace(episodes[k], targets=recording.episodes[other].targets)
        return self.of.discover(replace(recording, episodes=tuple(episodes)), generator)
