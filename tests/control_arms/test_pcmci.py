"""PCMCI against tigramite, and partial correlations against residuals."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from tigramite import pcmci as reference
from tigramite.data_processing import DataFrame
from tigramite.independence_tests.parcorr import ParCorr

from causal_gauntlet.baselines.lagged import lagged_rows
from causal_gauntlet.control_arms import PCMCI
from causal_gauntlet.control_arms.moments import lagged_correlations
from causal_gauntlet.control_arms.partial_correlation import LostDigits, lagged_vectors, partial_correlations
from causal_gauntlet.control_arms.pcmci import select_parents
from causal_gauntlet.generators import VAR, Design, Do, Episode, Lorenz96, RandomForcing, Recording, SoftNoise

thorough = settings(deadline=None, derandomize=True, max_examples=40)


def tigramite_says(
    values: NDArray[np.float64], left_out: NDArray[np.bool_], max_lag: int, pc_alpha: float | None
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[int, list[tuple[int, int]]]]:
    """Values and p-values in ``[source, target, lag - 1]``, parents; samples are left out for the target only."""
    test = ParCorr(significance="analytic", mask_type="y" if left_out.any() else None)
    frame = DataFrame(np.array(values), mask=left_out)
    run = reference.PCMCI(dataframe=frame, cond_ind_test=test, verbosity=0)
    answer = run.run_pcmci(tau_min=1, tau_max=max_lag, pc_alpha=pc_alpha)
    return answer["val_matrix"][:, :, 1:], answer["p_matrix"][:, :, 1:], run.all_parents


def assert_says_the_same(
    recording: Recording, left_out: NDArray[np.bool_], max_lag: int, pc_alpha: float | None, *, exact: bool = False
) -> None:
    values, pvalues, parents = tigramite_says(np.nan_to_num(recording.values), left_out, max_lag, pc_alpha)
    n_vars = recording.n_vars
    for rows in lagged_rows(recording, 2 * max_lag, min_rows=1):
        for j in rows.targets.tolist():
            matrix = lagged_vectors(rows) if exact else lagged_correlations(rows)
            found = select_parents(matrix, j, len(rows.times), n_vars, max_lag, pc_alpha, exact=exact)
            assert [(place % n_vars, -(place // n_vars)) for place in found.tolist()] == parents[j]
    ours = PCMCI(max_lag=max_lag, pc_alpha=pc_alpha).discover(recording)
    assert ours.lagged_scores is not None
    np.testing.assert_allclose(ours.lagged_scores[:, :, 1:], np.abs(values), rtol=0, atol=1e-10)
    np.testing.assert_allclose(ours.pvalues, 1.0 - (1.0 - pvalues.min(axis=2)) ** max_lag, rtol=0, atol=1e-10)
    np.testing.assert_array_equal(ours.lags, np.abs(values).argmax(axis=2) + 1)
    controlled = PCMCI(max_lag=max_lag, pc_alpha=pc_alpha, fdr=True).discover(recording)
    adjusted = reference.PCMCI(DataFrame(np.zeros((9, n_vars))), ParCorr()).get_corrected_pvalues(
        p_matrix=np.concatenate((np.ones((n_vars, n_vars, 1)), pvalues), axis=2), tau_max=max_lag, fdr_method="fdr_bh"
    )
    np.testing.assert_allclose(controlled.pvalues, adjusted[:, :, 1:].min(axis=2), rtol=0, atol=1e-10)
    np.testing.assert_array_equal(controlled.scores, ours.scores)


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("max_lag", "pc_alpha"), [(1, 0.2), (3, 0.2), (2, 0.05), (2, 1.0), (3, None), (2, None)])
def test_it_is_tigramite_on_random_systems(seed: int, max_lag: int, pc_alpha: float | None) -> None:
    system = VAR(n_vars=4, max_lag=2, density=0.3).draw(seed=seed)
    recording = system.run(Design(n_samples=200), seed=seed).recording
    assert_says_the_same(recording, np.zeros((200, 4), dtype=bool), max_lag, pc_alpha)


@pytest.mark.parametrize("kind", [Do, SoftNoise, RandomForcing])
@pytest.mark.parametrize("pc_alpha", [0.2, None])
@pytest.mark.parametrize("seed", range(4))
def test_interventions_are_tigramite_with_masked_targets(
    kind: type[Do] | type[SoftNoise] | type[RandomForcing], seed: int, pc_alpha: float | None
) -> None:
    system = VAR(n_vars=3, max_lag=2, density=0.4).draw(seed=seed)
    recording = system.run(Design(n_samples=150, interventions=kind(n_samples=90)), seed=seed).recording
    masked = ~recording.endogenous
    assert masked.any() == (kind is not SoftNoise)
    assert_says_the_same(recording, masked, 3, pc_alpha)


@pytest.mark.parametrize("pc_alpha", [0.2, None])
def test_missing_values_leave_out_every_window_that_holds_one(pc_alpha: float | None) -> None:
    """Tigramite with the last sample of each incomplete window masked, so that it never reads a missing value."""
    system = VAR(n_vars=3, max_lag=2, density=0.4).draw(seed=5)
    x = np.array(system.run(Design(n_samples=250), seed=5).recording.values)
    x[60, 0] = x[61, 2] = x[180, 1] = np.nan
    episodes = (Episode(0, 200), Episode(200, 250, (1,)))
    recording = Recording(x, episodes=episodes, intervention_kind="random-forcing")
    left_out = ~recording.endogenous
    for t in range(len(x)):
        left_out[t] |= np.isnan(x[max(t - 4, 0) : t + 1]).any()
    assert left_out[:, 0].sum() == 6 + 5
    assert_says_the_same(recording, left_out, 2, pc_alpha)


@pytest.mark.parametrize("pc_alpha", [0.2, None])
@pytest.mark.parametrize("seed", range(3))
def test_nearly_collinear_lags_keep_their_digits(seed: int, pc_alpha: float | None) -> None:
    """Noiseless Lorenz-96, finely sampled: correlations say that they cannot tell, and vectors do."""
    system = Lorenz96(n_vars=4, sampling_interval=0.02).draw(seed=seed)
    recording = system.run(Design(n_samples=200), seed=seed).recording
    (rows,) = lagged_rows(recording, 4, min_rows=1)
    with pytest.raises(LostDigits):
        partial_correlations(lagged_correlations(rows), np.array([[*range(5, 20), 4, 0]]))
    assert_says_the_same(recording, np.zeros((200, 4), dtype=bool), 2, pc_alpha, exact=True)


@given(seed=st.integers(0, 2**32), n_columns=st.integers(2, 7), size=st.integers(2, 7))
@thorough
def test_partial_correlations_are_those_of_the_residuals(seed: int, n_columns: int, size: int) -> None:
    rng = np.random.default_rng(seed)
    columns = rng.standard_normal((40, n_columns)) @ rng.standard_normal((n_columns, n_columns))
    columns += rng.standard_normal((40, n_columns))
    size = min(size, n_columns)
    sets = np.array([rng.permutation(n_columns)[:size] for _ in range(3)])
    unit = (columns - columns.mean(axis=0)) / np.linalg.norm(columns - columns.mean(axis=0), axis=0)
    ours = partial_correlations(np.corrcoef(columns, rowvar=False), sets)
    np.testing.assert_allclose(partial_correlations(np.ascontiguousarray(unit.T), sets, exact=True), ours, atol=1e-9)
    for chosen, value in zip(sets, ours, strict=True):
        design = np.column_stack([np.ones(40), columns[:, chosen[:-2]]])
        x, y = (columns[:, k] - design @ np.linalg.lstsq(design, columns[:, k], rcond=None)[0] for k in chosen[-2:])
        assert value == pytest.approx(float(np.corrcoef(x, y)[0, 1]), abs=1e-9)


def test_partial_correlation_given_nothing_is_the_correlation() -> None:
    correlation = np.array([[1.0, 0.3, -0.6], [0.3, 1.0, 0.1], [-0.6, 0.1, 1.0]])
    values = partial_correlations(correlation, np.array([[0, 1], [2, 0], [1, 2]]))
    np.testing.assert_allclose(values, [0.3, -0.6, 0.1], rtol=1e-14)


def test_partial_correlation_given_one_is_the_textbook_formula() -> None:
    a, b, c = 0.3, -0.6, 0.1
    correlation = np.array([[1.0, a, b], [a, 1.0, c], [b, c, 1.0]])
    (value,) = partial_correlations(correlation, np.array([[2, 0, 1]]))
    assert value == pytest.approx((a - b * c) / np.sqrt((1 - b**2) * (1 - c**2)), rel=1e-13)


def test_collinear_conditions_are_refused_however_they_round() -> None:
    """Whether the last pivot of a singular matrix rounds above or below zero must not decide about an answer."""
    for seed in range(30):
        columns = np.random.default_rng(seed).standard_normal((100, 4))
        columns[:, 1] = 3.0 - 2.7 * columns[:, 0]
        with pytest.raises(ValueError, match=r"must not be collinear.*Recording\.values"):
            partial_correlations(np.corrcoef(columns, rowvar=False), np.array([[0, 1, 2, 3]]))
        unit = (columns - columns.mean(axis=0)) / np.linalg.norm(columns - columns.mean(axis=0), axis=0)
        with pytest.raises(ValueError, match=r"must not be collinear.*Recording\.values"):
            partial_correlations(np.ascontiguousarray(unit.T), np.array([[0, 1, 2, 3]]), exact=True)


def test_p_values_are_uniform_without_links() -> None:
    """100 systems of 4 independent AR(0.9), T = 500, one lag: 1200 absent pairs, treated as independent.

    Kolmogorov-Smirnov at 1e-4, and a count of rejections at 0.05 (standard error of the rate 0.006) outside its central
    binomial 1 - 1e-4: each fails by chance once in 10,000 seeds if the t law holds (the choice of parents makes it
    approximate); the seed is fixed.
    """
    rng = np.random.default_rng(20260509)
    collected = []
    for _ in range(100):
        x = rng.standard_normal((600, 4))
        for t in range(1, 600):
            x[t] += 0.9 * x[t - 1]
        pvalues = PCMCI(max_lag=1).discover(Recording(x[100:])).pvalues
        assert pvalues is not None
        collected.append(pvalues[~np.eye(4, dtype=bool)])
    pooled = np.concatenate(collected)
    assert len(pooled) == 1200
    assert stats.kstest(pooled, "uniform").pvalue > 1e-4
    assert stats.binomtest(int((pooled < 0.05).sum()), 1200, 0.05).pvalue > 1e-4


def test_looking_at_more_lags_does_not_reject_more() -> None:
    """60 systems of 4 independent white noises, T = 300, five lags: 720 absent pairs.

    Sidak's correction holds the rate of p < 0.05 at 0.05; a count above the binomial's 1 - 1e-4 quantile fails by
    chance once in 10,000 seeds; the seed is fixed. Uncorrected, the rate would be 0.23.
    """
    rng = np.random.default_rng(7)
    decisions = []
    for _ in range(60):
        decision = PCMCI(max_lag=5).discover(Recording(rng.standard_normal((300, 4)))).decision
        assert decision is not None
        decisions.append(decision[~np.eye(4, dtype=bool)])
    assert np.concatenate(decisions).sum() <= stats.binom.isf(1e-4, 720, 0.05)


@pytest.mark.parametrize(
    ("field", "value"),
    [("max_lag", 0), ("max_lag", 2.0), ("pc_alpha", 1.5), ("pc_alpha", -0.1), ("pc_alpha", np.nan), ("fdr", 1)],
)
def test_impossible_hyperparameters_are_named(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*PCMCI\.{field}"):
        PCMCI(**{field: value})
