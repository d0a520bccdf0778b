"""A claim: what is said to be better than what, by how much, on which systems; a TOML file, fixed before the run."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from causal_gauntlet.benchmark.cells import METRICS
from causal_gauntlet.benchmark.names import NamedMethod, parse_method, unknown_name
from causal_gauntlet.benchmark.suites import DesignBlock, SystemBlock
from causal_gauntlet.benchmark.toml_files import read_toml, shipped_files, validated
from causal_gauntlet.control_arms.matching import observational_with_samples
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.stress import Stressed
from causal_gauntlet.generators.system import Generator

__all__ = ["Claim", "ClaimFile", "Condition", "Contestant", "Control", "load_claim", "shipped_claims"]

Track: TypeAlias = Literal["default", "tuned"]
#: Designs that follow from the candidate's: as many samples without intervention, or its observational samples alone.
DerivedDesign: TypeAlias = Literal["size-matched", "observational-part"]

#: How far the parameters of a matched model may be from the candidate's.
PARAMETER_TOLERANCE = 0.1


@dataclass(frozen=True)
class Condition:
    """One method on one recording of each system.

    Parameters
    ----------
    method : NamedMethod
        What runs.
    track : str
        ``"default"`` or ``"tuned"``.
    generators : tuple of Generator
        System k is drawn from the one at place k modulo their number.
    design : Design
        How the system is recorded.
    """

    method: NamedMethod
    track: Track
    generators: tuple[Generator, ...]
    design: Design


@dataclass(frozen=True)
class Contestant:
    """What a claim compares: a metric under a condition, or how much better it is than under another one.

    Parameters
    ----------
    name, isolates : str
        What it is called, and the confound that it isolates.
    condition : Condition
        What it is.
    minus : Condition or None
        What is subtracted, if the contestant is a contrast.
    """

    name: str
    isolates: str
    condition: Condition
    minus: Condition | None


class ConditionBlock(BaseModel):
    """A condition as it is written; what is left out is as in the contestant it is compared with."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    method: str | None = None
    track: Track | None = None
    systems: SystemBlock | None = None
    design: DesignBlock | DerivedDesign | None = None

    @field_validator("method")
    @classmethod
    def _known(cls, text: str | None) -> str | None:
        if text is not None:
            parse_method(text)
        return text

    @field_validator("design")
    @classmethod
    def _single(cls, design: DesignBlock | DerivedDesign | None) -> DesignBlock | DerivedDesign | None:
        if isinstance(design, DesignBlock) and len(design.designs) != 1:
            raise ValueError(f"a claim has one design, got {len(design.designs)}; give one n_samples and intervention")
        return design

    def condition(self, default: Condition, candidate_design: Design) -> Condition:
        """The condition in full."""
        design = default.design
        if isinstance(self.design, DesignBlock):
            (design,) = self.design.designs
        elif self.design == "size-matched":
            design = observational_with_samples(candidate_design)
        elif self.design == "observational-part":
            design = Design(candidate_design.n_samples)
        return Condition(
            method=default.method if self.method is None else parse_method(self.method),
            track=self.track or default.track,
            generators=default.generators if self.systems is None else tuple(self.systems.generators),
            design=design,
        )


class CandidateBlock(ConditionBlock):
    """Whose claim it is; with `minus` the claim is about a contrast."""

    minus: ConditionBlock | None = None


class ArmBlock(CandidateBlock):
    """What the candidate has to beat; what is left out is as in the candidate.

    `matched` promises that the arm has as many samples as the candidate, or about as many parameters.
    """

    name: Annotated[str, Field(min_length=1)]
    isolates: Annotated[str, Field(min_length=1)]
    matched: Literal["samples", "parameters"] | None = None


class Control(BaseModel):
    """The same comparison with a known outcome: what is left out is as in the claim."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    candidate: CandidateBlock = CandidateBlock()
    arms: Annotated[list[ArmBlock], Field(min_length=1)] | None = None


class Controls(BaseModel):
    """What guards the verdict: a null that may not survive, and a planted effect that must."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    negative: Control
    positive: Control


