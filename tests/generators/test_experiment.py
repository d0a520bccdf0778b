"""Designs, episodes, regimes, cards and the way back from a specification."""

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

from causal_gauntlet.generators import (
    GENERATORS,
    Design,
    Do,
    Episode,
    LaggedGraph,
    ProvenanceCard,
    RandomForcing,
    Recording,
    SoftNoise,
    Tier,
    experiment_from,
)
from causal_gauntlet.generators.cards import EdgeCard
from causal_gauntlet.generators.randomness import canonical_json, derive_seed, stream

INTERVENTIONS = (None, Do(level=1.0, n_samples=33), SoftNoise(n_samples=33), RandomForcing(law="uniform", n_samples=33))

#: Their truth has no edges, whose order could be told.
NULLS = ("independentar", "whitenoise")

each_family = pytest.mark.parametrize("family", list(GENERATORS.values()), ids=list(GENERATORS))
each_intervention = pytest.mark.parametrize(
    "intervention", INTERVENTIONS, ids=lambda i: "none" if i is None else i.kind
)


@each_family
@each_intervention
def test_a_specification_makes_the_same_bytes_again(family, intervention) -> None:  # type: ignore[no-untyped-def]
    experiment = family(n_vars=5).draw(3).run(Design(40, intervention), seed=4)
    again = experiment_from(json.loads(json.dumps(experiment.specification)))
    assert again.recording.values.tobytes() == experiment.recording.values.tobytes()
    assert again.recording.episodes == experiment.recording.episodes
    assert again.truth == experiment.truth
    assert again.card == experiment.card
    assert again.specification == experiment.specification


@each_family
@each_intervention
def test_regimes_cut_the_edges_into_targets_of_hard_interventions_only(family, intervention) -> None:  # type: ignore[no-untyped-def]
    experiment = family(n_vars=5).draw(3).run(Design(40, intervention), seed=4)
    cuts = intervention is not None and intervention.cuts
    for episode, regime in zip(experiment.recording.episodes, experiment.regimes, strict=True):
        into = np.isin(np.arange(5), episode.targets) & cuts
        assert not regime.adjacency[:, into].any()
        np.testing.assert_array_equal(regime.adjacency[:, ~into], experiment.truth.adjacency[:, ~into])
    np.testing.assert_array_equal(experiment.recording.endogenous, ~(experiment.recording.intervened & cuts))


@each_family
def test_every_ordered_pair_has_a_card_by_construction(family) -> None:  # type: ignore[no-untyped-def]
    experiment = family(n_vars=4).draw(0).run(Design(9), seed=0)
    names = experiment.recording.names
    assert experiment.card.scored(names).all()
    assert len(experiment.card.edges) == 16
    for card in experiment.card.edges:
        i, j = names.index(card.source), names.index(card.target)
        assert card.tier is Tier.BY_CONSTRUCTION
        assert card.is_edge == experiment.truth.summary[i, j]
        assert card.lags == experiment.truth.lags(i, j)


@pytest.mark.parametrize("family", [f for n, f in GENERATORS.items() if n not in NULLS], ids=lambda f: f.__name__)
def test_the_column_order_says_nothing_about_the_truth(family) -> None:  # type: ignore[no-untyped-def]
    """400 systems: the mean AUROC of 'earlier drives later' is 0.5 within 5 standard errors: 1 seed in 10^6."""
    order = np.subtract.outer(np.arange(6), np.arange(6)) < 0
    apart = ~np.eye(6, dtype=bool)
    auroc = []
    for seed in range(400):
        truth = family(n_vars=6).draw(seed).graph.summary
        sensitivity, fallout = order[apart & truth].mean(), order[apart & ~truth].mean()
        auroc.append(0.5 + (sensitivity - fallout) / 2.0)
    assert abs(np.mean(auroc) - 0.5) < 5.0 * np.std(auroc) / np.sqrt(400)


@few
@given(n_vars=st.integers(1, 12), n_samples=st.integers(1, 50), extra=st.integers(0, 60), seed=st.integers(0, 99))
def test_episodes_share_the_samples_and_visit_each_variable_once(
    n_vars: int, n_samples: int, extra: int, seed: int
) -> None:
    design = Design(n_samples, Do(n_samples=n_vars + extra))
    first, *others = design.episodes(n_vars, np.random.default_rng(seed))
    assert (first.start, first.stop, first.targets) == (0, n_samples, ())
    lengths = [episode.stop - episode.start for episode in others]
    assert sum(lengths) == n_vars + extra
    assert max(lengths) - min(lengths) <= 1
    assert sorted(episode.targets for episode in others) == [(i,) for i in range(n_vars)]


