"""Subsampling: the process is faster than the clock that records it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import MeasuredSystem
from causal_gauntlet.generators.system import System

__all__ = ["Subsampled"]


@dataclass(frozen=True)
class Subsampled:
    """Only every k-th sample of the process is recorded; interventions last k times as many samples of the process.

    A forced variable keeps its random value from one recorded sample to the next. The truth keeps every edge of the
    process; a lag of l samples becomes the first recorded one at which it can show, l / k rounded up. The card says
    that effects of effects show as well, within what is now one sample.

    Parameters
    ----------
    every : int
        k, at least 2.

    References
    ----------
    Gong, Zhang, Schoelkopf, Tao, Geiger (2015), Discovering temporal causal relations from subsampled data, PMLR 37.
    """

    kind: ClassVar[str] = "subsampled"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    every: int = 2

    def __post_init__(self) -> None:
        require_count(self, "every", 2)

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        return _SubsampledSystem(system, self)

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        return values[:: self.every]


class _SubsampledSystem(MeasuredSystem):
    def __init__(self, inner: System, stressor: Subsampled) -> None:
        every = stressor.every
        note = (
            f"Every sample in {every} of the process is recorded: effects of effects show within one sample, which the "
            "truth does not count."
        )
        super().__init__(inner, stressor, note, _coarser(inner.graph, every))
        self.every = every
        self.time_step = every * inner.time_step

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate on the clock of the process, and measure; see `System.simulate`."""
        return super().simulate(drive.repeated(self.every), seed, past)


def _coarser(graph: LaggedGraph, every: int) -> LaggedGraph:
    coarse = np.zeros((graph.n_vars, graph.n_vars, -(-graph.max_lag // every) + 1), dtype=bool)
    for lag in range(graph.max_lag + 1):
        coarse[..., -(-lag // every)] |= graph.adjacency[..., lag]
    return LaggedGraph(coarse)
