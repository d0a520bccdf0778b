"""Provenance cards: a card for each ordered pair, and none for what is unknown."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, graphs

from causal_gauntlet.generators import ConstructedCard, EdgeCard, LaggedGraph, ProvenanceCard, Tier


@few
@given(graphs())
def test_by_construction_every_ordered_pair_is_known_and_right(graph: LaggedGraph) -> None:
    names = tuple(f"v{i}" for i in range(graph.n_vars))
    card = ConstructedCard(graph, names, "the law", ("a note",))
    assert card.scored(names).all()
    assert {(e.source, e.target) for e in card.edges} == {(a, b) for a in names for b in names}
    assert len(card.edges) == graph.n_vars**2
    for edge in card.edges:
        i, j = names.index(edge.source), names.index(edge.target)
        assert (edge.is_edge, edge.lags) == (graph.summary[i, j], graph.lags(i, j))
        assert ("does not appear" in edge.evidence) != edge.is_edge
        assert edge.evidence.endswith("the law")


@few
@given(st.sets(st.tuples(st.integers(0, 4), st.integers(0, 4))), st.permutations(range(5)))
def test_only_pairs_with_a_card_are_scored_whatever_the_order_of_columns(
    known: set[tuple[int, int]], order: list[int]
) -> None:
    edges = [EdgeCard(f"v{i}", f"v{j}", (i + j) % 2 == 0, Tier.PHYSICAL_LAW, "because") for i, j in known]
    scored = ProvenanceCard(tuple(edges)).scored([f"v{k}" for k in order])
    for a, b in np.ndindex(5, 5):
        assert scored[a, b] == ((order[a], order[b]) in known)


@few
@given(graphs())
def test_a_card_is_json_from_which_it_can_be_read_back(graph: LaggedGraph) -> None:
    names = tuple(f"v{i}" for i in range(graph.n_vars))
    card = ConstructedCard(graph, names, "the law", ("a note",))
    read = json.loads(json.dumps(card.to_json()))
    edges = tuple(EdgeCard(**{**e, "tier": Tier(e["tier"]), "lags": tuple(e["lags"])}) for e in read["edges"])
    assert (edges, tuple(read["notes"])) == (card.edges, card.notes)
