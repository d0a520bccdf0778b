"""``gauntlet generate``: an experiment as files, the truth apart from the recording."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from causal_gauntlet.benchmark.export import read_specification, write_experiment
from causal_gauntlet.benchmark.names import build, unknown_name
from causal_gauntlet.benchmark.suites import DesignBlock
from causal_gauntlet.generators.catalogue import GENERATORS, experiment_from
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.interventions import KINDS

__all__ = ["regenerate_experiment", "report_experiment", "simulate_experiment"]


def simulate_experiment(
    family: str, n_vars: int, n_samples: int, intervention: str, seed: int, parameters: Sequence[str]
) -> Experiment:
    """Draw a system and record it; see ``gauntlet generate --help``."""
    if family.lower() not in GENERATORS:
        raise unknown_name("system", family, GENERATORS)
    if intervention not in ("none", *KINDS):
        raise unknown_name("intervention", intervention, ("none", *KINDS))
    if n_samples < 2:
        raise ValueError(f"n_samples must be at least 2, got {n_samples}")
    with _enough_memory():
        generator = build(GENERATORS[family.lower()], {"n_vars": n_vars, **_parsed(parameters)}, family)
        (design,) = DesignBlock.model_validate({"n_samples": n_samples, "intervention": intervention}).designs
        return generator.draw(seed).run(design, seed)


def regenerate_experiment(specification: Path, given: Sequence[str]) -> Experiment:
    """Make the experiment of a specification file again.

    Raises
    ------
    ValueError
        If other choices are `given` beside it, or the file is not a specification.
    """
    if given:
        raise ValueError(f"--from says what to generate; leave out {', '.join(given)}")
    checked = read_specification(specification)
    try:
        with _enough_memory():
            return experiment_from(checked)
    except ValueError as error:
        raise ValueError(f"{specification}: {error}") from None


def report_experiment(experiment: Experiment, folder: Path, recording_format: str, causeme: bool) -> None:
    """Write an experiment and print what was written."""
    files = write_experiment(experiment, folder, recording_format, causeme)
    recording, truth = experiment.recording, experiment.truth
    n_edges = int(truth.summary.sum() - truth.summary.diagonal().sum())
    described = (
        f"{recording.n_samples} samples of {recording.n_vars} variables, {n_edges} edges, "
        f"intervention {recording.intervention_kind}: written to {folder}"
    )
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    table.add_column(justify="right", no_wrap=True)
    table.add_column()
    for file in files:
        table.add_row(file.name, f"{len(file.content):,} B", file.about)
    console = Console()
    console.print(described, markup=False, highlight=False)
    console.print(table)


def _parsed(parameters: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in parameters:
        try:
            values |= tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise ValueError(f"set must look like name=value, got {text!r}") from None
    return values


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except (MemoryError, OverflowError):
        raise ValueError("n_vars and n_samples must fit into memory; lower them") from None
