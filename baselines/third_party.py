"""What other people's code needs around it: complete data, its random state, and one kind of error."""

from __future__ import annotations

import io
import random
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["complete_values", "lagged_edges", "running", "stacked_lags"]


@contextmanager
def running(what: str, rng: RandomState) -> Iterator[None]:
    """Run code that draws from global random state, from the method's own random numbers, and leave no trace there.

    What it prints and warns of is dropped.

    Parameters
    ----------
    what : str
        What runs, for the complaint.
    rng : int, SeedSequence, Generator or None
        Source of the seeds.

    Raises
    ------
    ValueError
        In place of any error of the code, which a caller cannot be expected to know.
    """
    seed = int(np.random.default_rng(rng).integers(2**31))
    torch = sys.modules.get("torch")
    before, before_numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 - theirs, not ours
    before_torch = None if torch is None else torch.get_rng_state()
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    if torch is not None:
        torch.manual_seed(seed)
    try:
        with warnings.catch_warnings(action="ignore"), redirect_stdout(io.StringIO()):
            yield
    except MissingExtra:
        raise
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise ValueError(f"values must be such that {what} answers, got {reason} (Recording.values)") from error
    finally:
        random.setstate(before)
        np.random.set_state(before_numpy)  # noqa: NPY002
        if torch is not None:
            torch.set_rng_state(before_torch)


def complete_values(recording: Recording, max_lag: int, n_coefficients: int) -> NDArray[np.float64]:
    """The values, shape (T, N), writable and whole.

    Parameters
    ----------
    recording : Recording
        T samples of N variables.
    max_lag : int
        L, in samples.
    n_coefficients : int
        What is fitted for each target; there must be more rows.

    Raises
    ------
    ValueError
        If a value is missing, there are too few rows, or a variable does not vary.
    """
    missing = np.argwhere(np.isnan(recording.values))
    if len(missing):
        time, variable = (int(k) for k in missing[0])
        raise ValueError(
            f"values must be complete, got a missing {recording.names[variable]} at sample {time} (Recording.values); "
            "cut or fill the gap"
        )
    list(lagged_rows(recording, max_lag, min_rows=n_coefficients + 2, aware=False))
    return np.array(recording.values)


def stacked_lags(recording: Recording, max_lag: int) -> NDArray[np.float64]:
    """Every window as one row, z-scored, shape (R, (L + 1) N): variable i at lag k in place ``k * N + i``.

    Windows with a missing value are left out; interventions are not.

    Raises
    ------
    ValueError
        If there are too few rows, or a variable does not vary.
    """
    n_columns = recording.n_vars * (max_lag + 1)
    (rows,) = lagged_rows(recording, max_lag, min_rows=n_columns + 2, aware=False)
    return z_score(rows.windows.reshape(len(rows.times), n_columns))


def lagged_edges(strength: NDArray[np.float64], n_vars: int) -> NDArray[np.float64]:
    """Edges into the present from a graph over windows, shape (N, N, L + 1).

    Between two times the direction is known, so that either direction counts; within one it is as it was found.

    Parameters
    ----------
    strength : ndarray of float64, shape ((L + 1) N, (L + 1) N)
        ``[source, target]``, places as in `stacked_lags`.
    n_vars : int
        N.
    """
    either = np.maximum(strength, strength.T)
    either[:n_vars, :n_vars] = strength[:n_vars, :n_vars]
    into_present = either[:, :n_vars].reshape(-1, n_vars, n_vars).transpose(1, 2, 0).copy()
    into_present[np.arange(n_vars), np.arange(n_vars), 0] = 0.0
    return into_present
