"""Scales: every variable in another unit, or all in standard deviations."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import MeasuredSystem
from causal_gauntlet.generators.system import System

__all__ = ["Rescaled", "ZScored"]


@dataclass(frozen=True)
class Rescaled:
    """Each variable is recorded in a unit of its own: times a factor that is drawn with the system, log-uniform.

    It takes away what variances tell about the graph. Truth and cards stay, with a note.

    Parameters
    ----------
    low, high : float
        Bounds of the factors, in [1e-6, 1e6].

    References
    ----------
    Reisach, Seiler, Weichwald (2021), Beware of the simulated DAG, arXiv:2102.13647.
    """

    kind: ClassVar[str] = "rescaled"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    low: float = 0.01
    high: float = 100.0

    def __post_init__(self) -> None:
        require_number(self, "high", 1e-6, 1e6, "in [1e-6, 1e6]")
        require_number(self, "low", 1e-6, self.high, f"in [1e-6, {self.high:g}], the upper bound")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        note = f"Each variable is recorded in a unit of its own, {self.low:g} to {self.high:g} times the process's."
        return MeasuredSystem(system, self, note)

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        own = system.stream(system.seed, self.kind)
        factor = np.exp(own.uniform(np.log(self.low), np.log(self.high), values.shape[1]))
        return np.multiply(values, factor)


@dataclass(frozen=True)
class ZScored:
    """Each variable minus its mean and over its standard deviation, both of the recording's observational samples.

    Observational is a sample at which nothing is intervened on. A recording that is longer is scaled otherwise, so that
    recordings of one seed no longer begin alike. A variable that does not vary is only centred. Truth and cards stay,
    with a note.

    References
    ----------
    Reisach, Seiler, Weichwald (2021), Beware of the simulated DAG, arXiv:2102.13647.
    """

    kind: ClassVar[str] = "z-scored"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        note = "Each variable is in standard deviations of the observational samples."
        return MeasuredSystem(system, self, note)

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        intervened = drive.held | (drive.noise_gain != 1.0) | (drive.noise_added > 0.0)
        observed = values[~intervened.any(axis=1)]
        std = np.nanstd(observed, axis=0)
        return np.asarray((values - np.nanmean(observed, axis=0)) / np.where(std > 0.0, std, 1.0))
