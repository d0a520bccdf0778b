"""How many lags a vector autoregression has, by an information criterion."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import LaggedRows

__all__ = ["CRITERIA", "pair_orders", "system_order"]

Floats: TypeAlias = NDArray[np.float64]

#: What each parameter costs, by the number of rows.
CRITERIA: Mapping[str, Callable[[int], float]] = {"aic": lambda _: 2.0, "bic": lambda n_rows: float(np.log(n_rows))}


def system_order(rows: LaggedRows, criterion: str) -> int:
    r"""Order from 1 to L of the vector autoregression of all variables.

    It minimises :math:`\log\det\hat\Sigma_p + c N^2 p / R` over orders p fitted on the same R rows, with
    :math:`\hat\Sigma_p` the residuals' covariance and c = 2 (AIC) or log R (BIC).
    """
    variables = np.arange(rows.values.shape[1])
    return int(_orders(_factor(rows), variables[None], rows, criterion)[0])


def pair_orders(rows: LaggedRows, criterion: str) -> NDArray[np.int64]:
    """Order of the autoregression of each two variables, shape (N, N); on the diagonal that of one alone."""
    n_vars = rows.values.shape[1]
    orders = np.empty((n_vars, n_vars), dtype=np.int64)
    factor = _factor(rows)
    alone, (first, second) = np.arange(n_vars), np.triu_indices(n_vars, k=1)
    orders[alone, alone] = _orders(factor, alone[:, None], rows, criterion)
    if n_vars > 1:
        orders[first, second] = orders[second, first] = _orders(
            factor, np.column_stack((first, second)), rows, criterion
        )
    return orders


def _factor(rows: LaggedRows) -> Floats:
    """Triangular factor of the centred columns: lag 1 of all variables, lag 2, ..., lag L, and the present last."""
    columns = np.roll(rows.windows, -1, axis=1).reshape(len(rows.times), -1)
    return np.asarray(np.linalg.qr((columns - columns.mean(axis=0)) / columns.std(axis=0), mode="r"))


def _orders(factor: Floats, sets: NDArray[np.int64], rows: LaggedRows, criterion: str) -> NDArray[np.int64]:
    """Order of the autoregression of each set of variables, shape (B,) for sets of shape (B, S).

    In the triangular factor of a set's own columns, the rows from S p on hold what p lags leave of the present.
    """
    n_vars, size = rows.values.shape[1], sets.shape[1]
    places = (np.arange(rows.max_lag + 1)[:, None] * n_vars + sets[:, None]).reshape(len(sets), -1)
    own = np.asarray(np.linalg.qr(factor[:, places].transpose(1, 0, 2), mode="r"))[..., -size:]
    costs = np.empty((len(sets), rows.max_lag))
    for order in range(1, rows.max_lag + 1):
        left = own[:, size * order :]
        log_det = np.linalg.slogdet(left.transpose(0, 2, 1) @ left).logabsdet
        costs[:, order - 1] = log_det + CRITERIA[criterion](len(rows.times)) * size**2 * order / len(rows.times)
    return np.asarray(costs.argmin(axis=1) + 1)
