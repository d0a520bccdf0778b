"""VARLiNGAM: a vector autoregression whose innovations are unmixed by their non-Gaussianity."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any, ClassVar

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import complete_values, running
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["VARLiNGAM"]


@dataclass(frozen=True)
class VARLiNGAM:
    """VARLiNGAM by the package lingam, on z-scored variables.

    The score is the largest absolute coefficient over the lags 0 to L. Pruned, coefficients that an adaptive Lasso
    drops are zero, and those that stay are selected. It sees all samples, interventions included, and needs complete
    values. Needs the extra ``lingam``.

    Parameters
    ----------
    max_lag : int
        Lags L of the vector autoregression, in samples; never fewer.
    prune : bool
        Whether to prune.

    References
    ----------
    Hyvarinen, Zhang, Shimizu, Hoyer (2010), Estimation of a structural vector autoregression model using
    non-Gaussianity, JMLR 11:1709-1731.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5)}

    max_lag: int = 5
    prune: bool = True

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require(isinstance(self.prune, bool), self, "prune", "true or false")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        values = complete_values(recording, self.max_lag, n_vars * (self.max_lag + 1))
        try:
            lingam = import_module("lingam")
        except ModuleNotFoundError as error:
            raise MissingExtra("VARLiNGAM", error.name or "lingam", "lingam") from None
        with running("VARLiNGAM", rng):
            model = lingam.VARLiNGAM(lags=self.max_lag, criterion=None, prune=self.prune)
            model.fit((values - values.mean(axis=0)) / values.std(axis=0))
            # lingam's are [lag, effect, cause]
            lagged = np.abs(np.asarray(model.adjacency_matrices_)).transpose(2, 1, 0)
            return EdgeScores.from_all_lags(lagged, selected=(lagged > 0.0).any(axis=2) if self.prune else None)
