"""What came of a claim, as it is written to ``verdict.json``."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

__all__ = [
    "SUBTRACTED",
    "Amendment",
    "ArmOutcome",
    "ComparisonName",
    "ComparisonOutcome",
    "DecompositionOutcome",
    "Outcome",
    "Share",
    "Verdict",
]

ComparisonName: TypeAlias = Literal["claim", "negative control", "positive control"]
#: Comes in a contestant before what is subtracted from it.
SUBTRACTED = "; minus "

Verdict: TypeAlias = Literal["survives", "falsified", "undecided", "withheld"]


class Part(BaseModel):
    """A part of the outcome; nothing else is written."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Amendment(Part):
    """An earlier text of the claim, of which results existed when it was changed."""

    sha256: str = Field(description="Of the earlier file.")
    first_run: str = Field(description="When it was first run, in UTC.")
    difference: str = Field(description="Unified diff from it to the file of this outcome.")


class ArmOutcome(Part):
    """How the candidate fared against one arm."""

    name: str
    isolates: str = Field(description="The confound that the arm isolates.")
    contestant: str = Field(description="What ran: method, track, design, and what was subtracted.")
    mean: float = Field(description="Mean over systems of the arm's metric or contrast.")
    finding: Literal["beaten", "matched", "overturned", "undecided"]
    difference: float = Field(description="Mean advantage of the candidate, positive in the claimed direction.")
    low: float | None = Field(description="Lower bound of its interval; null from one system.")
    high: float | None
    p: float
    p_error: float = Field(description="Monte Carlo standard error of p; 0 if exact.")
    p_adjusted: float
    effect_size: float | None = Field(description="Hedges' g_z; null if the differences do not vary.")
    n_needed: int | None = Field(description="Systems that would decide an undecided arm with 80 % chance, if any do.")
    n_failures: int = Field(description="Cells that failed and were scored worst.")
    differences: list[float] = Field(description="One a system, in their order.")


class Share(Part):
    """A mean over systems, or a ratio of such, with its 95 % interval; null where it has no bound."""

    value: float | None
    low: float | None
    high: float | None


class DecompositionOutcome(Part):
    """How much of an advantage of interventions is due to the number of samples alone."""

    name: str = Field(description="The candidate's or an arm's.")
    contestant: str = Field(description="What ran.")
    raw: Share = Field(description="With interventions, minus without those samples.")
    confound: Share = Field(description="As many samples without interventions, minus without those samples.")
    residual: Share = Field(description="raw - confound.")
    share: Share = Field(description="confound / raw; without bounds if the interval of raw holds 0.")


class ComparisonOutcome(Part):
    """How the claim, or one of its controls, came out."""

    name: ComparisonName
    verdict: Literal["survives", "falsified", "undecided"]
    candidate: str = Field(description="What ran.")
    mean: float
    n_failures: int
    n_undefined: int = Field(description="Systems left out because the metric is undefined for a contestant.")
    arms: list[ArmOutcome]


class Outcome(Part):
    """A claim's verdict with all that it follows from."""

    format: Literal[1] = 1
    id: str
    statement: str
    source: str
    sha256: str = Field(description="Of the claim's file.")
    amendments: list[Amendment]
    verdict: Verdict
    reason: str
    metric: str
    direction: Literal["larger", "smaller"]
    margin: float
    alpha: float
    mode: Literal["fixed", "sequential"]
    n_systems: int = Field(description="Systems that were run.")
    comparisons: list[ComparisonOutcome]
    decompositions: list[DecompositionOutcome] = Field(description="Of each contestant that is such an advantage.")
    cells_sha256: str = Field(description="Of the sorted keys of all cells, one a line.")
    command: str
    environment: dict[str, Any]
