"""Other people's code behind one contract: the direction of arrows, the random state, and what is wrong with data."""

import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tigramite.independence_tests.parcorr import ParCorr
from tigramite.pcmci import PCMCI as TigramitesPCMCI  # noqa: N811 - tells it from ours

from causal_gauntlet.baselines.causal_learn_adapter import CausalLearnSearch, possible_edges
from causal_gauntlet.baselines.causeme_adapter import CauseMe
from causal_gauntlet.baselines.gcastle_adapter import LEARNERS, GCastleLearner
from causal_gauntlet.baselines.lingam_adapter import LingamModel
from causal_gauntlet.baselines.third_party import lagged_edges, running, stacked_lags
from causal_gauntlet.baselines.tigramite_adapter import scores_of_tigramite, tigramite_frame
from causal_gauntlet.baselines.varlingam import VARLiNGAM
from causal_gauntlet.benchmark.names import parse_method
from causal_gauntlet.control_arms import PCMCI
from causal_gauntlet.generators import Episode, Recording

CAUSEME = """
import numpy as np

def my_method(data, maxlags=1, unused=None):
    past, present = data[:-1], data[1:]
    n = data.shape[1]
    r = np.corrcoef(past.T, present.T)[:n, n:]
    return np.abs(r), np.exp(-len(data) * r**2), np.ones((n, n), dtype=int)

def scores_only(data, maxlags=1):
    return my_method(data)[0], [], None

def wrong(data, maxlags=1):
    return np.zeros((2, 2)), None, None
"""


def lagged(seed: int = 0, n_samples: int = 800, n_vars: int = 3) -> NDArray[np.float64]:
    """X0(t - 1) drives X2(t) and nothing else drives anything; the noise is far from Gaussian."""
    x = np.random.default_rng(seed).uniform(-1.0, 1.0, (n_samples, n_vars)) ** 3
    x[1:, 2] += 0.9 * x[:-1, 0]
    return x


def instantaneous(seed: int = 0) -> NDArray[np.float64]:
    """X0(t) drives X2(t)."""
    x = np.random.default_rng(seed).uniform(-1.0, 1.0, (800, 3)) ** 3
    x[:, 2] += 0.9 * x[:, 0]
    return x


@pytest.fixture
def causeme(tmp_path: Path) -> str:
    (tmp_path / "theirs.py").write_text(CAUSEME)
    return str(tmp_path / "theirs.py")


TIME_SERIES: list[Any] = [
    VARLiNGAM(max_lag=2),
    VARLiNGAM(max_lag=2, prune=False),
    LingamModel(),
    LingamModel("ICALiNGAM"),
    LingamModel("HighDimDirectLiNGAM"),
    GCastleLearner("PC"),
    GCastleLearner("DirectLiNGAM"),
    GCastleLearner("Notears"),
    GCastleLearner("GES"),
    CausalLearnSearch("pc"),
    CausalLearnSearch("fci"),
    CausalLearnSearch("ges"),
]


@pytest.mark.parametrize("method", TIME_SERIES, ids=repr)
def test_an_arrow_forward_in_time_points_from_row_to_column(method: Any) -> None:
    """The edge has a correlation of 0.7 in 800 samples, 20 standard errors; the seed is fixed."""
    answer = method.discover(Recording(lagged()), rng=0)
    apart = answer.scores * ~np.eye(3, dtype=bool)
    assert np.unravel_index(apart.argmax(), (3, 3)) == (0, 2)
    assert apart[2, 0] < 0.3 * apart[0, 2]
    assert answer.lags[0, 2] == 1


@pytest.mark.parametrize("method", [VARLiNGAM(max_lag=1), LingamModel(), GCastleLearner("DirectLiNGAM")], ids=repr)
def test_an_arrow_within_a_sample_points_from_row_to_column(method: Any) -> None:
    """Told apart by the third power of a uniform law; the seed is fixed."""
    answer = method.discover(Recording(instantaneous()), rng=0)
    assert answer.lags[0, 2] == 0
    assert answer.scores[0, 2] > 0.5 > 0.1 > answer.scores[2, 0]


def test_a_method_for_causeme_runs_unchanged(causeme: str) -> None:
    x = lagged()
    answer = CauseMe(causeme, max_lag=1).discover(Recording(x))
    expected = np.abs(np.corrcoef(x[:-1].T, x[1:].T)[:3, 3:])
    np.testing.assert_array_equal(answer.scores, expected)
    assert answer.pvalues is not None
    assert answer.scores[0, 2] > 0.5 > answer.scores[2, 0]
    assert (answer.lags == 1).all()  # type: ignore[union-attr]
    bare = CauseMe(causeme, function="scores_only").discover(Recording(x))
    assert bare.pvalues is None
    assert bare.lags is None


def test_the_content_of_a_causeme_file_identifies_the_method(causeme: str) -> None:
    before = parse_method(f'causeme-method[file="{causeme}"]')
    specification = before.specification()
    assert specification["name"] == "causeme-method"
    Path(causeme).write_text(CAUSEME + "\n# changed\n")
    assert parse_method(f'causeme-method[file="{causeme}"]').specification() != specification


def test_what_a_causeme_function_does_wrong_is_said(causeme: str) -> None:
    recording = Recording(lagged())
    with pytest.raises(ValueError, match=r"no_such of .*theirs\.py answers, got AttributeError"):
        CauseMe(causeme, function="no_such").discover(recording)
    # the runner compares the shape with the recording's
    assert CauseMe(causeme, function="wrong").discover(recording).scores.shape == (2, 2)
    with pytest.raises(ValueError, match=r"file must be the path of a Python file, got 'nowhere\.py' \(CauseMe\.file"):
        CauseMe("nowhere.py")


