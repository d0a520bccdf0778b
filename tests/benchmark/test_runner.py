"""Cells, the store and the runner: the same bytes however they were computed, and failures that stay failures."""

import json
import math
import os
import signal
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from causal_gauntlet.baselines import EdgeScores
from causal_gauntlet.benchmark.cells import Cell, Result, score_sheet
from causal_gauntlet.benchmark.leakage import LeakageReport, leakage_report
from causal_gauntlet.benchmark.names import NamedMethod, parse_method
from causal_gauntlet.benchmark.runner import run_cell, run_missing
from causal_gauntlet.benchmark.store import Store, write_atomically
from causal_gauntlet.benchmark.summary import summarise
from causal_gauntlet.generators import VAR, Design, Do, Experiment, Recording, experiment_from
from causal_gauntlet.generators.randomness import canonical_json
from causal_gauntlet.generators.stress import describe_system

METHODS = ("granger[max_lag=2]", "pcmci[max_lag=2]", "lasso[max_lag=2]", "random")


def cell(method: NamedMethod | str = "random", index: int = 0) -> Cell:
    named = parse_method(method) if isinstance(method, str) else method
    system = describe_system(VAR(n_vars=4), index)
    return Cell({"system": system, "design": Design(60, Do(n_samples=60)).specification(), "seed": 5}, named, 9)


def prepared(one: Cell) -> tuple[Experiment, LeakageReport]:
    experiment = experiment_from(one.experiment)
    return experiment, leakage_report(experiment)


CELLS = [cell(method, index) for index in range(4) for method in METHODS]


def determined(store: Store, cells: list[Cell] = CELLS) -> list[str]:
    return [canonical_json(store.load(one).determined) for one in cells]


def test_the_key_of_a_cell_is_stable_and_its_own() -> None:
    """The literal changes only with the schema or NUMBERS_VERSION: another key means that every result is lost."""
    assert cell().key == "90d240c111432817f92a8ee33203138f713db37f4aded60279174bd72a357dbb"
    others = [cell("constant"), cell(index=1), Cell(cell().experiment, parse_method("random"), 8), cell("granger")]
    assert len({other.key for other in [cell(), *others]}) == 5


def test_the_specification_of_a_cell_makes_its_experiment() -> None:
    assert experiment_from(cell().experiment).specification == cell().experiment


def test_results_do_not_depend_on_workers_order_or_interruption(tmp_path: Path) -> None:
    alone, together, resumed = (Store(tmp_path / name) for name in ("alone", "together", "resumed"))
    assert sum(run_missing(CELLS, alone, 1, 60.0)) == len(CELLS)
    assert sum(run_missing(CELLS[::-1], together, 2, 60.0)) == len(CELLS)
    assert sum(run_missing(CELLS[3:9], resumed, 1, 60.0)) == 6
    assert sum(run_missing(CELLS, resumed, 1, 60.0)) == len(CELLS) - 6
    assert determined(alone) == determined(together) == determined(resumed)
    assert sum(run_missing(CELLS, alone, 1, 60.0)) == 0


@dataclass(frozen=True)
class Misbehaving:
    """Fails in the named way."""

    answer: str | None = None

    def discover(self, recording: Recording, rng: object = None) -> EdgeScores:
        if self.answer == "raise":
            raise RuntimeError("out of ideas")
        if self.answer == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if self.answer == "never":
            while True:
                pass
        if self.answer == "nan":
            return EdgeScores(np.full((recording.n_vars, recording.n_vars), np.nan))
        if self.answer == "small":
            return EdgeScores(np.zeros((3, 3)))
        return None  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("answer", "kind", "reason"),
    [
        ("raise", "RuntimeError", "out of ideas"),
        (None, "TypeError", "discover must return EdgeScores, got NoneType"),
        ("small", "ValueError", "scores must have shape (4, 4), got (3, 3) (EdgeScores.scores)"),
        ("nan", "ValueError", "scores must be finite, got nan at [0, 0] (EdgeScores.scores)"),
        ("never", "TimeoutError", "no answer within 0.05 s"),
    ],
)
def test_a_failure_is_kept_with_its_reason(answer: str | None, kind: str, reason: str) -> None:
    failing = cell(NamedMethod("misbehaving", Misbehaving(answer)))
    result = run_cell(failing, *prepared(failing), 0.05)
    assert result.failed
    assert result.determined["failure"] == {"kind": kind, "reason": reason}
    assert result.determined["scores"] is None
    assert result.determined["metrics"] is None
    assert result.metric("auroc") == 0.0


