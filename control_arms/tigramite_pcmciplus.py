"""PCMCI+ as the package tigramite computes it: links within one sample, too, oriented where the data decide."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import running
from causal_gauntlet.control_arms.tigramite_runs import TESTS, prepared
from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["TigramitePCMCIPlus"]


@dataclass(frozen=True)
class TigramitePCMCIPlus:
    r"""PCMCI+ by tigramite.

    The score is the largest test statistic over the lags 0 to L, read as in `TigramitePCMCI`; at lag 0 it is zero
    against the direction in which a link was oriented. An edge is selected if the graph has it at any lag, in both
    directions if it was left without one. The p-value of a pair is that of its best lag, corrected by Sidak's formula
    for L + 1 lags. Samples are left out as in `PCMCI`. Needs the extra ``tigramite``.

    Parameters
    ----------
    max_lag : int
        Largest lag L, in samples; the tests look back twice as far.
    pc_alpha : float
        Significance level of all tests, in [0, 1].
    test : str
        As in `TigramitePCMCI`.

    References
    ----------
    Runge (2020), arXiv:2003.03685.
    """

    max_lag: int = 5
    pc_alpha: float = 0.01
    test: str = "parcorr"

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require_number(self, "pc_alpha", 0.0, 1.0, "in [0, 1]")
        require(self.test in TESTS, self, "test", f"one of {', '.join(TESTS)}")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        run = prepared(recording, self.max_lag, self.test, rng)
        with running("tigramite's PCMCI+", rng):
            answer = run.run_pcmciplus(tau_min=0, tau_max=self.max_lag, pc_alpha=self.pc_alpha)
        graph, values = answer["graph"], answer["val_matrix"]
        possible = graph != "<--"
        possible[..., 0] &= ~np.eye(recording.n_vars, dtype=bool)
        strength = np.where(possible, np.maximum(values, 0.0) if self.test == "cmiknn" else np.abs(values), 0.0)
        least = np.where(possible, answer["p_matrix"], 1.0).min(axis=2)
        with np.errstate(divide="ignore"):
            pvalues = -np.expm1((self.max_lag + 1) * np.log1p(-least))
        return EdgeScores(
            scores=strength.max(axis=2),
            pvalues=pvalues,
            lags=strength.argmax(axis=2),
            lagged_scores=strength,
            selected=((graph != "") & possible).any(axis=2),
        )
