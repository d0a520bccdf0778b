"""Rows for regressions on the past: which samples say something about which target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.recording import Recording

__all__ = ["CollinearError", "LaggedRows", "check_spread", "common_rows", "lagged_rows", "z_score"]

RELATIVE_SPREAD = 1e-12


class CollinearError(ValueError):
    """Lagged variables determine one another exactly, so that no regression can tell them apart."""

    def __init__(self) -> None:
        super().__init__(
            "values must not be collinear, got lagged variables that determine one another exactly (Recording.values); "
            "leave one of them out"
        )


@dataclass(frozen=True, eq=False)
class LaggedRows:
    """The rows from which the edges into some targets can be learned.

    Parameters
    ----------
    targets : ndarray of int, shape (M,)
        Columns of the recording; they share these rows.
    values : ndarray of float64, shape (T, N)
        The recording; it may miss values in samples that no row reaches.
    times : ndarray of int, shape (R,)
        The present of each row, ascending.
    max_lag : int
        L, in samples.
    """

    targets: NDArray[np.int64]
    values: NDArray[np.float64]
    times: NDArray[np.int64]
    max_lag: int

    @cached_property
    def windows(self) -> NDArray[np.float64]:
        """The rows, shape (R, L + 1, N): ``[row, lag, variable]`` in the order of time; lag 0 is the present."""
        return np.asarray(self.values[self.times[:, None] - np.arange(self.max_lag + 1)])

    @property
    def past(self) -> NDArray[np.float64]:
        """The regressors, shape (R, N L): the L lags of the first variable, those of the second, and so on."""
        return self.windows[:, 1:].transpose(0, 2, 1).reshape(len(self.windows), -1)

    @property
    def present(self) -> NDArray[np.float64]:
        """The responses, shape (R, M)."""
        return self.values[np.ix_(self.times, self.targets)]


def lagged_rows(recording: Recording, max_lag: int, min_rows: int, *, aware: bool = True) -> Iterator[LaggedRows]:
    """Gather the rows for each target, targets with the same rows together.

    A row counts for a target if no variable is missing from lag 0 to `max_lag`. An intervention-aware method also
    leaves out, for that target only, the samples in which the target itself was held or forced.

    Parameters
    ----------
    recording : Recording
        T samples of N variables.
    max_lag : int
        L, in samples.
    min_rows : int
        Rows below which the method has no answer.
    aware : bool
        Whether to leave out samples in which the target did not follow its own mechanism.

    Raises
    ------
    ValueError
        If a target has fewer rows than that, or a variable does not vary over a target's rows.
    """
    complete = _complete_rows(recording, max_lag, min_rows)
    endogenous = recording.endogenous[max_lag:] if aware else np.ones((len(complete), recording.n_vars), dtype=bool)
    together: dict[bytes, list[int]] = defaultdict(list)
    for target, pattern in enumerate(np.ascontiguousarray(endogenous.T)):
        together[pattern.tobytes()].append(target)
    for targets in together.values():
        yield _rows(recording, complete & endogenous[:, targets[0]], targets, max_lag, min_rows)


def common_rows(recording: Recording, max_lag: int, min_rows: int, *, aware: bool = True) -> LaggedRows:
    """Gather the rows that count for every target at once: nothing is missing and, if aware, held or forced.

    Parameters
    ----------
    recording : Recording
        T samples of N variables.
    max_lag : int
        L, in samples.
    min_rows : int
        Rows below which the method has no answer.
    aware : bool
        As in `lagged_rows`.

    Raises
    ------
    ValueError
        If there are fewer rows than that, or a variable does not vary over them.
    """
    usable = _complete_rows(recording, max_lag, min_rows)
    if aware:
        usable &= recording.endogenous[max_lag:].all(axis=1)
    return _rows(recording, usable, list(range(recording.n_vars)), max_lag, min_rows)


def z_score(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each column minus its mean, over its standard deviation; shape (R, K) as given."""
    return np.asarray((columns - columns.mean(axis=0)) / columns.std(axis=0))


def _complete_rows(recording: Recording, max_lag: int, min_rows: int) -> NDArray[np.bool_]:
    """Which samples from `max_lag` on have nothing missing up to that lag, shape (T - L,)."""
    n_rows = max(recording.n_samples - max_lag, 0)
    if n_rows < min_rows:
        _complain_about_rows(recording.names[0], n_rows, recording, max_lag, min_rows)
    present = np.isfinite(recording.values).all(axis=1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(present, max_lag + 1).all(axis=1))


def _rows(
    recording: Recording, usable: NDArray[np.bool_], targets: list[int], max_lag: int, min_rows: int
) -> LaggedRows:
    rows = LaggedRows(np.array(targets), recording.values, np.flatnonzero(usable) + max_lag, max_lag)
    if len(rows.times) < min_rows:
        _complain_about_rows(recording.names[targets[0]], len(rows.times), recording, max_lag, min_rows)
    check_spread(rows, recording.names, recording.names[targets[0]])
    return rows


def _complain_about_rows(target: str, n_rows: int, recording: Recording, max_lag: int, min_rows: int) -> None:
    raise ValueError(
        f"n_samples must leave at least {min_rows} usable rows for {target} with max_lag {max_lag} and "
        f"{recording.n_vars} variables, got {n_rows} of {recording.n_samples} samples (Recording.values); "
        "record more or lower max_lag"
    )


def check_spread(rows: LaggedRows, names: tuple[str, ...], purpose: str) -> None:
    """Require that every variable varies at every lag.

    Parameters
    ----------
    rows : LaggedRows
        The rows that it has to vary over.
    names : tuple of str
        Of the variables.
    purpose : str
        What the rows are usable for, such as the target's name.

    Raises
    ------
    ValueError
        Such as ``values must vary, got a constant rain at lag 0 over the 90 rows usable for wind ...``.
    """
    low, high = _extremes(rows.values, rows.times, rows.max_lag)
    still = np.argwhere(high - low <= RELATIVE_SPREAD * np.maximum(high, -low))
    if len(still):
        lag, variable = (int(k) for k in still[0])
        raise ValueError(
            f"values must vary, got a constant {names[variable]} at lag {lag} over the {len(rows.times)} rows usable "
            f"for {purpose} (Recording.values); leave the variable out"
        )


@compiled
def _extremes(
    values: NDArray[np.float64], times: NDArray[np.int64], max_lag: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Least and greatest value of each variable at each lag over the rows, both of shape (L + 1, N)."""
    n_vars = values.shape[1]
    low, high = np.full((max_lag + 1, n_vars), np.inf), np.full((max_lag + 1, n_vars), -np.inf)
    for time in times:
        for lag in range(max_lag + 1):
            for i in range(n_vars):
                value = values[time - lag, i]
                low[lag, i] = min(low[lag, i], value)
                high[lag, i] = max(high[lag, i], value)
    return low, high