class SystemCount(BaseModel):
    """How many systems: a run takes `max` of them, a sequential one begins with `min` and adds as many at a time."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    min: Annotated[int, Field(ge=6, strict=True)]
    max: Annotated[int, Field(ge=6, strict=True)]

    @model_validator(mode="after")
    def _ordered(self) -> SystemCount:
        if self.min > self.max:
            raise ValueError(f"min must not be above max, got {self.min} and {self.max}")
        return self


class Claim(BaseModel):
    """A claim, whole.

    Parameters
    ----------
    id : str
        Lower-case words joined by hyphens.
    statement : str
        One sentence that could be false.
    source : str
        Where it is from: a DOI, an arXiv id with what part, or who holds it.
    seed : int
        The root of all random numbers.
    metric : str
        A key of `causal_gauntlet.benchmark.cells.METRICS`.
    direction : str
        Whether the candidate's metric is claimed to be ``"larger"`` or ``"smaller"`` than each arm's.
    margin : float
        The smallest difference that matters, above 0.
    alpha : float
        Chance, in (0, 0.5], of surviving by luck.
    n_systems : SystemCount
        The unit of replication.
    timeout_s : float
        Seconds after which a method has failed.
    systems : SystemBlock
        The task family; its combinations take turns.
    candidate : CandidateBlock
        With a method and a design at least.
    arms : list of ArmBlock
        All must be beaten.
    controls : Controls
        If one of them fails, the verdict is withheld.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    statement: Annotated[str, Field(min_length=1)]
    source: Annotated[str, Field(min_length=1)]
    seed: Annotated[int, Field(ge=0, strict=True)]
    metric: str
    direction: Literal["larger", "smaller"] = "larger"
    margin: Annotated[float, Field(gt=0.0)]
    alpha: Annotated[float, Field(gt=0.0, le=0.5)] = 0.05
    n_systems: SystemCount
    timeout_s: Annotated[float, Field(gt=0.0)] = 300.0
    systems: SystemBlock
    candidate: CandidateBlock
    arms: Annotated[list[ArmBlock], Field(min_length=1)]
    controls: Controls

    @field_validator("metric")
    @classmethod
    def _known_metric(cls, name: str) -> str:
        if name not in METRICS:
            raise unknown_name("metric", name, METRICS)
        return name

    @model_validator(mode="after")
    def _comparable(self) -> Claim:
        if self.candidate.method is None or not isinstance(self.candidate.design, DesignBlock):
            raise ValueError("candidate must have a method and a design of its own")
        for listed in (self.arms, self.controls.negative.arms or [], self.controls.positive.arms or []):
            names = [arm.name for arm in listed]
            if len(set(names)) < len(names):
                raise ValueError(f"names of arms must differ, got {', '.join(names)}")
        for control in (None, self.controls.negative, self.controls.positive):
            candidate, *arms = self.contestants(control)
            for arm in arms:
                _check_comparable(candidate, arm)
        candidate, *arms = self.contestants()
        for arm, block in zip(arms, self.arms, strict=True):
            _check_matched(candidate, arm, block.matched)
        return self

    def contestants(self, control: Control | None = None) -> list[Contestant]:
        """The candidate and after it the arms, of the claim or of one of its controls."""
        own = self._candidate()
        if control is None:
            return [own, *(_contestant(arm, own, arm.name, arm.isolates) for arm in self.arms)]
        candidate = _contestant(control.candidate, own, "candidate", "")
        if control.arms is None:
            # the claim's own arms stay what they are, whoever the candidate is
            return [candidate, *(_contestant(arm, own, arm.name, arm.isolates) for arm in self.arms)]
        return [candidate, *(_contestant(arm, candidate, arm.name, arm.isolates) for arm in control.arms)]

    def _candidate(self) -> Contestant:
        assert self.candidate.method is not None and isinstance(self.candidate.design, DesignBlock)  # noqa: S101, PT018
        (design,) = self.candidate.design.designs
        plain = Condition(parse_method(self.candidate.method), "default", tuple(self.systems.generators), design)
        return _contestant(self.candidate, Contestant("candidate", "", plain, None), "candidate", "")


def _contestant(block: CandidateBlock, default: Contestant, name: str, isolates: str) -> Contestant:
    """Fill in what a block leaves out; a contrast's own baseline follows what the block changes besides the design."""
    condition = block.condition(default.condition, default.condition.design)
    written = block.minus
    if written is None and default.minus is None:
        return Contestant(name, isolates, condition, None)
    baseline = default.minus or condition
    follows = Condition(
        method=condition.method if block.method is not None else baseline.method,
        track=block.track or baseline.track,
        generators=condition.generators if block.systems is not None else baseline.generators,
        design=baseline.design,
    )
    minus = follows if written is None else written.condition(follows, condition.design)
    return Contestant(name, isolates, condition, minus)


def _check_comparable(candidate: Contestant, arm: Contestant) -> None:
    if (candidate.minus is None) != (arm.minus is None):
        raise ValueError(f"arm {arm.name!r} and the candidate must both have a minus, or neither")


def _check_matched(candidate: Contestant, arm: Contestant, matched: str | None) -> None:
    """Require what the arm promises."""
    if matched == "samples" and arm.condition.design.n_total != candidate.condition.design.n_total:
        raise ValueError(
            f"arm {arm.name!r} must have as many samples as the candidate, got {arm.condition.design.n_total} and "
            f'{candidate.condition.design.n_total}; write design = "size-matched", or leave out matched'
        )
    if matched == "parameters":
        for generator in candidate.condition.generators:
            family = generator.family if isinstance(generator, Stressed) else generator
            _check_parameters(candidate, arm, int(vars(family)["n_vars"]))


def _check_parameters(candidate: Contestant, arm: Contestant, n_vars: int) -> None:
    wanted, given = (one.condition.method.n_parameters(n_vars) for one in (candidate, arm))
    if wanted is None or given is None or abs(given - wanted) > PARAMETER_TOLERANCE * wanted:
        raise ValueError(
            f"arm {arm.name!r} must have as many parameters as the candidate within 10 %, got {given} and {wanted} for "
            f"{n_vars} variables; change its width, or leave out matched"
        )


@dataclass(frozen=True)
class ClaimFile:
    """A claim with the file that it stands in.

    Parameters
    ----------
    name : str
        Path, or the name of a shipped claim.
    text : str
        What the file holds.
    claim : Claim
        What it says.
    """

    name: str
    text: str
    claim: Claim

    @cached_property
    def sha256(self) -> str:
        """Hash of the file."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped_claims() -> Mapping[str, str]:
    """Texts of the claims that come with the package, by name."""
    return shipped_files("claims")


def load_claim(name_or_path: str) -> ClaimFile:
    """Read a shipped claim by name, or any claim by the path of its file.

    Raises
    ------
    ValueError
        If the claim is not valid; the message has a line for each problem, with its place in the file.
    FileNotFoundError
        If there is no such claim and no such file.
    """
    text = read_toml("claim", name_or_path)
    return ClaimFile(name_or_path, text, validated(Claim, text, name_or_path))
