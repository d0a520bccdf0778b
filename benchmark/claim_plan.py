"""What a claim has to run: the cells of its contestants on the same systems, and their values afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.claims import Claim, Condition, Contestant
from causal_gauntlet.benchmark.confound import Decomposition, decompose
from causal_gauntlet.benchmark.names import NamedMethod
from causal_gauntlet.benchmark.outcome import ComparisonName
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.suites import Purpose, recording
from causal_gauntlet.benchmark.tuning import N_SYSTEMS, Tuning, variants
from causal_gauntlet.control_arms.matching import observational_with_samples
from causal_gauntlet.generators.design import Design

__all__ = ["Comparison", "Plan"]


@dataclass(frozen=True)
class Comparison:
    """A candidate and what it is compared with.

    Parameters
    ----------
    name : ComparisonName
        ``"claim"``, ``"negative control"`` or ``"positive control"``.
    candidate : Contestant
        Whose claim it is.
    arms : tuple of Contestant
        What it has to beat.
    """

    name: ComparisonName
    candidate: Contestant
    arms: tuple[Contestant, ...]

    @property
    def contestants(self) -> tuple[Contestant, ...]:
        """The candidate, and after it the arms."""
        return (self.candidate, *self.arms)


@dataclass(frozen=True)
class Plan:
    """All comparisons of a claim, each on the same systems with the same seeds.

    Parameters
    ----------
    claim : Claim
        What is planned for.
    """

    claim: Claim

    @cached_property
    def comparisons(self) -> tuple[Comparison, Comparison, Comparison]:
        """The claim, its negative and its positive control."""
        controls = self.claim.controls
        return (
            _comparison("claim", self.claim.contestants()),
            _comparison("negative control", self.claim.contestants(controls.negative)),
            _comparison("positive control", self.claim.contestants(controls.positive)),
        )

    @property
    def conditions(self) -> Iterator[Condition]:
        """All that has to run, some of it more than once."""
        for comparison in self.comparisons:
            for contestant in comparison.contestants:
                yield contestant.condition
                if contestant.minus is not None:
                    yield contestant.minus
        yield from self.size_matched.values()

    @cached_property
    def size_matched(self) -> dict[str, Condition]:
        """For each contestant that is an advantage of interventions: as many samples without any."""
        return {
            one.name: replace(one.condition, design=observational_with_samples(one.condition.design))
            for one in self.comparisons[0].contestants
            if one.minus is not None
            and one.condition.design.kind != "none"
            and one.minus.design == Design(one.condition.design.n_samples)
        }

    def decomposition(self, contestant: Contestant, store: Store, n_systems: int) -> Decomposition | None:
        """An advantage of interventions in its two parts; None if the metric is undefined on all systems."""
        assert contestant.minus is not None  # noqa: S101 - only such a contestant is in `size_matched`
        parts = (contestant.condition, self.size_matched[contestant.name], contestant.minus)
        values = np.stack([self._metric(part, store, n_systems) for part in parts])
        values = values[:, ~np.isnan(values).any(axis=0)]
        return decompose(*values) if values.shape[1] else None

    def trials(self) -> list[Cell]:
        """What has to run before the cells of tuned conditions are known."""
        tuned = [tuning for one in self.conditions if one.track == "tuned" for tuning in self._tunings(one)]
        return _distinct(cell for tuning in tuned for cells in tuning.trials.values() for cell in cells)

    def cells(self, store: Store, n_systems: int) -> list[Cell]:
        """What has to run for so many systems; the trials are in the store."""
        return _distinct(cell for one in self.conditions for cell in self._cells(one, store, n_systems))

    def values(self, contestant: Contestant, store: Store, n_systems: int) -> NDArray[np.float64]:
        """The metric of a contestant on each system, shape (n_systems,); NaN where it is undefined."""
        values = self._metric(contestant.condition, store, n_systems)
        if contestant.minus is not None:
            values = values - self._metric(contestant.minus, store, n_systems)
        return values

    def n_failures(self, contestant: Contestant, store: Store, n_systems: int) -> int:
        """How many of a contestant's cells failed and were scored worst."""
        parts = [one for one in (contestant.condition, contestant.minus) if one is not None]
        return sum(store.load(cell).failed for one in parts for cell in self._cells(one, store, n_systems))

    def _metric(self, condition: Condition, store: Store, n_systems: int) -> NDArray[np.float64]:
        cells = self._cells(condition, store, n_systems)
        return np.array([store.load(cell).metric(self.claim.metric) for cell in cells])

    def _cells(self, condition: Condition, store: Store, n_systems: int) -> list[Cell]:
        """One cell a system, in their order."""
        methods = [condition.method] * len(condition.generators)
        if condition.track == "tuned":
            methods = [tuning.best(store) for tuning in self._tunings(condition)]
        turns = [k % len(methods) for k in range(n_systems)]
        return [self._cell(condition, k, turn, "system", methods[turn]) for k, turn in enumerate(turns)]

    def _tunings(self, condition: Condition) -> list[Tuning]:
        """How the method is tuned for each family of the condition."""
        return [
            Tuning(
                condition.method,
                {
                    variant: [self._cell(condition, k, turn, "tuning", variant) for k in range(N_SYSTEMS)]
                    for variant in variants(condition.method)
                },
                [],
            )
            for turn in range(len(condition.generators))
        ]

    def _cell(self, condition: Condition, k: int, turn: int, purpose: Purpose, method: NamedMethod) -> Cell:
        experiment = recording(self.claim.seed, purpose, condition.generators[turn], condition.design, k)
        return Cell(experiment, method, self.claim.seed)


def _comparison(name: ComparisonName, contestants: Sequence[Contestant]) -> Comparison:
    return Comparison(name, contestants[0], tuple(contestants[1:]))


def _distinct(cells: Iterable[Cell]) -> list[Cell]:
    return list({cell.key: cell for cell in cells}.values())
