"""Edge-provenance cards: for each ordered pair of variables, whether it is an edge and how we know."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.graphs import LaggedGraph

__all__ = ["ConstructedCard", "EdgeCard", "ProvenanceCard", "Tier"]


class Tier(StrEnum):
    """Where the knowledge about a pair comes from, the surest first."""

    BY_CONSTRUCTION = "by_construction"
    PHYSICAL_LAW = "physical_law"


@dataclass(frozen=True)
class EdgeCard:
    """What is known about one ordered pair.

    Parameters
    ----------
    source, target : str
        Names of the variables.
    is_edge : bool
        Whether the source drives the target; False is a known non-edge.
    tier : Tier
        Where the knowledge comes from.
    evidence : str
        The reason, in a sentence.
    lags : tuple of int
        Known lags, in samples; empty where they are not known.
    """

    source: str
    target: str
    is_edge: bool
    tier: Tier
    evidence: str
    lags: tuple[int, ...] = ()


@dataclass(frozen=True)
class ProvenanceCard:
    """The cards of an experiment; a pair without one is unknown and is not scored.

    Parameters
    ----------
    edges : tuple of EdgeCard
        At most one a pair.
    notes : tuple of str
        What a reader must know about the recording as a whole.
    """

    edges: tuple[EdgeCard, ...]
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        pairs = [(card.source, card.target) for card in self.edges]
        twice = next((pair for pair in pairs if pairs.count(pair) > 1), None) if len(set(pairs)) < len(pairs) else None
        if twice is not None:
            raise ValueError(f"edges must hold a pair once, got {twice} again (ProvenanceCard.edges)")

    def scored(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Where the truth is known, shape (N, N), ``[source, target]``."""
        index = {name: i for i, name in enumerate(names)}
        mask = np.zeros((len(names), len(names)), dtype=bool)
        for card in self.edges:
            mask[index[card.source], index[card.target]] = True
        return mask

    def to_json(self) -> dict[str, Any]:
        """Write as JSON values."""
        return {"edges": [asdict(card) for card in self.edges], "notes": list(self.notes)}


@dataclass(frozen=True)
class ConstructedCard:
    """The cards of a simulated system: every ordered pair, edges, non-edges and self-links alike, by construction.

    They are written out only when somebody reads them.

    Parameters
    ----------
    graph : LaggedGraph
        The graph that the simulation used.
    names : tuple of str
        Names of the variables.
    equation : str
        What was simulated.
    notes : tuple of str
        What a reader must know about the recording as a whole.
    """

    graph: LaggedGraph
    names: tuple[str, ...]
    equation: str
    notes: tuple[str, ...] = ()

    @cached_property
    def edges(self) -> tuple[EdgeCard, ...]:
        """One card for each ordered pair."""
        appears = {True: "appears", False: "does not appear"}
        return tuple(
            EdgeCard(
                source,
                target,
                is_edge=bool(self.graph.summary[i, j]),
                tier=Tier.BY_CONSTRUCTION,
                evidence=f"{source} {appears[bool(self.graph.summary[i, j])]} in the equation of {target}: "
                f"{self.equation}",
                lags=self.graph.lags(i, j),
            )
            for i, source in enumerate(self.names)
            for j, target in enumerate(self.names)
        )

    def scored(self, names: Sequence[str]) -> NDArray[np.bool_]:
        """Where the truth is known, shape (N, N): everywhere."""
        return np.ones((len(names), len(names)), dtype=bool)

    def to_json(self) -> dict[str, Any]:
        """Write as JSON values."""
        return ProvenanceCard(self.edges, self.notes).to_json()
