"""Granger's F against statsmodels, against plain least squares on the stated rows, and under the null."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from statsmodels.api import OLS, add_constant
from statsmodels.tsa.stattools import grangercausalitytests
from statsmodels.tsa.vector_ar import var_model

from causal_gauntlet.baselines.lagged import lagged_rows
from causal_gauntlet.control_arms import Granger
from causal_gauntlet.control_arms.granger_moments import bivariate_shares, conditional_shares
from causal_gauntlet.control_arms.moments import lagged_correlations
from causal_gauntlet.generators import Design, Episode, Lorenz96, Recording

SEEDS = range(12)


def coupled(seed: int, n_samples: int = 150, n_vars: int = 3) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    coupling = 0.5 * np.eye(n_vars) + 0.2 * rng.standard_normal((n_vars, n_vars))
    coupling *= 0.8 / max(0.8, np.abs(np.linalg.eigvals(coupling)).max())
    x = rng.standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += x[t - 1] @ coupling
    return x * rng.uniform(0.1, 10.0, n_vars) + rng.normal(0.0, 5.0, n_vars)


def residual_squares(regressors: list[NDArray[np.float64]], response: NDArray[np.float64]) -> float:
    design = np.column_stack([np.ones(len(response)), *regressors])
    return float(np.square(response - design @ np.linalg.lstsq(design, response, rcond=None)[0]).sum())


def two_regressions(recording: Recording, max_lag: int, conditional: bool) -> tuple[NDArray[np.float64], ...]:
    """F and p by two regressions a pair; a sample counts for j if its window is complete and j was not cut."""
    x, n_vars = recording.values, recording.n_vars
    f, p = np.empty((n_vars, n_vars)), np.empty((n_vars, n_vars))
    for j in range(n_vars):
        cut = [(e.start, e.stop) for e in recording.episodes if j in e.targets]
        if recording.intervention_kind == "soft-noise":
            cut = []
        samples = np.array(
            [
                t
                for t in range(max_lag, len(x))
                if np.isfinite(x[t - max_lag : t + 1]).all() and not any(a <= t < b for a, b in cut)
            ]
        )
        lags = [[x[samples - k, i] for k in range(1, max_lag + 1)] for i in range(n_vars)]
        for i in range(n_vars):
            others = [k for k in range(n_vars) if k != i] if conditional else [j] if i != j else []
            without = [column for k in others for column in lags[k]]
            rss_0 = residual_squares(without, x[samples, j])
            rss_1 = residual_squares(without + lags[i], x[samples, j])
            rest_df = len(samples) - len(without) - max_lag - 1
            f[i, j] = (rss_0 - rss_1) / max_lag / (rss_1 / rest_df)
            p[i, j] = stats.f.sf(f[i, j], max_lag, rest_df)
    return f, p


def off_diagonal(matrix: NDArray[np.float64]) -> NDArray[np.float64]:
    return matrix[~np.eye(len(matrix), dtype=bool)]


@pytest.mark.parametrize("max_lag", [1, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_bivariate_is_the_ssr_f_test_of_statsmodels(seed: int, max_lag: int) -> None:
    x = coupled(seed)
    scores = Granger(max_lag=max_lag).discover(Recording(x))
    assert scores.pvalues is not None
    for source in range(3):
        for target in {0, 1, 2} - {source}:
            # statsmodels asks whether the second column causes the first
            result = grangercausalitytests(x[:, [target, source]], maxlag=[max_lag])[max_lag][0]
            f, p, _, _ = result["ssr_ftest"]
            assert scores.scores[source, target] == pytest.approx(f, rel=1e-10)
            assert scores.pvalues[source, target] == pytest.approx(p, rel=1e-10)


@pytest.mark.parametrize("max_lag", [1, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_bivariate_diagonal_is_the_overall_f_of_the_autoregression(seed: int, max_lag: int) -> None:
    x = coupled(seed)
    scores = Granger(max_lag=max_lag).discover(Recording(x))
    assert scores.pvalues is not None
    for j in range(3):
        lags = np.column_stack([x[max_lag - k : len(x) - k, j] for k in range(1, max_lag + 1)])
        fit = OLS(x[max_lag:, j], add_constant(lags)).fit()
        assert scores.scores[j, j] == pytest.approx(fit.fvalue, rel=1e-10)
        assert scores.pvalues[j, j] == pytest.approx(fit.f_pvalue, rel=1e-10)


@pytest.mark.parametrize("max_lag", [1, 3])
@pytest.mark.parametrize("seed", SEEDS)
def test_conditional_statistic_is_that_of_a_statsmodels_var(seed: int, max_lag: int) -> None:
    """The statistic only: statsmodels pools the degrees of freedom of all equations in its p-value."""
    x = coupled(seed)
    scores = Granger(max_lag=max_lag, conditional=True).discover(Recording(x)).scores
    fit = var_model.VAR(x).fit(max_lag, trend="c")
    for source in range(3):
        for target in range(3):
            f = fit.test_causality(caused=target, causing=source, kind="f").test_statistic
            assert scores[source, target] == pytest.approx(f, rel=1e-10)


@pytest.mark.parametrize("seed", SEEDS)
def test_conditional_p_value_is_that_of_statsmodels_but_for_its_degrees_of_freedom(seed: int) -> None:
    """statsmodels takes N times the residual degrees of freedom; at 500 rows the exact ones shift p by up to 2e-3."""
    x = coupled(seed, n_samples=502, n_vars=4)
    scores = Granger(max_lag=2, conditional=True).discover(Recording(x))
    fit = var_model.VAR(x).fit(2, trend="c")
    for source in range(4):
        for target in range(4):
            theirs = fit.test_causality(caused=target, causing=source, kind="f").pvalue
            pooled = stats.f.sf(scores.scores[source, target], 2, 4 * (500 - 4 * 2 - 1))
            assert pooled == pytest.approx(theirs, rel=1e-9)
            assert scores.pvalues is not None
            assert abs(scores.pvalues[source, target] - theirs) < 2e-3


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("time_step", [0.01, 0.005])
def test_noiseless_lorenz96_keeps_its_digits(time_step: float, conditional: bool) -> None:
    """Finely sampled, its lags nearly determine one another: moments alone would miss by more than 1e-9."""
    system = Lorenz96(n_vars=5, sampling_interval=time_step).draw(seed=1)
    recording = system.run(Design(600), seed=1).recording
    f, p = two_regressions(recording, 3, conditional)
    scores = Granger(max_lag=3, conditional=conditional).discover(recording)
    apart = ~np.eye(5, dtype=bool)
    np.testing.assert_allclose(scores.scores[apart], f[apart], rtol=1e-9)
    np.testing.assert_allclose(scores.pvalues, p, atol=1e-9)
    (rows,) = lagged_rows(recording, 3, min_rows=20)
    shares = conditional_shares if conditional else bivariate_shares
    gain, unexplained, margin = shares(lagged_correlations(rows), rows.targets, 5)
    rest_df = 597 - (5 if conditional else 2) * 3 - 1
    assert margin.min() < 1e-6
    assert np.abs(gain / 3 / (unexplained / rest_df) / f - 1.0)[apart].max() > 1e-9


@pytest.mark.parametrize("criterion", ["aic", "bic"])
@pytest.mark.parametrize("seed", SEEDS)
def test_conditional_lags_are_the_order_that_statsmodels_selects(seed: int, criterion: str) -> None:
    x = coupled(seed, n_samples=90)
    chosen = 1 + int(np.argmin(var_model.VAR(x).select_order(5).ics[criterion][1:]))
    scores = Granger(max_lag=5, conditional=True, criterion=criterion).discover(Recording(x))
    fixed = Granger(max_lag=chosen, conditional=True).discover(Recording(x))
    np.testing.assert_array_equal(scores.scores, fixed.scores)
    np.testing.assert_array_equal(scores.pvalues, fixed.pvalues)


@pytest.mark.parametrize("criterion", ["aic", "bic"])
@pytest.mark.parametrize("seed", SEEDS)
def test_bivariate_lags_are_the_order_that_statsmodels_selects_for_the_pair(seed: int, criterion: str) -> None:
    """The common rows are those of the largest order, so the recording is cut where an order would see more."""
    x = coupled(seed, n_samples=90)
    scores = Granger(max_lag=4, criterion=criterion).discover(Recording(x)).scores
    for i in range(3):
        for j in range(3):
            if i != j:
                chosen = 1 + int(np.argmin(var_model.VAR(x[:, [i, j]]).select_order(4).ics[criterion][1:]))
                assert scores[i, j] == Granger(max_lag=chosen).discover(Recording(x)).scores[i, j]


def test_lags_are_chosen_where_nothing_was_held() -> None:
    """Forcing two thirds of the recording changes the order that is found, unless those rows are left out."""
    x = coupled(1, n_samples=400)
    for t in range(2, 150):
        x[t, 0] = 0.9 * x[t - 2, 0] + 0.1 * x[t, 0]
    x[150:, 0] = np.random.default_rng(0).standard_normal(250)
    episodes = (Episode(0, 150), Episode(150, 400, (0,)))
    recording = Recording(x, episodes=episodes, intervention_kind="random-forcing")
    chosen = 1 + int(np.argmin(var_model.VAR(x[:150]).select_order(4).ics["bic"][1:]))
    scores = Granger(max_lag=4, conditional=True, criterion="bic").discover(recording).scores
    fixed = [Granger(max_lag=k, conditional=True).discover(recording).scores for k in range(1, 5)]
    assert [np.array_equal(scores, each) for each in fixed] == [k == chosen for k in range(1, 5)]


@pytest.mark.parametrize("kind", ["none", "do", "soft-noise", "random-forcing"])
@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("max_lag", [1, 3])
def test_two_regressions_on_the_stated_rows(kind: str, conditional: bool, max_lag: int) -> None:
    x = coupled(7, n_samples=160, n_vars=4)
    x[20, 1] = x[21, 3] = x[90, 0] = np.nan
    episodes = (Episode(0, 80), Episode(80, 120, (0, 2)), Episode(120, 130), Episode(130, 160, (2,)))
    recording = Recording(x) if kind == "none" else Recording(x, episodes=episodes, intervention_kind=kind)
    scores = Granger(max_lag=max_lag, conditional=conditional).discover(recording)
    f, p = two_regressions(recording, max_lag, conditional)
    np.testing.assert_allclose(scores.scores, f, rtol=1e-10)
    np.testing.assert_allclose(scores.pvalues, p, rtol=1e-10)


def test_bivariate_with_fewer_rows_than_lags_of_all_variables() -> None:
    recording = Recording(coupled(8, n_samples=20, n_vars=8))
    scores = Granger(max_lag=3).discover(recording)
    f, p = two_regressions(recording, 3, conditional=False)
    np.testing.assert_allclose(scores.scores, f, rtol=1e-9)
    np.testing.assert_allclose(scores.pvalues, p, rtol=1e-9)


@pytest.mark.parametrize("conditional", [False, True])
def test_a_pair_alone_leaves_nothing_else_to_condition_on(conditional: bool) -> None:
    recording = Recording(coupled(9, n_vars=2))
    bivariate = Granger(max_lag=2).discover(recording).scores
    here = Granger(max_lag=2, conditional=conditional).discover(recording).scores
    np.testing.assert_allclose(off_diagonal(here), off_diagonal(bivariate), rtol=1e-10)


@pytest.mark.parametrize("conditional", [False, True])
def test_a_chain_is_cut_by_conditioning_only(conditional: bool) -> None:
    """X0 -> X1 -> X2 with one lag each; at the fixed seed the indirect link is seen unless X1 is conditioned on.

    The absent link is rejected at 1e-4 by chance once in 10,000 seeds.
    """
    rng = np.random.default_rng(10)
    x = rng.standard_normal((800, 3))
    for t in range(1, 800):
        x[t, 1] += 0.8 * x[t - 1, 0]
        x[t, 2] += 0.8 * x[t - 1, 1]
    pvalues = Granger(max_lag=2, conditional=conditional).discover(Recording(x)).pvalues
    assert pvalues is not None
    assert pvalues[0, 1] < 1e-20
    assert pvalues[1, 2] < 1e-20
    assert (pvalues[0, 2] > 1e-4) == conditional
    assert min(pvalues[1, 0], pvalues[2, 1], pvalues[2, 0]) > 1e-4 / 3


@pytest.mark.parametrize("conditional", [False, True])
def test_p_values_are_uniform_without_links(conditional: bool) -> None:
    """100 systems of 5 independent AR(0.9), T = 500: 2000 absent pairs, treated as independent.

    The rate of rejections at 0.05 has a standard error of 0.005.

    Kolmogorov-Smirnov at 1e-4, and a count of rejections at 0.05 outside its central binomial 1 - 1e-4: each fails by
    chance once in 10,000 seeds if the F law holds (it is asymptotic here); the seed is fixed.
    """
    rng = np.random.default_rng(20260509)
    collected = []
    for _ in range(100):
        x = rng.standard_normal((600, 5))
        for t in range(1, 600):
            x[t] += 0.9 * x[t - 1]
        pvalues = Granger(max_lag=2, conditional=conditional).discover(Recording(x[100:])).pvalues
        assert pvalues is not None
        collected.append(off_diagonal(pvalues))
    pooled = np.concatenate(collected)
    assert len(pooled) == 2000
    assert stats.kstest(pooled, "uniform").pvalue > 1e-4
    assert stats.binomtest(int((pooled < 0.05).sum()), 2000, 0.05).pvalue > 1e-4


@pytest.mark.parametrize("conditional", [False, True])
def test_a_nearly_exact_copy_keeps_its_statistic(conditional: bool) -> None:
    """The residual must not be a difference of two nearly equal sums of squares: a regression keeps its digits."""
    for noise in (1e-2, 1e-3, 1e-4, 1e-5):
        rng = np.random.default_rng(11)
        x = rng.standard_normal((200, 2))
        x[1:, 1] = x[:-1, 0] + noise * x[1:, 1]
        recording = Recording(x)
        f, _ = two_regressions(recording, 1, conditional)
        scores = Granger(max_lag=1, conditional=conditional).discover(recording).scores
        assert scores[0, 1] == pytest.approx(f[0, 1], rel=1e-8)


@pytest.mark.parametrize("conditional", [False, True])
def test_an_exact_copy_is_the_strongest_edge_or_refused_as_collinear(conditional: bool) -> None:
    for seed in range(30):
        x = np.random.default_rng(seed).standard_normal((100, 3))
        x[1:, 1] = x[:-1, 0]
        try:
            scores = Granger(max_lag=1, conditional=conditional).discover(Recording(x))
        except ValueError as refusal:
            assert "Recording.values" in str(refusal)  # noqa: PT017
            continue
        assert scores.pvalues is not None
        assert scores.scores.argmax() == 1
        assert scores.pvalues[0, 1] < 1e-12


def test_bivariate_minds_the_pair_and_conditional_the_whole() -> None:
    x = coupled(12)
    x[:, 2] = x[:, 0] - 0.37 * x[:, 1]
    recording = Recording(x)
    f, _ = two_regressions(recording, 2, conditional=False)
    np.testing.assert_allclose(Granger(max_lag=2).discover(recording).scores, f, rtol=1e-9)
    with pytest.raises(ValueError, match=r"must not be collinear.*Recording\.values"):
        Granger(max_lag=2, conditional=True).discover(recording)


@pytest.mark.parametrize(
    ("field", "value"), [("max_lag", 0), ("max_lag", 2.0), ("conditional", 1), ("criterion", "hqic")]
)
def test_impossible_hyperparameters_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*Granger\.{field}"):
        Granger(**{field: value})


@pytest.mark.parametrize("conditional", [False, True])
@pytest.mark.parametrize("criterion", [None, "aic"])
def test_unaware_it_takes_interventions_for_samples_like_others(conditional: bool, criterion: str | None) -> None:
    x = coupled(0, n_samples=200)
    x[150:, 1] = np.random.default_rng(1).standard_normal(50)
    forced = Recording(x, episodes=(Episode(0, 150), Episode(150, 200, (1,))), intervention_kind="random-forcing")
    method = Granger(max_lag=2, conditional=conditional, criterion=criterion, aware=False)
    np.testing.assert_array_equal(method.discover(forced).scores, method.discover(Recording(x)).scores)
    aware = replace(method, aware=True)
    assert (aware.discover(forced).scores != method.discover(forced).scores)[:, 1].all()
    np.testing.assert_array_equal(aware.discover(Recording(x)).scores, method.discover(Recording(x)).scores)
