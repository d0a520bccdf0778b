"""Every registered method on inputs at the edge: a finite answer or a clear word, never a crash."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.benchmark.names import method_entry_points, parse_method
from causal_gauntlet.generators import Episode, Recording

#: How those are made that cannot be made by name alone.
WITH_PARAMETERS = {
    "causeme-method": f'causeme-method[file="{Path(__file__).with_name("causeme_method.py")}"]',
    "circular-shift": 'circular-shift[of="granger"]',
    "random-graph": "random-graph[n_edges=1]",
    "shuffled-regimes": 'shuffled-regimes[of="granger"]',
    "transpose": 'transpose[of="granger"]',
    "untrained": 'untrained[of="mlp-bottleneck"]',
}
#: Arms that answer alike whatever they are given.
BLIND = {"column-order", "constant", "identity", "intervention-mask", "random", "random-graph"}
#: Arms and scores that stand for absence: without interventions or variances that differ they tie every pair.
MAY_TIE = {"constant", "identity", "intervention-mask"}


def coupled(n_samples: int, n_vars: int, seed: int = 0) -> NDArray[np.float64]:
    x = np.random.default_rng(seed).standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += 0.4 * x[t - 1] + 0.4 * np.roll(x[t - 1], 1)
    return x


def constant_column() -> NDArray[np.float64]:
    x = coupled(150, 4)
    x[:, 2] = 3.7
    return x


def collinear() -> NDArray[np.float64]:
    x = coupled(150, 4)
    x[:, 3] = 2.0 * x[:, 0] - 0.5 * x[:, 1]
    return x


def missing() -> NDArray[np.float64]:
    x = coupled(200, 3)
    x[40, 1] = x[41, 2] = x[120, 0] = np.nan
    return x


def all_missing() -> NDArray[np.float64]:
    x = coupled(100, 3)
    x[:, 1] = np.nan
    return x


EDGES = {
    "two variables": Recording(coupled(200, 2)),
    "held all the time": Recording(coupled(150, 3), episodes=(Episode(0, 150, (0,)),), intervention_kind="do"),
    "six samples": Recording(coupled(6, 3)),
    "twelve samples": Recording(coupled(12, 3)),
    "forty samples": Recording(coupled(40, 3)),
    "a constant column": Recording(constant_column()),
    "a collinear column": Recording(collinear()),
    "missing values": Recording(missing()),
    "a column that is missing": Recording(all_missing()),
}


@pytest.mark.parametrize("edge", EDGES)
@pytest.mark.parametrize("name", sorted(method_entry_points()))
def test_the_answer_is_finite_or_the_complaint_names_field_value_and_remedy(name: str, edge: str) -> None:
    method, recording = parse_method(WITH_PARAMETERS.get(name, name)).method, EDGES[edge]
    complaint = None
    try:
        answer = method.discover(recording, rng=0)
    except ValueError as error:
        complaint = str(error)
    if complaint is not None:
        assert name not in BLIND
        assert "must" in complaint
        assert "got" in complaint
        return
    assert isinstance(answer, EdgeScores)
    assert answer.scores.shape == (recording.n_vars, recording.n_vars)
    apart = ~np.eye(recording.n_vars, dtype=bool)
    assert name in MAY_TIE or answer.scores[apart].any(), "a silent zero matrix"


@pytest.mark.parametrize("name", sorted(method_entry_points()))
def test_two_variables_and_many_samples_are_answered(name: str) -> None:
    method = parse_method(WITH_PARAMETERS.get(name, name)).method
    assert method.discover(EDGES["two variables"], rng=0).scores.shape == (2, 2)
