"""Order by variance: whether effects simply vary more than their causes."""

from __future__ import annotations

from dataclasses import dataclass

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.orders import log_variances, observational, order_scores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["VarianceOrder"]


@dataclass(frozen=True)
class VarianceOrder:
    """Variables drive those of larger variance, and nothing else is looked at; isolates the scale of the variables.

    A pair scores 1 if the source varies less, 1/2 at a tie, else 0, on the observational samples.

    References
    ----------
    Reisach, Seiler, Weichwald (2021), Beware of the simulated DAG, arXiv:2102.13647.
    """

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return order_scores(log_variances(observational(recording)), recording)
