"""Observation noise: the instrument adds noise that the process never sees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import MeasuredSystem, shown_std
from causal_gauntlet.generators.system import System

__all__ = ["ObservationNoise"]


@dataclass(frozen=True)
class ObservationNoise:
    """Independent Gaussian noise on every sample, in proportion to each variable's standard deviation.

    Samples under intervention are measured with noise too: a variable held at c reads c plus noise. Truth and cards
    stay, with a note: the past as it is measured no longer screens off the past before it.

    Parameters
    ----------
    snr : float
        Signal-to-noise ratio: variance of the variable over variance of the noise, in [0.001, 1e6].
    """

    kind: ClassVar[str] = "observation-noise"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    snr: float = 10.0

    def __post_init__(self) -> None:
        require_number(self, "snr", 1e-3, 1e6, "in [0.001, 1e6]")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        return MeasuredSystem(system, self, f"Measured with noise, a signal-to-noise ratio of {self.snr:g}.")

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        noise = np.sqrt(1.0 / self.snr) * shown_std(system) * rng.standard_normal(values.shape)
        return np.asarray(values + noise)
