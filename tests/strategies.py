"""Hypothesis strategies that more than one test file draws from."""

import numpy as np
from hypothesis import settings
from hypothesis import strategies as st

from causal_gauntlet.generators import Do, Intervention, LaggedGraph, RandomForcing, SoftNoise

__all__ = ["few", "graphs", "interventions", "seeds"]

#: The same few examples in every run.
few = settings(deadline=None, derandomize=True, max_examples=25, database=None)

#: Up to the 53 bits of `derive_seed`.
seeds = st.integers(0, 2**53 - 1)


@st.composite
def graphs(draw: st.DrawFn) -> LaggedGraph:
    """Lagged graphs of 1 to 6 variables and lags 0 to at most 3, of any density."""
    n_vars, max_lag = draw(st.integers(1, 6)), draw(st.integers(0, 3))
    density = draw(st.floats(0.0, 1.0))
    adjacency = np.random.default_rng(draw(seeds)).random((n_vars, n_vars, max_lag + 1)) < density
    adjacency[..., 0] &= ~np.eye(n_vars, dtype=bool)
    return LaggedGraph(adjacency)


def interventions(n_samples: int) -> st.SearchStrategy[Intervention]:
    """Every kind of intervention, with mild strengths."""
    strength = st.floats(0.0, 3.0)
    return st.one_of(
        st.builds(Do, st.floats(-3.0, 3.0), st.just(n_samples)),
        st.builds(SoftNoise, strength, strength, st.just(n_samples)),
        st.builds(RandomForcing, strength, st.sampled_from(["gaussian", "uniform"]), st.just(n_samples)),
    )
