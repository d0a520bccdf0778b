"""Many systems at once are each what they would be alone."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, interventions, seeds

from causal_gauntlet.generators import GENERATORS, Design, Intervention, LaggedGraph, draw_many, run_many

each_family = pytest.mark.parametrize("family", list(GENERATORS.values()), ids=list(GENERATORS))


@each_family
def test_batch_threads_and_neighbours_change_no_bit(family) -> None:  # type: ignore[no-untyped-def]
    alone = [family(n_vars=5).draw(seed) for seed in range(12)]
    design = Design(60)
    expected = [system.run(design, seed).recording.values.tobytes() for seed, system in enumerate(alone)]
    for n_threads in (1, 2, 5):
        systems = draw_many(family(n_vars=5), range(12), n_threads)
        assert [system.graph for system in systems] == [system.graph for system in alone]
        got = run_many(systems, design, range(12), n_threads)
        assert [experiment.recording.values.tobytes() for experiment in got] == expected
        backwards = run_many(systems[::-1], design, range(11, -1, -1), n_threads)
        assert [experiment.recording.values.tobytes() for experiment in backwards] == expected[::-1]


@few
@given(st.none() | interventions(20), seeds, st.sampled_from([1, 2]))
def test_families_and_interventions_may_be_mixed(kind: Intervention | None, seed: int, n_threads: int) -> None:
    systems = [GENERATORS[name](n_vars=n_vars).draw(seed) for name in ("var", "causeme") for n_vars in (3, 5)]
    together = run_many(systems, Design(25, kind), seed, n_threads)
    for system, experiment in zip(systems, together, strict=True):
        again = system.run(Design(25, kind), seed)
        assert experiment.recording.values.tobytes() == again.recording.values.tobytes()
        assert experiment.specification == again.specification


def test_one_system_many_times_has_a_recording_for_each_seed() -> None:
    system = GENERATORS["var"](n_vars=3).draw(0)
    recordings = [experiment.recording.values for experiment in run_many([system] * 4, Design(20), [0, 1, 2, 0])]
    assert recordings[0].tobytes() == recordings[3].tobytes()
    assert len(np.unique(np.concatenate(recordings[:3]))) == 3 * 60


def test_an_error_in_one_system_is_raised() -> None:
    systems = draw_many(GENERATORS["var"](n_vars=3), range(3))
    with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0, got -1"):
        run_many(systems, Design(20), [0, -1, 1])
    with pytest.raises(ValueError, match=r"^seeds must be one number or one for each of the 3 systems, got 2"):
        run_many(systems, Design(20), [0, 1])


def test_a_batch_of_none_is_none() -> None:
    assert draw_many(GENERATORS["var"](n_vars=3), []) == []
    assert run_many([], Design(20), 0) == []


def test_the_graphs_of_a_batch_differ() -> None:
    graphs = {LaggedGraph(system.graph.adjacency) for system in draw_many(GENERATORS["var"](n_vars=5), range(20))}
    assert len(graphs) == 20
