"""Any method read backwards: whether its arrows have a direction at all."""

from __future__ import annotations

from dataclasses import dataclass

from causal_gauntlet.baselines.method import Method
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Transpose"]


@dataclass(frozen=True)
class Transpose:
    """Another method's answer with sources and targets exchanged; isolates direction.

    A method that finds only who belongs together does as well transposed.

    Parameters
    ----------
    of : Method
        The method that is read backwards.
    """

    of: Method

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        answer = self.of.discover(recording, rng)
        return EdgeScores(
            answer.scores.T,
            pvalues=None if answer.pvalues is None else answer.pvalues.T,
            lags=None if answer.lags is None else answer.lags.T,
            lagged_scores=None if answer.lagged_scores is None else answer.lagged_scores.transpose(1, 0, 2),
            selected=None if answer.selected is None else answer.selected.T,
        )
