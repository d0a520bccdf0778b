"""``gauntlet run``: compute what the store lacks, then show the table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.computing import compute
from causal_gauntlet.benchmark.names import NamedMethod, parse_method, unknown_name
from causal_gauntlet.benchmark.store import Store, write_atomically
from causal_gauntlet.benchmark.suites import Suite, load_suite
from causal_gauntlet.benchmark.summary import Row, summarise
from causal_gauntlet.benchmark.tables import result_tables
from causal_gauntlet.benchmark.tuning import tuned_cells, tunings

__all__ = ["run_suite"]

TRACKS = ("default", "tuned")


def run_suite(
    name: str,
    folder: Path,
    jobs: int,
    methods: Sequence[str] | None,
    track: str,
    json_file: Path | None,
    picture: Path | None,
) -> None:
    """Run a suite and print one table a family; see ``gauntlet run --help``."""
    console = Console()
    if picture is not None:
        from causal_gauntlet.benchmark.figures import check_format

        check_format(picture)
    suite = load_suite(name)
    chosen = [parse_method(text) for text in methods] if methods else suite.methods.methods
    if track not in TRACKS:
        raise unknown_name("track", track, TRACKS)
    store = Store(folder)
    tuned = track == "tuned"
    cells = _tune(suite, chosen, store, jobs) if tuned else suite.cells(chosen)
    n_missing = compute("cells", cells, store, jobs, suite.timeout_s)
    results = [(cell, store.load(cell)) for cell in cells]
    rows = summarise(results)
    for table in result_tables(rows, console.width):
        console.print(table)
    _print_failures(console, [(cell, result.determined["failure"]) for cell, result in results if result.failed])
    console.print(
        f"{len(cells)} cells of suite {suite.name}, {n_missing} computed now; kept in {folder}",
        highlight=False,
    )
    if json_file is not None:
        _write_json(rows, suite.name, json_file)
    if picture is not None:
        from causal_gauntlet.benchmark.figures import draw_summary

        draw_summary(rows, picture)


def _tune(suite: Suite, methods: Sequence[NamedMethod], store: Store, jobs: int) -> list[Cell]:
    """Run all trials, and give the cells of the methods that came out best."""
    if not suite.systems:
        raise ValueError(f"suite {suite.name} has no systems to tune on; run it with --track default")
    if suite.datasets:
        left_out = ", ".join(suite.datasets)
        Console(stderr=True).print(f"not in the tuned track, for want of held-out systems: {left_out}", highlight=False)
    planned = tunings(suite, methods)
    trials = [cell for tuning in planned for cells in tuning.trials.values() for cell in cells]
    compute("trials", trials, store, jobs, suite.timeout_s)
    return tuned_cells(planned, store)


def _print_failures(console: Console, failures: Sequence[tuple[Cell, dict[str, str]]]) -> None:
    reasons: dict[tuple[str, str, str], int] = {}
    for cell, failure in failures:
        key = (cell.family, cell.method.label, f"{failure['kind']}: {failure['reason']}")
        reasons[key] = reasons.get(key, 0) + 1
    for (family, method, reason), count in reasons.items():
        console.print(f"failed {count}x: {method} on {family}: {reason}", style="red", markup=False, highlight=False)


def _write_json(rows: Sequence[Row], suite: str, path: Path) -> None:
    table = {"suite": suite, "rows": [row.to_json() for row in rows]}
    write_atomically(path, json.dumps(table, indent=2, allow_nan=False) + "\n")