def test_too_few_samples_for_an_episode_each_are_refused() -> None:
    with pytest.raises(ValueError, match=r"^n_samples must be at least 5, the number of episodes.*got 4 \(Do\."):
        Design(10, Do(n_samples=4)).episodes(5, np.random.default_rng(0))


@pytest.mark.parametrize("intervention", INTERVENTIONS)
def test_a_design_survives_json(intervention) -> None:  # type: ignore[no-untyped-def]
    design = Design(7, intervention)
    assert Design.from_specification(json.loads(json.dumps(design.specification()))) == design


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: Do(n_samples=0), r"^n_samples must be .* at least 1, got 0 \(Do\.n_samples\)"),
        (lambda: Do(level=float("nan")), r"^level must be .*got nan \(Do\.level\)"),
        (lambda: SoftNoise(sigma=-1.0), r"^sigma must be in \[0, 1000\].*got -1\.0 \(SoftNoise\.sigma\)"),
        (
            lambda: RandomForcing(law="cauchy"),
            r"^law must be one of gaussian, laplace, student-t, uniform, got 'cauchy'",
        ),
        (lambda: Design(0), r"^n_samples must be .* at least 1, got 0 \(Design\.n_samples\)"),
        (lambda: Design(5, "do"), r"^interventions must be None, Do"),
        (lambda: Recording(np.zeros(3)), r"^values must have shape \(T, N\)"),
        (lambda: Recording(np.array([[0.0, np.inf]])), r"^values must be finite or NaN, got an infinity at \[0, 1\]"),
        (lambda: Recording(np.zeros((3, 2)), names=("a", "a")), r"^names must be 2 different ones"),
        (lambda: Recording(np.zeros((3, 2)), time_step=0.0), r"^time_step must be above 0"),
        (lambda: Recording(np.zeros((3, 2)), episodes=(Episode(0, 2),)), r"^episodes must end at sample 3, got 2"),
        (lambda: Recording(np.zeros((3, 2)), episodes=(Episode(1, 3),)), r"^episodes must follow one another"),
        (lambda: Recording(np.zeros((3, 2)), episodes=(Episode(0, 3, (1,)),)), r"^targets must be empty"),
        (
            lambda: Recording(np.zeros((3, 2)), episodes=(Episode(0, 3, (2,)),), intervention_kind="do"),
            r"^targets must be different columns from 0 to 1",
        ),
        (
            lambda: Recording(np.zeros((3, 2)), episodes=(Episode(0, 3, (1, 1)),), intervention_kind="do"),
            r"^targets must be different columns from 0 to 1",
        ),
        (lambda: Recording(np.zeros((3, 2)), time_step=np.inf), r"^time_step must be above 0 and finite, got inf"),
        (lambda: LaggedGraph(np.zeros((2, 2, 2))).mutilated([-1]), r"^targets must be columns 0 to 1, got \[-1\]"),
        (lambda: LaggedGraph(np.zeros((2, 2, 2))).relabelled([0, 0]), r"^order must name each of 2 variables once"),
        (lambda: Recording(np.zeros((3, 2)), intervention_kind="push"), r"^intervention_kind must be one of none, do"),
        (lambda: LaggedGraph(np.ones((2, 2, 1), dtype=bool)), r"^adjacency must not let a variable drive itself"),
        (lambda: LaggedGraph(np.ones((2, 3, 1), dtype=bool)), r"^adjacency must have shape"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make, complaint: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=complaint):
        make()


def test_a_pair_has_at_most_one_card() -> None:
    card = EdgeCard("a", "b", True, Tier.PHYSICAL_LAW, "because")
    with pytest.raises(ValueError, match=r"^edges must hold a pair once, got \('a', 'b'\)"):
        ProvenanceCard((card, card))


@few
@given(st.integers(2, 6), st.integers(0, 99), st.randoms(use_true_random=False))
def test_relabelling_a_graph_relabels_its_edges(n_vars: int, seed: int, shuffler) -> None:  # type: ignore[no-untyped-def]
    adjacency = np.random.default_rng(seed).random((n_vars, n_vars, 3)) < 0.4
    adjacency[..., 0] = False
    order = list(range(n_vars))
    shuffler.shuffle(order)
    graph = LaggedGraph(adjacency)
    relabelled = graph.relabelled(order)
    for a in range(n_vars):
        for b in range(n_vars):
            assert relabelled.lags(a, b) == graph.lags(order[a], order[b])
    assert relabelled.relabelled(np.argsort(order)) == graph


