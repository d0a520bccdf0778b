"""Lagged rows against a loop over samples, and complaints that name the variable."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows
from causal_gauntlet.generators import Episode, Recording

thorough = settings(deadline=None, derandomize=True, max_examples=60)


def scarred(seed: int, n_samples: int, n_vars: int, kind: str, n_missing: int) -> Recording:
    """White noise with missing values and two episodes of intervention around a free one."""
    rng = np.random.default_rng(seed)
    values = rng.standard_normal((n_samples, n_vars))
    values[rng.integers(n_samples, size=n_missing), rng.integers(n_vars, size=n_missing)] = np.nan
    if kind == "none":
        return Recording(values)
    a, b, c = (int(k) for k in np.sort(rng.choice(np.arange(1, n_samples), 3, replace=False)))
    first, second = (tuple(np.flatnonzero(rng.random(n_vars) < 0.5).tolist()) for _ in range(2))
    episodes = (Episode(0, a), Episode(a, b, first), Episode(b, c), Episode(c, n_samples, second))
    return Recording(values, episodes=episodes, intervention_kind=kind)


def naive_samples(recording: Recording, target: int, max_lag: int, aware: bool) -> list[int]:
    cut = np.zeros(recording.values.shape, dtype=bool)
    if aware and recording.intervention_kind in ("do", "random-forcing"):
        for episode in recording.episodes:
            for held in episode.targets:
                cut[episode.start : episode.stop, held] = True
    return [
        t
        for t in range(max_lag, recording.n_samples)
        if np.isfinite(recording.values[t - max_lag : t + 1]).all() and not cut[t, target]
    ]


def naive_past(recording: Recording, samples: list[int], max_lag: int) -> NDArray[np.float64]:
    x = recording.values
    return np.array([[x[t - k, i] for i in range(recording.n_vars) for k in range(1, max_lag + 1)] for t in samples])


@given(
    seed=st.integers(0, 2**32),
    n_samples=st.integers(6, 40),
    n_vars=st.integers(1, 4),
    max_lag=st.integers(1, 4),
    kind=st.sampled_from(["none", "do", "soft-noise", "random-forcing"]),
    n_missing=st.integers(0, 3),
    aware=st.booleans(),
)
@thorough
def test_rows_are_those_of_a_loop_over_samples(
    seed: int, n_samples: int, n_vars: int, max_lag: int, kind: str, n_missing: int, aware: bool
) -> None:
    recording = scarred(seed, n_samples, n_vars, kind, n_missing)
    samples = [naive_samples(recording, j, max_lag, aware) for j in range(n_vars)]
    if min(len(of_target) for of_target in samples) < 2:
        with pytest.raises(ValueError, match=r"at least 2 usable rows for X\d"):
            list(lagged_rows(recording, max_lag, min_rows=2, aware=aware))
        return
    seen = []
    for rows in lagged_rows(recording, max_lag, min_rows=2, aware=aware):
        assert rows.present.shape == (len(rows.windows), len(rows.targets))
        for column, target in enumerate(rows.targets.tolist()):
            seen.append(target)
            np.testing.assert_array_equal(rows.present[:, column], recording.values[samples[target], target])
            np.testing.assert_array_equal(rows.past, naive_past(recording, samples[target], max_lag))
    assert sorted(seen) == list(range(n_vars))


def test_targets_with_the_same_rows_come_together() -> None:
    values = np.random.default_rng(0).standard_normal((30, 4))
    recording = Recording(values, episodes=(Episode(0, 20), Episode(20, 30, (1, 3))), intervention_kind="do")
    groups = {tuple(rows.targets.tolist()): len(rows.windows) for rows in lagged_rows(recording, 2, min_rows=5)}
    assert groups == {(0, 2): 28, (1, 3): 18}
    (unaware,) = lagged_rows(recording, 2, min_rows=5, aware=False)
    assert unaware.targets.tolist() == [0, 1, 2, 3]
    assert len(unaware.windows) == 28


def test_a_source_under_intervention_stays_among_the_regressors() -> None:
    values = np.random.default_rng(1).standard_normal((20, 2))
    recording = Recording(values, episodes=(Episode(0, 10), Episode(10, 20, (0,))), intervention_kind="do")
    of_x1 = next(rows for rows in lagged_rows(recording, 1, min_rows=5) if 1 in rows.targets)
    np.testing.assert_array_equal(of_x1.past[:, 0], values[:-1, 0])


def test_too_few_rows_name_the_target_the_lag_and_the_numbers() -> None:
    values = np.random.default_rng(2).standard_normal((20, 2))
    episodes = (Episode(0, 4), Episode(4, 20, (1,)))
    recording = Recording(values, names=("wind", "rain"), episodes=episodes, intervention_kind="random-forcing")
    complaint = (
        r"at least 3 usable rows for rain with max_lag 2 and 2 variables, got 2 of 20 samples \(Recording\.values\)"
    )
    with pytest.raises(ValueError, match=complaint):
        list(lagged_rows(recording, 2, min_rows=3))
    assert len(list(lagged_rows(recording, 2, min_rows=2))) == 2


@pytest.mark.parametrize("n_samples", [1, 3, 4])
def test_a_recording_no_longer_than_the_lag_is_too_short(n_samples: int) -> None:
    values = np.random.default_rng(3).standard_normal((n_samples, 2))
    with pytest.raises(ValueError, match=rf"got {max(n_samples - 3, 0)} of {n_samples} samples"):
        list(lagged_rows(Recording(values), 3, min_rows=2))


@pytest.mark.parametrize("level", [0.0, 0.1, -1e9])
def test_a_constant_column_is_named(level: float) -> None:
    values = np.random.default_rng(4).standard_normal((30, 3))
    values[:, 1] = level
    with pytest.raises(ValueError, match=r"got a constant dead at lag 0 over the 28 rows usable for a .*Recording\."):
        list(lagged_rows(Recording(values, names=("a", "dead", "c")), 2, min_rows=5))


def test_a_column_constant_only_over_the_usable_rows_is_named() -> None:
    values = np.random.default_rng(5).standard_normal((30, 2))
    values[:20, 0] = 7.0
    recording = Recording(values, episodes=(Episode(0, 18), Episode(18, 30, (1,))), intervention_kind="do")
    with pytest.raises(ValueError, match=r"constant X0 at lag 0 over the 17 rows usable for X1"):
        list(lagged_rows(recording, 1, min_rows=5))


def test_a_large_offset_is_not_a_constant() -> None:
    values = np.random.default_rng(6).standard_normal((30, 2)) + 1e9
    (rows,) = lagged_rows(Recording(values), 1, min_rows=5)
    assert len(rows.windows) == 29
