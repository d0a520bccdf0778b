"""Confidence sequences hold at all times at once, and close in on the mean."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from strategies import few

from causal_gauntlet.benchmark.sequential import confidence_sequence

LAWS: dict[str, tuple[Callable[[np.random.Generator, int], NDArray[np.float64]], float]] = {
    "uniform": (lambda rng, n: rng.uniform(-1.0, 1.0, n), 0.0),
    "signs": (lambda rng, n: rng.choice([-1.0, 1.0], n), 0.0),
    "rare": (lambda rng, n: np.where(rng.random(n) < 0.05, 0.95, -0.05), 0.0),
    "narrow": (lambda rng, n: rng.normal(0.3, 0.05, n).clip(-1.0, 1.0), 0.3),
}


@pytest.mark.parametrize("law", LAWS)
def test_the_mean_is_ever_outside_no_more_often_than_alpha(law: str) -> None:
    """400 sequences of 300 at alpha 0.1; the count may exceed its mean by chance once in 1e5 seeds."""
    draw, mean = LAWS[law]
    rng = np.random.default_rng(0)
    n_outside = 0
    for _ in range(400):
        sequence = confidence_sequence(draw(rng, 300), 1.0, 0.1)
        n_outside += bool(((sequence.low > mean) | (sequence.high < mean)).any())
    assert n_outside <= stats.binom.ppf(1.0 - 1e-5, 400, 0.1)


@pytest.mark.parametrize("law", ["uniform", "signs", "rare"])
def test_the_p_value_of_a_mean_of_zero_is_ever_small_no_more_often_than_its_size(law: str) -> None:
    """As above, at 0.1."""
    draw, _ = LAWS[law]
    rng = np.random.default_rng(1)
    n_small = sum(bool((confidence_sequence(draw(rng, 300), 1.0, 0.1).pvalue <= 0.1).any()) for _ in range(400))
    assert n_small <= stats.binom.ppf(1.0 - 1e-5, 400, 0.1)


@few
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=60))
def test_reflecting_the_values_reflects_the_bounds_which_never_move_back(values: list[float]) -> None:
    x = np.array(values)
    one, other = confidence_sequence(x, 1.0, 0.05), confidence_sequence(-x, 1.0, 0.05)
    np.testing.assert_allclose(one.low, -other.high, atol=2e-3)
    np.testing.assert_allclose(one.high, -other.low, atol=2e-3)
    assert (np.diff(one.low) >= 0.0).all()
    assert (np.diff(one.high) <= 0.0).all()
    assert ((one.pvalue > 0.0) & (one.pvalue <= 1.0)).all()


@few
@given(st.lists(st.floats(-1.0, 1.0), min_size=1, max_size=60), st.integers(1, 59))
def test_the_past_does_not_depend_on_the_future(values: list[float], n: int) -> None:
    x = np.array(values)
    whole, part = confidence_sequence(x, 1.0, 0.05), confidence_sequence(x[:n], 1.0, 0.05)
    np.testing.assert_array_equal(whole.low[:n], part.low)
    np.testing.assert_array_equal(whole.pvalue[:n], part.pvalue)


def test_it_closes_in_on_the_mean_and_scales_with_the_bound() -> None:
    """A spread of 0.1: after 400 values the width is 0.043, about twice that of a t-interval, 0.02."""
    x = np.random.default_rng(2).normal(0.2, 0.1, 400).clip(-1.0, 1.0)
    sequence = confidence_sequence(x, 1.0, 0.05)
    assert sequence.low[-1] < 0.2 < sequence.high[-1]
    assert sequence.high[-1] - sequence.low[-1] < 0.05
    doubled = confidence_sequence(2.0 * x, 2.0, 0.05)
    np.testing.assert_allclose(doubled.low, 2.0 * sequence.low)
    assert sequence.pvalue[-1] < 1e-6


def test_a_value_beyond_the_bound_is_refused() -> None:
    with pytest.raises(ValueError, match=r"values must be in \[-1, 1\], got 1\.5"):
        confidence_sequence(np.array([0.1, 1.5]), 1.0, 0.05)
