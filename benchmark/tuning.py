"""The tuned track: hyperparameters chosen on systems of the same family that are scored nowhere else."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.names import NamedMethod
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.suites import Suite

__all__ = ["Tuning", "tuned_cells", "tunings", "variants"]

#: Held-out systems of each family and design.
N_SYSTEMS = 8


@dataclass(frozen=True)
class Tuning:
    """One method to be tuned for one family and design.

    Parameters
    ----------
    method : NamedMethod
        As it was asked for.
    trials : dict of NamedMethod to list of Cell
        Its variants, the method itself first, each on all held-out recordings.
    cells : list of Cell
        What it is tuned for, still with the method as it was asked for.
    """

    method: NamedMethod
    trials: Mapping[NamedMethod, list[Cell]]
    cells: list[Cell]

    def best(self, store: Store) -> NamedMethod:
        """The variant with the largest mean AUROC over its trials; of equal ones the first.

        A failure counts as 0, and a recording whose AUROC is undefined not at all.
        """
        means = {variant: _mean_auroc(cells, store) for variant, cells in self.trials.items()}
        return max(means, key=lambda variant: means[variant])


def variants(method: NamedMethod) -> list[NamedMethod]:
    """The method, and every combination of the hyperparameters that its class lists in `grid`.

    A hyperparameter that was set by hand, to something else than its default, stays as it was set.
    """
    grid: Mapping[str, Sequence[Any]] = getattr(type(method.method), "grid", {})
    defaults = {field.name: field.default for field in fields(method.method)}
    free = [name for name in grid if getattr(method.method, name) == defaults[name]]
    combinations = itertools.product(*(grid[name] for name in free))
    tried = [replace(method.method, **dict(zip(free, values, strict=True))) for values in combinations]
    others = [replace(method, method=variant) for variant in tried if variant != method.method]
    return [method, *others]


def tunings(suite: Suite, methods: Iterable[NamedMethod]) -> list[Tuning]:
    """Everything that a suite has to tune; data sets have no held-out systems and take no part."""
    planned = []
    for generator, design, method in itertools.product(suite.generators, suite.all_designs, methods):
        held_out = list(suite.recordings(generator, design, "tuning", N_SYSTEMS))
        scored = suite.recordings(generator, design, "system", suite.n_systems)
        trials = {variant: [Cell(one, variant, suite.seed) for one in held_out] for variant in variants(method)}
        planned.append(Tuning(method, trials, [Cell(one, method, suite.seed) for one in scored]))
    return planned


def tuned_cells(planned: Iterable[Tuning], store: Store) -> list[Cell]:
    """The cells of tuned methods, named so if there was anything to tune; their trials are in the store."""
    cells = []
    for tuning in planned:
        best = tuning.best(store)
        if len(tuning.trials) > 1:
            best = replace(best, alias=f"{tuning.method.label} (tuned)")
        cells += [replace(cell, method=best) for cell in tuning.cells]
    return cells


def _mean_auroc(cells: Sequence[Cell], store: Store) -> float:
    values = np.array([store.load(cell).metric("auroc") for cell in cells])
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if len(defined) else 0.0
