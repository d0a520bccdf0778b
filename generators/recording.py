"""What a method gets to see, and nothing more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.interventions import KINDS

__all__ = ["Episode", "Recording", "intervened_mask"]


@dataclass(frozen=True)
class Episode:
    """A stretch of a recording: samples `start` to `stop` - 1, under an intervention on `targets` or on nothing.

    Parameters
    ----------
    start, stop : int
        First sample, and the one after the last.
    targets : tuple of int
        Column numbers of the variables intervened on; empty for an observational episode.
    """

    start: int
    stop: int
    targets: tuple[int, ...] = ()


def intervened_mask(episodes: Sequence[Episode], n_vars: int) -> NDArray[np.bool_]:
    """Where an intervention is at work in episodes that follow one another, shape (T, N)."""
    mask = np.zeros((episodes[-1].stop, n_vars), dtype=bool)
    for episode in episodes:
        mask[episode.start : episode.stop, list(episode.targets)] = True
    return mask


@dataclass(frozen=True, eq=False)
class Recording:
    """A multivariate time series with the record of what was done to it.

    Parameters
    ----------
    values : ndarray of float64, shape (T, N)
        ``[time, variable]``; NaN where a value is missing.
    names : tuple of str
        One name a variable.
    time_step : float
        Time between two samples: seconds for measurements, the model's own unit for simulations.
    episodes : tuple of Episode
        They cover the T samples in order; one observational episode if not given.
    intervention_kind : str
        ``"none"``, ``"do"``, ``"soft-noise"`` or ``"random-forcing"``.

    Raises
    ------
    ValueError
        If shapes, names, episodes or the kind do not fit, or a value is infinite.
    """

    values: NDArray[np.float64]
    names: tuple[str, ...] = ()
    time_step: float = 1.0
    episodes: tuple[Episode, ...] = ()
    intervention_kind: str = "none"

    def __post_init__(self) -> None:
        values = np.array(self.values, dtype=np.float64)
        if values.ndim != 2 or values.size == 0:
            raise ValueError(f"values must have shape (T, N) and hold something, got {values.shape} (Recording.values)")
        values.flags.writeable = False
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "names", tuple(self.names) or tuple(f"X{i}" for i in range(self.n_vars)))
        if not self.episodes:
            object.__setattr__(self, "episodes", (Episode(0, self.n_samples),))
        self._check()

    def _check(self) -> None:
        if np.isinf(self.values).any():
            row, column = (int(k) for k in np.argwhere(np.isinf(self.values))[0])
            raise ValueError(f"values must be finite or NaN, got an infinity at [{row}, {column}] (Recording.values)")
        if len(self.names) != self.n_vars or len(set(self.names)) != self.n_vars:
            raise ValueError(f"names must be {self.n_vars} different ones, got {self.names!r} (Recording.names)")
        if not 0 < self.time_step < np.inf:
            raise ValueError(f"time_step must be above 0 and finite, got {self.time_step!r} (Recording.time_step)")
        if self.intervention_kind not in ("none", *KINDS):
            kinds = ", ".join(("none", *KINDS))
            got = repr(self.intervention_kind)
            raise ValueError(f"intervention_kind must be one of {kinds}, got {got} (Recording.intervention_kind)")
        boundary = 0
        for episode in self.episodes:
            if episode.start != boundary or episode.stop <= episode.start:
                raise ValueError(f"episodes must follow one another without gaps, got {episode} (Recording.episodes)")
            if not set(episode.targets) <= set(range(self.n_vars)) or len(set(episode.targets)) < len(episode.targets):
                expected = f"different columns from 0 to {self.n_vars - 1}"
                raise ValueError(f"targets must be {expected}, got {episode} (Recording.episodes)")
            if episode.targets and self.intervention_kind == "none":
                raise ValueError(f"targets must be empty when nothing was done, got {episode} (Recording.episodes)")
            boundary = episode.stop
        if boundary != self.n_samples:
            raise ValueError(f"episodes must end at sample {self.n_samples}, got {boundary} (Recording.episodes)")

    @property
    def n_samples(self) -> int:
        """Number of samples T."""
        return len(self.values)

    @property
    def n_vars(self) -> int:
        """Number of variables N."""
        return int(self.values.shape[1])

    @cached_property
    def intervened(self) -> NDArray[np.bool_]:
        """Where an intervention was at work, shape (T, N)."""
        return intervened_mask(self.episodes, self.n_vars)

    @cached_property
    def endogenous(self) -> NDArray[np.bool_]:
        """Where a variable followed its own mechanism, shape (T, N): not held by a do, not replaced by a forcing.

        The other samples of a variable say nothing about the edges into it.
        """
        if self.intervention_kind != "none" and KINDS[self.intervention_kind].cuts:
            return ~self.intervened
        return np.ones(self.values.shape, dtype=bool)
