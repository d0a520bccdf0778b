"""Any method on circularly shifted variables: what it finds where nothing can be found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.method import Method
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording
from causal_gauntlet.generators.surrogates import circular_shift

__all__ = ["CircularShift"]


@dataclass(frozen=True)
class CircularShift:
    """Another method on variables that were shifted in circles; isolates what each variable does by itself.

    Whatever it scores comes from the variables' distributions and memory, and none of it from one another. The shift
    drops the record of interventions.

    Parameters
    ----------
    of : Method
        The method that is given the surrogate.
    """

    of: Method

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        generator = np.random.default_rng(rng)
        return self.of.discover(circular_shift(recording, generator), generator)
