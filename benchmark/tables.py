"""Summaries as tables for a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

import numpy as np
from rich.table import Table

from causal_gauntlet.benchmark.summary import Row

__all__ = ["result_tables"]

WIDTH_FOR_KINDS = 110
SHORT_KIND = {"none": "none", "do": "do", "soft-noise": "soft", "random-forcing": "random"}


def result_tables(rows: Sequence[Row], width: int) -> Iterator[Table]:
    """One table a family: the AUROC over all recordings and, where `width` has room for it, by intervention."""
    for family, members in groupby(rows, key=lambda row: row.family):
        yield _family_table(family, list(members), by_kind=width >= WIDTH_FOR_KINDS)


def _family_table(family: str, rows: Sequence[Row], by_kind: bool) -> Table:
    n_systems = max(row.n_systems for row in rows)
    kinds = list(rows[0].auroc_by_kind) if by_kind and len(rows[0].auroc_by_kind) > 1 else []
    table = Table(title=f"{family}: {n_systems} system{'s' if n_systems > 1 else ''}", title_justify="left")
    table.add_column("method", no_wrap=True)
    table.add_column("AUROC [95 %]", justify="right", no_wrap=True)
    for kind in kinds:
        table.add_column(SHORT_KIND[kind], justify="right")
    counts = any(row.n_parameters is not None for row in rows)
    for heading in ("AUPRC", "failed", *(["parameters"] if counts else []), "seconds"):
        table.add_column(heading, justify="right")
    for row in rows:
        failed = f"{row.n_failures}/{row.n_cells}" if row.n_failures else "0"
        table.add_row(
            row.method.replace("[", r"\["),
            _interval(row),
            *(_number(row.auroc_by_kind[kind], 2) for kind in kinds),
            _number(row.auprc),
            failed,
            *(["-" if row.n_parameters is None else f"{row.n_parameters:,}"] if counts else []),
            _seconds(row.median_seconds),
        )
    return table


def _interval(row: Row) -> str:
    if np.isnan(row.auroc_low):
        return _number(row.auroc)
    return rf"{_number(row.auroc)} \[{_number(row.auroc_low, 2)}, {_number(row.auroc_high, 2)}]"


def _seconds(value: float) -> str:
    return "-" if np.isnan(value) else f"{value:.2g}"


def _number(value: float, digits: int = 3) -> str:
    return "-" if np.isnan(value) else f"{value:.{digits}f}"
