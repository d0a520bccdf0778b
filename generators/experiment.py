"""A recording with the truth behind it, and how to make it again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from causal_gauntlet.generators.cards import ConstructedCard, ProvenanceCard
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import KINDS
from causal_gauntlet.generators.recording import Recording

__all__ = ["Experiment", "family_of"]


def family_of(specification: dict[str, Any]) -> str:
    """Name of the data set, or of the generator with its stressors, of an experiment: ``var+observation-noise``."""
    if "dataset" in specification:
        return str(specification["dataset"])
    system = specification["system"]
    return "+".join([system["generator"], *(stressor["kind"] for stressor in system.get("stressors", ()))])


@dataclass(frozen=True, eq=False)
class Experiment:
    """What a benchmark knows about a recording; a method is given only `recording`.

    Parameters
    ----------
    recording : Recording
        What was measured.
    truth : LaggedGraph
        The graph without interventions. Where the card knows a pair but not its lag, lag 1 stands for it.
    card : ProvenanceCard or ConstructedCard
        How each edge and non-edge is known, and which pairs are known at all.
    specification : dict
        JSON values from which `causal_gauntlet.generators.experiment_from` makes the experiment again.
    """

    recording: Recording
    truth: LaggedGraph
    card: ProvenanceCard | ConstructedCard
    specification: dict[str, Any]

    @cached_property
    def regimes(self) -> tuple[LaggedGraph, ...]:
        """The graph at work in each episode of the recording, in order."""
        kind = self.recording.intervention_kind
        cuts = kind != "none" and KINDS[kind].cuts
        return tuple(self.truth.mutilated(e.targets) if cuts else self.truth for e in self.recording.episodes)
