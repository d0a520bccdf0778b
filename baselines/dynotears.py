"""DYNOTEARS: a structural vector autoregression whose effects within one sample form no cycle."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import expm
from scipy.optimize import Bounds, minimize

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Dynotears", "acyclicity", "structural_coefficients"]

Floats: TypeAlias = NDArray[np.float64]

ACYCLIC = 1e-8
LARGEST_WEIGHT = 1e16
MAX_ROUNDS = 100


@dataclass(frozen=True)
class Dynotears:
    r"""Penalised least squares under a smooth constraint that makes the instantaneous graph acyclic.

    Minimises :math:`\|X - X W - Y A\|^2 / (2 R) + \lambda (\|W\|_1 + \|A\|_1)` over R rows of z-scored variables X
    and their lags Y, subject to :math:`h(W) = \mathrm{tr}\, e^{W \circ W} - N = 0`, by an augmented Lagrangian and
    L-BFGS-B on positive and negative parts. The score is the largest absolute coefficient over the lags 0 to L; an edge
    is selected above `threshold`. It sees all samples, interventions included; rows with missing values are left out.

    Parameters
    ----------
    max_lag : int
        L, in samples.
    penalty : float
        :math:`\lambda`.
    threshold : float
        Least absolute coefficient that is an edge (our choice).

    References
    ----------
    Pamfil et al. (2020), arXiv:2002.00498; Zheng, Aragam, Ravikumar, Xing (2018), arXiv:1803.01422 (the constraint).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 5), "penalty": (0.02, 0.05, 0.1)}

    max_lag: int = 5
    penalty: float = 0.05
    threshold: float = 0.05

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        require_number(self, "penalty", 0.0, np.inf, "at least 0")
        require_number(self, "threshold", 0.0, np.inf, "at least 0")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        min_rows = n_vars * (self.max_lag + 1) + 2
        (rows,) = lagged_rows(recording, self.max_lag, min_rows, aware=False)
        columns = z_score(rows.windows.reshape(len(rows.times), -1))
        coefficients = structural_coefficients(columns.T @ columns / len(columns), n_vars, self.penalty)
        lagged = np.abs(coefficients).reshape(-1, n_vars, n_vars).transpose(1, 2, 0)
        return EdgeScores.from_all_lags(lagged, selected=lagged.max(axis=2) > self.threshold)


def structural_coefficients(moments: Floats, n_vars: int, penalty: float) -> Floats:
    """W above A, shape ((L + 1) N, N), ``[source, target]``, places ``lag * N + variable``.

    Parameters
    ----------
    moments : ndarray of float64, shape ((L + 1) N, (L + 1) N)
        Second moments of all variables at all lags.
    n_vars : int
        N.
    penalty : float
        On the absolute coefficients.

    Raises
    ------
    ValueError
        If no acyclic solution is found.
    """
    n_places = len(moments)
    free = np.ones((n_places, n_vars))
    np.fill_diagonal(free, 0.0)
    bounds = Bounds(0.0, np.tile(np.where(free.ravel() > 0.0, np.inf, 0.0), 2))
    parts = np.zeros(2 * n_places * n_vars)
    weight, multiplier, before = 1.0, 0.0, np.inf

    def objective(parts: Floats) -> tuple[float, Floats]:
        coefficients = _coefficients(parts, n_places)
        loss, slope = _squares(moments, coefficients)
        h, h_slope = acyclicity(coefficients[:n_vars])
        slope[:n_vars] += (weight * h + multiplier) * h_slope
        value = loss + 0.5 * weight * h**2 + multiplier * h + penalty * parts.sum()
        return value, np.concatenate((slope.ravel() + penalty, penalty - slope.ravel()))

    for _ in range(MAX_ROUNDS):
        parts = minimize(
            objective, parts, jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-12, "gtol": 1e-7}
        ).x
        h, _ = acyclicity(_coefficients(parts, n_places)[:n_vars])
        if h <= ACYCLIC:
            return _coefficients(parts, n_places)
        multiplier += weight * h
        if h > 0.25 * before:
            weight *= 10.0
        before = h
        if weight > LARGEST_WEIGHT:
            break
    raise ValueError(
        f"penalty must let the graph become acyclic, got {penalty:g}, which leaves h = {h:.1e} (Dynotears.penalty); "
        "raise it"
    )


def acyclicity(matrix: Floats) -> tuple[float, Floats]:
    """Measure h of how far a weighted graph is from acyclic, 0 if it is, and its gradient."""
    exponential = expm(matrix * matrix)
    return float(np.trace(exponential) - len(matrix)), np.asarray(exponential.T * 2.0 * matrix)


def _coefficients(parts: Floats, n_places: int) -> Floats:
    positive, negative = parts.reshape(2, n_places, -1)
    return np.asarray(positive - negative)


def _squares(moments: Floats, coefficients: Floats) -> tuple[float, Floats]:
    """Half the mean squared residual of all targets, and its gradient."""
    residual = -coefficients
    residual[np.arange(residual.shape[1]), np.arange(residual.shape[1])] += 1.0
    pulled = moments @ residual
    return 0.5 * float(np.sum(residual * pulled)), -pulled
