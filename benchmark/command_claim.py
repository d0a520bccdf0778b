"""``gauntlet claim``: claims, their plans and their verdicts."""

from __future__ import annotations

import shlex
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.claim_plan import Plan
from causal_gauntlet.benchmark.claim_run import contestant_text, run_claim
from causal_gauntlet.benchmark.claims import load_claim, shipped_claims
from causal_gauntlet.benchmark.computing import compute
from causal_gauntlet.benchmark.outcome import ComparisonOutcome, DecompositionOutcome, Outcome
from causal_gauntlet.benchmark.runner import run_missing
from causal_gauntlet.benchmark.store import Store, check_folder

__all__ = ["EXIT_CODES", "check_claim", "list_claims", "run_claim_file"]

EXIT_CODES = {"survives": 0, "falsified": 1, "undecided": 3, "withheld": 3}
FOUND_STYLES = {"beaten": "green", "matched": "red", "overturned": "red", "undecided": "yellow"}
VERDICT_STYLES = {
    "survives": "bold green",
    "falsified": "bold red",
    "undecided": "bold yellow",
    "withheld": "bold yellow",
}


def run_claim_file(name: str, folder: Path, jobs: int, sequential: bool, report: Path | None) -> None:
    """Run a claim and print its verdict; see ``gauntlet claim run --help``."""
    console = Console()
    if report is not None:
        check_folder("report", report)
    file, store = load_claim(name), Store(folder)

    def computed(what: str, cells: Sequence[Cell]) -> None:
        compute(what, cells, store, jobs, file.claim.timeout_s)

    command = shlex.join(["gauntlet", *sys.argv[1:]])
    outcome = run_claim(file, store, computed, command, sequential=sequential)
    print_outcome(console, outcome)
    if report is not None:
        from causal_gauntlet.benchmark.claim_report import write_report

        written = write_report(file, outcome, report)
        console.print(f"report: {written}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(EXIT_CODES[outcome.verdict])


def check_claim(name: str, folder: Path) -> None:
    """Validate a claim and print what it would run; see ``gauntlet claim check --help``."""
    console = Console()
    file, store = load_claim(name), Store(folder)
    claim, plan = file.claim, Plan(file.claim)
    console.print(f"[bold]{claim.id}[/]", highlight=False)
    console.print(claim.statement, markup=False, highlight=False)
    console.print(f"source: {claim.source}; sha256 {file.sha256[:12]}", markup=False, highlight=False)
    for comparison in plan.comparisons:
        console.print(f"\n[bold]{comparison.name}[/]", highlight=False)
        console.print(f"  candidate: {contestant_text(comparison.candidate)}", markup=False, highlight=False)
        for arm in comparison.arms:
            line = f"  against {arm.name} ({arm.isolates}): {contestant_text(arm)}"
            console.print(line, markup=False, highlight=False)
    trials = plan.trials()
    console.print(f"\n{claim.n_systems.max} systems", highlight=False)
    if trials:
        console.print(f"{len(trials)} trials to tune on, {_missing_text(trials, store)}", highlight=False)
    if all(cell in store for cell in trials):
        cells = plan.cells(store, claim.n_systems.max)
        console.print(f"{len(cells)} cells, {_missing_text(cells, store)}", highlight=False)
    else:
        console.print("cells of what comes out best, known after the trials", highlight=False)


def list_claims() -> None:
    """Print one line a claim; see ``gauntlet claim list --help``."""
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    for name, text in shipped_claims().items():
        table.add_row(name, tomllib.loads(text)["statement"])
    Console().print(table)


def print_outcome(console: Console, outcome: Outcome) -> None:
    """Print the arms of a claim as a table, its controls in a line each, and the verdict."""
    claim, *controls = outcome.comparisons
    console.print(outcome.statement, markup=False, highlight=False)
    console.print(f"candidate: {claim.candidate}", markup=False, highlight=False)
    console.print(_arms_table(outcome, claim))
    for parts in outcome.decompositions:
        console.print(f"{parts.contestant}: {_parts_text(parts)}", markup=False, highlight=False)
    for control in controls:
        console.print(f"{control.name}: {control.verdict}", highlight=False)
    if claim.n_undefined:
        console.print(f"{claim.n_undefined} systems left out, on which {outcome.metric} is undefined", highlight=False)
    failures = {one.name: one.n_failures for one in claim.arms if one.n_failures}
    if claim.n_failures:
        failures["candidate"] = claim.n_failures
    if failures:
        told = ", ".join(f"{escape(name)} {count}" for name, count in failures.items())
        console.print(f"[red]cells that failed, scored worst: {told}[/]", highlight=False)
    for amendment in outcome.amendments:
        console.print(
            f"[yellow]amended: another text of this claim was first run {amendment.first_run}[/]", highlight=False
        )
        console.print(amendment.difference, markup=False, highlight=False)
    console.print(f"[{VERDICT_STYLES[outcome.verdict]}]{outcome.verdict}[/]: {escape(outcome.reason)}", highlight=False)


def _parts_text(parts: DecompositionOutcome) -> str:
    share = "none" if parts.share.value is None else f"{100 * parts.share.value:.0f} %"
    if parts.share.low is not None and parts.share.high is not None:
        share += f" [{100 * parts.share.low:.0f}, {100 * parts.share.high:.0f}]"
    return f"raw advantage {parts.raw.value:+.3f}, of sample size {parts.confound.value:+.3f}, a share of {share}"


def _arms_table(outcome: Outcome, claim: ComparisonOutcome) -> Table:
    title = f"{outcome.metric}, {outcome.n_systems} systems, margin {outcome.margin:g}"
    table = Table(title=title, title_justify="left")
    table.add_column("arm", overflow="fold")
    table.add_column(f"difference [{100 * (1 - outcome.alpha):g} %]".replace("[", r"\["), justify="right", no_wrap=True)
    table.add_column("adjusted p", justify="right")
    table.add_column("finding")
    for arm in claim.arms:
        interval = "" if arm.low is None or arm.high is None else rf" \[{arm.low:.3f}, {arm.high:.3f}]"
        needed = "" if arm.n_needed is None else f", about {arm.n_needed} systems needed"
        table.add_row(
            escape(arm.name),
            f"{arm.difference:+.3f}{interval}",
            f"{arm.p_adjusted:.2g}",
            f"[{FOUND_STYLES[arm.finding]}]{arm.finding}[/]{needed}",
        )
    return table


def _missing_text(cells: Sequence[Cell], store: Store) -> str:
    missing = [cell for cell in cells if cell not in store]
    seconds = _estimate(missing, store)
    about = "" if np.isnan(seconds) else f", about {_duration(seconds)} on one core"
    return f"{len(missing)} of them to compute{about}"


def _estimate(missing: Sequence[Cell], store: Store) -> float:
    """Seconds that the missing cells take: one of each method is run and kept."""
    by_method: dict[str, list[Cell]] = {}
    for cell in missing:
        by_method.setdefault(cell.method.label, []).append(cell)
    total = 0.0
    for cells in by_method.values():
        list(run_missing(cells[:1], store, 1, timeout_s=60.0))
        seconds = store.load(cells[0]).measured["seconds"]
        total += (np.nan if seconds is None else seconds) * len(cells)
    return total


def _duration(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
