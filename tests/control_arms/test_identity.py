"""The identity arm knows self-links and nothing else."""

import numpy as np
import pytest

from causal_gauntlet.control_arms import Identity
from causal_gauntlet.generators import Recording


@pytest.mark.parametrize("n_vars", [1, 2, 7])
def test_scores_are_one_on_the_diagonal_and_zero_off_it(n_vars: int) -> None:
    values = np.random.default_rng(0).standard_normal((9, n_vars))
    scores = Identity().discover(Recording(values))
    assert scores.scores.tolist() == [[float(i == j) for j in range(n_vars)] for i in range(n_vars)]
    assert scores.pvalues is None
    assert scores.decision is None


def test_the_values_do_not_matter() -> None:
    one, other = np.full((5, 3), np.nan), np.arange(60.0).reshape(20, 3)
    np.testing.assert_array_equal(
        Identity().discover(Recording(one)).scores, Identity().discover(Recording(other)).scores
    )
