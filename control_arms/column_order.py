"""Order of the columns: whether the file itself tells who drives whom."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.orders import order_scores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["ColumnOrder"]


@dataclass(frozen=True)
class ColumnOrder:
    """Variables drive those in later columns, whatever the values; isolates the order of the columns."""

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return order_scores(np.arange(recording.n_vars, dtype=np.float64), recording)
