"""Designs: how the samples are laid out, and the way through JSON."""

import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import few, interventions

from causal_gauntlet.generators import Design, Do, Episode, Intervention, Schedule


@few
@given(st.integers(1, 10**6), st.none() | interventions(77))
def test_a_design_survives_json_and_says_its_length(n_samples: int, intervention: Intervention | None) -> None:
    design = Design(n_samples, intervention)
    assert Design.from_specification(json.loads(json.dumps(design.specification()))) == design
    assert design.n_total == n_samples + (0 if intervention is None else 77)
    assert design.kind == ("none" if intervention is None else intervention.kind)


def test_every_order_of_the_targets_is_equally_likely() -> None:
    """6,000 layouts of 3 variables over the 6 orders; chi-square at 1e-5: fails by chance in 1 seed of 100,000."""
    rng = np.random.default_rng(5)
    design = Design(10, Do(n_samples=9))
    orders = [tuple(e.targets[0] for e in design.episodes(3, rng)[1:]) for _ in range(6000)]
    _, counts = np.unique(orders, axis=0, return_counts=True)
    assert len(counts) == 6
    assert stats.chisquare(counts).pvalue > 1e-5


def test_an_observational_design_has_one_episode_and_leaves_the_generator_alone() -> None:
    rng = np.random.default_rng(0)
    (episode,) = Design(12).episodes(5, rng)
    assert (episode.start, episode.stop, episode.targets) == (0, 12, ())
    assert rng.random() == np.random.default_rng(0).random()


@pytest.mark.parametrize(
    ("n_samples", "got"), [(0, "0"), (-5, "-5"), (1.5, "1.5"), (True, "True"), ("500", "'500'"), (None, "None")]
)
def test_an_impossible_length_is_named(n_samples: object, got: str) -> None:
    with pytest.raises(ValueError) as complaint:  # noqa: PT011 - the whole message is compared
        Design(n_samples)  # type: ignore[arg-type]
    assert str(complaint.value) == f"n_samples must be a whole number of at least 1, got {got} (Design.n_samples)"


@st.composite
def schedules(draw: st.DrawFn) -> Schedule:
    """Schedules for 4 variables."""
    target_sets = st.lists(st.integers(0, 3), min_size=1, max_size=3, unique=True)
    return Schedule(
        targets=draw(st.none() | st.lists(st.integers(0, 3) | target_sets, min_size=1, max_size=4)),
        n_episodes=draw(st.integers(1, 4)),
        randomised=draw(st.booleans()),
        washout=draw(st.integers(0, 5)),
    )


@few
@given(schedules(), st.integers(0, 99))
def test_a_schedule_lays_out_every_target_set_as_often_as_it_says(schedule: Schedule, seed: int) -> None:
    design = Design(200, Do(n_samples=150), schedule)
    episodes = design.episodes(4, np.random.default_rng(seed))
    intervened = [e for e in episodes if e.targets]
    assert episodes[-1].stop == design.n_total
    assert all(a.stop == b.start for a, b in pairwise(episodes))
    sets = [(i,) for i in range(4)] if schedule.targets is None else list(schedule.targets)
    order = [e.targets for e in intervened]
    assert sorted(order) == sorted(sets * schedule.n_episodes)
    if not schedule.randomised:
        assert order == sets * schedule.n_episodes
    lengths = [e.stop - e.start for e in intervened]
    assert sum(lengths) == 150
    assert max(lengths) - min(lengths) <= 1
    pauses = [b.start - a.stop for a, b in pairwise(intervened)]
    assert set(pauses) <= {schedule.washout}
    assert sum(e.stop - e.start for e in episodes if not e.targets) == 200


@few
@given(schedules())
def test_a_schedule_survives_json(schedule: Schedule) -> None:
    design = Design(200, Do(n_samples=150), schedule)
    assert Design.from_specification(json.loads(json.dumps(design.specification()))) == design


def test_a_number_is_the_set_of_it_alone() -> None:
    design = Design(10, Do(n_samples=4), Schedule(targets=[2, (0, 1)], randomised=False, washout=3))
    layout = design.episodes(3, np.random.default_rng(0))
    assert layout == (Episode(0, 7), Episode(7, 9, (2,)), Episode(9, 12), Episode(12, 14, (0, 1)))


@pytest.mark.parametrize(
    ("fields", "complaint"),
    [
        ({"targets": []}, r"^targets must be target sets .*got \[\] \(Schedule\.targets\)"),
        ({"targets": [[]]}, r"^targets must be target sets"),
        ({"targets": [[1, 1]]}, r"^targets must be target sets of different column numbers"),
        ({"targets": [-1]}, r"^targets must be target sets .*got \[-1\]"),
        ({"targets": ["X0"]}, r"^targets must be target sets .*got \['X0'\]"),
        ({"targets": 3}, r"^targets must be target sets .*got 3"),
        ({"n_episodes": 0}, r"^n_episodes must be a whole number of at least 1, got 0"),
        ({"washout": -1}, r"^washout must be a whole number of at least 0, got -1"),
        ({"randomised": "no"}, r"^randomised must be true or false, got 'no'"),
    ],
)
def test_an_impossible_schedule_is_named(fields: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Schedule(**fields)


@pytest.mark.parametrize(
    ("design", "complaint"),
    [
        (Design(9, Do(n_samples=9), Schedule(targets=[3])), r"^targets must be columns 0 to 2, got \(\(3,\),\)"),
        (Design(9, Do(n_samples=5), Schedule(n_episodes=2)), r"^n_samples must be at least 6, the number of episodes"),
        (Design(8, Do(n_samples=9), Schedule(washout=4)), r"^n_samples must be above the 8 samples of washout, got 8"),
    ],
)
def test_a_design_that_does_not_fit_the_system_is_named(design: Design, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        design.episodes(3, np.random.default_rng(0))


def test_without_interventions_there_is_nothing_to_schedule() -> None:
    with pytest.raises(ValueError, match=r"^schedule must be left out where there are no interventions"):
        Design(9, schedule=Schedule(washout=2))
