"""The parts of an advantage add up, and a share means what it says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import few

from causal_gauntlet.benchmark.confound import decompose

metric = st.lists(st.floats(0.0, 1.0), min_size=7, max_size=7).map(np.array)


@few
@given(metric, metric, metric)
def test_confound_and_residual_add_up_to_raw(a: np.ndarray, b: np.ndarray, c: np.ndarray) -> None:
    parts = decompose(a, b, c)
    assert parts.raw[0] == pytest.approx(parts.confound[0] + parts.residual[0], abs=1e-12)
    for mean, low, high in (parts.raw, parts.confound, parts.residual):
        assert low - 1e-12 <= mean <= high + 1e-12


def effects(seed: int, n: int, confound: float, residual: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    base = rng.normal(0.6, 0.1, n)
    size = base + confound + rng.normal(0.0, 0.03, n)
    return size + residual + rng.normal(0.0, 0.03, n), size, base


def test_an_advantage_of_size_alone_has_a_share_of_one_and_of_intervention_alone_none() -> None:
    """200 systems, seed fixed: a share is off by 0.15 once in 1e5 seeds."""
    assert decompose(*effects(0, 200, 0.1, 0.0)).share[0] == pytest.approx(1.0, abs=0.15)
    assert decompose(*effects(0, 200, 0.0, 0.1)).share[0] == pytest.approx(0.0, abs=0.15)
    same = np.linspace(0.5, 0.9, 20)
    exact = decompose(same + 0.1, same + 0.06, same)
    assert exact.share == pytest.approx((0.6, 0.6, 0.6))


def test_the_interval_of_the_share_covers() -> None:
    """300 draws of 40 systems with a share of 0.6: the count covered is within its central binomial 1 - 1e-5."""
    shares = [decompose(*effects(k, 40, 0.06, 0.04)).share for k in range(300)]
    covered = sum(low <= 0.6 <= high for _, low, high in shares)
    assert stats.binom.ppf(1e-5, 300, 0.93) <= covered


def test_without_an_advantage_the_share_is_unbounded() -> None:
    parts = decompose(*effects(3, 30, 0.0, 0.0))
    assert parts.share[1:] == (-np.inf, np.inf)
    none = np.full(5, 0.5)
    assert np.isnan(decompose(none, none, none).share[0])


def test_values_of_other_systems_are_refused() -> None:
    with pytest.raises(ValueError, match="one value for each system, got shapes"):
        decompose(np.zeros(3), np.zeros(4), np.zeros(3))
