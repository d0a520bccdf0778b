"""Designs: how the samples are laid out, and the way through JSON."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import few, interventions

from causal_gauntlet.generators import Design, Do, Intervention


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
