"""Trend and season: what is recorded drifts and swings, whatever the process does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import MeasuredSystem, shown_std
from causal_gauntlet.generators.system import System

__all__ = ["TrendAndSeason"]


@dataclass(frozen=True)
class TrendAndSeason:
    """A straight line and a sine are added to each variable, after the process.

    All variables share the period and so depend on one another through the calendar; the direction of each trend and
    the phase of each season are drawn with the system. A held or forced variable shows the value it is given, without
    them. Truth and cards stay, with a note.

    Parameters
    ----------
    trend : float
        Change over 1000 samples, in the variable's standard deviations, in [0, 100].
    amplitude : float
        Of the season, in the same unit, in [0, 100].
    period : float
        Of the season, in samples, at least 2.
    """

    kind: ClassVar[str] = "trend-and-season"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    trend: float = 1.0
    amplitude: float = 1.0
    period: float = 50.0

    def __post_init__(self) -> None:
        require_number(self, "trend", 0.0, 100.0, "in [0, 100] standard deviations")
        require_number(self, "amplitude", 0.0, 100.0, "in [0, 100] standard deviations")
        require_number(self, "period", 2.0, 1e6, "in [2, 1e6] samples")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        note = f"A trend and a season of {self.period:g} samples are added to what is recorded."
        return MeasuredSystem(system, self, note)

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        own = system.stream(system.seed, self.kind)
        direction = own.choice([-1.0, 1.0], values.shape[1])
        phase = own.uniform(0.0, 2.0 * np.pi, values.shape[1])
        time = np.arange(len(values))[:, None]
        season = self.amplitude * np.sin(2.0 * np.pi * time / self.period + phase)
        added = shown_std(system) * (self.trend * direction * time / 1000.0 + season)
        return np.where(drive.held, values, values + added)
