"""The tuned track: chosen on systems that are scored nowhere, and by nothing but their scores."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest

from causal_gauntlet.baselines import EdgeScores
from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.names import NamedMethod, parse_method
from causal_gauntlet.benchmark.runner import run_missing
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.suites import Suite, load_suite
from causal_gauntlet.benchmark.tuning import tuned_cells, tunings, variants
from causal_gauntlet.control_arms import Granger

SUITE = """
name = "small"
seed = 1
n_systems = 3
[[systems]]
generator = "VAR"
n_vars = [4, 5]
density = 0.3
[[designs]]
n_samples = 200
intervention = ["none", "do"]
[methods]
include = ["constant"]
"""


@dataclass(frozen=True)
class Dial:
    """Granger causality turned around, off or on."""

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"sign": (-1, 0, 1), "max_lag": (1, 2)}

    sign: int = -1
    max_lag: int = 1

    def discover(self, recording, rng=None):  # type: ignore[no-untyped-def]
        if self.sign == 0:
            raise RuntimeError("off")
        return EdgeScores(self.sign * Granger(self.max_lag).discover(recording).scores)


@pytest.fixture
def suite(tmp_path: Path) -> Suite:
    (tmp_path / "small.toml").write_text(SUITE)
    return load_suite(str(tmp_path / "small.toml"))


def test_variants_are_the_method_and_the_rest_of_its_grid() -> None:
    dial = NamedMethod("dial", Dial())
    tried = [one.method for one in variants(dial)]
    assert tried[0] == Dial()
    assert set(tried) == {Dial(sign, max_lag) for sign in (-1, 0, 1) for max_lag in (1, 2)}
    assert len(tried) == 6
    assert {one.method for one in variants(replace(dial, method=Dial(sign=1)))} == {Dial(1, 1), Dial(1, 2)}
    constant = parse_method("constant")
    assert variants(constant) == [constant]


def size(cell: Cell) -> int:
    n_vars: int = cell.experiment["system"]["parameters"]["n_vars"]
    return n_vars


def test_held_out_systems_are_of_the_family_and_scored_nowhere(suite: Suite) -> None:
    planned = tunings(suite, [NamedMethod("dial", Dial()), parse_method("constant")])
    assert len(planned) == 2 * 2 * 2
    scored = {cell.system for cell in suite.cells()}
    seeds = {cell.experiment["seed"] for cell in suite.cells()}
    for tuning in planned:
        (family,) = {cell.family for cells in tuning.trials.values() for cell in cells}
        tried = {size(cell) for cells in tuning.trials.values() for cell in cells}
        assert family == "var"
        assert tried == {size(cell) for cell in tuning.cells}
        for cells in tuning.trials.values():
            assert len(cells) == 8
            assert not {cell.system for cell in cells} & scored
            assert not {cell.experiment["seed"] for cell in cells} & seeds


def test_the_best_variant_wins_and_a_failure_never_does(suite: Suite, tmp_path: Path) -> None:
    store = Store(tmp_path)
    planned = tunings(suite, [NamedMethod("dial", Dial())])
    trials = [cell for tuning in planned for cells in tuning.trials.values() for cell in cells]
    list(run_missing(trials, store, 1, 60.0))
    cells = tuned_cells(planned, store)
    assert len(cells) == 2 * 2 * 3
    for tuning in planned:
        means = {
            variant.method: np.mean([store.load(cell).metric("auroc") for cell in cells])
            for variant, cells in tuning.trials.items()
        }
        assert tuning.best(store).method == max(means, key=lambda method: means[method])
        assert tuning.best(store).method.sign == 1  # type: ignore[attr-defined]
    assert {cell.method.label for cell in cells} == {"dial (tuned)"}
    plain = replace(cells[0], method=NamedMethod("dial", cells[0].method.method))
    assert plain.key == cells[0].key
