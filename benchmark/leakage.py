"""How much of a graph can be read off a recording without any causal method, from variances or the order of columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import RELATIVE_SPREAD
from causal_gauntlet.benchmark import metrics
from causal_gauntlet.generators.experiment import Experiment

__all__ = [
    "LeakageReport",
    "autocorrelations",
    "leakage_report",
    "log_variances",
    "order_auroc",
    "r_squared",
    "sortability",
]

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]

#: Criteria closer than this are tied: variances that differ by this factor, R2 and autocorrelations by this amount.
TIE = 1e-9
#: Two points lie on a line: two pairs of samples have correlation 1 or -1 whatever the process.
MIN_PAIRS = 3


@dataclass(frozen=True)
class LeakageReport:
    """What orders of the variables tell about the summary graph, self-links left out.

    0.5 says that an order tells nothing, 1 that it gives the graph away, 0 that the reverse order does; in AUROC, the
    right order of a sparse graph is near 3/4. None is undefined: a graph without the pairs that count, or a variable
    that does not vary or has too few samples.

    Parameters
    ----------
    varsortability, r2_sortability : float or None
        `sortability` by `log_variances` and by `r_squared`.
    column_order_auroc : float or None
        `order_auroc` of the claim that variables drive those in later columns.
    variance_order_auroc : float or None
        The same of the claim that they drive those of larger variance.
    autocorrelation_order_auroc : float or None
        The same of the claim that they drive those of smaller lag-1 autocorrelation.
    """

    varsortability: float | None
    r2_sortability: float | None
    column_order_auroc: float | None
    variance_order_auroc: float | None
    autocorrelation_order_auroc: float | None

    def to_json(self) -> dict[str, float | None]:
        """Write as JSON values."""
        return asdict(self)


def leakage_report(experiment: Experiment) -> LeakageReport:
    """Report what the observational samples of an experiment leak, those in which nothing is intervened on.

    AUROCs are over the pairs that the card scores. Sortabilities follow the paths of the truth, in which a pair without
    a card is no edge.
    """
    recording, summary = experiment.recording, experiment.truth.summary
    scored = experiment.card.scored(recording.names)
    values = np.where(recording.intervened.any(axis=1, keepdims=True), np.nan, recording.values)
    variances = log_variances(values)
    return LeakageReport(
        varsortability=sortability(variances, summary),
        r2_sortability=sortability(r_squared(values), summary),
        column_order_auroc=order_auroc(np.arange(recording.n_vars, dtype=np.float64), summary, scored),
        variance_order_auroc=order_auroc(variances, summary, scored),
        autocorrelation_order_auroc=order_auroc(-autocorrelations(values), summary, scored),
    )


def sortability(criterion: Floats, summary: Booleans) -> float | None:
    r"""Share of the admissible pairs of a summary graph along which a criterion increases.

    .. math:: s = \frac{1}{|AP|} \sum_{(i, j) \in AP} \mathrm{increasing}(c_i, c_j),
        \qquad AP = \{(i, j) : i \Rightarrow j \text{ and not } j \Rightarrow i\}

    where :math:`i \Rightarrow j` says that a directed path of any length leads from i to j, and increasing is 1 if
    :math:`c_i < c_j`, 1/2 if they are tied and 0 otherwise. A pair counts once, however many paths join it. A pair with
    paths both ways, on a cycle of the summary graph, has no causal order and is left out, and so are self-links.

    Parameters
    ----------
    criterion : ndarray of float64, shape (N,)
        One number a variable; ties as in `TIE`.
    summary : ndarray of bool, shape (N, N)
        ``[source, target]``; the diagonal is not read.

    Returns
    -------
    float or None
        In [0, 1]; None without an admissible pair or if a criterion is NaN.

    References
    ----------
    Lohse and Wahl (2025), arXiv:2407.13313, for time series. On a graph in which all paths of a pair have one length it
    is the sortability of Reisach et al. (2021), arXiv:2102.13647, and (2023), arXiv:2303.18211, who count a pair of an
    acyclic graph once for each length of its paths.
    """
    reached = summary.astype(np.float64)
    for _ in range(len(summary).bit_length()):
        reached = ((reached + reached @ reached) > 0.0).astype(np.float64)
    admissible = reached > reached.T
    if np.isnan(criterion).any() or not admissible.any():
        return None
    return float(_increasing(criterion)[admissible].mean())


def order_auroc(criterion: Floats, summary: Booleans, scored: Booleans | None = None) -> float | None:
    """AUROC of the claim that every variable drives those with a larger criterion.

    The right order of an acyclic graph has 3/4 if the graph is sparse and up to 1 the denser it is: an order does not
    say which of its pairs are edges. None without an edge or a non-edge among the pairs, or if a criterion is NaN.

    Parameters
    ----------
    criterion : ndarray of float64, shape (N,)
        A pair scores 1 if it increases from source to target, 1/2 if it is tied as in `TIE` and 0 otherwise.
    summary : ndarray of bool, shape (N, N)
        ``[source, target]``.
    scored : ndarray of bool, shape (N, N), optional
        Pairs that count; all if it is not given. The diagonal never does.
    """
    if np.isnan(criterion).any():
        return None
    apart = metrics.off_diagonal(len(summary))
    auroc = float(metrics.auroc(_increasing(criterion), summary, apart if scored is None else apart & scored))
    return None if np.isnan(auroc) else auroc


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


def _increasing(criterion: Floats) -> Floats:
    """1 where a criterion is larger at the target than at the source, 1/2 at a tie, else 0; shape (N, N)."""
    gaps = criterion[None, :] - criterion[:, None]
    return np.heaviside(np.where(np.abs(gaps) <= TIE, 0.0, gaps), 0.5)


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
