"""Lagged correlation: what looks like causation if nothing is conditioned on, not even the variable's own past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["LaggedCorrelation"]


@dataclass(frozen=True)
class LaggedCorrelation:
    """Absolute correlation of each variable with the past of each, at the best lag; isolates plain association.

    Samples in which the target was held or forced are left out. There is no p-value: under autocorrelation the usual
    one is wrong, which is the point.

    Parameters
    ----------
    max_lag : int
        Largest lag, in samples.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5)}

    max_lag: int = 5

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        lagged = np.empty((n_vars, n_vars, self.max_lag))
        for rows in lagged_rows(recording, self.max_lag, min_rows=3):
            correlation = z_score(rows.past).T @ z_score(rows.present) / len(rows.windows)
            lagged[:, rows.targets] = np.abs(correlation).reshape(n_vars, self.max_lag, -1).transpose(0, 2, 1)
        return EdgeScores.from_lagged(lagged)
