"""The results of a suite in a few numbers: one row a family and method."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from causal_gauntlet.benchmark.cells import Cell, Result
from causal_gauntlet.benchmark.statistics import bootstrap_interval

__all__ = ["Row", "summarise"]


@dataclass(frozen=True)
class Row:
    """How a method did on a family of systems; means are over systems, and a failure counts as 0.

    Parameters
    ----------
    family, method : str
        Names.
    auroc, auprc : float
        Means; NaN where no system defines them.
    auroc_low, auroc_high : float
        95 % interval over systems.
    auroc_by_kind : dict
        Mean AUROC for each kind of intervention.
    n_systems, n_cells, n_failures : int
        Counts.
    n_parameters : int or None
        The most numbers that the method trained in a cell; None if it counts none.
    median_seconds : float
        Of the time that `discover` took where it answered; NaN if it never did.
    """

    family: str
    method: str
    auroc: float
    auroc_low: float
    auroc_high: float
    auroc_by_kind: dict[str, float]
    auprc: float
    n_systems: int
    n_cells: int
    n_failures: int
    n_parameters: int | None
    median_seconds: float

    def to_json(self) -> dict[str, Any]:
        """Write as JSON values; what is undefined becomes null."""
        return {key: _without_nan(value) for key, value in asdict(self).items()}


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    return None if isinstance(value, float) and np.isnan(value) else value


def summarise(results: Iterable[tuple[Cell, Result]]) -> list[Row]:
    """Summarise by family and method; within a family the best AUROC comes first."""
    groups: dict[tuple[str, str], list[tuple[Cell, Result]]] = defaultdict(list)
    for cell, result in results:
        groups[cell.family, cell.method.label].append((cell, result))
    rows = [_row(family, method, members) for (family, method), members in groups.items()]
    families = list(dict.fromkeys(row.family for row in rows))
    return sorted(rows, key=lambda row: (families.index(row.family), -np.nan_to_num(row.auroc, nan=-1.0)))


def _row(family: str, method: str, members: list[tuple[Cell, Result]]) -> Row:
    aurocs = _system_means(members, "auroc")
    low, high = bootstrap_interval(aurocs) if len(aurocs) else (np.nan, np.nan)
    kinds = dict.fromkeys(cell.kind for cell, _ in members)
    return Row(
        family=family,
        method=method,
        auroc=_mean(aurocs),
        auroc_low=low,
        auroc_high=high,
        auroc_by_kind={
            kind: _mean(_system_means([m for m in members if m[0].kind == kind], "auroc")) for kind in kinds
        },
        auprc=_mean(_system_means(members, "auprc")),
        n_systems=len({cell.system for cell, _ in members}),
        n_cells=len(members),
        n_failures=sum(result.failed for _, result in members),
        n_parameters=max(
            (count for _, result in members if (count := result.determined["n_parameters"]) is not None), default=None
        ),
        median_seconds=_median_seconds([result for _, result in members]),
    )


def _system_means(members: list[tuple[Cell, Result]], metric: str) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Mean of a metric within each system that defines it."""
    by_system: dict[str, list[float]] = defaultdict(list)
    for cell, result in members:
        value = result.metric(metric)
        if not np.isnan(value):
            by_system[cell.system].append(value)
    return np.array([np.mean(values) for values in by_system.values()])


def _median_seconds(results: list[Result]) -> float:
    seconds = [result.measured["seconds"] for result in results if result.measured["seconds"] is not None]
    return float(np.median(seconds)) if seconds else float("nan")


def _mean(values: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    return float(values.mean()) if len(values) else float("nan")
