"""Computes cells before the eyes of a user."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.store import Store

__all__ = ["compute"]


def compute(what: str, cells: Sequence[Cell], store: Store, jobs: int, timeout_s: float) -> int:
    """Compute what the store lacks, with a bar of progress on stderr, and say how much that was.

    Parameters
    ----------
    what : str
        Label of the bar.
    cells : sequence of Cell
        What has to be in the store.
    store : Store
        Where results go.
    jobs : int
        Processes.
    timeout_s : float
        Seconds after which a method has failed.

    Raises
    ------
    typer.Exit
        With code 130, if interrupted; what is done is kept.
    """
    n_missing = sum(cell not in store for cell in cells)
    if n_missing == 0:
        return 0
    from causal_gauntlet.benchmark.runner import run_missing

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    errors = Console(stderr=True)
    try:
        with Progress(*columns, console=errors) as progress:
            task = progress.add_task(what, total=n_missing)
            for n_done in run_missing(cells, store, jobs, timeout_s):
                progress.advance(task, n_done)
    except KeyboardInterrupt:
        errors.print(f"Interrupted. What is done is kept in {store.root}; the same command goes on from there.")
        raise typer.Exit(130) from None
    return n_missing
