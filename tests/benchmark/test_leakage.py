"""The leakage report against definitions by enumeration, scikit-learn and the symmetries that it must have."""

from __future__ import annotations

import json
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from sklearn.metrics import roc_auc_score
from strategies import few, graphs, seeds

from causal_gauntlet.benchmark import leakage, metrics
from causal_gauntlet.benchmark.leakage import LeakageReport, leakage_report
from causal_gauntlet.control_arms import orders
from causal_gauntlet.generators import LaggedGraph
from causal_gauntlet.generators.cards import ConstructedCard, EdgeCard, ProvenanceCard, Tier
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.recording import Episode, Recording

NOTHING = LeakageReport(None, None, None, None, None)


def experiment(values, graph, card=None, episodes=(), kind="none") -> Experiment:  # type: ignore[no-untyped-def]
    """A recording of our own making with a graph of our own choosing."""
    recording = Recording(values, episodes=episodes, intervention_kind=kind)
    return Experiment(recording, graph, card or ConstructedCard(graph, recording.names, "none"), {})


def chain(n_vars: int) -> LaggedGraph:
    """Each variable drives the next and itself, one sample later."""
    return LaggedGraph(np.stack([np.zeros((n_vars, n_vars)), np.eye(n_vars) + np.eye(n_vars, k=1)], axis=-1) > 0)


def noise(n_samples: int, n_vars: int, seed: int):  # type: ignore[no-untyped-def]
    """Correlated and autocorrelated noise whose variables all differ."""
    rng = np.random.default_rng(seed)
    white = rng.standard_normal((n_samples + 1, n_vars)) @ rng.standard_normal((n_vars, n_vars))
    return white[1:] + rng.uniform(-0.9, 0.9, n_vars) * white[:-1] + rng.uniform(-2.0, 2.0, n_vars)


def test_a_chain_of_growing_variances_gives_itself_away() -> None:
    values = noise(200, 5, 0)
    values = (values - values.mean(axis=0)) / values.std(axis=0)
    growing = leakage_report(experiment(values * np.arange(1, 6), chain(5)))
    falling = leakage_report(experiment(values * np.arange(6, 1, -1), chain(5)))
    level = leakage_report(experiment(values, chain(5)))
    assert (growing.varsortability, level.varsortability, falling.varsortability) == (1.0, 0.5, 0.0)
    assert growing.variance_order_auroc == growing.column_order_auroc == falling.column_order_auroc
    assert growing.variance_order_auroc == pytest.approx(1.0 - 0.5 * 6 / 16)
    assert falling.variance_order_auroc == pytest.approx(0.5 * 6 / 16)  # 6 of 16 non-edges tie with the edges
    assert level.variance_order_auroc == 0.5


def test_slow_sources_are_found_by_their_autocorrelation() -> None:
    """The definition's direction: AR(1) processes of coefficients 0.9, 0.5, 0 and -0.5 along the chain.

    Their correlations have standard errors below 0.015, so two change places with probability below 1e-40.
    """
    rng = np.random.default_rng(0)
    values = rng.standard_normal((5000, 4))
    for t in range(1, len(values)):
        values[t] += np.array([0.9, 0.5, 0.0, -0.5]) * values[t - 1]
    slow_first = leakage_report(experiment(values, chain(4)))
    assert slow_first.autocorrelation_order_auroc == slow_first.column_order_auroc
    slow_last = leakage_report(experiment(values[:, ::-1], chain(4)))
    assert slow_last.autocorrelation_order_auroc == pytest.approx(1.0 - slow_first.autocorrelation_order_auroc)


@few
@given(graphs(), seeds)
def test_sortability_is_that_of_its_definition_by_enumeration(graph: LaggedGraph, seed: int) -> None:
    def walk(path: list[int]) -> set[int]:
        ends = {path[-1]}
        for k in np.flatnonzero(graph.summary[path[-1]]):
            ends |= walk([*path, int(k)]) if k not in path else set()
        return ends

    criterion = np.random.default_rng(seed).integers(0, 4, graph.n_vars).astype(float)
    reached = [walk([i]) for i in range(graph.n_vars)]
    pairs = [(i, j) for i in range(graph.n_vars) for j in reached[i] if i not in reached[j]]
    rises = [0.5 if criterion[i] == criterion[j] else float(criterion[i] < criterion[j]) for i, j in pairs]
    expected = pytest.approx(np.mean(rises), abs=1e-12) if pairs else None
    assert leakage.sortability(criterion, graph.summary) == expected


