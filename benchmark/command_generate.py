"""``gauntlet generate``: an experiment as files, the truth apart from the recording."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from causal_gauntlet.benchmark.export import read_specification, write_experiment
from causal_gauntlet.benchmark.leakage import LeakageReport, leakage_report
from causal_gauntlet.benchmark.names import build, parse_stressor, unknown_name
from causal_gauntlet.benchmark.suites import design_within
from causal_gauntlet.generators.catalogue import GENERATORS, experiment_from
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.interventions import KINDS
from causal_gauntlet.generators.presets import PRESETS, preset
from causal_gauntlet.generators.stress import Stressed
from causal_gauntlet.generators.system import Generator

__all__ = ["Choices", "regenerate_experiment", "report_experiment", "simulate_experiment"]

N_VARS = 10
N_SAMPLES = 1000


@dataclass(frozen=True)
class Choices:
    """What to generate; see ``gauntlet generate --help``.

    Parameters
    ----------
    system : str
        A family of systems, or a preset, which has its own numbers of variables and samples.
    n_vars, n_samples : int, optional
        Sizes, 10 and 1000 if not given; the whole length, interventions and all.
    intervention : str
        ``"none"`` or a kind of intervention.
    seed : int
        Of the system and of its recording.
    parameters, strength, schedule : sequence of str
        ``NAME=VALUE`` in TOML: of the family, of the intervention, of its schedule.
    stressors : sequence of str
        Such as ``observation-noise[snr=5]``.
    """

    system: str
    n_vars: int | None
    n_samples: int | None
    intervention: str
    seed: int
    parameters: Sequence[str] = ()
    strength: Sequence[str] = ()
    schedule: Sequence[str] = ()
    stressors: Sequence[str] = ()


def simulate_experiment(choices: Choices) -> Experiment:
    """Draw a system and record it."""
    if choices.intervention not in ("none", *KINDS):
        raise unknown_name("intervention", choices.intervention, ("none", *KINDS))
    with _enough_memory():
        family, n_samples = _family(choices)
        stressors = tuple(parse_stressor(text) for text in choices.stressors)
        generator = Stressed(family, stressors) if stressors else family
        return generator.draw(choices.seed).run(_design(choices, n_samples), choices.seed)


def _family(choices: Choices) -> tuple[Generator, int]:
    if choices.system in PRESETS:
        if choices.parameters or choices.n_vars is not None or choices.n_samples is not None:
            raise ValueError(f"{choices.system} has its size and parameters; leave out --n-vars, --n-samples and --set")
        return preset(choices.system)
    if choices.system.lower() not in GENERATORS:
        raise unknown_name("system", choices.system, [*GENERATORS, *PRESETS])
    parameters = {"n_vars": N_VARS if choices.n_vars is None else choices.n_vars, **_parsed("set", choices.parameters)}
    n_samples = N_SAMPLES if choices.n_samples is None else choices.n_samples
    if n_samples < 2:
        raise ValueError(f"n_samples must be at least 2, got {n_samples}")
    return build(GENERATORS[choices.system.lower()], parameters, choices.system), n_samples


def _design(choices: Choices, n_samples: int) -> Design:
    strength, schedule = _parsed("strength", choices.strength), _parsed("schedule", choices.schedule)
    if choices.intervention == "none":
        if strength or schedule:
            raise ValueError("--strength and --schedule belong to an --intervention, got none")
        return Design(n_samples)
    return design_within(n_samples, choices.intervention, strength, schedule)


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


def report_experiment(
    experiment: Experiment, folder: Path, recording_format: str, causeme: bool, plot: Path | None
) -> None:
    """Write an experiment and print what was written, and what leaks."""
    files = write_experiment(experiment, folder, recording_format, causeme)
    if plot is not None:
        from causal_gauntlet.benchmark.experiment_figure import draw_experiment

        draw_experiment(experiment, plot)
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
    console.print("\nleakage: 0.5 tells nothing about the graph, 1 gives it away, 0 the reverse", highlight=False)
    console.print(_leakage_table(leakage_report(experiment)))


def _leakage_table(leakage: LeakageReport) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for name, value in leakage.to_json().items():
        table.add_row(name.replace("_", " ").replace("auroc", "AUROC"), "-" if value is None else f"{value:.2f}")
    return table


def _parsed(option: str, texts: Sequence[str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for text in texts:
        try:
            values |= tomllib.loads(text)
        except tomllib.TOMLDecodeError:
            raise ValueError(f"{option} must look like name=value, got {text!r}") from None
    return values


@contextmanager
def _enough_memory() -> Iterator[None]:
    try:
        yield
    except (MemoryError, OverflowError):
        raise ValueError("n_vars and n_samples must fit into memory; lower them") from None
