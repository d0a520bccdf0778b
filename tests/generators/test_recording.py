"""What a method gets to see: masks, ownership, and what is refused."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

from causal_gauntlet.generators import Episode, Recording

KINDS = ("do", "soft-noise", "random-forcing")


@st.composite
def episode_lists(draw: st.DrawFn) -> tuple[Episode, ...]:
    """Episodes on any subset of 3 variables, one after the other."""
    lengths = draw(st.lists(st.integers(1, 5), min_size=1, max_size=5))
    stops = np.cumsum(lengths).tolist()
    targets = st.sets(st.integers(0, 2)).map(lambda columns: tuple(sorted(columns)))
    return tuple(Episode(b - a, b, draw(targets)) for a, b in zip(lengths, stops, strict=True))


@few
@given(episode_lists(), st.sampled_from(KINDS))
def test_masks_follow_the_episodes_sample_by_sample(episodes: tuple[Episode, ...], kind: str) -> None:
    recording = Recording(np.zeros((episodes[-1].stop, 3)), episodes=episodes, intervention_kind=kind)
    for t, j in np.ndindex(recording.n_samples, recording.n_vars):
        (episode,) = (e for e in episodes if e.start <= t < e.stop)
        assert recording.intervened[t, j] == (j in episode.targets)
        assert recording.endogenous[t, j] == (kind == "soft-noise" or j not in episode.targets)


def test_without_names_and_episodes_it_is_one_observational_stretch() -> None:
    recording = Recording(np.zeros((7, 3)))
    assert recording.names == ("X0", "X1", "X2")
    assert recording.episodes == (Episode(0, 7),)
    assert not recording.intervened.any()
    assert recording.endogenous.all()


def test_values_are_a_copy_that_nobody_can_write_to() -> None:
    values = np.zeros((4, 2))
    recording = Recording(values)
    values[0, 0] = 5.0
    assert recording.values[0, 0] == 0.0
    with pytest.raises(ValueError, match="read-only"):
        recording.values[0, 0] = 5.0


def test_missing_values_are_kept_and_whole_numbers_become_float64() -> None:
    assert np.isnan(Recording(np.array([[np.nan, 1.0]])).values[0, 0])
    assert Recording(np.ones((2, 2), dtype=np.int32)).values.dtype == np.float64


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"values": np.zeros((0, 2))}, r"^values must have shape \(T, N\) and hold something, got \(0, 2\)"),
        ({"values": np.zeros((3, 2, 1))}, r"^values must have shape \(T, N\) and hold something, got \(3, 2, 1\)"),
        ({"values": [[0.0, 1.0], [-np.inf, 0.0]]}, r"an infinity at \[1, 0\] \(Recording\.values\)"),
        ({"names": ("a",)}, r"^names must be 2 different ones, got \('a',\) \(Recording\.names\)"),
        ({"names": ("a", "b", "c")}, r"^names must be 2 different ones"),
        ({"time_step": -1.0}, r"^time_step must be above 0 and finite, got -1\.0 \(Recording\.time_step\)"),
        ({"time_step": float("nan")}, r"^time_step must be above 0 and finite, got nan"),
        ({"episodes": (Episode(0, 2), Episode(3, 4))}, r"without gaps, got Episode\(start=3"),
        ({"episodes": (Episode(0, 3), Episode(2, 4))}, r"without gaps, got Episode\(start=2"),
        ({"episodes": (Episode(0, 0), Episode(0, 4))}, r"without gaps, got Episode\(start=0, stop=0"),
        ({"episodes": (Episode(0, 5),)}, r"^episodes must end at sample 4, got 5"),
        (
            {"episodes": (Episode(0, 4, (-1,)),), "intervention_kind": "do"},
            r"^targets must be different columns from 0 to 1, got",
        ),
        ({"intervention_kind": "Do"}, r"^intervention_kind must be one of none, do, soft-noise, random-forcing, got"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Recording(**{"values": np.zeros((4, 2)), **fields})
