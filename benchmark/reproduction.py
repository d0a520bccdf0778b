"""A paper's findings as data: the claims they rest on, what is expected, and at which scales they are run."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from causal_gauntlet.benchmark.claims import Claim, ClaimFile
from causal_gauntlet.benchmark.names import NamedMethod, build, parse_method, unknown_name
from causal_gauntlet.benchmark.suites import DesignBlock, SystemBlock
from causal_gauntlet.benchmark.toml_files import validated
from causal_gauntlet.generators.catalogue import STRESSORS
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.stress import Stressed
from causal_gauntlet.generators.system import Generator

__all__ = ["AgreementBlock", "Finding", "Manifest", "Reproduction", "Scale", "Sensitivity", "load_reproduction"]

MANIFEST = "manifest.toml"
VARIED = rf"^((method|systems|{'|'.join(STRESSORS)})\.\w+|design\.n_samples)$"


class Block(BaseModel):
    """A table of the manifest; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Scale(Block):
    """How much is run: systems of each size, the sizes, and the claims that are left out.

    `n_vars`, where given, takes the place of that of every claim that a finding rests on and whose parameters are not
    matched; the claims of the sensitivity table keep their own.
    """

    n_systems: Annotated[int, Field(ge=6, strict=True)]
    n_vars: Annotated[list[int], Field(min_length=1)] | None = None
    leave_out: list[str] = []