def test_a_killed_worker_is_told_and_what_is_done_is_kept(tmp_path: Path) -> None:
    store = Store(tmp_path)
    dying = [cell(NamedMethod("misbehaving", Misbehaving("die")), index) for index in range(2)]
    with pytest.raises(OSError, match="a worker process was killed"):
        list(run_missing([*CELLS[:4], *dying], store, 2, 60.0))
    assert not any(one in store for one in dying)
    list(run_missing(CELLS[:4], store, 1, 60.0))
    assert all(one in store for one in CELLS[:4])


def test_stored_scores_give_the_stored_metrics_again() -> None:
    """A new metric needs no recomputation, because the scores are all there."""
    one = cell("granger[max_lag=2]")
    experiment = experiment_from(one.experiment)
    held = json.loads(json.dumps(run_cell(one, *prepared(one), 60.0).determined))
    assert score_sheet(EdgeScores.from_json(held["scores"]), experiment) == held["metrics"]
    assert held["leakage"] == leakage_report(experiment).to_json()
    assert set(held["metrics"]) >= {"auroc", "auprc", "auroc_with_diagonal", "tpr", "fpr", "f1", "shd"}


def test_the_store_refuses_what_it_did_not_write(tmp_path: Path) -> None:
    store = Store(tmp_path)
    one, other = cell(), cell(index=1)
    assert one not in store
    with pytest.raises(FileNotFoundError):
        store.load(one)
    list(run_missing([one], store, 1, 60.0))
    store.path(other).write_text(store.path(one).read_text())
    with pytest.raises(ValueError, match=r"\.json does not hold the result that its name promises; delete it"):
        store.load(other)
    store.path(one).write_text(store.path(one).read_text()[:-20])
    with pytest.raises(ValueError, match="delete it and run again"):
        store.load(one)


@pytest.mark.parametrize("place", ["taken", "taken/deeper"])
def test_a_store_in_the_place_of_a_file_is_refused_before_any_work(tmp_path: Path, place: str) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(ValueError, match=r"^store must be a folder, got '.*taken.*', but .*taken is a file"):
        Store(tmp_path / place)


def test_a_write_that_fails_leaves_the_old_content(tmp_path: Path) -> None:
    file = tmp_path / "folder" / "file.txt"
    write_atomically(file, "old")
    with pytest.raises(UnicodeEncodeError):
        write_atomically(file, "new \ud800")
    assert file.read_text() == "old"
    assert [path.name for path in file.parent.iterdir()] == ["file.txt"]


def result(auroc: float | None, failed: bool = False) -> Result:
    failure = {"kind": "X", "reason": "y"} if failed else None
    metrics = None if failed else {"auroc": auroc, "auprc": auroc}
    determined = {"specification": {}, "scores": None, "metrics": metrics, "n_parameters": 7, "failure": failure}
    return Result(determined, {"seconds": 1.0})


def test_a_summary_averages_over_systems_and_counts_failures_as_zero() -> None:
    first, second, third = cell(index=0), cell(index=1), cell(index=2)
    (row,) = summarise([(first, result(1.0)), (first, result(0.5)), (second, result(None, failed=True))])
    assert row.auroc == pytest.approx((0.75 + 0.0) / 2)
    assert (row.n_systems, row.n_cells, row.n_failures, row.n_parameters) == (2, 3, 1, 7)
    (row,) = summarise([(first, result(0.8)), (third, result(None))])
    assert row.auroc == 0.8
    assert math.isnan(row.auroc_low)
    assert row.to_json()["auroc_low"] is None


@pytest.mark.parametrize("method", ["granger[conditional=true]", "pcmci", "lasso"])
def test_plain_methods_recover_var_graphs(method: str) -> None:
    """T = 1000, N = 10, ten systems: mean AUROC above 0.95."""
    named = parse_method(method)
    experiments = [VAR(n_vars=10).draw(seed).run(Design(1000), seed) for seed in range(10)]
    sheets = [score_sheet(named.method.discover(e.recording), e) for e in experiments]
    assert np.mean([sheet["auroc"] for sheet in sheets]) > 0.95


@pytest.mark.parametrize("method", ["constant", "identity"])
def test_arms_that_know_nothing_score_exactly_a_half(method: str) -> None:
    for seed in range(5):
        experiment = VAR(n_vars=6).draw(seed).run(Design(20), seed)
        assert score_sheet(parse_method(method).method.discover(experiment.recording), experiment)["auroc"] == 0.5
