"""PCMCI as the package tigramite computes it, with linear or nonlinear tests of independence."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import running
from causal_gauntlet.control_arms.tigramite_runs import TESTS, prepared
from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["TigramitePCMCI"]


@dataclass(frozen=True)
class TigramitePCMCI:
    r"""PCMCI by tigramite: the tests that `PCMCI` does not have, and with ``parcorr`` its slow equal.

    The score is the largest test statistic over lags, partial correlations by their size and conditional mutual
    informations estimated below zero as zero; the p-value of a pair is that of its best lag, corrected by Sidak's
    formula :math:`1 - (1 - p)^L`. Samples are left out as in `PCMCI`. Needs the extra ``tigramite``.

    Parameters
    ----------
    max_lag : int
        Largest lag L, in samples; the tests look back twice as far.
    pc_alpha : float or None
        Significance level of the PC step, in [0, 1]; None lets each variable choose by the test's own criterion.
    test : str
        ``"parcorr"`` (linear), ``"robust-parcorr"`` (linear after a transform to normal margins), ``"gpdc"``
        (distance correlation of Gaussian process residuals) or ``"cmiknn"`` (conditional mutual information from
        nearest neighbours; slow). Where the last shuffles whole series it does so in blocks of the cube root of the
        number of samples (our choice).

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman, Sejdinovic (2019), doi:10.1126/sciadv.aau4996; Runge (2018),
    arXiv:1709.01447 (cmiknn).
    """

    max_lag: int = 5
    pc_alpha: float | None = 0.2
    test: str = "parcorr"

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        if self.pc_alpha is not None:
            require_number(self, "pc_alpha", 0.0, 1.0, "in [0, 1] or None")
        chooses = self.pc_alpha is not None or self.test != "cmiknn"
        require(chooses, self, "pc_alpha", "in [0, 1] for cmiknn, which has no criterion to choose by")
        require(self.test in TESTS, self, "test", f"one of {', '.join(TESTS)}")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        run = prepared(recording, self.max_lag, self.test, rng)
        with running("tigramite's PCMCI", rng):
            answer = run.run_pcmci(tau_min=1, tau_max=self.max_lag, pc_alpha=self.pc_alpha)
        values, pvalues = answer["val_matrix"][:, :, 1:], answer["p_matrix"][:, :, 1:]
        strength = np.maximum(values, 0.0) if self.test == "cmiknn" else np.abs(values)
        return EdgeScores.from_lagged(strength, -np.expm1(self.max_lag * np.log1p(-pvalues.min(axis=2))))
