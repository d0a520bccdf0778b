"""How a system is recorded: how long it is watched, and what is done to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any

import numpy as np

from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.interventions import KINDS, Intervention
from causal_gauntlet.generators.recording import Episode

__all__ = ["Design", "Schedule"]


@dataclass(frozen=True)
class Schedule:
    """Which variables are intervened on, how often, and in which order.

    An episode's length is not set here: all episodes share the intervention's samples, and their lengths differ by at
    most one.

    Parameters
    ----------
    targets : sequence of sequences of int, optional
        Column numbers of the variables of each target set; each variable alone if not given. A number stands for the
        set of it alone.
    n_episodes : int
        Episodes of each target set.
    randomised : bool
        Whether the episodes come in a random order; otherwise the target sets take turns as they are listed.
    washout : int
        Observational samples between one episode and the next; they are taken from the design's observational samples.

    Raises
    ------
    ValueError
        If a set is empty, repeats a variable or holds a negative number, or a count is not a whole number.
    """

    targets: Sequence[int | Sequence[int]] | None = None
    n_episodes: int = 1
    randomised: bool = True
    washout: int = 0

    def __post_init__(self) -> None:
        require_count(self, "n_episodes", 1)
        require_count(self, "washout", 0)
        require(isinstance(self.randomised, bool), self, "randomised", "true or false")
        if self.targets is not None:
            expected = "target sets of different column numbers, such as [0, [1, 2]]"
            require(isinstance(self.targets, list | tuple) and len(self.targets) > 0, self, "targets", expected)
            whole = all(isinstance(i, int) and not isinstance(i, bool) and i >= 0 for s in self.sets for i in s)
            require(whole and all(len(set(s)) == len(s) > 0 for s in self.sets), self, "targets", expected)
            object.__setattr__(self, "targets", tuple(self.sets))

    @property
    def sets(self) -> list[tuple[int, ...]]:
        """The target sets that were given."""
        return [tuple(t) if isinstance(t, Sequence) else (t,) for t in self.targets or ()]

    def specification(self) -> dict[str, Any]:
        """Write as JSON values, which are also the parameters."""
        targets = None if self.targets is None else [list(targets) for targets in self.sets]
        return {**asdict(self), "targets": targets}

    def order(self, n_vars: int, rng: np.random.Generator) -> list[tuple[int, ...]]:
        """Target sets of the episodes, one after the other.

        Raises
        ------
        ValueError
            If a target does not exist.
        """
        sets: list[tuple[int, ...]] = [(i,) for i in range(n_vars)] if self.targets is None else self.sets
        require(all(i < n_vars for s in sets for i in s), self, "targets", f"columns 0 to {n_vars - 1}")
        episodes = sets * self.n_episodes
        return [episodes[k] for k in rng.permutation(len(episodes))] if self.randomised else episodes


@dataclass(frozen=True)
class Design:
    """An observational stretch, followed by episodes of intervention.

    The recording is one unbroken trajectory: an episode starts where the one before left the system.

    Parameters
    ----------
    n_samples : int
        Observational samples, those of the washout among them.
    interventions : Intervention, optional
        `Do`, `SoftNoise` or `RandomForcing`; its own `n_samples` come on top.
    schedule : Schedule
        Of the episodes: by default one for each variable, in random order, without washout.

    Raises
    ------
    ValueError
        If `n_samples` is below 1.
    """

    n_samples: int
    interventions: Intervention | None = None
    schedule: Schedule = Schedule()

    def __post_init__(self) -> None:
        require_count(self, "n_samples", 1)
        known = (NoneType, *KINDS.values())
        expected = "None, Do(...), SoftNoise(...) or RandomForcing(...)"
        require(isinstance(self.interventions, known), self, "interventions", expected)
        require(isinstance(self.schedule, Schedule), self, "schedule", "a Schedule(...)")
        idle = self.interventions is None and self.schedule != Schedule()
        require(not idle, self, "schedule", "left out where there are no interventions")

    @property
    def kind(self) -> str:
        """Kind of the intervention, ``"none"`` without one."""
        return "none" if self.interventions is None else self.interventions.kind

    @property
    def n_total(self) -> int:
        """Length T of the recording, in samples."""
        return self.n_samples + (0 if self.interventions is None else self.interventions.n_samples)

    def episodes(self, n_vars: int, rng: np.random.Generator) -> tuple[Episode, ...]:
        """Lay out the episodes.

        Raises
        ------
        ValueError
            If a target does not exist, or there are fewer intervened samples than episodes, or too few observational
            ones for the washout.
        """
        if self.interventions is None:
            return (Episode(0, self.n_samples),)
        order = self.schedule.order(n_vars, rng)
        n_intervened, washout = self.interventions.n_samples, self.schedule.washout
        expected = f"at least {len(order)}, the number of episodes ({n_vars} variables)"
        require(n_intervened >= len(order), self.interventions, "n_samples", expected)
        n_first = self.n_samples - washout * (len(order) - 1)
        require(n_first >= 1, self, "n_samples", f"above the {self.n_samples - n_first} samples of washout")
        episodes = [Episode(0, n_first)]
        for k, targets in enumerate(order):
            length = (k + 1) * n_intervened // len(order) - k * n_intervened // len(order)
            start = episodes[-1].stop
            if washout and k > 0:
                episodes.append(Episode(start, start + washout))
                start += washout
            episodes.append(Episode(start, start + length, targets))
        return tuple(episodes)

    def specification(self) -> dict[str, Any]:
        """Write as JSON values; `from_specification` reads them."""
        intervention = self.interventions
        described = None if intervention is None else {"kind": intervention.kind, **asdict(intervention)}
        schedule = None if intervention is None else self.schedule.specification()
        return {"n_samples": self.n_samples, "intervention": described, "schedule": schedule}

    @classmethod
    def from_specification(cls, specification: dict[str, Any]) -> Design:
        """Read what `specification` wrote."""
        described = specification["intervention"]
        if described is None:
            return cls(specification["n_samples"])
        fields = {key: value for key, value in described.items() if key != "kind"}
        schedule = Schedule(**specification["schedule"])
        return cls(specification["n_samples"], KINDS[described["kind"]](**fields), schedule)
