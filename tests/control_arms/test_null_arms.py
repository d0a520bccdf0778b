"""Null and leakage arms: each isolates what it says, and knows nothing else."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from sklearn.metrics import f1_score
from strategies import few, seeds

from causal_gauntlet.baselines.method import Method
from causal_gauntlet.benchmark import metrics
from causal_gauntlet.benchmark.names import parse_method
from causal_gauntlet.control_arms import (
    AutocorrelationOrder,
    CircularShift,
    ColumnOrder,
    Granger,
    Identity,
    InterventionMask,
    LaggedCorrelation,
    Lasso,
    R2Order,
    Random,
    RandomGraph,
    ShuffledRegimes,
    Transpose,
    VarianceOrder,
)
from causal_gauntlet.control_arms.random_graph import chance_hits
from causal_gauntlet.generators import VAR, Design, Do, Episode, IndependentAR, Recording, Schedule

ORDERS: list[Method] = [VarianceOrder(), R2Order(), AutocorrelationOrder()]


def noise(n_samples: int, n_vars: int, seed: int = 0) -> Recording:
    return Recording(np.random.default_rng(seed).standard_normal((n_samples, n_vars)))


@few
@given(order=st.permutations(range(4)), seed=seeds, factor=st.floats(0.01, 100.0))
def test_orders_follow_the_variables_and_not_the_columns(order: list[int], seed: int, factor: float) -> None:
    x = IndependentAR(n_vars=4).draw(seed).run(Design(60), seed).recording.values
    for arm in ORDERS:
        scores = arm.discover(Recording(x)).scores
        moved = arm.discover(Recording(x[:, order])).scores
        np.testing.assert_array_equal(moved, scores[np.ix_(order, order)])
    for arm in ORDERS[1:]:
        rescaled = arm.discover(Recording(x * [factor, 1.0, 1.0, 1.0])).scores
        np.testing.assert_array_equal(rescaled, arm.discover(Recording(x)).scores)
    columns = ColumnOrder().discover(Recording(x)).scores
    np.testing.assert_array_equal(columns, np.triu(np.ones((4, 4)), k=1) + 0.5 * np.eye(4))


def test_the_variance_order_reads_a_graph_off_growing_variances() -> None:
    """Each variable is the sum of those before it, and so varies more."""
    x = np.random.default_rng(0).standard_normal((500, 5)).cumsum(axis=1)
    truth = np.triu(np.ones((5, 5), dtype=bool), k=1)
    assert metrics.auroc(VarianceOrder().discover(Recording(x)).scores, truth) == 1.0
    assert metrics.auroc(VarianceOrder().discover(Recording(x / x.std(axis=0))).scores, truth) == 0.5


def test_orders_look_at_observational_samples_only() -> None:
    x = np.random.default_rng(0).standard_normal((60, 3)) * [1.0, 2.0, 3.0]
    episodes = (Episode(0, 40), Episode(40, 60, (0,)))
    wild = x.copy()
    wild[40:] *= 1e3
    for arm in ORDERS:
        scores = [arm.discover(Recording(v, episodes=episodes, intervention_kind="do")).scores for v in (x, wild)]
        np.testing.assert_array_equal(scores[0], scores[1])


def test_an_order_without_enough_to_go_by_is_an_error() -> None:
    x = np.random.default_rng(0).standard_normal((30, 3))
    x[:, 1] = 4.0
    for arm in ORDERS:
        with pytest.raises(ValueError, match=r"^values must vary in enough observational samples, got too few"):
            arm.discover(Recording(x))


def test_lagged_correlation_is_that_of_numpy() -> None:
    x = VAR(n_vars=4).draw(0).run(Design(200), 0).recording.values
    answer = LaggedCorrelation(max_lag=3).discover(Recording(x))
    assert answer.lagged_scores is not None
    for lag in (1, 2, 3):
        both = np.corrcoef(x[3 - lag : len(x) - lag].T, x[3:].T)[:4, 4:]
        np.testing.assert_allclose(answer.lagged_scores[..., lag], np.abs(both), atol=1e-12)


def test_the_mask_tells_only_who_was_later_and_nothing_under_a_random_order() -> None:
    """400 systems: the mean AUROC is 0.5 within 5 standard errors, 1 seed in 10^6; a fixed order is the columns'."""
    auroc = []
    for seed in range(400):
        experiment = VAR(n_vars=5).draw(seed).run(Design(20, Do(n_samples=20)), seed)
        answer = InterventionMask().discover(experiment.recording)
        auroc.append(float(metrics.auroc(answer.scores, experiment.truth.summary)))
    assert abs(np.mean(auroc) - 0.5) < 5.0 * np.std(auroc) / np.sqrt(400)
    fixed = Design(20, Do(n_samples=20), Schedule(randomised=False))
    scores = InterventionMask().discover(VAR(n_vars=5).draw(0).run(fixed, 0).recording).scores
    np.testing.assert_array_equal(scores > 0.0, np.triu(np.ones((5, 5), dtype=bool), k=1))
    assert not InterventionMask().discover(noise(20, 3)).scores.any()


@few
@given(st.integers(2, 8), st.data())
def test_a_random_graph_claims_exactly_its_edges(n_vars: int, data: st.DataObject) -> None:
    n_edges = data.draw(st.integers(0, n_vars * (n_vars - 1)))
    answer = RandomGraph(n_edges).discover(noise(3, n_vars), rng=data.draw(seeds))
    assert answer.selected is not None
    assert answer.selected.sum() == n_edges
    assert not answer.selected.diagonal().any()


