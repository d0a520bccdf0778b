"""Heavy tails: innovations with rare large shocks, of the same variance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import StressedSystem
from causal_gauntlet.generators.system import System

__all__ = ["HeavyTails"]


@dataclass(frozen=True)
class HeavyTails:
    r"""Innovations have rare large shocks, and the same variance as before.

    Each is multiplied by its own :math:`\sqrt{(\nu - 2) / \chi^2_\nu}`. A Gaussian innovation becomes Student's t with
    :math:`\nu` degrees of freedom; with :math:`\nu \le 4` its kurtosis is infinite. The burn-in keeps the light tails.
    Truth and cards stay, with a note.

    Parameters
    ----------
    degrees_of_freedom : float
        :math:`\nu`, in [2.1, 100].
    """

    kind: ClassVar[str] = "heavy-tails"
    stage: ClassVar[Literal["process", "measurement"]] = "process"

    degrees_of_freedom: float = 3.0

    def __post_init__(self) -> None:
        require_number(self, "degrees_of_freedom", 2.1, 100.0, "in [2.1, 100]")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        if not system.has_innovations:
            raise ValueError(
                f"stressors must leave out heavy-tails for {type(system.generator).__name__} without process_noise, "
                "got a process without innovations (Stressed.stressors)"
            )
        return _HeavyTailedSystem(system, self)


class _HeavyTailedSystem(StressedSystem):
    def __init__(self, inner: System, stressor: HeavyTails) -> None:
        degrees = stressor.degrees_of_freedom
        super().__init__(inner, stressor, f"Innovations have the tails of Student's t, {degrees:g} degrees of freedom.")
        self.degrees = degrees

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate; see `System.simulate`."""
        mixing = self.stream(seed, self.stressor.kind).chisquare(self.degrees, drive.held.shape)
        gain = drive.noise_gain * np.sqrt((self.degrees - 2.0) / mixing)
        return self.inner.simulate(replace(drive, noise_gain=gain), seed, past)
