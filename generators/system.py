"""A drawn system: a graph with its mechanisms, that can be recorded as often as you like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import Field, asdict
from functools import cached_property
from typing import Any, ClassVar, Protocol, final

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.cards import ConstructedCard
from causal_gauntlet.generators.checks import require
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive, drive_for
from causal_gauntlet.generators.randomness import checked_seed, derive_seed, stream
from causal_gauntlet.generators.recording import Episode, Recording, intervened_mask

__all__ = ["Generator", "System", "family_specification"]

REFERENCE_SAMPLES = 5000


class Generator(Protocol):
    """A family of systems: a frozen dataclass whose fields are the family's parameters."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def n_vars(self) -> int:
        """Number of variables of the systems drawn."""

    def draw(self, seed: int) -> System:
        """Draw one system; the same seed draws the same one."""


def family_specification(generator: Generator, seed: int) -> dict[str, Any]:
    """JSON values from which a system of a family without stressors can be drawn."""
    return {"generator": type(generator).__name__.lower(), "parameters": asdict(generator), "seed": seed}


class System(ABC):
    """One system of a family, with its seed; subclasses say how it moves.

    Parameters
    ----------
    generator : dataclass
        The family it was drawn from.
    seed : int
        The seed it was drawn with.
    graph : LaggedGraph
        Its graph.
    """

    #: The equation in words or symbols, for the provenance cards.
    equation: str
    #: Time between two samples, in the model's own unit.
    time_step: float = 1.0
    #: Samples of burn-in.
    n_burn: int
    #: Whether the process has innovations, which can be widened.
    has_innovations: bool = True

    def __init__(self, generator: Generator, seed: int, graph: LaggedGraph) -> None:
        self.generator = generator
        self.seed = checked_seed(seed)
        self.graph = graph

    @abstractmethod
    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate, shape (T, N) as the drive has it.

        With the same seed two drives meet the same innovations, so that recordings of different designs are paired.

        Parameters
        ----------
        drive : Drive
            What is done to the system.
        seed : int
            The seed of its noise.
        past : ndarray of float64, shape (at least L, N), optional
            The samples before the first; a burn-in of `n_burn` samples if not given.
        """

    @abstractmethod
    def redrawn(self, rng: np.random.Generator) -> System:
        """The same graph with other coefficients, for a change of regime."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What the provenance card says about the recording as a whole."""
        return ()

    @property
    def process(self) -> System:
        """The system without stress, which names the random numbers of a recording's interventions."""
        return self

    @final
    @property
    def names(self) -> tuple[str, ...]:
        """Names of the variables."""
        return tuple(f"X{i}" for i in range(self.graph.n_vars))

    @cached_property
    def specification(self) -> dict[str, Any]:
        """JSON values from which the system can be drawn again."""
        return family_specification(self.generator, self.seed)

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Observational means and standard deviations, each of shape (N,), from a reference run of its own."""
        return self.reference.mean(axis=0), self.reference.std(axis=0)

    @final
    def stream(self, seed: int, name: str) -> np.random.Generator:
        """Open the named random stream of the system, for a recording's seed or the system's own."""
        return stream(seed, name, self.specification)

    @cached_property
    def reference(self) -> NDArray[np.float64]:
        """An observational run of its own, shape (5000, N)."""
        idle = Drive.idle(REFERENCE_SAMPLES, self.graph.n_vars)
        return self.simulate(idle, derive_seed(self.seed, "reference"))

    @cached_property
    def card(self) -> ConstructedCard:
        """The provenance card of everything recorded from it."""
        return ConstructedCard(self.graph, self.names, self.equation, self.notes)

    @final
    def run(self, design: Design, seed: int) -> Experiment:
        """Record the system.

        Parameters
        ----------
        design : Design
            How long it is watched and what is done to it.
        seed : int
            The seed of the recording's noise, at least 0.

        Raises
        ------
        ValueError
            If the design does not fit the system, or the simulation diverges.
        """
        seed = checked_seed(seed)
        require(design.n_total > self.graph.max_lag, design, "n_samples", f"more than max_lag ({self.graph.max_lag})")
        episodes = design.episodes(self.graph.n_vars, self.process.stream(seed, "episodes"))
        recording = Recording(
            values=self.simulate(self._drive(design, episodes, seed), seed),
            names=self.names,
            time_step=self.time_step,
            episodes=episodes,
            intervention_kind=design.kind,
        )
        specification = {"system": self.specification, "design": design.specification(), "seed": seed}
        return Experiment(recording, self.graph, self.card, specification)

    def _drive(self, design: Design, episodes: Sequence[Episode], seed: int) -> Drive:
        if design.interventions is None:
            return Drive.idle(design.n_total, self.graph.n_vars)
        intervened = intervened_mask(episodes, self.graph.n_vars)
        return drive_for(design.interventions, intervened, *self.scale, self.process.stream(seed, "intervention"))
