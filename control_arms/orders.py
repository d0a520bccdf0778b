"""Orders of the variables that a recording gives away without any causal method."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import RELATIVE_SPREAD
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.recording import Recording

__all__ = ["autocorrelations", "increasing", "log_variances", "observational", "order_scores", "r_squared"]

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]

#: Criteria closer than this are tied: variances that differ by this factor, R2 and autocorrelations by this amount.
TIE = 1e-9
#: Two points lie on a line: two pairs of samples have correlation 1 or -1 whatever the process.
MIN_PAIRS = 3


def observational(recording: Recording) -> Floats:
    """The values of a recording, shape (T, N), NaN in every sample in which anything is intervened on."""
    return np.where(recording.intervened.any(axis=1, keepdims=True), np.nan, recording.values)


def order_scores(criterion: Floats, recording: Recording) -> EdgeScores:
    """Score every ordered pair by whether a criterion of shape (N,) increases from source to target.

    Raises
    ------
    ValueError
        If the criterion of a variable is undefined.
    """
    if np.isnan(criterion).any():
        name = recording.names[int(np.flatnonzero(np.isnan(criterion))[0])]
        raise ValueError(
            f"values must vary in enough observational samples, got too few or a constant for {name} "
            "(Recording.values); record more, or leave the variable out"
        )
    return EdgeScores(increasing(criterion))


def increasing(criterion: Floats) -> Floats:
    """1 where a criterion is larger at the target than at the source, 1/2 at a tie, else 0; shape (N, N)."""
    gaps = criterion[None, :] - criterion[:, None]
    return np.heaviside(np.where(np.abs(gaps) <= TIE, 0.0, gaps), 0.5)


def log_variances(values: Floats) -> Floats:
    """Logarithm of the variance of each variable, shape (N,); NaN for one that does not vary.

    Parameters
    ----------
    values : ndarray of float64, shape (T, N)
        ``[time, variable]``; NaN is left out.
    """
    present = np.isfinite(values)
    _, log_norms = _normalised(values, present)
    return np.asarray(2.0 * log_norms - np.log(np.maximum(present.sum(axis=0), 1)))


def r_squared(values: Floats) -> Floats:
    """Share of the variance of each variable that all others explain in the same sample, shape (N,).

    A least-squares regression with intercept on the contemporaneous values of the others, without any lags, as in Lohse
    and Wahl (2025), arXiv:2407.13313; after Reisach et al. (2023), arXiv:2303.18211. It is 1 for a variable that others
    determine exactly. All are NaN if at most N rows are complete, which fit anything, or if a variable is constant in
    them.

    Parameters
    ----------
    values : ndarray of float64, shape (T, N)
        ``[time, variable]``; rows with a NaN are left out.
    """
    n_vars = values.shape[1]
    rows = values[np.isfinite(values).all(axis=1)]
    columns, log_norms = _normalised(rows, np.ones(rows.shape, dtype=bool))
    if len(rows) <= n_vars or np.isnan(log_norms).any():
        return np.full(n_vars, np.nan)
    # The diagonal of the inverse correlation matrix, summed over eigenvalues: one that vanishes spoils no variable that
    # takes no part in it.
    eigenvalues, vectors = np.linalg.eigh(columns.T @ columns)
    inverse_diagonal = (vectors**2 / np.maximum(eigenvalues, n_vars * np.finfo(np.float64).eps)).sum(axis=1)
    return np.asarray(np.clip(1.0 - 1.0 / inverse_diagonal, 0.0, 1.0))


def autocorrelations(values: Floats) -> Floats:
    """Pearson correlation of each variable with its next sample, shape (N,).

    NaN for a variable with fewer than three pairs of samples, or that does not vary over them.

    Parameters
    ----------
    values : ndarray of float64, shape (T, N)
        ``[time, variable]``; a pair of samples counts for a variable if neither is NaN.
    """
    present = np.isfinite(values)
    pairs = present[:-1] & present[1:]
    earlier, _ = _normalised(values[:-1], pairs)
    later, _ = _normalised(values[1:], pairs)
    return np.where(pairs.sum(axis=0) < MIN_PAIRS, np.nan, (earlier * later).sum(axis=0).clip(-1.0, 1.0))


def _normalised(values: Floats, counted: Booleans) -> tuple[Floats, Floats]:
    """Columns with mean 0 and norm 1 over the samples counted, 0 elsewhere, and the logarithms of the norms they had.

    Both are NaN for a column that does not vary.
    """
    # In units of the largest value no square overflows or underflows.
    sizes = np.abs(values).max(axis=0, where=counted, initial=0.0)
    sizes[sizes == 0.0] = 1.0
    scaled = np.where(counted, values, 0.0) / sizes
    spreads = scaled.max(axis=0, where=counted, initial=-1.0) - scaled.min(axis=0, where=counted, initial=1.0)
    means = scaled.sum(axis=0) / np.maximum(counted.sum(axis=0), 1)
    centred = np.where(counted, scaled - means, 0.0)
    norms = np.where(spreads > RELATIVE_SPREAD, np.sqrt((centred**2).sum(axis=0)), np.nan)
    return centred / norms, np.log(norms) + np.log(sizes)
