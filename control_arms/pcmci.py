"""PCMCI with partial correlation: select parents for each variable, then test each link given both sides' parents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from causal_gauntlet.baselines.lagged import CollinearError, LaggedRows, lagged_rows
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["PCMCI", "partial_correlations"]

#: Part of a unit variable that the others leave unexplained: below this it is rounding.
COLLINEAR = 1e-7

Floats: TypeAlias = NDArray[np.float64]
Node: TypeAlias = tuple[int, int]  # variable, lag


@dataclass(frozen=True)
class PCMCI:
    r"""PCMCI with the ParCorr test, from the lagged correlation matrix.

    First the PC step chooses the parents of each variable among all lags: it drops a candidate that is independent of
    the variable given its 0, 1, 2, ... strongest competitors. Then the MCI step tests every link
    :math:`X_i(t-\tau) \to X_j(t)` given the parents of both ends. The score is the largest :math:`|\rho|` over lags;
    the p-value of a pair is that of its best lag, corrected for having looked at L of them by Sidak's formula
    :math:`1 - (1 - p)^L`. Samples in which a variable was held or forced are left out of the tests of links into it.

    Parameters
    ----------
    max_lag : int
        Largest lag L, in samples; the tests look back twice as far.
    pc_alpha : float
        Significance level of the PC step, in [0, 1]; 1 keeps every candidate.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman, Sejdinovic (2019), doi:10.1126/sciadv.aau4996.
    """

    max_lag: int = 5
    pc_alpha: float = 0.2

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require_number(self, "pc_alpha", 0.0, 1.0, "in [0, 1]")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars, max_lag = recording.n_vars, self.max_lag
        correlations: dict[int, Floats] = {}
        n_rows: dict[int, int] = {}
        for rows in lagged_rows(recording, 2 * max_lag, min_rows=2 * n_vars * max_lag):
            correlation = _correlation(rows)
            for target in rows.targets.tolist():
                correlations[target], n_rows[target] = correlation, len(rows.windows)
        parents = [
            _select_parents(j, correlations[j], n_rows[j], n_vars, max_lag, self.pc_alpha) for j in range(n_vars)
        ]
        values, pvalues = np.empty((n_vars, n_vars, max_lag)), np.empty((n_vars, n_vars, max_lag))
        for j in range(n_vars):
            values[:, j], pvalues[:, j] = _momentary_tests(j, correlations[j], n_rows[j], parents, max_lag)
        best = pvalues.min(axis=2)
        return EdgeScores.from_lagged(np.abs(values), pvalues=-np.expm1(max_lag * np.log1p(-best)))


def _correlation(rows: LaggedRows) -> Floats:
    """Correlations of all variables at lags 0 to 2 L; variable i at lag k stands in place ``k * N + i``."""
    columns = rows.windows.reshape(len(rows.windows), -1)
    columns = columns - columns.mean(axis=0)
    columns /= np.linalg.norm(columns, axis=0)
    return np.asarray(columns.T @ columns)


def partial_correlations(correlation: Floats, sets: NDArray[np.int64]) -> Floats:
    """Partial correlations of the last two variables of each set given its other ones.

    Parameters
    ----------
    correlation : ndarray of float64, shape (P, P)
        Correlation matrix.
    sets : ndarray of int, shape (B, K)
        Places in the matrix, K at least 2.

    Raises
    ------
    ValueError
        If the variables of a set are collinear.
    """
    try:
        lower = np.linalg.cholesky(correlation[sets[:, :, None], sets[:, None, :]])
    except np.linalg.LinAlgError:
        raise CollinearError from None
    along, across = lower[:, -1, -2], lower[:, -1, -1]
    unexplained = np.hypot(along, across)
    pivots = np.diagonal(lower, axis1=1, axis2=2)[:, :-1]
    if min(pivots.min(), unexplained.min()) < COLLINEAR:
        raise CollinearError
    return np.asarray(along / unexplained)


def _test(correlation: Floats, sets: NDArray[np.int64], n_rows: int) -> tuple[Floats, Floats]:
    """Partial correlations of each set and their two-sided p-values by Student's t."""
    df = n_rows - sets.shape[1]
    if df < 1:
        raise ValueError(
            f"n_samples must leave a degree of freedom for each test, got {n_rows} rows for {sets.shape[1]} variables "
            "(Recording.values); record more, lower max_lag or pc_alpha"
        )
    values = partial_correlations(correlation, sets)
    with np.errstate(divide="ignore"):
        t = np.abs(values) * np.sqrt(df / (1.0 - values**2))
    return values, np.asarray(2.0 * stdtr(df, -t))


def _select_parents(
    target: int, correlation: Floats, n_rows: int, n_vars: int, max_lag: int, pc_alpha: float
) -> list[Node]:
    """Run the PC step for one variable; the parents come strongest first, by their weakest test."""
    candidates = np.arange(n_vars, n_vars * (max_lag + 1))
    weakest = np.full(len(correlation), np.inf)
    n_conditions = 0
    while len(candidates) > n_conditions:
        sets = np.empty((len(candidates), n_conditions + 2), dtype=np.int64)
        for k in range(len(candidates)):
            sets[k, :-2] = np.delete(candidates[: n_conditions + 1], min(k, n_conditions))
        sets[:, -2], sets[:, -1] = candidates, target
        values, pvalues = _test(correlation, sets, n_rows)
        weakest[candidates] = np.minimum(weakest[candidates], np.abs(values))
        kept = candidates[pvalues <= pc_alpha]
        candidates = kept[np.argsort(-weakest[kept], kind="stable")]
        n_conditions += 1
    return [(int(place) % n_vars, int(place) // n_vars) for place in candidates]


def _momentary_tests(
    target: int, correlation: Floats, n_rows: int, parents: list[list[Node]], max_lag: int
) -> tuple[Floats, Floats]:
    """Run the MCI step into one variable: partial correlations and p-values, each of shape (N, L)."""
    n_vars = len(parents)
    by_size: dict[int, list[tuple[int, int, list[int]]]] = defaultdict(list)
    for source in range(n_vars):
        for lag in range(1, max_lag + 1):
            conditions = {k * n_vars + i for i, k in parents[target]}
            conditions |= {(k + lag) * n_vars + i for i, k in parents[source]}
            place = lag * n_vars + source
            ordered = sorted(conditions - {place})
            by_size[len(ordered)].append((source, lag - 1, [*ordered, place, target]))
    values, pvalues = np.empty((n_vars, max_lag)), np.empty((n_vars, max_lag))
    for tests in by_size.values():
        at = tuple(np.array([test[:2] for test in tests]).T)
        values[at], pvalues[at] = _test(correlation, np.array([test[2] for test in tests]), n_rows)
    return values, pvalues