@few
@given(st.integers(2, 9), seeds)
def test_on_a_tree_it_is_the_sortability_of_reisach_et_al(n_vars: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    tree = np.zeros((n_vars, n_vars), dtype=bool)
    for k in range(1, n_vars):
        tree[rng.integers(k), k] = True
    criterion = rng.integers(0, 4, n_vars).astype(float)
    gaps = criterion[None, :] - criterion[:, None]
    powers = [np.linalg.matrix_power(tree.astype(int), k) > 0 for k in range(1, n_vars)]
    expected = sum(0.5 * ((p & (gaps >= 0)).sum() + (p & (gaps > 0)).sum()) for p in powers) / np.sum(powers)
    assert leakage.sortability(criterion, tree) == pytest.approx(expected, abs=1e-12)


def test_pairs_on_a_cycle_do_not_count() -> None:
    summary = np.zeros((4, 4), dtype=bool)
    summary[0, 1] = summary[1, 2] = summary[2, 1] = summary[3, 3] = True
    assert leakage.sortability(np.array([0.0, 1.0, -1.0, 5.0]), summary) == 0.5
    summary[2, 0] = True
    assert leakage.sortability(np.array([0.0, 1.0, -1.0, 5.0]), summary) is None


@few
@given(graphs(), seeds)
def test_scales_and_offsets_change_nothing_but_what_variances_tell(graph: LaggedGraph, seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = noise(60, graph.n_vars, seed)
    report = leakage_report(experiment(values, graph))
    scales = 10.0 ** rng.uniform(-3.0, 3.0, graph.n_vars) * rng.choice([-1.0, 1.0], graph.n_vars)
    scaled = leakage_report(experiment((values + rng.standard_normal(graph.n_vars)) * scales, graph))
    assert scaled.r2_sortability == report.r2_sortability
    assert scaled.autocorrelation_order_auroc == report.autocorrelation_order_auroc
    assert scaled.column_order_auroc == report.column_order_auroc
    level = leakage_report(experiment((values - values.mean(axis=0)) / values.std(axis=0), graph))
    assert level.varsortability in (0.5, None)
    assert level.variance_order_auroc in (0.5, None)
    assert (level.varsortability is None) == (report.varsortability is None)


@few
@given(graphs(), seeds)
def test_the_order_of_columns_matters_to_the_column_order_only(graph: LaggedGraph, seed: int) -> None:
    values = noise(60, graph.n_vars, seed)
    order = np.random.default_rng(seed).permutation(graph.n_vars)
    before = leakage_report(experiment(values, graph)).to_json()
    after = leakage_report(experiment(values[:, order], graph.relabelled(order))).to_json()
    del before["column_order_auroc"], after["column_order_auroc"]
    assert after == pytest.approx(before, abs=1e-12)


@few
@given(graphs(), seeds)
def test_reversing_the_graph_reverses_the_sortabilities(graph: LaggedGraph, seed: int) -> None:
    values = noise(60, graph.n_vars, seed)
    reversed_graph = LaggedGraph(graph.adjacency.transpose(1, 0, 2))
    for name, value in leakage_report(experiment(values, graph)).to_json().items():
        mirrored = leakage_report(experiment(values, reversed_graph)).to_json()[name]
        assert mirrored == (None if value is None else pytest.approx(1.0 - value, abs=1e-12))


@few
@given(graphs(), seeds)
def test_aurocs_are_those_of_scikit_learn_over_the_scored_pairs(graph: LaggedGraph, seed: int) -> None:
    values = noise(60, graph.n_vars, seed)
    known = np.random.default_rng(seed).random((graph.n_vars, graph.n_vars)) < 0.8
    card = ProvenanceCard(
        tuple(
            EdgeCard(f"X{i}", f"X{j}", bool(graph.summary[i, j]), Tier.PHYSICAL_LAW, "ours")
            for i, j in np.argwhere(known)
        )
    )
    report = leakage_report(experiment(values, graph, card))
    lag_one = np.array([np.corrcoef(x[:-1], x[1:])[0, 1] for x in values.T])
    pairs = known & metrics.off_diagonal(graph.n_vars)
    truth = graph.summary[pairs]
    for value, criterion in (
        (report.column_order_auroc, np.arange(graph.n_vars)),
        (report.variance_order_auroc, values.var(axis=0)),
        (report.autocorrelation_order_auroc, -lag_one),
    ):
        if truth.any() and not truth.all():
            scores = (criterion[:, None] < criterion[None, :])[pairs]
            assert value == pytest.approx(roc_auc_score(truth, scores), abs=1e-12)
        else:
            assert value is None


@few
@given(st.integers(2, 8), seeds)
def test_r_squared_is_that_of_scikit_learn(n_vars: int, seed: int) -> None:
    values = noise(50, n_vars, seed)
    for k, value in enumerate(orders.r_squared(values)):
        others = np.delete(values, k, axis=1)
        regression = LinearRegression().fit(others, values[:, k])
        assert value == pytest.approx(regression.score(others, values[:, k]), abs=1e-10)


@few
@given(st.integers(2, 6), seeds)
def test_r_squared_survives_variables_that_determine_one_another(n_vars: int, seed: int) -> None:
    values = noise(50, n_vars, seed)
    twin = np.column_stack([values, 3.0 - 2.0 * values[:, 0]])
    expected = orders.r_squared(values)
    expected[0] = 1.0
    np.testing.assert_allclose(orders.r_squared(twin), [*expected, 1.0], atol=1e-9)


def test_two_variables_explain_one_another_equally() -> None:
    assert leakage_report(experiment(noise(50, 2, 0), chain(2))).r2_sortability == 0.5


@few
@given(st.integers(1, 6), seeds)
def test_missing_values_are_left_out(n_vars: int, seed: int) -> None:
    values = noise(80, n_vars, seed)
    values[np.random.default_rng(seed).random(values.shape) < 0.1] = np.nan
    np.testing.assert_allclose(orders.log_variances(values), np.log(np.nanvar(values, axis=0)), atol=1e-12)
    complete = values[np.isfinite(values).all(axis=1)]
    np.testing.assert_array_equal(orders.r_squared(values), orders.r_squared(complete))
    for value, x in zip(orders.autocorrelations(values), values.T, strict=True):
        pairs = np.array([pair for pair in pairwise(x) if not np.isnan(pair).any()])
        assert value == pytest.approx(np.corrcoef(pairs.T)[0, 1], abs=1e-12)


@few
@given(graphs(), seeds)
def test_samples_with_an_intervention_are_not_read(graph: LaggedGraph, seed: int) -> None:
    values = noise(80, graph.n_vars, seed)
    episodes = (Episode(0, 30), Episode(30, 50, (0,)), Episode(50, 80))
    gap, wild = values.copy(), values.copy()
    gap[30:50] = np.nan
    wild[30:50] = np.random.default_rng(seed).standard_cauchy((20, graph.n_vars))
    expected = leakage_report(experiment(gap, graph))
    assert leakage_report(experiment(wild, graph, episodes=episodes, kind="do")) == expected
    assert leakage_report(experiment(gap, graph, episodes=episodes, kind="do")) == expected


def test_a_graph_without_edges_leaks_nothing() -> None:
    empty = LaggedGraph(chain(4).adjacency & np.eye(4, dtype=bool)[..., None])
    assert leakage_report(experiment(noise(50, 4, 0), empty)) == NOTHING
    assert leakage_report(experiment(noise(50, 1, 0), chain(1))) == NOTHING


@pytest.mark.parametrize("constant", [0.0, 0.1, np.nan, 1e300, 5e-324])
def test_without_variation_nothing_but_the_order_of_columns_is_defined(constant: float) -> None:
    values = noise(50, 4, 0)
    values[:, 2] = constant
    still = leakage_report(experiment(values, chain(4)))
    assert still == LeakageReport(None, None, still.column_order_auroc, None, None)
    assert still.column_order_auroc is not None


def test_rounding_errors_are_no_variation() -> None:
    values = noise(50, 4, 0)
    values[:, 2] = np.where(values[:, 2] > 0.0, 0.3, 0.1 + 0.2)
    report = leakage_report(experiment(values, chain(4)))
    assert report == LeakageReport(None, None, report.column_order_auroc, None, None)


def test_too_few_samples_are_undefined() -> None:
    episodes = (Episode(0, 50, (1,)),)
    reports = [leakage_report(experiment(noise(n, 4, 0), chain(4))) for n in range(1, 7)]
    assert leakage_report(experiment(noise(50, 4, 0), chain(4), episodes=episodes, kind="do")) == reports[0]
    assert [r.varsortability is None for r in reports] == [True] + 5 * [False]
    assert [r.variance_order_auroc is None for r in reports] == [True] + 5 * [False]
    assert [r.autocorrelation_order_auroc is None for r in reports] == 3 * [True] + 3 * [False]
    assert [r.r2_sortability is None for r in reports] == 4 * [True] + 2 * [False]
    assert None not in {r.column_order_auroc for r in reports}


def test_no_magnitude_overflows_or_underflows() -> None:
    values = noise(50, 3, 0)
    report = leakage_report(experiment(values, chain(3)))
    for scale in (1e300, 1e-290):
        assert leakage_report(experiment(values * scale, chain(3))) == report
    extremes = leakage_report(experiment(values * [1e-290, 1.0, 1e300], chain(3)))
    assert (extremes.varsortability, extremes.r2_sortability) == (1.0, report.r2_sortability)


@pytest.mark.parametrize("density", [0.0, 0.5, 1.0])
def test_the_right_order_of_an_acyclic_graph_has_an_auroc_from_three_quarters_to_one(density: float) -> None:
    summary = np.triu(np.random.default_rng(0).random((6, 6)) < density, k=1)
    summary[0, 1] = True
    right = leakage.order_auroc(np.arange(6.0), summary)
    assert right == pytest.approx(1.0 - 0.5 * (15 - summary.sum()) / (30 - summary.sum()), abs=1e-12)
    assert 0.75 <= right <= 1.0


def test_criteria_within_the_tolerance_are_tied() -> None:
    values = noise(50, 2, 0)[:, [0, 0]]
    for factor, expected in ((1.0 + 1e-10, 0.5), (1.0 + 1e-8, 1.0), (1.0 - 1e-8, 0.0)):
        assert leakage_report(experiment(values * [1.0, factor], chain(2))).varsortability == expected


def test_a_report_is_written_as_json() -> None:
    report = leakage_report(experiment(noise(50, 4, 0), chain(4)))
    assert LeakageReport(**json.loads(json.dumps(report.to_json(), allow_nan=False))) == report
    assert json.loads(json.dumps(NOTHING.to_json())) == dict.fromkeys(report.to_json())


def test_white_noise_leaks_nothing_on_average() -> None:
    """Every order of exchangeable variables is a random one: mean 0.5 exactly, for any graph.

    By Hoeffding's inequality a mean of 1,000 values in [0, 1] is off by 0.08 with probability below 6e-6; for all four
    statistics together the test fails by chance less than once in 40,000 seeds, and the seed is fixed.
    """
    rng = np.random.default_rng(20260509)
    adjacency = np.triu(rng.random((1000, 5, 5)) < 0.5, k=1) | np.eye(5, k=1, dtype=bool)
    reports = [
        leakage_report(experiment(rng.standard_normal((30, 5)), LaggedGraph(truth[..., None]))).to_json()
        for truth in adjacency
    ]
    for name in ("varsortability", "r2_sortability", "variance_order_auroc", "autocorrelation_order_auroc"):
        assert np.mean([report[name] for report in reports]) == pytest.approx(0.5, abs=0.08)
