"""Linear prediction bottleneck: a rank-limited linear next-step predictor, read out as a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["LinearBottleneck", "reduced_rank_regression"]


@dataclass(frozen=True)
class LinearBottleneck:
    r"""Predict the next sample through a bottleneck of few linear units, and read the graph off the weights.

    The prediction is :math:`\hat x_t = W_{out} W_{in} (x_{t-1}, \dots, x_{t-L})` on z-scored variables, with `width`
    units between. The weights that minimise the squared error are those of a reduced-rank regression, in closed form.
    The readout is :math:`S = |W_{out} W_{in}|`, the strongest lag of each pair; with ``max_lag=1`` it is the claim's
    own. The bottleneck predicts everything it sees, interventions included; rows with missing values are left out.
    Among collinear lags the weights are those of least norm.

    Parameters
    ----------
    max_lag : int
        Lags that the predictor sees, in samples.
    width : int, optional
        Units in the bottleneck; half the number of variables, rounded up, if not given (our choice).

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Izenman (1975), doi:10.1016/0047-259X(75)90042-1 (reduced-rank regression).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5), "width": (None, 2, 4, 8)}

    max_lag: int = 5
    width: int | None = None

    def __post_init__(self) -> None:
        require_count(self, "max_lag", 1)
        if self.width is not None:
            require_count(self, "width", 1)

    def n_parameters(self, n_vars: int) -> int:
        """Numbers in W_in and W_out for that many variables."""
        return self._width(n_vars) * n_vars * (self.max_lag + 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        n_vars = recording.n_vars
        (rows,) = lagged_rows(recording, self.max_lag, min_rows=n_vars * self.max_lag + 2, aware=False)
        weights = reduced_rank_regression(z_score(rows.past), z_score(rows.present), self._width(n_vars))
        return EdgeScores.from_lagged(np.abs(weights).reshape(n_vars, self.max_lag, n_vars).transpose(0, 2, 1))

    def _width(self, n_vars: int) -> int:
        return -(-n_vars // 2) if self.width is None else min(self.width, n_vars)


def reduced_rank_regression(
    regressors: NDArray[np.float64], responses: NDArray[np.float64], rank: int
) -> NDArray[np.float64]:
    """Least-squares coefficients of limited rank, shape (P, M).

    The ordinary least-squares fit, projected on the leading right singular vectors of its fitted values.

    Parameters
    ----------
    regressors : ndarray of float64, shape (R, P)
        Centred.
    responses : ndarray of float64, shape (R, M)
        Centred.
    rank : int
        From 1 to M.
    """
    unlimited = np.linalg.lstsq(regressors, responses, rcond=None)[0]
    leading = np.linalg.svd(regressors @ unlimited, full_matrices=False)[2][:rank]
    return np.asarray(unlimited @ leading.T @ leading)