class Finding(Block):
    """One finding of the paper, in our words, and the range in which a number of ours bears it out.

    `quantity` is a ``difference`` from the arm named in `of`, or ``raw``, ``residual`` or ``share`` of the advantage of
    interventions of the contestant named there (``candidate`` for the claim's own). Without `low` or `high` the range
    is open on that side.
    """

    stage: str
    statement: str
    claim: str
    quantity: Literal["difference", "raw", "residual", "share"]
    of: str
    low: float | None = None
    high: float | None = None

    @model_validator(mode="after")
    def _bounded(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a finding needs a low or a high, or anything would bear it out")
        return self


class Sensitivity(Block):
    """Rows of the table of what an advantage of interventions depends on, one for each contestant in `of`."""

    what: str
    claim: str
    of: Annotated[list[str], Field(min_length=1)]


@dataclass(frozen=True)
class Variant:
    """What runs at one value of what varies."""

    value: float
    method: NamedMethod
    generator: Generator
    design: Design


class AgreementBlock(Block):
    """How much the scores of a method rank pairs as those of others do, as one parameter varies.

    `vary` is ``method.NAME``, ``systems.NAME``, ``design.n_samples`` or, of a stressor that is applied to the systems,
    ``STRESSOR.NAME`` such as ``observation-noise.snr``.
    """

    what: str
    vary: Annotated[str, Field(pattern=VARIED)]
    values: Annotated[list[int | float], Field(min_length=2)]
    method: str
    against: Annotated[list[str], Field(min_length=1)]
    systems: SystemBlock
    design: DesignBlock

    @model_validator(mode="after")
    def _buildable(self) -> Self:
        for text in self.against:
            parse_method(text)
        _ = self.variants
        return self

    @cached_property
    def variants(self) -> list[Variant]:
        """What runs for each value.

        Raises
        ------
        ValueError
            If a value is none that the method, the generator, the design or the stressor takes, or if there are several
            generators or designs.
        """
        if len(self.systems.generators) > 1 or len(self.design.designs) > 1:
            raise ValueError("systems and design must have one value each; only what vary names has several")
        return [self._variant(value) for value in self.values]

    def _variant(self, value: float) -> Variant:
        kind, _, field = self.vary.partition(".")
        method, (generator,), (design,) = parse_method(self.method), self.systems.generators, self.design.designs
        if kind == "method":
            varied = build(type(method.method), {**vars(method.method), field: value}, method.name)
            method = replace(method, method=varied)
        elif kind == "systems":
            (generator,) = SystemBlock.model_validate({**self.systems.model_dump(), field: value}).generators
        elif kind == "design":
            (design,) = DesignBlock.model_validate({**self.design.model_dump(), field: value}).designs
        else:
            generator = Stressed(generator, (build(STRESSORS[kind], {field: value}, kind),))
        return Variant(value, method, generator, design)


class Manifest(Block):
    """A paper and what is run to reproduce it."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: str
    authors: str
    source: str
    stages: dict[str, str]
    scales: Annotated[dict[str, Scale], Field(min_length=1)]
    findings: Annotated[list[Finding], Field(min_length=1)]
    sensitivity: list[Sensitivity] = []
    agreements: list[AgreementBlock] = []

    @model_validator(mode="after")
    def _titled(self) -> Self:
        for finding in self.findings:
            if finding.stage not in self.stages:
                raise unknown_name("stage, which needs a title in [stages],", finding.stage, self.stages)
        return self

    @property
    def claim_names(self) -> list[str]:
        """The claims that anything rests on, each once."""
        return list(dict.fromkeys(row.claim for row in self.rows))

    @property
    def rows(self) -> list[Finding | Sensitivity]:
        """All that rests on a claim."""
        return [*self.findings, *self.sensitivity]


@dataclass(frozen=True)
class Reproduction:
    """A manifest with its claims at one scale.

    Parameters
    ----------
    manifest : Manifest
        Of the paper.
    scale_name : str
        Such as ``quick``.
    claims : dict of str to ClaimFile
        What is run at this scale, by name.
    """

    manifest: Manifest
    scale_name: str
    claims: dict[str, ClaimFile]

    @property
    def scale(self) -> Scale:
        """Its sizes."""
        return self.manifest.scales[self.scale_name]


def load_reproduction(name_or_folder: str, scale: str) -> Reproduction:
    """Read a shipped reproduction by name, or any by its folder or its manifest.

    Raises
    ------
    ValueError
        If the manifest or a claim is not valid, or there is no such scale.
    FileNotFoundError
        If there is no such reproduction, or a claim of it is missing.
    """
    folder = _folder(name_or_folder)
    manifest_file = folder / MANIFEST
    manifest = validated(Manifest, manifest_file.read_text(encoding="utf-8"), str(manifest_file))
    if scale not in manifest.scales:
        raise unknown_name("scale", scale, manifest.scales)
    sizes = manifest.scales[scale]
    for name in sizes.leave_out:
        if name not in manifest.claim_names:
            raise unknown_name(f"claim in leave_out of scale {scale}", name, manifest.claim_names)
    names = [name for name in manifest.claim_names if name not in sizes.leave_out]
    found = {finding.claim for finding in manifest.findings}
    claims = {name: _claim(folder / f"{name}.toml", sizes, resized=name in found) for name in names}
    reproduction = Reproduction(manifest, scale, claims)
    for row in manifest.rows:
        if row.claim in reproduction.claims:
            _check_contestant(row, reproduction.claims[row.claim].claim)
    return reproduction


def _folder(name_or_folder: str) -> Path:
    shipped = resources.files("causal_gauntlet.benchmark") / "reproductions"
    names = sorted(entry.name for entry in shipped.iterdir() if entry.is_dir())
    if name_or_folder in names:
        with resources.as_file(shipped / name_or_folder) as folder:
            return folder
    path = Path(name_or_folder)
    folder = path.parent if path.name == MANIFEST else path
    if not (folder / MANIFEST).is_file():
        known = ", ".join(names)
        raise FileNotFoundError(
            f"no reproduction {name_or_folder!r}: neither a folder with a {MANIFEST} nor one of {known}"
        )
    return folder


def _claim(path: Path, scale: Scale, *, resized: bool) -> ClaimFile:
    """A claim at the sizes of a scale; its hash is that of the file."""
    if not path.is_file():
        raise FileNotFoundError(f"{path.parent / MANIFEST} names the claim {path.stem!r}, but there is no file {path}")
    text = path.read_text(encoding="utf-8")
    plain = validated(Claim, text, str(path))
    content = tomllib.loads(text)
    n_systems = scale.n_systems
    if resized and scale.n_vars is not None and not any(arm.matched == "parameters" for arm in plain.arms):
        content["systems"]["n_vars"] = scale.n_vars
        n_systems *= len(scale.n_vars)
    content["n_systems"] = {"min": min(plain.n_systems.min, n_systems), "max": n_systems}
    return ClaimFile(str(path), text, Claim.model_validate(content))


def _check_contestant(row: Finding | Sensitivity, claim: Claim) -> None:
    names = [one.name for one in claim.contestants()]
    if isinstance(row, Finding) and row.quantity == "difference":
        names.remove("candidate")
    for of in [row.of] if isinstance(row, Finding) else row.of:
        if of not in names:
            raise unknown_name(f"contestant of {row.claim}", of, names)
