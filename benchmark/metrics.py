"""How well scores and decisions match a graph, for one graph or for many at once.

All functions take arrays of shape (..., N, N) in ``[source, target]`` and give one number for each leading index. Pairs
are scored where `scored` is true: off the diagonal if it is not given. A metric that the scored pairs leave undefined
(no edge among them, say) is NaN.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = [
    "auroc",
    "average_precision",
    "f1",
    "false_positive_rate",
    "lag_accuracy",
    "off_diagonal",
    "structural_hamming_distance",
    "true_positive_rate",
]

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]


def off_diagonal(n_vars: int) -> Booleans:
    """All pairs of distinct variables, shape (N, N)."""
    return ~np.eye(n_vars, dtype=bool)


def auroc(scores: Floats, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Area under the ROC curve: how often an edge scores above a non-edge, ties counting half.

    Parameters
    ----------
    scores : ndarray of float64, shape (..., N, N)
        Larger is more causal.
    truth, scored : ndarray of bool, shape (..., N, N)
        As in the module's docstring.

    Returns
    -------
    ndarray of float64, shape (...)
        In [0, 1]; NaN without an edge or without a non-edge. Equal to scikit-learn's ``roc_auc_score``.

    References
    ----------
    Hanley and McNeil (1982), doi:10.1148/radiology.143.1.7063747.
    """
    ordered, edge, counted = _ranked(scores, truth, scored)
    first, last = _tie_groups(ordered)
    midranks = (first + last) / 2.0 + 1.0
    n_edges, n_others = edge.sum(axis=-1), (counted & ~edge).sum(axis=-1)
    above = (midranks * edge).sum(axis=-1) - n_edges * (n_edges + 1) / 2.0
    return _ratio(above, n_edges * n_others)


def average_precision(scores: Floats, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Area under the precision-recall curve as a step function, tied scores entering together.

    Parameters
    ----------
    scores : ndarray of float64, shape (..., N, N)
        Larger is more causal.
    truth, scored : ndarray of bool, shape (..., N, N)
        As in the module's docstring.

    Returns
    -------
    ndarray of float64, shape (...)
        In [0, 1]; NaN without an edge. Equal to scikit-learn's ``average_precision_score``.
    """
    ordered, edge, _ = _ranked(-np.asarray(scores, dtype=np.float64), truth, scored)
    _, last = _tie_groups(ordered)
    found = np.take_along_axis(edge.cumsum(axis=-1), last, axis=-1)
    return _ratio((edge * found / (last + 1.0)).sum(axis=-1), edge.sum(axis=-1))


def true_positive_rate(decision: Booleans, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Share of the edges that are claimed, shape (...); NaN without an edge."""
    hits, _, misses, _ = _confusion(decision, truth, scored)
    return _ratio(hits, hits + misses)


def false_positive_rate(decision: Booleans, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Share of the non-edges that are claimed, shape (...); NaN without a non-edge."""
    _, false_alarms, _, rejections = _confusion(decision, truth, scored)
    return _ratio(false_alarms, false_alarms + rejections)


def f1(decision: Booleans, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Harmonic mean of precision and recall, shape (...); NaN if there is no edge and none is claimed."""
    hits, false_alarms, misses, _ = _confusion(decision, truth, scored)
    return _ratio(2.0 * hits, 2.0 * hits + false_alarms + misses)


def structural_hamming_distance(decision: Booleans, truth: Booleans, scored: Booleans | None = None) -> Floats:
    """Edges to add or to remove until the graphs agree, shape (...); a reversed edge counts twice."""
    _, false_alarms, misses, _ = _confusion(decision, truth, scored)
    return np.asarray(false_alarms + misses)


def lag_accuracy(
    decision: Booleans, lags: NDArray[np.int64], adjacency: Booleans, scored: Booleans | None = None
) -> Floats:
    """Share of the rightly claimed edges whose lag is a true one, shape (...); NaN if none is rightly claimed.

    Parameters
    ----------
    decision : ndarray of bool, shape (..., N, N)
        The claimed edges.
    lags : ndarray of int, shape (..., N, N)
        Their lags, in samples.
    adjacency : ndarray of bool, shape (..., N, N, L + 1)
        The true lagged graph.
    scored : ndarray of bool, shape (..., N, N), optional
        As in the module's docstring.
    """
    max_lag = adjacency.shape[-1] - 1
    at_lag = np.take_along_axis(adjacency, np.minimum(lags, max_lag)[..., None], axis=-1)[..., 0] & (lags <= max_lag)
    counted = off_diagonal(lags.shape[-1]) if scored is None else scored
    hits = decision & adjacency.any(axis=-1) & counted
    return _ratio((hits & at_lag).sum(axis=(-2, -1)), hits.sum(axis=(-2, -1)))


def _ratio(numerator: Floats, denominator: Floats) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.true_divide(numerator, denominator))


def _ranked(scores: Floats, truth: Booleans, scored: Booleans | None) -> tuple[Floats, Booleans, Booleans]:
    """Sort the pairs of each graph by score, pairs that are not scored last: scores, edges and scored pairs."""
    counted = off_diagonal(np.shape(scores)[-1]) if scored is None else scored
    scores, truth, counted = np.broadcast_arrays(scores, truth, counted)
    flat = (*scores.shape[:-2], -1)
    values = np.where(counted, scores, np.inf).reshape(flat)
    order = values.argsort(axis=-1)
    edges = (truth & counted).reshape(flat)
    return (
        np.take_along_axis(values, order, axis=-1),
        np.take_along_axis(edges, order, axis=-1),
        np.take_along_axis(counted.reshape(flat), order, axis=-1),
    )


def _tie_groups(ordered: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last place of the run of equal values around each place of a sorted array."""
    place = np.arange(ordered.shape[-1])
    new = np.ones(ordered.shape, dtype=bool)
    new[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    first = np.maximum.accumulate(np.where(new, place, 0), axis=-1)
    ends = np.ones(ordered.shape, dtype=bool)
    ends[..., :-1] = new[..., 1:]
    last = np.minimum.accumulate(np.where(ends, place, place[-1])[..., ::-1], axis=-1)[..., ::-1]
    return first, last


def _confusion(decision: Booleans, truth: Booleans, scored: Booleans | None) -> tuple[Floats, Floats, Floats, Floats]:
    """Count hits, false alarms, misses and correct rejections over the scored pairs."""
    counted = off_diagonal(np.shape(decision)[-1]) if scored is None else scored
    cases = np.stack((decision & truth, decision & ~truth, ~decision & truth, ~decision & ~truth))
    hits, false_alarms, misses, rejections = (cases & counted).sum(axis=(-2, -1)).astype(np.float64)
    return hits, false_alarms, misses, rejections
