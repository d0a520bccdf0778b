"""Order by explained variance: whether effects are simply easier to explain than their causes."""

from __future__ import annotations

from dataclasses import dataclass

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.orders import observational, order_scores, r_squared
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["R2Order"]


@dataclass(frozen=True)
class R2Order:
    """Variables drive those that the others explain better; isolates the share of variance that is explained.

    A pair scores 1 if the R2 of the source given all others in the same sample is smaller, 1/2 at a tie, else 0, on the
    observational samples. Unlike the variance it survives rescaling.

    References
    ----------
    Reisach, Tami, Seiler, Chambaz, Weichwald (2023), A scale-invariant sorting criterion, arXiv:2303.18211.
    """

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return order_scores(r_squared(observational(recording)), recording)