def test_named_streams_are_stable_and_apart() -> None:
    assert derive_seed(7, "system", 3) == derive_seed(7, "system", 3)
    seeds = {derive_seed(root, name, k) for root in (0, 1) for name in ("a", "b") for k in range(50)}
    assert len(seeds) == 200
    assert max(seeds) < 2**53
    assert stream(1, "x").random() == stream(1, "x").random()
    assert stream(1, "x").random() != stream(1, "y").random()
    assert canonical_json({"b": 1.5, "a": [1, None]}) == '{"a":[1,null],"b":1.5}'


@each_family
def test_designs_of_one_seed_are_paired(family) -> None:  # type: ignore[no-untyped-def]
    """The same observational samples bit by bit, whatever follows, and the same order of targets for every kind."""
    alone = family(n_vars=5).draw(3).run(Design(60), seed=4).recording.values
    episodes = set()
    for intervention in INTERVENTIONS[1:]:
        recording = family(n_vars=5).draw(3).run(Design(40, intervention), seed=4).recording
        assert recording.values[:40].tobytes() == alone[:40].tobytes()
        episodes.add(recording.episodes)
    assert len(episodes) == 1


@each_family
def test_what_ran_before_changes_nothing(family) -> None:  # type: ignore[no-untyped-def]
    busy, fresh = family(n_vars=5).draw(3), family(n_vars=5).draw(3)
    for seed in (9, 8):
        busy.run(Design(30, RandomForcing(n_samples=33)), seed=seed)
    one, other = (s.run(Design(40, Do(level=1.0, n_samples=33)), seed=4).recording.values for s in (busy, fresh))
    assert one.tobytes() == other.tobytes()


@each_family
def test_other_systems_other_noise_and_other_parameters_share_no_value(family) -> None:  # type: ignore[no-untyped-def]
    runs = [
        family(n_vars=5).draw(0).run(Design(20), seed=0),
        family(n_vars=5).draw(0).run(Design(20), seed=1),
        family(n_vars=5).draw(1).run(Design(20), seed=0),
        family(n_vars=6).draw(0).run(Design(20), seed=0),
    ]
    values = np.concatenate([run.recording.values.ravel() for run in runs])
    assert len(np.unique(values)) == len(values) == 3 * 100 + 120


@each_family
def test_the_scale_is_that_of_an_observational_recording(family) -> None:  # type: ignore[no-untyped-def]
    """100,000 samples against the system's own 5,000: 30 means and variances within 6 standard errors of both.

    The errors are from 100 batches (Student's t, 99 degrees of freedom): fails by chance in 1 seed of 10^6.
    """
    system = family(n_vars=5).draw(3)
    batches = system.run(Design(100_000), seed=4).recording.values.reshape(100, 1000, 5)
    mean, std = system.scale
    for got, statistic in ((mean, batches.mean(axis=1)), (std**2, batches.var(axis=1))):
        error = statistic.std(axis=0, ddof=1) * np.sqrt(1.0 / 100 + 1.0 / 5)
        assert (np.abs(got - statistic.mean(axis=0)) < 6.0 * error).all()


@each_family
def test_no_two_systems_share_the_signal_of_a_random_forcing(family) -> None:  # type: ignore[no-untyped-def]
    """With five systems of four variables, two are forced in the same column at any time."""
    units = []
    for system in map(family(n_vars=4).draw, range(5)):
        recording = system.run(Design(5, RandomForcing(sigma=0.5, n_samples=40)), seed=4).recording
        mean, std = system.scale
        units.append(((recording.values - mean) / std)[recording.intervened])
    assert len(np.unique(np.round(units, 9))) == 5 * 40


def test_equal_parameters_are_one_system_whatever_their_type() -> None:
    """10, 10.0 and numpy's scalars name the same random streams, and the specification stays JSON."""
    plain = GENERATORS["lorenz96"](n_vars=5, forcing=10.0).draw(3).run(Design(8), seed=1)
    typed = (
        GENERATORS["lorenz96"](n_vars=np.int64(5), forcing=10).draw(np.int64(3)).run(Design(np.int64(8)), np.int64(1))
    )
    assert canonical_json(typed.specification) == canonical_json(plain.specification)
    np.testing.assert_array_equal(typed.recording.values, plain.recording.values)


@pytest.mark.parametrize("seed", [-1, 1.5, True, "1"])
def test_a_seed_is_a_whole_number(seed: object) -> None:
    family = GENERATORS["var"](n_vars=3)
    with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0, got"):
        family.draw(seed)
    with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0, got"):
        family.draw(0).run(Design(5), seed)


def test_lorenz96_refuses_to_widen_innovations_that_it_has_not() -> None:
    with pytest.raises(ValueError, match=r"^process_noise must be above 0 to widen innovations.*SoftNoise\.gain"):
        GENERATORS["lorenz96"]().draw(0).run(Design(5, SoftNoise(gain=2.0, n_samples=20)), seed=0)
