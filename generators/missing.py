"""Missing values: single ones at random, or blocks in which an instrument was down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import MeasuredSystem
from causal_gauntlet.generators.system import System

__all__ = ["MissingAtRandom", "MissingBlocks"]


@dataclass(frozen=True)
class MissingAtRandom:
    """Each value is missing with the same probability, whatever it is. Truth and cards stay, with a note.

    Parameters
    ----------
    share : float
        Probability, in [0, 0.99].
    """

    kind: ClassVar[str] = "missing-at-random"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    share: float = 0.05

    def __post_init__(self) -> None:
        require_number(self, "share", 0.0, 0.99, "in [0, 0.99]")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        return MeasuredSystem(system, self, f"A share of {self.share:g} of the values is missing at random.")

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        return np.where(rng.random(values.shape) < self.share, np.nan, values)


@dataclass(frozen=True)
class MissingBlocks:
    """Each variable misses blocks of samples, which begin at random and may overlap. Truth and cards stay, with a note.

    Parameters
    ----------
    share : float
        Probability that a value is missing, in [0, 0.99].
    length : int
        Length of a block, in samples.
    """

    kind: ClassVar[str] = "missing-blocks"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    share: float = 0.05
    length: int = 20

    def __post_init__(self) -> None:
        require_number(self, "share", 0.0, 0.99, "in [0, 0.99]")
        require_count(self, "length", 1)

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        note = f"A share of {self.share:g} of the values is missing, in blocks of {self.length} samples."
        return MeasuredSystem(system, self, note)

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        n_samples, n_vars = values.shape
        # A value is there if no block began at it or at the `length` - 1 samples before it.
        beginning = 1.0 - (1.0 - self.share) ** (1.0 / self.length)
        begins = rng.random((n_samples + self.length - 1, n_vars)) < beginning
        begun = np.vstack((np.zeros((1, n_vars), dtype=int), begins.cumsum(axis=0)))
        return np.where(begun[self.length :] > begun[: -self.length], np.nan, values)
