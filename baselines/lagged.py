"""Rows for regressions on the past: which samples say something about which target."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.recording import Recording

__all__ = ["CollinearError", "LaggedRows", "lagged_rows", "z_score"]

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
    windows : ndarray of float64, shape (R, L + 1, N)
        ``[row, lag, variable]`` in the order of time; lag 0 is the present.
    """

    targets: NDArray[np.int64]
    windows: NDArray[np.float64]

    @property
    def past(self) -> NDArray[np.float64]:
        """The regressors, shape (R, N L): the L lags of the first variable, those of the second, and so on."""
        return self.windows[:, 1:].transpose(0, 2, 1).reshape(len(self.windows), -1)

    @property
    def present(self) -> NDArray[np.float64]:
        """The responses, shape (R, M)."""
        return self.windows[:, 0, self.targets]


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
    n_rows = max(recording.n_samples - max_lag, 0)
    if n_rows < min_rows:
        _complain_about_rows(recording.names[0], n_rows, recording, max_lag, min_rows)
    windows = np.lib.stride_tricks.sliding_window_view(recording.values, max_lag + 1, axis=0)[..., ::-1]
    windows = windows.transpose(0, 2, 1)
    complete = np.asarray(np.isfinite(windows).all(axis=(1, 2)))
    usable: NDArray[np.bool_] = np.tile(complete[:, None], recording.n_vars)
    if aware:
        usable &= recording.endogenous[max_lag:]
    patterns, group = np.unique(usable, axis=1, return_inverse=True)
    for k in range(patterns.shape[1]):
        rows = LaggedRows(np.flatnonzero(group == k), windows[patterns[:, k]])
        if len(rows.windows) < min_rows:
            _complain_about_rows(recording.names[rows.targets[0]], len(rows.windows), recording, max_lag, min_rows)
        _check_spread(rows, recording.names)
        yield rows


def z_score(columns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Each column minus its mean, over its standard deviation; shape (R, K) as given."""
    return np.asarray((columns - columns.mean(axis=0)) / columns.std(axis=0))


def _complain_about_rows(target: str, n_rows: int, recording: Recording, max_lag: int, min_rows: int) -> None:
    raise ValueError(
        f"n_samples must leave at least {min_rows} usable rows for {target} with max_lag {max_lag} and "
        f"{recording.n_vars} variables, got {n_rows} of {recording.n_samples} samples (Recording.values); "
        "record more or lower max_lag"
    )


def _check_spread(rows: LaggedRows, names: tuple[str, ...]) -> None:
    spread = rows.windows.max(axis=0) - rows.windows.min(axis=0)
    size = np.abs(rows.windows).max(axis=0)
    still = np.argwhere(spread <= RELATIVE_SPREAD * size)
    if len(still):
        lag, variable = (int(k) for k in still[0])
        raise ValueError(
            f"values must vary, got a constant {names[variable]} at lag {lag} over the {len(rows.windows)} rows usable "
            f"for {names[rows.targets[0]]} (Recording.values); leave the variable out"
        )
