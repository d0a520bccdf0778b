"""Granger causality: whether the past of x helps to predict y, beyond the past of y or of all the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import fdtrc

from causal_gauntlet.baselines.lagged import LaggedRows, common_rows, lagged_rows
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.granger_moments import bivariate_shares, conditional_shares
from causal_gauntlet.control_arms.granger_orders import CRITERIA, pair_orders, system_order
from causal_gauntlet.control_arms.granger_qr import bivariate_shares_by_qr, conditional_shares_by_qr
from causal_gauntlet.control_arms.moments import lagged_correlations
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Granger"]

#: Normal equations are used where the regressors before it leave at least this share of variance to every variable.
TRUSTED = 1e-3

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True)
class Granger:
    r"""F-test of each ordered pair: regress y with and without the lags of x.

    Bivariate, both regressions hold only the lags of y itself; conditional, those of all other variables too. With R
    rows and K regressors besides the intercept, the statistic of L lags is

    .. math:: F = \frac{(RSS_0 - RSS_1) / L}{RSS_1 / (R - K - 1)}

    with K = 2 L (bivariate) or N L (conditional): the exact degrees of freedom of the one equation, not those pooled
    over the system's equations. The score is F. On the diagonal stands the test of a variable's own lags. Samples in
    which y was held or forced are left out of the regressions of y.

    All regressions are solved from one matrix of lagged correlations. Where that loses digits, because the other
    regressors leave less than a thousandth of the variance of a regressor or of y, the regressions of y are solved by
    QR decomposition instead, slower and to the same accuracy.

    With a criterion the lags are chosen up to `max_lag` from the rows that all orders have in common and in which no
    variable was held or forced. Conditional, they are the order of the vector autoregression of all variables;
    bivariate, each pair has that of its own two. At least one lag is tested.

    Parameters
    ----------
    max_lag : int
        Lags of every series, in samples.
    conditional : bool
        Whether to condition on all other variables.
    criterion : str, optional
        ``"aic"`` or ``"bic"`` to choose the lags; all `max_lag` of them if not given.
    aware : bool
        Whether to leave out samples in which y was held or forced; without it, interventions are samples like others.

    References
    ----------
    Granger (1969), doi:10.2307/1912791; Geweke (1982), doi:10.1080/01621459.1982.10477803 (conditional);
    Akaike (1974), doi:10.1109/TAC.1974.1100705; Schwarz (1978), doi:10.1214/aos/1176344136. Bivariate is equal to
    statsmodels' ``ssr_ftest``; conditional to the statistic of its ``VAR.fit().test_causality``, whose p-value takes
    N (R - K - 1) for the second degrees of freedom: the exact ones shift it, by up to 2e-3 at 500 rows. Orders are
    those of its ``VAR.select_order``, without order 0.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5)}

    max_lag: int = 5
    conditional: bool = False
    criterion: str | None = None
    aware: bool = True

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require(isinstance(self.conditional, bool), self, "conditional", "true or false")
        require(isinstance(self.aware, bool), self, "aware", "true or false")
        require(self.criterion is None or self.criterion in CRITERIA, self, "criterion", "aic, bic or None")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        orders = self._orders(recording)
        statistics, pvalues = np.empty(orders.shape), np.empty(orders.shape)
        for order in np.unique(orders).tolist():
            at_order = orders == order
            for found, put in zip(self._test(recording, order), (statistics, pvalues), strict=True):
                put[at_order] = found[at_order]
        return EdgeScores(statistics, pvalues)

    def _orders(self, recording: Recording) -> NDArray[np.int64]:
        """Lags of each pair, shape (N, N)."""
        n_vars = recording.n_vars
        if self.criterion is None:
            return np.full((n_vars, n_vars), self.max_lag)
        min_rows = self._n_regressors(n_vars, self.max_lag) + 2
        rows = common_rows(recording, self.max_lag, min_rows, aware=self.aware)
        if self.conditional:
            return np.full((n_vars, n_vars), system_order(rows, self.criterion))
        return pair_orders(rows, self.criterion)

    def _test(self, recording: Recording, max_lag: int) -> tuple[Floats, Floats]:
        """F and p of all pairs at one number of lags, both of shape (N, N)."""
        n_vars = recording.n_vars
        n_regressors = self._n_regressors(n_vars, max_lag)
        statistics, pvalues = np.empty((n_vars, n_vars)), np.empty((n_vars, n_vars))
        for rows in lagged_rows(recording, max_lag, min_rows=n_regressors + 2, aware=self.aware):
            gain, unexplained = _shares(rows, self.conditional)
            rest_df = np.full(gain.shape, len(rows.times) - n_regressors - 1)
            if not self.conditional:
                rest_df[rows.targets, np.arange(len(rows.targets))] += max_lag
            f = gain / max_lag / (unexplained / rest_df)
            statistics[:, rows.targets], pvalues[:, rows.targets] = f, fdtrc(max_lag, rest_df, f)
        return statistics, pvalues

    def _n_regressors(self, n_vars: int, max_lag: int) -> int:
        return (n_vars if self.conditional else 2) * max_lag


def _shares(rows: LaggedRows, conditional: bool) -> tuple[Floats, Floats]:
    """Shares of the targets' variances gained from each source and left, from moments where these can be trusted."""
    by_moments, by_qr = (
        (conditional_shares, conditional_shares_by_qr) if conditional else (bivariate_shares, bivariate_shares_by_qr)
    )
    gain, unexplained, margin = by_moments(lagged_correlations(rows), rows.targets, rows.values.shape[1])
    doubtful = margin < TRUSTED
    if doubtful.any():
        gain[:, doubtful], unexplained[:, doubtful] = by_qr(replace(rows, targets=rows.targets[doubtful]))
    return gain, unexplained
