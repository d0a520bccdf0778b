"""What every method promises, whichever floor it lives on."""

from dataclasses import FrozenInstanceError, is_dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from causal_gauntlet.baselines import LinearBottleneck, Method
from causal_gauntlet.control_arms import PCMCI, Constant, Granger, Identity, Lasso, Random, lasso
from causal_gauntlet.generators import Episode, Recording

LEARNERS = [
    Granger(max_lag=2),
    Granger(max_lag=2, conditional=True),
    Lasso(max_lag=2),
    LinearBottleneck(max_lag=2),
    PCMCI(max_lag=2),
]
METHODS = [*LEARNERS, Constant(), Identity(), Random()]
# Fewest samples of 3 variables: two lags (PCMCI looks back four) and as many rows as each one's docstring or fit needs.
FEWEST = [
    (LEARNERS[0], 2 + 6),
    (LEARNERS[1], 2 + 8),
    (LEARNERS[2], 2 + 24),
    (LEARNERS[3], 2 + 8),
    (LEARNERS[4], 4 + 12),
]

few = settings(deadline=None, derandomize=True, max_examples=8)
each_learner = pytest.mark.parametrize("method", LEARNERS, ids=repr)
each_method = pytest.mark.parametrize("method", METHODS, ids=repr)


def coupled(seed: int, n_samples: int = 200, n_vars: int = 4) -> NDArray[np.float64]:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += 0.5 * x[t - 1]
        x[t, 1] += 0.6 * x[t - 1, 0]
    return x


def experiment(seed: int = 0, n_vars: int = 4) -> Recording:
    """A recording with everything in it: two episodes of a do, and missing values."""
    x = coupled(seed, n_vars=n_vars)
    x[70, 0] = x[71, 1] = np.nan
    episodes = (Episode(0, 120), Episode(120, 150, (0,)), Episode(150, 200, (1,)))
    return Recording(x, episodes=episodes, intervention_kind="do")


@each_method
def test_it_is_a_frozen_dataclass_that_keeps_the_protocol(method: Method) -> None:
    assert isinstance(method, Method)
    assert is_dataclass(method)
    assert method == type(method)(**vars(method))
    assert hash(method) == hash(type(method)(**vars(method)))
    with pytest.raises(FrozenInstanceError):
        method.max_lag = 3  # type: ignore[attr-defined]


@each_method
@pytest.mark.parametrize("n_vars", [2, 4])
def test_answers_are_finite_and_fit_the_variables(method: Method, n_vars: int) -> None:
    scores = method.discover(experiment(n_vars=n_vars), rng=0)
    for array in (scores.scores, scores.pvalues, scores.lags, scores.selected, scores.lagged_scores):
        if array is not None:
            assert array.shape[:2] == (n_vars, n_vars)
            assert np.isfinite(array).all()
    assert (scores.scores >= 0.0).all()


@each_method
def test_the_same_input_gives_the_same_bits(method: Method) -> None:
    first, second = (method.discover(experiment(), rng=5).to_json() for _ in range(2))
    assert first == second


@each_method
def test_the_recording_is_left_as_it_was(method: Method) -> None:
    recording, untouched = experiment(), experiment()
    method.discover(recording, rng=0)
    np.testing.assert_array_equal(recording.values, untouched.values)
    np.testing.assert_array_equal(recording.intervened, untouched.intervened)
    np.testing.assert_array_equal(recording.endogenous, untouched.endogenous)
    assert recording.episodes == untouched.episodes
    assert not recording.values.flags.writeable


@each_learner
@given(seed=st.integers(0, 2**32), order=st.permutations(range(4)))
@few
def test_relabelling_variables_relabels_scores(method: Method, seed: int, order: list[int]) -> None:
    """Exact but for rounding, once the Lasso goes all the way to its optimum, which it reaches from another side."""
    new_place = {old: new for new, old in enumerate(order)}
    recording = experiment(seed)
    episodes = tuple(Episode(e.start, e.stop, tuple(new_place[i] for i in e.targets)) for e in recording.episodes)
    relabelled = Recording(recording.values[:, order], episodes=episodes, intervention_kind="do")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lasso, "TOLERANCE", 1e-14)
        before, after = method.discover(recording), method.discover(relabelled)
    tolerance = 1e-5 if isinstance(method, Lasso) else 1e-9
    scale = before.scores.max()
    np.testing.assert_allclose(after.scores / scale, before.scores[np.ix_(order, order)] / scale, atol=tolerance)
    if before.pvalues is not None:
        np.testing.assert_allclose(after.pvalues, before.pvalues[np.ix_(order, order)], atol=1e-9)


