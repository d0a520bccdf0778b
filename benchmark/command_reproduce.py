"""``gauntlet reproduce``: a paper's findings beside our numbers."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.computing import compute
from causal_gauntlet.benchmark.reproduce_run import FindingOutcome, reproduce
from causal_gauntlet.benchmark.reproduce_text import expected, number
from causal_gauntlet.benchmark.reproduction import load_reproduction
from causal_gauntlet.benchmark.store import Store, check_folder

__all__ = ["reproduce_paper"]

STYLES = {"reproduced": "green", "not reproduced": "red", "inconclusive": "yellow", "not run": "dim"}
TIMEOUT_S = 600.0


def reproduce_paper(name: str, scale: str, folder: Path, jobs: int, report: Path | None) -> None:
    """Run a reproduction and print its findings; see ``gauntlet reproduce --help``."""
    if report is not None:
        check_folder("report", report)
    console, store = Console(), Store(folder)
    reproduction = load_reproduction(name, scale)

    def computed(what: str, cells: Sequence[Cell]) -> None:
        compute(what, cells, store, jobs, TIMEOUT_S)

    outcome = reproduce(reproduction, store, computed, shlex.join(["gauntlet", *sys.argv[1:]]))
    console.print(f"{outcome.title}\n{outcome.authors}, {outcome.source}", markup=False, highlight=False)
    console.print(_table(outcome.findings, scale))
    withheld = [name for name, claim in outcome.claims.items() if claim.verdict == "withheld"]
    if withheld:
        console.print(f"[yellow]verdicts withheld, because a control failed: {', '.join(withheld)}[/]", highlight=False)
    if report is not None:
        from causal_gauntlet.benchmark.reproduce_report import write_reproduction

        console.print(f"report: {write_reproduction(outcome, report)}", highlight=False, markup=False, soft_wrap=True)


def _table(findings: Sequence[FindingOutcome], scale: str) -> Table:
    table = Table(title=f"scale {scale}", title_justify="left")
    table.add_column("stage")
    table.add_column("finding", overflow="fold")
    table.add_column("expected", no_wrap=True)
    table.add_column("ours \\[95 %]", no_wrap=True, justify="right")
    table.add_column("outcome")
    for one in findings:
        table.add_row(
            one.finding.stage,
            escape(one.finding.statement),
            expected(one.finding),
            escape(number(one.ours)),
            f"[{STYLES[one.outcome]}]{one.outcome}[/]",
        )
    return table
