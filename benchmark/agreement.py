"""How much the scores of one method rank pairs as those of another do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from pydantic import BaseModel, ConfigDict, Field
from scipy import stats

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.metrics import off_diagonal
from causal_gauntlet.benchmark.names import parse_method
from causal_gauntlet.benchmark.reproduction import AgreementBlock
from causal_gauntlet.benchmark.statistics import bootstrap_interval
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.suites import recording

__all__ = ["Agreement", "agreement_cells", "agreements"]


class Agreement(BaseModel):
    """Spearman's correlation of two methods' scores over the ordered pairs of distinct variables."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: str
    method: str
    against: str
    value: float = Field(description="Of what varies.")
    mean: float | None = Field(description="Over systems; null if a score is constant on all.")
    low: float | None
    high: float | None
    n_systems: int = Field(description="Systems that count: both methods answered, and neither with a constant.")


def agreement_cells(blocks: Sequence[AgreementBlock], seed: int, n_systems: int) -> list[Cell]:
    """Everything that has to run for the agreements."""
    return [cell for block in blocks for _, rows in _cells(block, seed, n_systems) for cells in rows for cell in cells]


def agreements(blocks: Sequence[AgreementBlock], seed: int, n_systems: int, store: Store) -> list[Agreement]:
    """All agreements, from what is in the store."""
    found = []
    for block in blocks:
        for value, (own, *others) in _cells(block, seed, n_systems):
            for text, cells in zip(block.against, others, strict=True):
                found.append(_agreement(block, text, value, own, cells, store))
    return found


def _agreement(
    block: AgreementBlock, against: str, value: float, own: list[Cell], others: list[Cell], store: Store
) -> Agreement:
    correlations = [_correlation(one, other, store) for one, other in zip(own, others, strict=True)]
    defined = np.array([each for each in correlations if not np.isnan(each)])
    low, high = bootstrap_interval(defined) if len(defined) > 1 else (None, None)
    return Agreement(
        what=block.what,
        method=block.method,
        against=against,
        value=value,
        mean=float(defined.mean()) if len(defined) else None,
        low=low,
        high=high,
        n_systems=len(defined),
    )


def _correlation(one: Cell, other: Cell, store: Store) -> float:
    results = [store.load(cell) for cell in (one, other)]
    if any(result.failed for result in results):
        return np.nan
    scores = [np.array(result.determined["scores"]["scores"]) for result in results]
    ours, theirs = (each[off_diagonal(len(each))] for each in scores)
    if np.ptp(ours) == 0.0 or np.ptp(theirs) == 0.0:
        return np.nan
    return float(stats.spearmanr(ours, theirs).statistic)


def _cells(block: AgreementBlock, seed: int, n_systems: int) -> Iterator[tuple[float, list[list[Cell]]]]:
    """For each value: the cells of the method, then of each that it is compared with, one a system."""
    others = [parse_method(text) for text in block.against]
    for variant in block.variants:
        experiments = [recording(seed, "system", variant.generator, variant.design, k) for k in range(n_systems)]
        methods = [variant.method, *others]
        yield variant.value, [[Cell(experiment, one, seed) for experiment in experiments] for one in methods]