@each_learner
@given(
    seed=st.integers(0, 2**32),
    factors=st.lists(st.sampled_from([-50.0, -1.0, 1e-3, 0.7, 1e4]), min_size=4, max_size=4),
    offset=st.sampled_from([0.0, -3.0, 1e3]),
)
@few
def test_units_and_signs_do_not_matter(method: Method, seed: int, factors: list[float], offset: float) -> None:
    recording = experiment(seed)
    changed = Recording(
        recording.values * np.array(factors) + offset, episodes=recording.episodes, intervention_kind="do"
    )
    before, after = method.discover(recording).scores, method.discover(changed).scores
    np.testing.assert_allclose(after / before.max(), before / before.max(), atol=1e-6)


@each_learner
def test_the_source_is_the_row_and_the_target_the_column(method: Method) -> None:
    """X1(t) = 0.8 X0(t - 1) + noise, 500 samples, seed fixed: 15 standard errors from its reversal."""
    x = np.random.default_rng(1).standard_normal((500, 2))
    x[1:, 1] += 0.8 * x[:-1, 0]
    scores = method.discover(Recording(x))
    assert scores.scores[0, 1] > 3.0 * scores.scores[1, 0]
    assert scores.scores.argmax() == 1
    if scores.lags is not None:
        assert scores.lags[0, 1] == 1
    if scores.decision is not None:
        assert scores.decision[0, 1]


@pytest.mark.parametrize(("method", "fewest"), FEWEST, ids=repr)
def test_too_few_samples_are_refused(method: Method, fewest: int) -> None:
    x = coupled(2, n_samples=fewest, n_vars=3)
    with pytest.raises(ValueError, match=r"^n_samples must leave at least \d+ usable rows.*Recording\.values"):
        method.discover(Recording(x[:-1]))


@pytest.mark.parametrize(("method", "fewest"), FEWEST[:-1], ids=repr)
def test_just_enough_samples_are_answered(method: Method, fewest: int) -> None:
    """But for PCMCI, whose tests need more samples the more parents they find."""
    assert np.isfinite(method.discover(Recording(coupled(2, n_samples=fewest, n_vars=3))).scores).all()


def test_pcmci_says_when_its_tests_run_out_of_samples() -> None:
    """Kept as parents, all 6 lagged variables of both ends leave 12 rows no degree of freedom, and 36 rows plenty."""
    keeps_all = PCMCI(max_lag=2, pc_alpha=1.0)
    with pytest.raises(ValueError, match=r"n_samples must leave a degree of freedom.*Recording\.values"):
        keeps_all.discover(Recording(coupled(3, n_samples=16, n_vars=3)))
    assert (keeps_all.discover(Recording(coupled(3, n_samples=40, n_vars=3))).scores <= 1.0).all()


@each_learner
def test_a_target_with_too_few_free_samples_is_refused_by_name(method: Method) -> None:
    """Only methods that leave out held samples run short of them; the bottleneck predicts them like all others."""
    x = coupled(4)
    names = ("wind", "rain", "snow", "hail")
    held = Recording(x, names=names, episodes=(Episode(0, 4), Episode(4, 200, (2,))), intervention_kind="do")
    if isinstance(method, LinearBottleneck):
        assert np.isfinite(method.discover(held).scores).all()
        return
    with pytest.raises(ValueError, match=r"usable rows for snow .*Recording\.values"):
        method.discover(held)


@each_learner
def test_a_constant_column_is_refused_by_name(method: Method) -> None:
    x = coupled(5)
    x[:, 2] = 0.1
    with pytest.raises(ValueError, match=r"^values must vary, got a constant X2 .*Recording\.values"):
        method.discover(Recording(x))


@each_learner
def test_identical_variables_are_refused_as_collinear_or_answered_finitely(method: Method) -> None:
    """Tests of significance have no answer; penalised and least-norm fits have one (see their own tests)."""
    x = coupled(6)
    x[:, 3] = x[:, 0]
    if isinstance(method, Lasso | LinearBottleneck):
        scores = method.discover(Recording(x)).scores
        assert np.isfinite(scores).all()
        assert scores[[0, 3], 1].sum() > 0.2
    else:
        with pytest.raises(ValueError, match=r"^values must not be collinear, .*Recording\.values"):
            method.discover(Recording(x))
