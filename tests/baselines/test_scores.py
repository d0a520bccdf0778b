"""EdgeScores: what is refused and by which name, exact round trips through JSON, decisions, the strongest lag."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from causal_gauntlet.baselines import EdgeScores

SCORES = np.array([[0.0, 1.5], [-2.0, 0.25]])
FIELDS = ("scores", "pvalues", "lags", "lagged_scores", "selected")

finite = st.floats(allow_nan=False, allow_infinity=False)
thorough = settings(deadline=None, derandomize=True, max_examples=40)


def changed(array: NDArray[Any], at: tuple[int, ...], value: float) -> NDArray[Any]:
    copy = np.array(array, dtype=np.float64)
    copy[at] = value
    return copy


@pytest.mark.parametrize(
    ("field", "value", "complaint"),
    [
        ("scores", np.zeros((2, 3)), r"\(N, N\), got \(2, 3\)"),
        ("scores", np.zeros(4), r"\(N, N\), got \(4,\)"),
        ("scores", np.zeros((2, 2, 2)), r"\(N, N\), got \(2, 2, 2\)"),
        ("scores", changed(SCORES, (1, 0), np.nan), r"finite, got nan at \[1, 0\]"),
        ("scores", changed(SCORES, (0, 1), np.inf), r"finite, got inf at \[0, 1\]"),
        ("pvalues", np.zeros((3, 3)), r"fit scores of shape \(2, 2\), got \(3, 3\)"),
        ("pvalues", np.zeros((2, 2, 1)), r"got \(2, 2, 1\)"),
        ("pvalues", changed(SCORES, (1, 1), np.nan), r"finite, got nan at \[1, 1\]"),
        ("pvalues", np.full((2, 2), 1.0 + 1e-9), r"in \[0, 1\]"),
        ("pvalues", np.full((2, 2), -1e-300), r"in \[0, 1\], got -1e-300"),
        ("lags", np.zeros((1, 1)), r"got \(1, 1\)"),
        ("lags", np.array([[0, 1], [-1, 2]]), "at least 0, got -1"),
        ("lagged_scores", np.zeros((3, 2, 4)), r"got \(3, 2, 4\)"),
        ("lagged_scores", np.zeros(2), r"got \(2,\)"),
        ("lagged_scores", np.full((2, 2, 2), -np.inf), r"finite, got -inf at \[0, 0, 0\]"),
        ("selected", np.zeros((2, 1), dtype=bool), r"got \(2, 1\)"),
    ],
)
def test_errors_name_the_field_and_what_is_wrong(field: str, value: NDArray[Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must .*{complaint}.* \(EdgeScores\.{field}\)$"):
        EdgeScores(**{"scores": SCORES, field: value})


@pytest.mark.parametrize("shape", [(2, 2), (2, 2, 1, 1)])
def test_lagged_scores_need_an_axis_of_lags(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"EdgeScores\.lagged_scores"):
        EdgeScores(SCORES, lagged_scores=np.zeros(shape))


def test_the_bounds_of_p_values_and_lags_are_allowed() -> None:
    scores = EdgeScores(SCORES, pvalues=np.array([[0.0, 1.0], [1.0, 0.0]]), lags=np.zeros((2, 2)))
    assert scores.pvalues is not None
    assert scores.lags is not None
    assert scores.pvalues.max() == 1.0
    assert scores.lags.dtype == np.int64


def test_scores_are_copied_and_frozen() -> None:
    given_scores = SCORES.copy()
    scores = EdgeScores(given_scores, pvalues=np.full((2, 2), 0.5))
    given_scores[0, 0] = 99.0
    assert scores.scores[0, 0] == 0.0
    for array in (scores.scores, scores.pvalues):
        assert array is not None
        with pytest.raises(ValueError, match="read-only"):
            array[0, 0] = 1.0


@given(data=st.data(), n_vars=st.integers(1, 4), n_lags=st.integers(1, 3))
@thorough
def test_json_text_gives_back_every_bit(data: st.DataObject, n_vars: int, n_lags: int) -> None:
    square = (n_vars, n_vars)
    optional: dict[str, Any] = {
        "pvalues": arrays(np.float64, square, elements=st.floats(0.0, 1.0)),
        "lags": arrays(np.int64, square, elements=st.integers(0, 2**53)),
        "lagged_scores": arrays(np.float64, (*square, n_lags), elements=finite),
        "selected": arrays(np.bool_, square),
    }
    there = data.draw(st.sets(st.sampled_from(sorted(optional))))
    written = EdgeScores(
        data.draw(arrays(np.float64, square, elements=finite)), **{k: data.draw(optional[k]) for k in sorted(there)}
    )
    values = json.loads(json.dumps(written.to_json(), allow_nan=False))
    assert set(values) == {"scores", *there}
    read = EdgeScores.from_json(values)
    for field in FIELDS:
        before, after = getattr(written, field), getattr(read, field)
        if before is None:
            assert after is None
        else:
            assert (before.dtype, before.shape) == (after.dtype, after.shape)
            assert before.tobytes() == after.tobytes()


def test_json_with_a_field_that_does_not_exist_is_refused() -> None:
    with pytest.raises(TypeError, match="score"):
        EdgeScores.from_json({"score": [[0.0]]})


def test_decision_is_the_selection_else_p_below_five_percent_else_none() -> None:
    pvalues = np.array([[0.05, np.nextafter(0.05, 0.0)], [0.0, 1.0]])
    selected = np.array([[True, False], [False, True]])
    from_p = EdgeScores(SCORES, pvalues=pvalues).decision
    assert from_p is not None
    assert from_p.tolist() == [[False, True], [True, False]]
    chosen = EdgeScores(SCORES, pvalues=pvalues, selected=selected).decision
    assert chosen is not None
    assert chosen.tolist() == selected.tolist()
    assert EdgeScores(SCORES).decision is None


@given(
    lagged=st.tuples(st.integers(1, 4), st.integers(1, 4)).flatmap(
        lambda shape: arrays(np.float64, (shape[0], shape[0], shape[1]), elements=st.integers(-3, 3).map(float))
    )
)
@thorough
def test_from_lagged_takes_the_first_of_the_strongest_lags(lagged: NDArray[np.float64]) -> None:
    scores = EdgeScores.from_lagged(lagged)
    assert scores.lags is not None
    assert scores.lagged_scores is not None
    for i in range(len(lagged)):
        for j in range(len(lagged)):
            by_lag = lagged[i, j].tolist()
            assert scores.scores[i, j] == max(by_lag)
            assert scores.lags[i, j] == by_lag.index(max(by_lag)) + 1
            assert scores.lagged_scores[i, j].tolist() == [0.0, *by_lag]


def test_from_lagged_passes_p_values_and_selection_on() -> None:
    pvalues, selected = np.array([[0.1, 0.2], [0.3, 0.4]]), np.array([[True, False], [True, True]])
    scores = EdgeScores.from_lagged(np.ones((2, 2, 3)), pvalues=pvalues, selected=selected)
    np.testing.assert_array_equal(scores.pvalues, pvalues)
    np.testing.assert_array_equal(scores.selected, selected)


@pytest.mark.parametrize(("field", "value"), [("lags", 1.7), ("lags", np.nan), ("selected", 0.3), ("selected", np.nan)])
def test_a_value_that_a_cast_would_change_is_refused(field: str, value: float) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must hold .* values, got others \(EdgeScores\.{field}\)"):
        EdgeScores(SCORES, **{field: np.full((2, 2), value)})