def test_the_hits_of_a_random_graph_have_the_exact_chance_distribution() -> None:
    """4,000 graphs of 7 edges against one of 6 among 20 pairs; chi-square at 1e-5: fails in 1 seed of 10^5."""
    truth = np.zeros((5, 5), dtype=bool)
    truth[[0, 0, 1, 2, 3, 4], [1, 2, 3, 4, 0, 2]] = True
    rng = np.random.default_rng(7)
    hits = []
    for _ in range(4000):
        selected = RandomGraph(7).discover(noise(2, 5), rng=rng).selected
        assert selected is not None
        hits.append(int((selected & truth).sum()))
    chance = chance_hits(20, 6, 7)
    expected = 4000 * chance.pmf(np.arange(7))
    observed = np.bincount(hits, minlength=7)
    pooled = [np.append(v[:4], v[4:].sum()) for v in (observed, expected)]
    assert stats.chisquare(*pooled).pvalue > 1e-5
    apart = ~np.eye(5, dtype=bool)
    assert f1_score(truth[apart], selected[apart]) == pytest.approx(2 * hits[-1] / (7 + 6))


def test_more_edges_than_pairs_are_refused() -> None:
    with pytest.raises(
        ValueError, match=r"^n_edges must be in \[0, 6\] for 3 variables, got 7 \(RandomGraph\.n_edges\)"
    ):
        RandomGraph(7).discover(noise(3, 3))


def test_transposing_exchanges_sources_and_targets_of_everything() -> None:
    recording = VAR(n_vars=4).draw(1).run(Design(200), 1).recording
    for method in (Granger(max_lag=2), Lasso(max_lag=2), Random()):
        straight, back = method.discover(recording, 3), Transpose(method).discover(recording, 3)
        twice = Transpose(Transpose(method)).discover(recording, 3)
        for name in ("scores", "pvalues", "selected", "lags"):
            if (array := getattr(straight, name)) is not None:
                np.testing.assert_array_equal(getattr(back, name), array.T)
                np.testing.assert_array_equal(getattr(twice, name), array)
        if straight.lagged_scores is not None:
            assert back.lagged_scores is not None
            np.testing.assert_array_equal(back.lagged_scores, straight.lagged_scores.transpose(1, 0, 2))


def test_shuffling_regimes_deals_the_same_labels_to_the_same_windows() -> None:
    recording = VAR(n_vars=5).draw(1).run(Design(20, Do(n_samples=50), Schedule(n_episodes=2)), 1).recording
    seen: list[Recording] = []

    class Spy(Random):
        def discover(self, recording, rng=None):  # type: ignore[no-untyped-def]
            seen.append(recording)
            return super().discover(recording, rng)

    orders = set()
    for seed in range(20):
        ShuffledRegimes(Spy()).discover(recording, seed)
        shuffled = seen[-1]
        np.testing.assert_array_equal(shuffled.values, recording.values)
        windows = [(e.start, e.stop, bool(e.targets)) for e in shuffled.episodes]
        assert windows == [(e.start, e.stop, bool(e.targets)) for e in recording.episodes]
        assert sorted(e.targets for e in shuffled.episodes) == sorted(e.targets for e in recording.episodes)
        orders.add(tuple(e.targets for e in shuffled.episodes))
    assert len(orders) > 15
    plain = noise(40, 3)
    ShuffledRegimes(Spy()).discover(plain, 0)
    assert seen[-1].episodes == plain.episodes


def test_nothing_is_found_in_shifted_variables() -> None:
    """100 systems: conditional Granger's mean AUROC is 0.5 within 5 standard errors, 1 seed in 10^6; else above 0.9."""
    shifted, straight = [], []
    for seed in range(100):
        experiment = VAR(n_vars=5).draw(seed).run(Design(300), seed)
        method = Granger(max_lag=2, conditional=True)
        for arm, scores in ((CircularShift(method), shifted), (method, straight)):
            answer = arm.discover(experiment.recording, seed)
            scores.append(float(metrics.auroc(answer.scores, experiment.truth.summary)))
    assert abs(np.mean(shifted) - 0.5) < 5.0 * np.std(shifted) / np.sqrt(100)
    assert np.mean(straight) > 0.9


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ('transpose[of="identity"]', 'transpose[of="identity"]'),
        ("circular-shift[of='lasso[max_lag=2]']", 'circular-shift[of="lasso[max_lag=2]"]'),
        ("transpose[of=\"transpose[of='granger']\"]", None),
    ],
)
def test_an_arm_names_the_method_that_it_works_on(text: str, label: str | None) -> None:
    named = parse_method(text)
    assert label is None or named.label == label
    assert parse_method(named.label).specification() == named.specification()
    assert named.specification()["parameters"]["of"]["name"] in text


def test_two_arms_of_different_methods_are_different() -> None:
    one, other = (parse_method(f'transpose[of="{name}"]').specification() for name in ("identity", "constant"))
    assert one != other
    assert isinstance(parse_method('transpose[of="identity"]').method, Transpose)
    np.testing.assert_array_equal(Transpose(Identity()).discover(noise(3, 3)).scores, np.eye(3))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        (
            "transpose",
            r"^transpose needs the method that it works on, such as transpose\[of=\"granger\"\], got",
        ),
        ("transpose[of=3]", r"^transpose needs the method that it works on"),
        ('transpose[of="grangr"]', r"^unknown method 'grangr'; did you mean 'granger'"),
        ('transpose[of="lasso[max_lag=0]"]', r"^max_lag must be a whole number of at least 1, got 0"),
    ],
)
def test_an_arm_without_its_method_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_method(text)
