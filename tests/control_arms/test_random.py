"""The random arm: reproducible, blind to the values, uniform."""

import numpy as np
import pytest
from scipy import stats

from causal_gauntlet.control_arms import Random
from causal_gauntlet.generators import Recording
from causal_gauntlet.generators.randomness import RandomState


def noise(n_samples: int, n_vars: int) -> Recording:
    return Recording(np.random.default_rng(n_samples).standard_normal((n_samples, n_vars)))


@pytest.mark.parametrize("n_vars", [1, 2, 7])
def test_scores_are_one_minus_the_p_values(n_vars: int) -> None:
    scores = Random().discover(noise(10, n_vars), rng=3)
    assert scores.pvalues is not None
    assert scores.scores.shape == (n_vars, n_vars)
    np.testing.assert_array_equal(scores.scores, 1.0 - scores.pvalues)


def test_the_same_rng_gives_the_same_scores_in_each_of_its_forms() -> None:
    recording = noise(10, 4)
    forms: list[RandomState] = [5, 5, np.random.SeedSequence(5), np.random.default_rng(5)]
    answers = [Random().discover(recording, rng=form).scores for form in forms]
    for answer in answers[1:]:
        np.testing.assert_array_equal(answer, answers[0])


def test_other_seeds_and_a_generator_that_moved_on_give_other_scores() -> None:
    recording, moving = noise(10, 4), np.random.default_rng(5)
    answers = [Random().discover(recording, rng=rng).scores for rng in (moving, moving, 6)]
    assert len({answer.tobytes() for answer in answers}) == 3


def test_global_state_and_values_do_not_matter() -> None:
    first = Random().discover(noise(10, 3), rng=1).scores
    np.random.seed(99)  # noqa: NPY002
    np.testing.assert_array_equal(Random().discover(noise(50, 3), rng=1).scores, first)


def test_p_values_are_uniform_and_reject_five_percent() -> None:
    """100 answers on 10 variables: 10,000 p-values, diagonal included.

    Kolmogorov-Smirnov at 1e-4, and a binomial test of the decisions at 1e-4: each fails by chance once in 10,000
    seeds; the seeds are fixed.
    """
    answers = [Random().discover(noise(10, 10), rng=seed) for seed in range(100)]
    pvalues = np.array([answer.pvalues for answer in answers]).ravel()
    decisions = np.array([answer.decision for answer in answers]).ravel()
    assert len(pvalues) == 10_000
    assert stats.kstest(pvalues, "uniform").pvalue > 1e-4
    assert stats.binomtest(int(decisions.sum()), 10_000, 0.05).pvalue > 1e-4


def test_pairs_are_uncorrelated_with_their_reversal() -> None:
    """Spearman's test of (i, j) against (j, i) over 4500 pairs at 1e-4: one chance failure in 10,000 seeds, fixed."""
    answers = np.array([Random().discover(noise(10, 10), rng=seed).scores for seed in range(100)])
    upper = np.triu_indices(10, k=1)
    forward, backward = answers[:, *upper].ravel(), answers.transpose(0, 2, 1)[:, *upper].ravel()
    assert len(forward) == 4500
    assert stats.spearmanr(forward, backward).pvalue > 1e-4
