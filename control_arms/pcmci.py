"""PCMCI with partial correlation: select parents for each variable, then test each link given both sides' parents."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit
from scipy.stats import false_discovery_control

from causal_gauntlet.baselines.lagged import LaggedRows, lagged_rows
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.control_arms.moments import lagged_correlations
from causal_gauntlet.control_arms.partial_correlation import (
    LostDigits,
    lagged_vectors,
    partial_correlations,
    refuse_collinear,
    strongest_candidates,
)
from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["PCMCI", "select_parents"]

#: Levels of the PC step among which each variable chooses, as in tigramite.
LEVELS = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)

Floats: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.int64]  # variable i at lag k is at k * N + i


@dataclass(frozen=True)
class PCMCI:
    r"""PCMCI with the ParCorr test, from the lagged correlation matrix.

    First the PC step chooses the parents of each variable among all lags: it drops a candidate that is independent of
    the variable given its 0, 1, 2, ... strongest competitors. Then the MCI step tests every link
    :math:`X_i(t-\tau) \to X_j(t)` given the parents of both ends. The score is the largest :math:`|\rho|` over lags;
    the p-value of a pair is that of its best lag, corrected for having looked at L of them by Sidak's formula
    :math:`1 - (1 - p)^L`. Samples in which a variable was held or forced are left out of the tests of links into it.

    The tests are solved from one matrix of lagged correlations. Where that loses digits, because the conditions of a
    test leave less than 1e-4 of a variable's variance, all are computed from projections instead, slower and to full
    accuracy.

    Without a level for the PC step each variable takes the one of 0.05, 0.1, 0.2, 0.3, 0.4 and 0.5 whose K parents
    minimise :math:`R \log RSS + 2 (K + 1)` in a regression on them (AIC).

    With `fdr` the p-values of all links at all lags from 1 on, those from a variable to itself among them, are adjusted
    together by Benjamini and Hochberg, and a pair has its least adjusted one. Looking at L lags is then accounted for,
    and Sidak's formula is not used.

    Parameters
    ----------
    max_lag : int
        Largest lag L, in samples; the tests look back twice as far.
    pc_alpha : float or None
        Significance level of the PC step, in [0, 1]: 1 keeps every candidate, None chooses.
    fdr : bool
        Whether the p-values control the rate of false discoveries instead of that of false alarms.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman, Sejdinovic (2019), doi:10.1126/sciadv.aau4996; Akaike (1974),
    doi:10.1109/TAC.1974.1100705; Benjamini and Hochberg (1995), doi:10.1111/j.2517-6161.1995.tb02031.x.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5), "pc_alpha": (0.05, 0.2, 0.5)}

    max_lag: int = 5
    pc_alpha: float | None = 0.2
    fdr: bool = False

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        if self.pc_alpha is not None:
            require_number(self, "pc_alpha", 0.0, 1.0, "in [0, 1] or None")
        require(isinstance(self.fdr, bool), self, "fdr", "true or false")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        groups = list(lagged_rows(recording, 2 * self.max_lag, min_rows=2 * recording.n_vars * self.max_lag))
        try:
            values, pvalues = self._links(groups, [lagged_correlations(rows) for rows in groups], exact=False)
        except LostDigits:
            values, pvalues = self._links(groups, [lagged_vectors(rows) for rows in groups], exact=True)
        if self.fdr:
            adjusted = false_discovery_control(pvalues, axis=None).reshape(pvalues.shape)
            return EdgeScores.from_lagged(np.abs(values), adjusted.min(axis=2))
        with np.errstate(divide="ignore"):
            corrected = -np.expm1(self.max_lag * np.log1p(-pvalues.min(axis=2)))
        return EdgeScores.from_lagged(np.abs(values), corrected)

    def _links(self, groups: list[LaggedRows], matrices: list[Floats], *, exact: bool) -> tuple[Floats, Floats]:
        """Partial correlations and p-values of all links, both of shape (N, N, L)."""
        n_vars, max_lag = groups[0].values.shape[1], self.max_lag
        parents = np.full((n_vars, n_vars * max_lag), -1)
        for rows, matrix in zip(groups, matrices, strict=True):
            for target in rows.targets.tolist():
                size = len(rows.times)
                chosen = select_parents(matrix, target, size, n_vars, max_lag, self.pc_alpha, exact=exact)
                parents[target, : len(chosen)] = chosen
        values, pvalues = np.empty((n_vars, n_vars, max_lag)), np.empty((n_vars, n_vars, max_lag))
        for rows, matrix in zip(groups, matrices, strict=True):
            found = _momentary_tests(rows, matrix, parents, max_lag, exact=exact)
            values[:, rows.targets], pvalues[:, rows.targets] = found
        return values, pvalues


