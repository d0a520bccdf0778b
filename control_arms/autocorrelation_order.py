"""Order by memory: whether effects simply have more of it than their causes."""

from __future__ import annotations

from dataclasses import dataclass

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.orders import autocorrelations, observational, order_scores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["AutocorrelationOrder"]


@dataclass(frozen=True)
class AutocorrelationOrder:
    """Variables drive those of larger lag-1 autocorrelation; isolates the memory of the variables.

    A pair scores 1 if the source has less, 1/2 at a tie, else 0, on the observational samples.

    References
    ----------
    Lohse and Wahl (2025), Sortability of time series data, arXiv:2407.13313 (orders that time series leak).
    """

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return order_scores(autocorrelations(observational(recording)), recording)
