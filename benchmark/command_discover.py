"""``gauntlet discover``: one method on a user's own file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.benchmark.csv_input import read_recording
from causal_gauntlet.benchmark.names import NamedMethod, parse_method
from causal_gauntlet.benchmark.store import write_atomically
from causal_gauntlet.generators.randomness import stream

__all__ = ["discover_in_file"]

N_SHOWN = 20


def discover_in_file(
    file: Path, method_text: str, max_lag: int | None, drop: Sequence[str], out: Path | None, plot: Path | None
) -> None:
    """Run a method on a CSV file and print the ranked edges; see ``gauntlet discover --help``."""
    console = Console()
    if plot is not None:
        from causal_gauntlet.benchmark.figures import check_format

        check_format(plot)
    named = _with_max_lag(parse_method(method_text), max_lag)
    recording, remarks = read_recording(file, drop)
    answer = named.method.discover(recording, stream(0, "discover"))
    for remark in remarks:
        console.print(remark, style="yellow", markup=False, highlight=False)
    console.print(_edge_table(answer, recording.names, f"{named.label} on {file.name}"))
    if out is not None:
        content = {"file": str(file), "method": named.specification(), "names": recording.names, **answer.to_json()}
        write_atomically(out, json.dumps(content) + "\n")
    if plot is not None:
        from causal_gauntlet.benchmark.figures import draw_edges

        draw_edges(answer, recording.names, plot)


def _with_max_lag(named: NamedMethod, max_lag: int | None) -> NamedMethod:
    if max_lag is None:
        return named
    if "max_lag" not in {field.name for field in fields(named.method)}:
        raise ValueError(f"max_lag must be left out for {named.name}, which has no lags, got {max_lag}")
    return NamedMethod(named.name, replace(named.method, **{"max_lag": max_lag}))


def _edge_table(answer: EdgeScores, names: Sequence[str], title: str) -> Table:
    n_vars = len(names)
    source, target = np.nonzero(~np.eye(n_vars, dtype=bool))
    order = np.argsort(-answer.scores[source, target], kind="stable")[:N_SHOWN]
    caption = f"the first {len(order)} of {len(source)} pairs" if len(source) > len(order) else None
    table = Table(title=title.replace("[", r"\["), caption=caption, title_justify="left")
    for heading in ("source", "target"):
        table.add_column(heading)
    for heading in ("score", "p", "lag"):
        table.add_column(heading, justify="right")
    for i, j in zip(source[order], target[order], strict=True):
        p = "-" if answer.pvalues is None else f"{answer.pvalues[i, j]:.2g}"
        lag = "-" if answer.lags is None else str(answer.lags[i, j])
        table.add_row(names[i], names[j], f"{answer.scores[i, j]:.4g}", p, lag)
    return table
