"""The truth: surgery, relabelling, and how random graphs are drawn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from strategies import few, graphs, seeds

from causal_gauntlet.generators import VAR, LaggedGraph
from causal_gauntlet.generators.random_graphs import draw_lagged_graph, has_cycle


@few
@given(graphs(), st.data())
def test_mutilation_cuts_exactly_the_edges_into_its_targets(graph: LaggedGraph, data: st.DataObject) -> None:
    targets = data.draw(st.sets(st.integers(0, graph.n_vars - 1)))
    mutilated = graph.mutilated(targets)
    for source, target, lag in np.ndindex(graph.adjacency.shape):
        kept = graph.adjacency[source, target, lag] and target not in targets
        assert mutilated.adjacency[source, target, lag] == kept


@few
@given(graphs(), st.data())
def test_mutilating_twice_is_mutilating_the_union(graph: LaggedGraph, data: st.DataObject) -> None:
    some = st.sets(st.integers(0, graph.n_vars - 1))
    first, second = data.draw(some), data.draw(some)
    assert graph.mutilated(first).mutilated(second) == graph.mutilated(first | second)


@few
@given(graphs(), st.data())
def test_relabelling_commutes_with_mutilation_and_summary(graph: LaggedGraph, data: st.DataObject) -> None:
    """Variable ``order[k]`` moves to place k, and an intervention moves with it."""
    order = data.draw(st.permutations(range(graph.n_vars)))
    target = data.draw(st.integers(0, graph.n_vars - 1))
    assert graph.relabelled(order).mutilated([target]) == graph.mutilated([order[target]]).relabelled(order)
    np.testing.assert_array_equal(graph.relabelled(order).summary, graph.summary[np.ix_(order, order)])


@few
@given(graphs())
def test_lags_and_summary_tell_the_same_as_the_adjacency(graph: LaggedGraph) -> None:
    for i, j in np.ndindex(graph.n_vars, graph.n_vars):
        lags = graph.lags(i, j)
        assert lags == tuple(lag for lag in range(graph.max_lag + 1) if graph.adjacency[i, j, lag])
        assert graph.summary[i, j] == bool(lags)


@few
@given(graphs())
def test_equal_graphs_have_equal_hashes_and_a_flipped_link_makes_another_graph(graph: LaggedGraph) -> None:
    assert graph == LaggedGraph(graph.adjacency.copy())
    assert hash(graph) == hash(LaggedGraph(graph.adjacency.copy()))
    more = np.concatenate((graph.adjacency, np.zeros((graph.n_vars, graph.n_vars, 1), dtype=bool)), axis=2)
    longer = LaggedGraph(more)
    more[0, 0, -1] = True
    assert len({graph, longer, LaggedGraph(more)}) == 3


def test_a_graph_keeps_its_own_copy_that_nobody_can_write_to() -> None:
    adjacency = np.zeros((2, 2, 2), dtype=bool)
    graph = LaggedGraph(adjacency)
    adjacency[0, 1, 1] = True
    assert not graph.adjacency.any()
    with pytest.raises(ValueError, match="read-only"):
        graph.adjacency[0, 1, 1] = True


@pytest.mark.parametrize("shape", [(2, 2), (2, 3, 2), (2, 2, 0), (2, 2, 2, 2)])
def test_an_adjacency_of_another_shape_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match=r"^adjacency must have shape \(N, N, L \+ 1\), got \(2"):
        LaggedGraph(np.zeros(shape, dtype=bool))


@few
@given(st.integers(2, 9), st.integers(1, 5), st.floats(0.0, 1.0), seeds)
def test_a_drawn_graph_has_the_rounded_number_of_edges_each_at_one_lag(
    n_vars: int, max_lag: int, density: float, seed: int
) -> None:
    n_edges = VAR(n_vars=n_vars, density=density).edge_count
    graph = draw_lagged_graph(n_vars, max_lag, n_edges, np.random.default_rng(seed))
    per_pair = graph.adjacency.sum(axis=2)
    apart = ~np.eye(n_vars, dtype=bool)
    assert per_pair[apart].sum() == round(density * n_vars * (n_vars - 1))
    assert per_pair.max() <= 1
    assert not graph.adjacency[..., 0].any()
    assert all(graph.lags(i, i) == (1,) for i in range(n_vars))


def test_every_pair_and_every_lag_is_equally_likely() -> None:
    """4,000 graphs with 4 of the 12 pairs at one of 3 lags; chi-square on the 12 pairs and on the 3 lags at 1e-5 each.

    Fails by chance in 1 seed of 50,000.
    """
    rng = np.random.default_rng(20260509)
    links = sum(draw_lagged_graph(4, 3, 4, rng).adjacency.astype(int) for _ in range(4000))
    links = links[~np.eye(4, dtype=bool)]
    pairs, lags = links.sum(axis=1), links.sum(axis=0)[1:]
    expected = 4000 * 4 / 12
    # Drawn without replacement, the counts have covariance n p (1 - p) (12 / 11) (identity - 1 / 12).
    statistic = ((pairs - expected) ** 2).sum() / (4000 * (4 / 12) * (8 / 12)) * (11 / 12)
    assert stats.chi2(11).sf(statistic) > 1e-5
    assert stats.chisquare(lags).pvalue > 1e-5


@few
@given(graphs())
def test_a_cycle_is_a_power_of_the_summary_that_comes_back(graph: LaggedGraph) -> None:
    walks = [np.linalg.matrix_power(graph.summary.astype(float), k).trace() for k in range(1, graph.n_vars + 1)]
    assert has_cycle(graph) == (sum(walks) > 0)
