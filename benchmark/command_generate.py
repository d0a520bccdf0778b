"""``gauntlet generate``: a simulated recording as files, the truth apart from it."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pandas as pd
from rich.console import Console

from causal_gauntlet.benchmark.names import build, unknown_name
from causal_gauntlet.benchmark.store import write_atomically
from causal_gauntlet.benchmark.suites import DesignBlock
from causal_gauntlet.generators.catalogue import GENERATORS
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.interventions import KINDS

__all__ = ["generate_experiment"]


def generate_experiment(
    family: str, folder: Path, n_vars: int, n_samples: int, intervention: str, seed: int, parameters: Sequence[str]
) -> None:
    """Simulate and write; see ``gauntlet generate --help``."""
    if family.lower() not in GENERATORS:
        raise unknown_name("system", family, GENERATORS)
    if intervention not in ("none", *KINDS):
        raise unknown_name("intervention", intervention, ("none", *KINDS))
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"out must be a new or an empty folder, got {folder}")
    generator = build(GENERATORS[family.lower()], {"n_vars": n_vars, **_parsed(parameters)}, family)
    if n_samples < 2:
        raise ValueError(f"n_samples must be at least 2, got {n_samples}")
    (design,) = DesignBlock.model_validate({"n_samples": n_samples, "intervention": intervention}).designs
    experiment = generator.draw(seed).run(design, seed)
    _write(experiment, folder)
    n_edges = int(experiment.truth.summary.sum() - experiment.truth.summary.diagonal().sum())
    described = f"{n_samples} samples of {n_vars} variables, {n_edges} edges, intervention {intervention}"
    Console().print(f"{described}: written to {folder}", markup=False, highlight=False)


def _parsed(parameters: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in parameters:
        try:
            values |= tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise ValueError(f"set must look like name=value, got {text!r}") from None
    return values


def _write(experiment: Experiment, folder: Path) -> None:
    recording, truth = experiment.recording, experiment.truth
    edges = [
        {"source": recording.names[i], "target": recording.names[j], "lags": truth.lags(i, j)}
        for i in range(truth.n_vars)
        for j in range(truth.n_vars)
        if truth.summary[i, j]
    ]
    protocol = {
        "time_step": recording.time_step,
        "intervention_kind": recording.intervention_kind,
        "episodes": [asdict(episode) for episode in recording.episodes],
    }
    table = pd.DataFrame(recording.values, columns=list(recording.names))
    write_atomically(folder / "recording.csv", table.to_csv(index=False))
    for name, content in (
        ("episodes", protocol),
        ("truth", {"edges": edges}),
        ("cards", experiment.card.to_json()),
        ("spec", experiment.specification),
    ):
        write_atomically(folder / f"{name}.json", json.dumps(content, indent=2) + "\n")
