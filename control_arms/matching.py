"""Matching: the same number of rows, parameters or edges for an arm as for the candidate that it answers."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.recording import Recording

__all__ = [
    "observational_with_rows",
    "observational_with_samples",
    "strongest_edges",
    "usable_rows",
    "width_with_parameters",
]


def observational_with_samples(design: Design) -> Design:
    """The observational design of the same length T: as many samples, and nothing done to them."""
    return Design(design.n_total)


def observational_with_rows(recording: Recording, max_lag: int) -> Design:
    """The observational design with as many usable rows as the candidate's recording has for its poorest target.

    Under an intervention that cuts edges a target loses the samples in which it was held, so that a regression has
    fewer rows than samples. An observational recording loses none but the first `max_lag`.

    Parameters
    ----------
    recording : Recording
        The candidate's.
    max_lag : int
        Lags of the regressions, in samples.
    """
    return Design(int(usable_rows(recording, max_lag).min()) + max_lag)


def usable_rows(recording: Recording, max_lag: int) -> NDArray[np.int64]:
    """Rows from which the edges into each variable can be learned, shape (N,).

    Complete from lag 0 to `max_lag`, and the target not held or forced.

    Raises
    ------
    ValueError
        If there is no row for a variable.
    """
    n_rows = np.empty(recording.n_vars, dtype=np.int64)
    for rows in lagged_rows(recording, max_lag, min_rows=1):
        n_rows[rows.targets] = len(rows.windows)
    return n_rows


def strongest_edges(scores: NDArray[np.float64], n_edges: int) -> NDArray[np.bool_]:
    """The decision for the `n_edges` pairs of distinct variables with the largest scores, shape (N, N).

    Of tied pairs the first in ``[source, target]`` order count.

    Raises
    ------
    ValueError
        If there are not so many pairs.
    """
    n_vars = len(scores)
    n_pairs = n_vars * (n_vars - 1)
    if not 0 <= n_edges <= n_pairs:
        raise ValueError(f"n_edges must be in [0, {n_pairs}] for {n_vars} variables, got {n_edges}")
    apart = np.flatnonzero(~np.eye(n_vars, dtype=bool))
    strongest = apart[np.argsort(-scores.ravel()[apart], kind="stable")[:n_edges]]
    selected = np.zeros(n_vars * n_vars, dtype=bool)
    selected[strongest] = True
    return selected.reshape(n_vars, n_vars)


def width_with_parameters(n_parameters: Callable[[int], int], wanted: int, max_width: int = 4096) -> int:
    """The width at which a model's number of parameters is nearest to a wanted one, the smaller at a tie.

    Parameters
    ----------
    n_parameters : callable
        Number of parameters at a width; it grows with the width.
    wanted : int
        Parameters of the candidate.
    max_width : int
        Largest width that is considered.
    """
    low, high = 1, max_width
    while low < high:
        middle = (low + high) // 2
        if n_parameters(middle) < wanted:
            low = middle + 1
        else:
            high = middle
    before = max(low - 1, 1)
    return before if wanted - n_parameters(before) <= n_parameters(low) - wanted else low
