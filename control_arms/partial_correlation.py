"""Partial correlations of many sets of variables, each Cholesky factor continuing the one before."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import CollinearError, LaggedRows
from causal_gauntlet.generators.jit import compiled

__all__ = ["LostDigits", "lagged_vectors", "partial_correlations", "refuse_collinear", "strongest_candidates"]

#: Least share of a variable's variance that may be left to it by the others for correlations to tell partial ones.
TRUSTED = 1e-4

#: The same for vectors: below this it is rounding.
COLLINEAR = 1e-24

#: Stands in for a pivot that rounding has made zero or negative.
TINY = 1e-60

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]


class LostDigits(CollinearError):  # noqa: N818 - it says what happened; the caller has a remedy
    """Variables nearly determine one another, so that correlations do not hold their partial ones to 1e-10."""


def lagged_vectors(rows: LaggedRows) -> Floats:
    """Vectors whose products are `lagged_correlations`, shape (P, D), and which keep the digits that these lose."""
    columns = rows.windows.reshape(len(rows.times), -1)
    columns = columns - columns.mean(axis=0)
    columns /= np.linalg.norm(columns, axis=0)
    return np.ascontiguousarray(np.asarray(np.linalg.qr(columns, mode="r")).T)


def partial_correlations(matrix: Floats, sets: Places, *, exact: bool = False) -> Floats:
    """Partial correlations of the last two variables of each set given its other ones.

    Parameters
    ----------
    matrix : ndarray of float64, shape (P, P) or (P, D)
        Correlation matrix or, if exact, the variables as unit vectors.
    sets : ndarray of int, shape (B, K)
        Places in the matrix, K at least 2; -1 in front of sets that are smaller. Sets that begin alike are fastest
        side by side.
    exact : bool
        Whether to project vectors on one another: slower, and to full accuracy.

    Raises
    ------
    ValueError
        If the variables of a set are collinear; `LostDigits` if correlations cannot tell.
    """
    values, least = _partial_correlations(matrix, sets, exact)
    refuse_collinear(least, exact)
    return values


def refuse_collinear(least: float, exact: bool) -> None:
    """Refuse a least share of variance that is no more than rounding; or, of correlations, that costs digits."""
    if exact and not least >= COLLINEAR:
        raise CollinearError
    if not exact and not least >= TRUSTED:
        raise LostDigits


@compiled
def strongest_candidates(
    matrix: Floats,
    target: int,
    candidates: Places,
    weakest: Floats,
    n_conditions: int,
    critical: float,
    exact: bool,
) -> tuple[int, float]:
    """Test each candidate parent given the first others, and keep those that depend on the target.

    Parameters
    ----------
    matrix : ndarray of float64, shape (P, P) or (P, D)
        As in `partial_correlations`.
    target : int
        Place of the target.
    candidates : ndarray of int, shape (K,)
        Places; those kept come to the front, strongest first.
    weakest : ndarray of float64, shape (K,)
        Least absolute partial correlation of each candidate so far; brought up to date and moved with it.
    n_conditions : int
        Others to condition on, less than K.
    critical : float
        Absolute partial correlation from which a candidate is kept.
    exact : bool
        As in `partial_correlations`.

    Returns
    -------
    n_kept : int
    least : float
        The least share of variance that conditions leave to a variable.
    """
    n_candidates, size = len(candidates), n_conditions + 2
    known, factor = np.full(size + 1, -1), np.empty((size, matrix.shape[1] if exact else size))
    places, least = np.empty(size, dtype=np.int64), 1.0
    strength = np.empty(n_candidates)
    # Downwards, because then each set begins as the one before for longest.
    for k in range(n_candidates - 1, -1, -1):
        for c in range(n_conditions):
            places[c] = candidates[c if c < k else c + 1]
        places[-2], places[-1] = candidates[k], target
        value, left = _last_two(matrix, places, known, factor, exact)
        strength[k], least = abs(value), min(least, left)
    n_kept = 0
    for k in range(n_candidates):
        if strength[k] >= critical:
            place, weight = candidates[k], min(weakest[k], strength[k])
            at = n_kept
            while at > 0 and weakest[at - 1] < weight:
                candidates[at], weakest[at] = candidates[at - 1], weakest[at - 1]
                at -= 1
            candidates[at], weakest[at] = place, weight
            n_kept += 1
    return n_kept, least


@compiled
def _partial_correlations(matrix: Floats, sets: Places, exact: bool) -> tuple[Floats, float]:
    n_sets, size = sets.shape
    known, factor = np.full(size + 1, -1), np.empty((size, matrix.shape[1] if exact else size))
    values, least = np.empty(n_sets), 1.0
    for b in range(n_sets):
        first = 0
        while sets[b, first] < 0:
            first += 1
        values[b], left = _last_two(matrix, sets[b, first:], known, factor, exact)
        least = min(least, left)
    return values, least


@compiled
def _last_two(matrix: Floats, places: Places, known: Places, factor: Floats, exact: bool) -> tuple[float, float]:
    """Partial correlation of the last two places given the others, and the least share of variance left to one.

    Parameters
    ----------
    matrix : ndarray of float64, shape (P, P) or (P, D)
        As in `partial_correlations`.
    places : ndarray of int, shape (K,)
        Places in it.
    known : ndarray of int, shape (at least K + 1,)
        Places of which the factor holds from the call before; brought up to date.
    factor : ndarray of float64
        Upper Cholesky factor or, if exact, orthonormal vectors; brought up to date.
    exact : bool
        As in `partial_correlations`.
    """
    size, least = len(places), 1.0
    first = 0
    while first < size and known[first] == places[first]:
        first += 1
    # The last column is needed in any case, and its vector does not hold what it has along the one before.
    first = min(first, size - 1)
    along, pivot = 0.0, 1.0
    for r in range(first, size):
        along, pivot = _project(matrix, places, factor, r) if exact else _eliminate(matrix, places, factor, r)
        if r < size - 1:
            least = min(least, pivot)
        known[r] = places[r]
    known[size] = -1
    unexplained = along**2 + pivot
    return along / np.sqrt(unexplained), min(least, unexplained)


@compiled
def _eliminate(correlation: Floats, places: Places, factor: Floats, r: int) -> tuple[float, float]:
    """Fill column r of the Cholesky factor: its last entry above the diagonal, and the diagonal one squared."""
    column, pivot = np.empty(r), correlation[places[r], places[r]]
    for c in range(r):
        column[c] = correlation[places[r], places[c]]
    for c in range(r):
        column[c] /= factor[c, c]
        pivot -= column[c] ** 2
        # along a row, so that it becomes vector instructions
        for d in range(c + 1, r):
            column[d] -= column[c] * factor[c, d]
    for c in range(r):
        factor[c, r] = column[c]
    pivot = max(pivot, TINY)
    factor[r, r] = np.sqrt(pivot)
    return column[r - 1] if r else 0.0, pivot


@compiled
def _project(vectors: Floats, places: Places, factor: Floats, r: int) -> tuple[float, float]:
    """Make vector r orthogonal to those before: its part along the last of them, and the square of what is left.

    Twice, because what rounding leaves after the first time counts when little else does.
    """
    left, along = vectors[places[r]].copy(), 0.0
    for _ in range(2):
        for c in range(r):
            part = np.dot(factor[c], left)
            left -= part * factor[c]
            if c == r - 1:
                along += part
    pivot = max(np.dot(left, left), TINY)
    factor[r] = left / np.sqrt(pivot)
    return along, pivot
