"""Sign flips against enumeration and scipy, Holm against statsmodels, numbers of systems against simulation."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests
from strategies import few

from causal_gauntlet.benchmark import paired
from causal_gauntlet.benchmark.paired import effect_size, holm, sign_flip_pvalue, systems_needed

values = st.lists(st.floats(-1.0, 1.0).map(lambda x: round(x, 3)), min_size=1, max_size=9)


@few
@given(values)
def test_the_exact_p_value_counts_all_sign_flips(differences: list[float]) -> None:
    sums = [np.dot(signs, differences) for signs in itertools.product((-1.0, 1.0), repeat=len(differences))]
    expected = np.mean(np.array(sums) >= sum(differences) - 1e-12)
    assert sign_flip_pvalue(np.array(differences)) == (pytest.approx(expected), 0.0)


def test_it_is_scipys_permutation_test() -> None:
    differences = np.random.default_rng(0).normal(0.3, 1.0, 11)
    theirs = stats.permutation_test((differences,), np.mean, permutation_type="samples", alternative="greater")
    assert sign_flip_pvalue(differences)[0] == pytest.approx(theirs.pvalue, rel=1e-12)


def test_under_the_null_no_level_is_exceeded_more_often_than_its_size() -> None:
    """All flips of one sample are the null distribution itself: P(p <= a) <= a for every a, exactly."""
    sizes = np.random.default_rng(1).uniform(0.1, 1.0, 8)
    p = np.sort([sign_flip_pvalue(sizes * signs)[0] for signs in itertools.product((-1.0, 1.0), repeat=8)])
    np.testing.assert_array_less(np.arange(1, 257) / 256, p + 1e-12 + 1 / 256)
    for level in (0.01, 0.05, 0.2, 0.5):
        assert np.mean(p <= level) <= level


def test_many_systems_are_sampled_with_the_error_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same 18 differences, enumerated and drawn: within 4.5 errors, a false alarm once in 1e5 seeds."""
    differences = np.random.default_rng(2).normal(0.2, 1.0, 18)
    exact, _ = sign_flip_pvalue(differences)
    monkeypatch.setattr(paired, "MOST_ENUMERATED", 0)
    drawn, error = sign_flip_pvalue(differences)
    assert 0.0 < error < 0.002
    assert abs(drawn - exact) < 4.5 * error


@few
@given(st.lists(st.floats(0.0, 1.0), min_size=1, max_size=12))
def test_holm_is_that_of_statsmodels(pvalues: list[float]) -> None:
    expected = multipletests(pvalues, method="holm")[1]
    np.testing.assert_allclose(holm(np.array(pvalues)), expected, atol=1e-14)


def test_the_effect_size_is_unbiased() -> None:
    """20,000 samples of 8 with an effect of 0.5: within 4.5 standard errors, a false alarm once in 1e5 seeds."""
    drawn = np.random.default_rng(3).normal(0.5, 1.0, (20_000, 8))
    found = np.array([effect_size(each) for each in drawn])
    assert abs(found.mean() - 0.5) < 4.5 * found.std() / np.sqrt(len(found))
    assert np.isnan(effect_size(np.full(5, 0.3)))
    assert np.isfinite(effect_size(np.random.default_rng(0).standard_normal(5000)))


@pytest.mark.parametrize(("mean", "margin"), [(0.05, 0.01), (0.0, 0.05), (-0.05, 0.01), (0.02, 0.05)])
def test_the_number_of_systems_gives_the_power_that_is_promised(mean: float, margin: float) -> None:
    """Normal differences: a verdict falls in 0.7 to 0.93 of 2000 runs (the standard error is 0.009)."""
    seen = np.random.default_rng(4).standard_normal(12)
    seen = 0.1 * (seen - seen.mean()) / seen.std(ddof=1) + mean
    needed = systems_needed(seen, margin, alpha=0.05, n_arms=1)
    assert needed is not None
    assert needed > 12
    runs = np.random.default_rng(5).normal(mean, 0.1, (2000, needed))
    half = stats.t.ppf(0.975, needed - 1) * runs.std(axis=1, ddof=1) / np.sqrt(needed)
    low, high = runs.mean(axis=1) - half, runs.mean(axis=1) + half
    beaten = (low > 0.0) & (runs.mean(axis=1) >= margin)
    matched = (low > -margin) & (high < margin)
    assert 0.7 < np.mean(beaten | matched | (high < 0.0)) < 0.93


def test_no_number_decides_on_a_boundary_or_from_one_system() -> None:
    assert systems_needed(np.array([0.05, 0.15]), 0.1, 0.05, 1) is None
    assert systems_needed(np.array([0.3]), 0.1, 0.05, 1) is None
    assert systems_needed(np.array([-0.2, 0.0]), 0.1, 0.05, 1) is not None


@few
@given(st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=10), st.integers(1, 5))
def test_more_arms_never_need_fewer_systems(differences: list[float], n_arms: int) -> None:
    one, more = (systems_needed(np.array(differences), 0.1, 0.05, n) for n in (n_arms, n_arms + 1))
    assert (one is None) == (more is None)
    assert one is None or more is None or one <= more
