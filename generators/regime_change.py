"""Changes of regime: every so often the coefficients are drawn anew, on the same graph."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.randomness import derive_seed, stream
from causal_gauntlet.generators.stress import StressedSystem
from causal_gauntlet.generators.system import System

__all__ = ["RegimeChange"]


@dataclass(frozen=True)
class RegimeChange:
    """Every `every` samples the coefficients are drawn anew by the family's law; the motion goes on from where it was.

    Of Lorenz-96, the forcing changes by up to a quarter. The truth stays, for the graph does; the card says when the
    coefficients change. Levels of interventions are those of the first regime.

    Parameters
    ----------
    every : int
        Length of a regime, in samples; at least the system's largest lag.
    """

    kind: ClassVar[str] = "regime-change"
    stage: ClassVar[Literal["process", "measurement"]] = "process"

    every: int = 250

    def __post_init__(self) -> None:
        require_count(self, "every", 1)

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        max_lag = system.graph.max_lag
        require(self.every >= max_lag, self, "every", f"at least {max_lag}, the system's largest lag")
        return _ChangingSystem(system, self)


class _ChangingSystem(StressedSystem):
    def __init__(self, inner: System, stressor: RegimeChange) -> None:
        super().__init__(
            inner, stressor, f"The coefficients change every {stressor.every} samples; the graph does not."
        )
        self.every = stressor.every

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Means and standard deviations of the first regime; see `System.scale`."""
        return self.inner.scale

    def regime(self, k: int) -> System:
        """The system of the k-th regime; the first, 0, is the system without stress."""
        if k == 0:
            return self.inner
        return self.inner.redrawn(stream(self.seed, self.stressor.kind, self.specification, k))

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate; see `System.simulate`."""
        parts: list[NDArray[np.float64]] = []
        for k, start in enumerate(range(0, len(drive.held), self.every)):
            part = drive.part(start, min(start + self.every, len(drive.held)))
            own_seed = seed if k == 0 else derive_seed(seed, self.stressor.kind, k)
            parts.append(self.regime(k).simulate(part, own_seed, past if k == 0 else parts[-1]))
        return np.concatenate(parts)
