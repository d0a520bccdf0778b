"""A suite: which systems, designs, data sets and methods are run, as a TOML file."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.names import NamedMethod, build, parse_method, parse_stressor, unknown_name
from causal_gauntlet.benchmark.toml_files import read_toml, shipped_files, validated
from causal_gauntlet.generators.catalogue import DATASETS, GENERATORS
from causal_gauntlet.generators.design import Design, Schedule
from causal_gauntlet.generators.interventions import KINDS
from causal_gauntlet.generators.randomness import derive_seed
from causal_gauntlet.generators.stress import Stressed, describe_system
from causal_gauntlet.generators.system import Generator

__all__ = ["Suite", "design_within", "load_suite", "recording", "shipped_suites"]

Kind: TypeAlias = Literal["none", "do", "soft-noise", "random-forcing"]


#: Whether systems are scored, or held out to choose hyperparameters on.
Purpose: TypeAlias = Literal["system", "tuning"]


def recording(
    seed: int, purpose: Purpose, generator: Generator, design: Design, index: int, repetition: int = 0
) -> dict[str, Any]:
    """Specification of one recording of the system at a place in a family.

    Parameters
    ----------
    seed : int
        Root of the random numbers; with the same one, index and repetition, all designs record the same system alike.
    purpose : str
        ``"system"`` or ``"tuning"``; no system serves both.
    generator : Generator
        The family.
    design : Design
        How it is recorded.
    index, repetition : int
        Which system, and which recording of it.
    """
    name = "recording" if purpose == "system" else "tuning-recording"
    return {
        "system": describe_system(generator, derive_seed(seed, purpose, index)),
        "design": design.specification(),
        "seed": derive_seed(seed, name, index, repetition),
    }


def _as_list(value: Any) -> Any:
    return value if isinstance(value, list) else [value]


class SystemBlock(BaseModel):
    """A family of systems; every parameter of the generator may be a list, and all combinations are run.

    `stressors` are applied to all of them, in order, each written like ``observation-noise[snr=5]``.
    """

    model_config = ConfigDict(extra="allow", frozen=True)

    generator: str
    stressors: list[str] = []

    @field_validator("generator")
    @classmethod
    def _known(cls, name: str) -> str:
        if name.lower() not in GENERATORS:
            raise unknown_name("generator", name, GENERATORS)
        return name.lower()

    @model_validator(mode="after")
    def _buildable(self) -> SystemBlock:
        _ = self.generators
        return self

    @cached_property
    def generators(self) -> list[Generator]:
        """One generator for each combination of parameters."""
        parameters = self.model_extra or {}
        combinations = itertools.product(*(_as_list(value) for value in parameters.values()))
        family = GENERATORS[self.generator]
        plain = [build(family, dict(zip(parameters, values, strict=True)), self.generator) for values in combinations]
        stressors = tuple(parse_stressor(text) for text in self.stressors)
        return [Stressed(generator, stressors) for generator in plain] if stressors else list(plain)


class DesignBlock(BaseModel):
    """How each system is recorded; lists are combined.

    `n_samples` is the whole budget: under an intervention the share `intervened` of it is intervened on, so that the
    designs of a block have equally many samples. ``do``, ``soft-noise`` and ``random-forcing`` hold the parameters of
    the intervention of that kind, ``schedule`` those of its `Schedule`; washout comes out of the observational samples.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    n_samples: Annotated[list[Annotated[int, Field(ge=2, strict=True)]], BeforeValidator(_as_list)]
    intervention: Annotated[list[Kind], BeforeValidator(_as_list)] = ["none"]
    intervened: Annotated[float, Field(gt=0.0, lt=1.0)] = 0.5
    do: dict[str, Any] = {}
    soft_noise: Annotated[dict[str, Any], Field(alias="soft-noise")] = {}
    random_forcing: Annotated[dict[str, Any], Field(alias="random-forcing")] = {}
    schedule: dict[str, Any] = {}

    @model_validator(mode="after")
    def _buildable(self) -> DesignBlock:
        _ = self.designs
        return self

    @cached_property
    def designs(self) -> list[Design]:
        """One design for each combination."""
        return [self._design(*choice) for choice in itertools.product(self.n_samples, self.intervention)]

    def _design(self, n_samples: int, kind: Kind) -> Design:
        if kind == "none":
            return Design(n_samples)
        strength = {"do": self.do, "soft-noise": self.soft_noise, "random-forcing": self.random_forcing}[kind]
        return design_within(n_samples, kind, strength, self.schedule, self.intervened)


