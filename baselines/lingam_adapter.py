"""Any model of the package lingam that finds one graph over variables, here over windows of time."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import lagged_edges, running, stacked_lags
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["LingamModel"]

MODELS = ("DirectLiNGAM", "HighDimDirectLiNGAM", "ICALiNGAM", "RCD")


@dataclass(frozen=True)
class LingamModel:
    """A model of the package lingam on z-scored windows of all variables at the lags 0 to L, `VARLiNGAM` aside.

    The score is the largest absolute coefficient over lags; between two times either direction counts as forward.
    It sees all samples, interventions included. Needs the extra ``lingam``.

    Parameters
    ----------
    model : str
        ``"DirectLiNGAM"``, ``"HighDimDirectLiNGAM"``, ``"ICALiNGAM"`` or ``"RCD"`` (which allows hidden causes: a pair
        that it leaves open counts as one in both directions, with its correlation).
    max_lag : int
        L, in samples.

    References
    ----------
    Shimizu, Hoyer, Hyvarinen, Kerminen (2006), A linear non-Gaussian acyclic model for causal discovery, JMLR
    7:2003-2030.
    """

    model: str = "DirectLiNGAM"
    max_lag: int = 1

    def __post_init__(self) -> None:
        require(self.model in MODELS, self, "model", f"one of {', '.join(MODELS)}")
        require_count(self, "max_lag", 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        columns = stacked_lags(recording, self.max_lag)
        try:
            lingam = import_module("lingam")
        except ModuleNotFoundError as error:
            raise MissingExtra(self.model, error.name or "lingam", "lingam") from None
        with running(self.model, rng):
            fitted = getattr(lingam, self.model)().fit(columns)
            # lingam's is [effect, cause]
            strength = np.abs(np.asarray(fitted.adjacency_matrix_, dtype=float)).T
            open_pairs = np.isnan(strength)
            strength[open_pairs] = np.abs(np.corrcoef(columns, rowvar=False))[open_pairs]
            return EdgeScores.from_all_lags(lagged_edges(strength, recording.n_vars))
