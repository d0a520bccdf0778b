"""How fast the control arms are: ``pytest tests/speed/bench_*.py``, 20 variables, 1000 samples, 5 lags.

Ours answers for all pairs from a recording, p-values and all. The peers are given the same values.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LassoCV
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import TimeSeriesSplit
from statsmodels.tsa.stattools import grangercausalitytests
from statsmodels.tsa.vector_ar import var_model
from tigramite import pcmci
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr

from causal_gauntlet.benchmark.metrics import auroc, off_diagonal
from causal_gauntlet.control_arms import PCMCI, Granger, Lasso
from causal_gauntlet.generators import VAR, Design, Recording

if TYPE_CHECKING:
    from conftest import Against

N_VARS, N_SAMPLES, MAX_LAG = 20, 1000, 5
N_PAIRS = N_VARS * (N_VARS - 1)
#: statsmodels takes the same time for every pair, so a few of them are timed and ours is divided by as many.
N_TIMED = 10


@cache
def recording() -> Recording:
    return VAR(n_vars=N_VARS).draw(seed=0).run(Design(N_SAMPLES), 0).recording


def lags(values: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hstack([values[MAX_LAG - k : len(values) - k] for k in range(1, MAX_LAG + 1)])


def in_pairs_of_a_run(peer: Callable[[int, int], object]) -> Callable[[], None]:
    def timed() -> None:
        for source in range(1, N_TIMED + 1):
            peer(source, 0)

    return timed


def test_bivariate_granger_against_statsmodels(against: Against) -> None:
    """Our 380 pairs count as 38 runs of the peer, which tests 10 pairs in each."""
    values = np.array(recording().values)
    peer = in_pairs_of_a_run(lambda i, j: grangercausalitytests(values[:, [j, i]], maxlag=[MAX_LAG]))
    against(
        "Granger, bivariate, ten pairs, against statsmodels",
        lambda: Granger(MAX_LAG).discover(recording()),
        N_PAIRS // N_TIMED,
        peer,
    )


def test_conditional_granger_against_statsmodels(against: Against) -> None:
    """As above; the peer's fit is not timed."""
    fit = var_model.VAR(np.array(recording().values)).fit(MAX_LAG, trend="c")
    peer = in_pairs_of_a_run(lambda i, j: fit.test_causality(caused=j, causing=i, kind="f"))
    against(
        "Granger, conditional, ten pairs, against statsmodels",
        lambda: Granger(MAX_LAG, conditional=True).discover(recording()),
        N_PAIRS // N_TIMED,
        peer,
    )


def test_conditional_granger_against_least_squares(against: Against) -> None:
    """One regression of all targets on all lags, and one a source without its lags."""
    values = recording().values - recording().values.mean(axis=0)
    past, present = lags(values), values[MAX_LAG:]

    def squares(regressors: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.square(present - regressors @ np.linalg.lstsq(regressors, present, rcond=None)[0]).sum(axis=0)

    def peer() -> NDArray[np.float64]:
        source = np.arange(past.shape[1]) % N_VARS
        without = np.stack([squares(past[:, source != i]) for i in range(N_VARS)])
        return without / squares(past)

    against(
        "Granger, conditional, all pairs, against a loop of least squares",
        lambda: Granger(MAX_LAG, conditional=True).discover(recording()),
        1,
        peer,
    )


def test_pcmci_against_tigramite(against: Against) -> None:
    values = np.array(recording().values)

    def peer() -> None:
        with warnings.catch_warnings(action="ignore"):
            pcmci.PCMCI(DataFrame(values), ParCorr(), verbosity=0).run_pcmci(tau_min=1, tau_max=MAX_LAG, pc_alpha=0.2)

    against("PCMCI against tigramite", lambda: PCMCI(MAX_LAG).discover(recording()), 1, peer)


def test_lasso_against_scikit_learn(against: Against) -> None:
    values = (recording().values - recording().values.mean(axis=0)) / recording().values.std(axis=0)
    past = lags(values)

    def peer() -> None:
        for j in range(N_VARS):
            LassoCV(alphas=100, cv=TimeSeriesSplit(5)).fit(past, values[MAX_LAG:, j])

    against("Lasso, all targets, against LassoCV", lambda: Lasso(MAX_LAG).discover(recording()), 1, peer)


def test_auroc_of_many_graphs_against_scikit_learn(against: Against) -> None:
    rng = np.random.default_rng(0)
    scores, truth = rng.random((10_000, 10, 10)), rng.random((10_000, 10, 10)) < 0.2
    truth[:, 0, 1], truth[:, 1, 0] = True, False
    scored = off_diagonal(10)

    def peer() -> None:
        for k in range(len(scores)):
            roc_auc_score(truth[k][scored], scores[k][scored])

    against("AUROC of 10,000 graphs of 10 variables", lambda: auroc(scores, truth), 1, peer)
