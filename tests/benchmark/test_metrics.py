"""Metrics against scikit-learn and against their own symmetries."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, f1_score, roc_auc_score

from causal_gauntlet.benchmark import metrics

settings.register_profile("exact", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("exact")

draws = st.tuples(st.integers(2, 7), st.integers(1, 5), st.integers(1, 40), st.integers(0, 2**32))


def graphs(n_vars: int, n_graphs: int, n_levels: int, seed: int):  # type: ignore[no-untyped-def]
    """Scores with ties, truths and masks of many graphs."""
    rng = np.random.default_rng(seed)
    shape = (n_graphs, n_vars, n_vars)
    return rng.integers(0, n_levels, shape) / 3.0, rng.random(shape) < 0.3, rng.random(shape) < 0.8


@given(draws)
def test_auroc_and_average_precision_are_those_of_scikit_learn(draw) -> None:  # type: ignore[no-untyped-def]
    scores, truth, mask = graphs(*draw)
    apart = np.broadcast_to(metrics.off_diagonal(draw[0]), mask.shape)
    for scored in (apart, np.ones_like(mask), mask):
        auroc = metrics.auroc(scores, truth, scored)
        precision = metrics.average_precision(scores, truth, scored)
        for k in range(len(scores)):
            y, s = truth[k][scored[k]], scores[k][scored[k]]
            if y.any():
                assert precision[k] == pytest.approx(average_precision_score(y, s), abs=1e-12)
                if not y.all():
                    assert auroc[k] == pytest.approx(roc_auc_score(y, s), abs=1e-12)
                    continue
            else:
                assert np.isnan(precision[k])
            assert np.isnan(auroc[k])
    np.testing.assert_array_equal(metrics.auroc(scores, truth), metrics.auroc(scores, truth, apart))


@given(draws)
def test_decisions_are_counted_as_scikit_learn_counts(draw) -> None:  # type: ignore[no-untyped-def]
    scores, truth, _ = graphs(*draw)
    decision = scores > 1.0
    apart = metrics.off_diagonal(draw[0])
    for k in range(len(scores)):
        y, d = truth[k][apart], decision[k][apart]
        assert metrics.structural_hamming_distance(decision, truth)[k] == (y != d).sum()
        for rate, cases in ((metrics.true_positive_rate, y), (metrics.false_positive_rate, ~y)):
            value = rate(decision, truth)[k]
            assert value == pytest.approx(d[cases].mean()) if cases.any() else np.isnan(value)
        if y.any() or d.any():
            assert metrics.f1(decision, truth)[k] == pytest.approx(f1_score(y, d), abs=1e-12)
        else:
            assert np.isnan(metrics.f1(decision, truth)[k])


@given(draws, st.randoms(use_true_random=False))
def test_auroc_has_its_symmetries(draw, shuffler) -> None:  # type: ignore[no-untyped-def]
    scores, truth, _ = graphs(*draw)
    auroc = metrics.auroc(scores, truth)
    np.testing.assert_allclose(metrics.auroc(-scores, truth), 1.0 - auroc, atol=1e-12)
    np.testing.assert_allclose(metrics.auroc(np.exp(scores), truth), auroc, atol=1e-12)
    order = list(range(draw[0]))
    shuffler.shuffle(order)
    relabelled = metrics.auroc(scores[:, order][:, :, order], truth[:, order][:, :, order])
    np.testing.assert_allclose(relabelled, auroc, atol=1e-12)


def test_fixtures_score_what_they_must() -> None:
    truth = np.zeros((4, 4), dtype=bool)
    truth[0, 1] = truth[1, 2] = truth[2, 3] = True
    assert metrics.auroc(truth.astype(float), truth) == 1.0
    assert metrics.auroc(np.ones((4, 4)), truth) == 0.5
    assert metrics.auroc(np.eye(4), truth) == 0.5
    assert metrics.auroc(truth.T.astype(float), truth) == pytest.approx(0.5 - 0.5 * 3 / 9)
    assert metrics.structural_hamming_distance(truth.T, truth) == 6.0
    assert metrics.average_precision(np.ones((4, 4)), truth) == pytest.approx(3 / 12)


def test_lags_count_only_on_edges_rightly_claimed() -> None:
    adjacency = np.zeros((3, 3, 3), dtype=bool)
    adjacency[0, 1, 2] = adjacency[1, 2, 1] = adjacency[0, 0, 1] = True
    decision = np.ones((3, 3), dtype=bool)
    assert metrics.lag_accuracy(decision, np.full((3, 3), 2), adjacency) == 0.5
    assert metrics.lag_accuracy(decision, np.full((3, 3), 9), adjacency) == 0.0
    assert np.isnan(metrics.lag_accuracy(np.zeros((3, 3), dtype=bool), np.ones((3, 3), dtype=int), adjacency))