def test_tigramites_objects_see_the_mask_and_their_results_become_scores() -> None:
    """A run by hand through both functions says what our own PCMCI says."""
    x = lagged(n_samples=300)
    recording = Recording(x, episodes=(Episode(0, 200), Episode(200, 300, (1,))), intervention_kind="random-forcing")
    frame = tigramite_frame(recording)
    run = TigramitesPCMCI(frame, ParCorr(mask_type="y"), verbosity=0)
    answer = scores_of_tigramite(run.run_pcmci(tau_min=1, tau_max=2, pc_alpha=0.2))
    ours = PCMCI(max_lag=2).discover(recording)
    apart = ~np.eye(3, dtype=bool)
    np.testing.assert_allclose(answer.scores[apart], ours.scores[apart], atol=1e-10)
    assert answer.scores[0, 2] > 0.5 > answer.scores[2, 0]
    plus = scores_of_tigramite(TigramitesPCMCI(frame, ParCorr(mask_type="y"), verbosity=0).run_pcmciplus(tau_max=2))
    assert plus.selected is not None
    assert plus.selected[0, 2]
    assert not plus.selected[2, 0]


def test_missing_values_are_flagged_for_tigramite() -> None:
    x = lagged(n_samples=50)
    x[7, 1] = np.nan
    frame = tigramite_frame(Recording(x))
    assert np.argwhere(np.isnan(frame.values[0])).tolist() == [[7, 1]]


def test_marks_of_causal_learn_are_read() -> None:
    """0 -> 1, 1 -- 2, 0 <-> 2, and 3 o-> 2."""
    marks = np.zeros((4, 4), dtype=int)
    marks[0, 1], marks[1, 0] = -1, 1
    marks[1, 2] = marks[2, 1] = -1
    marks[0, 2] = marks[2, 0] = 1
    marks[3, 2], marks[2, 3] = 2, 1
    expected = np.zeros((4, 4), dtype=bool)
    expected[0, 1] = expected[1, 2] = expected[2, 1] = expected[3, 2] = True
    np.testing.assert_array_equal(possible_edges(marks), expected)


def test_windows_are_stacked_and_edges_unstacked_in_one_order() -> None:
    x = lagged(n_samples=50)
    columns = stacked_lags(Recording(x), 2)
    for lag in range(3):
        for i in range(3):
            expected = x[2 - lag : 50 - lag, i]
            np.testing.assert_allclose(columns[:, lag * 3 + i], (expected - expected.mean()) / expected.std())
    strength = np.zeros((9, 9))
    strength[1 * 3 + 0, 2] = 0.5  # X0 at lag 1 to X2
    strength[1, 2 * 3 + 2] = 0.4  # X1 to X2 at lag 2, against time
    strength[1, 0] = 0.3  # X1 to X0 within a sample
    expected = np.zeros((3, 3, 3))
    expected[0, 2, 1], expected[2, 1, 2], expected[1, 0, 0] = 0.5, 0.4, 0.3
    np.testing.assert_array_equal(lagged_edges(strength, 3), expected)


def test_global_random_state_is_seeded_and_put_back() -> None:
    states = random.getstate(), np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002

    def draw(rng: int) -> list[float]:
        with running("a test", rng):
            print("noise")
            return [random.random(), np.random.random(), float(torch.rand(1))]  # noqa: S311, NPY002

    assert draw(1) == draw(1) != draw(2)
    assert random.getstate() == states[0]
    np.testing.assert_array_equal(np.random.get_state()[1], states[1])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), states[2])


def test_any_error_of_theirs_is_one_of_ours(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        with running("a test", 0):
            print("noise")
            raise KeyError("x")

    with pytest.raises(ValueError, match=r"must be such that a test answers, got KeyError: 'x' \(Recording\.values"):
        fail()
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("learner", sorted({*LEARNERS} - {"GOLEM", "NotearsNonlinear"}))  # these take a minute
def test_every_learner_of_gcastle_answers(learner: str) -> None:
    answer = GCastleLearner(learner).discover(Recording(lagged(n_samples=120, n_vars=3)), rng=0)
    assert answer.scores.shape == (3, 3)


@pytest.mark.parametrize(
    ("module", "name", "package", "extra"),
    [
        ("varlingam", "VARLiNGAM()", "lingam", "lingam"),
        ("lingam_adapter", "LingamModel()", "lingam", "lingam"),
        ("gcastle_adapter", "GCastleLearner()", "castle", "gcastle"),
        ("causal_learn_adapter", "CausalLearnSearch()", "causallearn", "causallearn"),
    ],
)
def test_a_missing_package_is_said_with_the_remedy(module: str, name: str, package: str, extra: str) -> None:
    code = (
        "import sys, numpy as np\n"
        f"from causal_gauntlet.baselines import {module}\n"
        "from causal_gauntlet.generators import MissingExtra, Recording\n"
        f"sys.modules['{package}'] = None\n"
        "x = np.random.default_rng(0).standard_normal((200, 3))\n"
        f"try: {module}.{name}.discover(Recording(x))\n"
        "except MissingExtra as error: print(error)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.endswith(f"which is not installed: pip install 'causal-gauntlet[{extra}]'\n")
