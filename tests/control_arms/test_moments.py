"""One lagged cross-covariance against the correlations of all columns."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, seeds

from causal_gauntlet.baselines.lagged import LaggedRows, lagged_rows
from causal_gauntlet.control_arms.moments import lagged_correlations
from causal_gauntlet.generators import Episode, Recording


def assert_correlations_of_the_columns(rows: LaggedRows) -> None:
    columns = rows.windows.reshape(len(rows.times), -1)
    np.testing.assert_allclose(lagged_correlations(rows), np.corrcoef(columns.T), rtol=0, atol=1e-12)


@given(seed=seeds, max_lag=st.integers(1, 6), n_missing=st.integers(0, 5), kind=st.sampled_from(["do", "none"]))
@few
def test_rows_with_gaps_on_a_random_walk(seed: int, max_lag: int, n_missing: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((150, 4)).cumsum(axis=0) * rng.uniform(0.1, 10.0, 4) + rng.normal(0.0, 50.0, 4)
    x[rng.integers(150, size=n_missing), rng.integers(4, size=n_missing)] = np.nan
    episodes = (Episode(0, 70), Episode(70, 90, (1, 2)), Episode(90, 150))
    recording = Recording(x) if kind == "none" else Recording(x, episodes=episodes, intervention_kind=kind)
    for rows in lagged_rows(recording, max_lag, min_rows=10):
        assert_correlations_of_the_columns(rows)


@pytest.mark.parametrize("sample", [0, 1, 98, 99])
def test_an_outlier_that_only_some_lags_see(sample: int) -> None:
    """A difference of sums would drown the lags that do not see it."""
    x = np.random.default_rng(0).standard_normal((100, 3))
    x[sample, 1] = 1e9
    (rows,) = lagged_rows(Recording(x), 3, min_rows=10)
    assert_correlations_of_the_columns(rows)