def design_within(
    budget: int, kind: str, strength: Mapping[str, Any], schedule: Mapping[str, Any], intervened: float = 0.5
) -> Design:
    """A design of `budget` samples, of which the share `intervened` is intervened on.

    Parameters
    ----------
    budget : int
        Length T of the recording, in samples.
    kind : str
        A key of `causal_gauntlet.generators.interventions.KINDS`.
    strength, schedule : mapping
        Parameters of the intervention and of its `Schedule`.
    intervened : float
        Share, in (0, 1).

    Raises
    ------
    ValueError
        If a parameter is unknown or out of its range.
    """
    n_intervened = round(budget * intervened)
    intervention = build(KINDS[kind], {"n_samples": n_intervened, **strength}, kind)
    return Design(budget - n_intervened, intervention, build(Schedule, schedule, "schedule"))


class MethodsBlock(BaseModel):
    """Which methods run."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    include: Annotated[list[str], Field(min_length=1)]

    @model_validator(mode="after")
    def _known(self) -> MethodsBlock:
        _ = self.methods
        return self

    @cached_property
    def methods(self) -> list[NamedMethod]:
        """The methods by name."""
        return [parse_method(text) for text in self.include]


class Suite(BaseModel):
    """A benchmark run, whole.

    Parameters
    ----------
    name : str
        For the tables.
    seed : int
        The root of all random numbers.
    n_systems : int
        Systems drawn of each family, the unit of replication.
    repetitions : int
        Recordings of each system and design.
    timeout_s : float
        Seconds after which a method has failed.
    systems, designs : list
        All combinations are run.
    datasets : list of str
        Real recordings that are run as well.
    methods : MethodsBlock
        What runs on everything.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    seed: Annotated[int, Field(ge=0, strict=True)]
    n_systems: Annotated[int, Field(ge=1, strict=True)] = 1
    repetitions: Annotated[int, Field(ge=1, strict=True)] = 1
    timeout_s: Annotated[float, Field(gt=0.0)] = 300.0
    systems: list[SystemBlock] = []
    designs: list[DesignBlock] = []
    datasets: list[str] = []
    methods: MethodsBlock

    @field_validator("datasets")
    @classmethod
    def _known_datasets(cls, names: list[str]) -> list[str]:
        for name in names:
            if name not in DATASETS:
                raise unknown_name("dataset", name, DATASETS)
        return names

    @model_validator(mode="after")
    def _something_to_run(self) -> Suite:
        if bool(self.systems) != bool(self.designs):
            raise ValueError("systems and designs need each other, got only one of them")
        if not self.systems and not self.datasets:
            raise ValueError("a suite needs systems with designs, or datasets, got neither")
        return self

    def experiments(self) -> Iterator[dict[str, Any]]:
        """Specifications of all experiments.

        Raises
        ------
        MissingExtra
            If a data set's package is not installed.
        """
        for name in self.datasets:
            yield DATASETS[name]().specification
        for generator, design in itertools.product(self.generators, self.all_designs):
            yield from self.recordings(generator, design, "system", self.n_systems)

    @property
    def generators(self) -> list[Generator]:
        """All families of systems."""
        return [generator for block in self.systems for generator in block.generators]

    @property
    def all_designs(self) -> list[Design]:
        """All designs."""
        return [design for block in self.designs for design in block.designs]

    def recordings(
        self, generator: Generator, design: Design, purpose: Purpose, n_systems: int
    ) -> Iterator[dict[str, Any]]:
        """Specifications of the recordings of one family by one design.

        Parameters
        ----------
        generator : Generator
            The family.
        design : Design
            How each system is recorded.
        purpose : str
            ``"system"`` for those that are scored, ``"tuning"`` for others that are held out.
        n_systems : int
            How many.
        """
        for index, repetition in itertools.product(range(n_systems), range(self.repetitions)):
            yield recording(self.seed, purpose, generator, design, index, repetition)

    def cells(self, methods: list[NamedMethod] | None = None) -> list[Cell]:
        """All cells of the suite, of its own methods or of the given ones."""
        chosen = self.methods.methods if methods is None else methods
        return [Cell(experiment, method, self.seed) for experiment in self.experiments() for method in chosen]


def shipped_suites() -> Mapping[str, str]:
    """Texts of the suites that come with the package, by name."""
    return shipped_files("suites")


def load_suite(name_or_path: str) -> Suite:
    """Read a shipped suite by name or any suite by the path of its TOML file.

    Raises
    ------
    ValueError
        If the suite is not valid; the message names the line, the key, the value and what is allowed.
    FileNotFoundError
        If there is no such suite and no such file.
    """
    return validated(Suite, read_toml("suite", name_or_path), name_or_path)
