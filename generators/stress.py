"""What spoils a recording on purpose: stressors, composable with every family."""

from __future__ import annotations

from dataclasses import Field, asdict, dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.system import Generator, System, family_specification

__all__ = [
    "MeasuredSystem",
    "MeasurementStressor",
    "Stressed",
    "StressedSystem",
    "Stressor",
    "describe_system",
    "shown_std",
]


class Stressor(Protocol):
    """A frozen dataclass whose fields are the strength of one trouble."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    kind: ClassVar[str]
    stage: ClassVar[Literal["process", "measurement"]]

    def applied_to(self, system: System) -> System:
        """The system under stress.

        Raises
        ------
        ValueError
            If the trouble does not exist for such a system.
        """


class MeasurementStressor(Stressor, Protocol):
    """A stressor that leaves the process alone."""

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded of simulated values.

        Parameters
        ----------
        values : ndarray of float64, shape (T, N)
            What the system shows.
        drive : Drive
            What was done to it.
        system : System
            The system.
        rng : numpy.random.Generator
            For this recording.
        """


@dataclass(frozen=True)
class Stressed:
    """A family under stress: it draws the family's systems, each with the stressors applied in order.

    Innovations, episodes and forcing signals are those of the same system without stress, so that recordings of both
    can be compared in pairs.

    Parameters
    ----------
    family : Generator
        What is stressed.
    stressors : tuple of Stressor
        Those that change the process come before those that change its measurement.

    Raises
    ------
    ValueError
        If there is no stressor, or they are not in that order.
    """

    family: Generator
    stressors: tuple[Stressor, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "stressors", tuple(self.stressors))
        require(len(self.stressors) > 0, self, "stressors", "at least one stressor")
        stages = [stressor.stage for stressor in self.stressors]
        expected = "in order, those that change the process before those that change its measurement"
        require(stages == sorted(stages, reverse=True), self, "stressors", expected)

    @property
    def n_vars(self) -> int:
        """Number of variables of the systems drawn."""
        return self.family.n_vars

    def draw(self, seed: int) -> System:
        """Draw one system; the same seed draws the same one."""
        system = self.family.draw(seed)
        for stressor in self.stressors:
            system = stressor.applied_to(system)
        return system


def describe_system(generator: Generator, seed: int) -> dict[str, Any]:
    """JSON values from which a system can be drawn, as `System.specification` gives them, without drawing it."""
    if isinstance(generator, Stressed):
        family = family_specification(generator.family, seed)
        return {**family, "stressors": [describe_stressor(stressor) for stressor in generator.stressors]}
    return family_specification(generator, seed)


def describe_stressor(stressor: Stressor) -> dict[str, Any]:
    """JSON values that identify a stressor: its kind and its strength."""
    return {"kind": stressor.kind, **asdict(stressor)}


class StressedSystem(System):
    """A system seen through a stressor; by itself it passes everything on.

    Parameters
    ----------
    inner : System
        What is stressed.
    stressor : Stressor
        The trouble.
    note : str
        What the provenance card says about it.
    graph : LaggedGraph, optional
        Its graph, where the stressor changes it.
    """

    def __init__(self, inner: System, stressor: Stressor, note: str, graph: LaggedGraph | None = None) -> None:
        super().__init__(inner.generator, inner.seed, inner.graph if graph is None else graph)
        self.inner = inner
        self.stressor = stressor
        self.note = note
        self.equation = inner.equation
        self.time_step = inner.time_step
        self.n_burn = inner.n_burn
        self.has_innovations = inner.has_innovations

    @cached_property
    def specification(self) -> dict[str, Any]:
        """JSON values from which the system can be drawn again."""
        before = self.inner.specification
        return {**before, "stressors": [*before.get("stressors", []), describe_stressor(self.stressor)]}

    @property
    def process(self) -> System:
        """The system without stress; see `System.process`."""
        return self.inner.process

    @property
    def notes(self) -> tuple[str, ...]:
        """The notes of what is stressed, and the stressor's own."""
        return (*self.inner.notes, self.note)

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate; see `System.simulate`."""
        return self.inner.simulate(drive, seed, past)

    def redrawn(self, rng: np.random.Generator) -> System:
        """The same graph and stress with other coefficients; see `System.redrawn`."""
        return self.stressor.applied_to(self.inner.redrawn(rng))


class MeasuredSystem(StressedSystem):
    """A system whose motion is left alone, and its measurement is not.

    Levels of interventions stay those of the process.
    """

    def __init__(
        self, inner: System, stressor: MeasurementStressor, note: str, graph: LaggedGraph | None = None
    ) -> None:
        super().__init__(inner, stressor, note, graph)
        self.instrument = stressor

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Observational means and standard deviations of the process; see `System.scale`."""
        return self.inner.scale

    @cached_property
    def shown_std(self) -> NDArray[np.float64]:
        """Observational standard deviations of what is shown, shape (N,), from a reference run."""
        return np.asarray(np.nanstd(self.reference, axis=0))

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate and measure; see `System.simulate`."""
        values = self.inner.simulate(drive, seed, past)
        return self.instrument.measured(values, drive, self.inner, self.stream(seed, self.stressor.kind))


def shown_std(system: System) -> NDArray[np.float64]:
    """Observational standard deviations of the values that a system shows, shape (N,)."""
    return system.shown_std if isinstance(system, MeasuredSystem) else system.scale[1]
