"""The constant arm ties every pair."""

import numpy as np
import pytest

from causal_gauntlet.control_arms import Constant
from causal_gauntlet.generators import Recording


@pytest.mark.parametrize("n_vars", [1, 2, 7])
def test_every_pair_has_the_same_score(n_vars: int) -> None:
    values = np.random.default_rng(0).standard_normal((9, n_vars))
    scores = Constant().discover(Recording(values))
    assert scores.scores.tolist() == [[1.0] * n_vars] * n_vars
    assert scores.pvalues is None
    assert scores.decision is None


def test_the_values_do_not_matter() -> None:
    one, other = np.full((5, 3), np.nan), np.arange(60.0).reshape(20, 3)
    np.testing.assert_array_equal(
        Constant().discover(Recording(one)).scores, Constant().discover(Recording(other)).scores
    )
