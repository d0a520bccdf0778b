"""How much of a graph can be read off a recording without any causal method, from variances or the order of columns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.benchmark import metrics
from causal_gauntlet.control_arms.orders import autocorrelations, increasing, log_variances, observational, r_squared
from causal_gauntlet.generators.experiment import Experiment

__all__ = ["LeakageReport", "leakage_report", "order_auroc", "sortability"]

Floats: TypeAlias = NDArray[np.float64]
Booleans: TypeAlias = NDArray[np.bool_]


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
    values = observational(recording)
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
    return float(increasing(criterion)[admissible].mean())


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
    auroc = float(metrics.auroc(increasing(criterion), summary, apart if scored is None else apart & scored))
    return None if np.isnan(auroc) else auroc