def select_parents(
    matrix: Floats,
    target: int,
    n_rows: int,
    n_vars: int,
    max_lag: int,
    pc_alpha: float | None,
    *,
    exact: bool = False,
) -> Places:
    """Run the PC step for one variable; the parents come strongest first, by their weakest test.

    Parameters
    ----------
    matrix : ndarray of float64, shape (P, P) or (P, D)
        Correlations at all lags or, if exact, the vectors that have them.
    target : int
        The variable.
    n_rows : int
        Rows that the correlations are taken over.
    n_vars, max_lag : int
        N and L.
    pc_alpha : float or None
        Level of the tests; the best of `LEVELS` by AIC if None, the least one of those that are equal.
    exact : bool
        Whether to project vectors on one another.
    """
    levels = LEVELS if pc_alpha is None else (pc_alpha,)
    sets = [_parents_at_level(matrix, target, n_rows, n_vars, max_lag, level, exact) for level in levels]
    if len(sets) == 1:
        return sets[0]
    costs = [n_rows * np.log(_unexplained(matrix, target, each, exact)) + 2.0 * (len(each) + 1) for each in sets]
    return sets[int(np.argmin(costs))]


def _parents_at_level(
    matrix: Floats, target: int, n_rows: int, n_vars: int, max_lag: int, pc_alpha: float, exact: bool
) -> Places:
    candidates = np.arange(n_vars, n_vars * (max_lag + 1))
    weakest = np.full(len(candidates), np.inf)
    n_conditions = 0
    while len(candidates) > n_conditions:
        df = _degrees_of_freedom(n_rows, n_conditions + 2)
        t = float(stdtrit(df, 1.0 - 0.5 * pc_alpha))
        critical = 1.0 if np.isinf(t) else t / np.sqrt(df + t**2)
        n_kept, least = strongest_candidates(matrix, target, candidates, weakest, n_conditions, critical, exact)
        refuse_collinear(least, exact)
        candidates, weakest = candidates[:n_kept], weakest[:n_kept]
        n_conditions += 1
    return candidates


def _unexplained(matrix: Floats, target: int, parents: Places, exact: bool) -> float:
    """Share of the target's variance that a regression on the parents leaves."""
    if exact:
        weights = np.linalg.lstsq(matrix[parents].T, matrix[target], rcond=None)[0]
        return float(np.square(matrix[target] - weights @ matrix[parents]).sum())
    pull = matrix[parents, target]
    return float(1.0 - pull @ np.linalg.solve(matrix[np.ix_(parents, parents)], pull))


def _momentary_tests(
    rows: LaggedRows, matrix: Floats, parents: Places, max_lag: int, *, exact: bool
) -> tuple[Floats, Floats]:
    """Run the MCI step into the variables with these rows: partial correlations and p-values, both (N, M, L)."""
    sets = _momentary_sets(rows.targets, parents, max_lag)
    sizes = (sets >= 0).sum(axis=1)
    df = _degrees_of_freedom(len(rows.times), sizes)
    values = partial_correlations(matrix, sets, exact=exact)
    with np.errstate(divide="ignore"):
        t = np.abs(values) * np.sqrt(df / (1.0 - values**2))
    shape = (len(rows.targets), len(parents), max_lag)
    values, pvalues = values.reshape(shape), (2.0 * stdtr(df, -t)).reshape(shape)
    return values.transpose(1, 0, 2), pvalues.transpose(1, 0, 2)


def _degrees_of_freedom(n_rows: int, n_variables: NDArray[np.int64] | int) -> NDArray[np.int64]:
    df = np.asarray(n_rows - n_variables)
    if df.min() < 1:
        raise ValueError(
            f"n_samples must leave a degree of freedom for each test, got {n_rows} rows for {np.max(n_variables)} "
            "variables (Recording.values); record more, lower max_lag or pc_alpha"
        )
    return df


@compiled
def _momentary_sets(targets: Places, parents: Places, max_lag: int) -> Places:
    """What each link into the targets is tested with, shape (M N L, K): conditions, source, target; -1 in front.

    The conditions are the target's parents, then the source's, as far back again as the source.
    """
    n_vars = len(parents)
    counts = (parents >= 0).sum(axis=1)
    n_conditions = counts[targets].max() + counts.max()
    sets = np.full((len(targets) * n_vars * max_lag, n_conditions + 2), -1)
    conditions = np.empty(n_conditions, dtype=np.int64)
    row = 0
    for target in targets:
        own = np.zeros((2 * max_lag + 1) * n_vars, dtype=np.bool_)
        own[parents[target, : counts[target]]] = True
        for source in range(n_vars):
            for lag in range(1, max_lag + 1):
                size = 0
                for place in parents[target, : counts[target]]:
                    if place != lag * n_vars + source:
                        conditions[size] = place
                        size += 1
                for place in parents[source, : counts[source]]:
                    if not own[place + lag * n_vars]:
                        conditions[size] = place + lag * n_vars
                        size += 1
                sets[row, n_conditions - size : n_conditions] = conditions[:size]
                sets[row, n_conditions], sets[row, n_conditions + 1] = lag * n_vars + source, target
                row += 1
    return sets
