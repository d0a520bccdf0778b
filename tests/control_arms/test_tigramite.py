"""tigramite's own runs: equal to ours where the test is the same, and pointing the right way where it is not."""

import numpy as np
import pytest
from numpy.typing import NDArray

from causal_gauntlet.control_arms import PCMCI, TigramitePCMCI, TigramitePCMCIPlus
from causal_gauntlet.generators import VAR, Design, Do, RandomForcing, Recording

apart = ~np.eye(3, dtype=bool)


@pytest.mark.parametrize("pc_alpha", [0.2, None])
@pytest.mark.parametrize("kind", [Do, RandomForcing])
def test_with_partial_correlations_it_is_our_own(kind: type[Do] | type[RandomForcing], pc_alpha: float | None) -> None:
    design = Design(120, kind(n_samples=60))
    recording = VAR(n_vars=3, density=0.4).draw(seed=2).run(design, seed=2).recording
    theirs = TigramitePCMCI(max_lag=2, pc_alpha=pc_alpha).discover(recording, rng=0)
    ours = PCMCI(max_lag=2, pc_alpha=pc_alpha).discover(recording)
    np.testing.assert_allclose(theirs.scores, ours.scores, atol=1e-10)
    np.testing.assert_allclose(theirs.pvalues, ours.pvalues, atol=1e-10)


def nonlinear(n_samples: int, seed: int = 0) -> NDArray[np.float64]:
    """X0(t - 1) drives X2(t) by its size, which no correlation sees."""
    x = np.random.default_rng(seed).standard_normal((n_samples, 3))
    x[1:, 2] = 2.0 * np.abs(x[:-1, 0]) + 0.3 * x[1:, 2]
    return x


@pytest.mark.parametrize("test", ["gpdc", "cmiknn"])
def test_nonlinear_tests_see_what_correlations_do_not(test: str) -> None:
    """100 samples, the seeds fixed."""
    recording = Recording(nonlinear(100))
    answer = TigramitePCMCI(max_lag=1, test=test).discover(recording, rng=0)
    linear = TigramitePCMCI(max_lag=1).discover(recording, rng=0)
    assert answer.pvalues is not None
    assert linear.pvalues is not None
    assert answer.pvalues[0, 2] < 0.05 < linear.pvalues[0, 2]
    assert np.unravel_index((answer.scores * apart).argmax(), (3, 3)) == (0, 2)
    assert answer.pvalues[2, 0] > 0.01


def test_the_robust_test_does_not_depend_on_the_margins() -> None:
    """A monotone map of each variable changes no rank."""
    x = VAR(n_vars=3, density=0.4).draw(seed=1).run(Design(200), seed=1).recording.values
    method = TigramitePCMCI(max_lag=1, test="robust-parcorr")
    before, after = (method.discover(Recording(each), rng=0) for each in (x, np.exp(x)))
    np.testing.assert_allclose(after.scores, before.scores, atol=1e-10)


def test_links_within_a_sample_are_oriented_by_a_collider() -> None:
    """X0(t) -> X2(t) <- X1(t): both arrows follow from independence alone; 600 samples, the seed fixed."""
    x = np.random.default_rng(3).standard_normal((600, 3))
    x[:, 2] += x[:, 0] + x[:, 1]
    answer = TigramitePCMCIPlus(max_lag=1).discover(Recording(x), rng=0)
    assert answer.selected is not None
    assert answer.lags is not None
    expected = np.zeros((3, 3), dtype=bool)
    expected[0, 2] = expected[1, 2] = True
    np.testing.assert_array_equal(answer.selected & apart, expected)
    assert (answer.lags[expected] == 0).all()


def test_the_same_seed_shuffles_alike() -> None:
    method, recording = TigramitePCMCI(max_lag=1, test="cmiknn"), Recording(nonlinear(50))
    first, again, other = (method.discover(recording, rng=k).pvalues for k in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ({"test": "parcor"}, "test must be one of cmiknn, gpdc, parcorr, robust-parcorr, got 'parcor'"),
        ({"test": "cmiknn", "pc_alpha": None}, r"pc_alpha must be in \[0, 1\] for cmiknn"),
        ({"pc_alpha": 1.5}, r"pc_alpha must be in \[0, 1\] or None, got 1.5"),
    ],
)
def test_what_is_out_of_range_is_refused(arguments: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        TigramitePCMCI(**arguments)  # type: ignore[arg-type]
