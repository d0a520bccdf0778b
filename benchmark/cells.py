"""A cell of the benchmark: one experiment and one method, and what came of it."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.benchmark import metrics
from causal_gauntlet.benchmark.names import NamedMethod
from causal_gauntlet.generators.experiment import Experiment, family_of
from causal_gauntlet.generators.randomness import canonical_json

__all__ = ["METRICS", "Cell", "Result", "score_sheet"]

SCHEMA = 3
#: The last package version that changed any number; results of older ones are computed anew.
NUMBERS_VERSION = "0.3.0"

#: Value of each metric with bounds that a failure is given: the worst; all lie in [0, 1].
METRICS: Mapping[str, float] = {
    "auroc": 0.0,
    "auprc": 0.0,
    "auroc_with_diagonal": 0.0,
    "auprc_with_diagonal": 0.0,
    "tpr": 0.0,
    "fpr": 1.0,
    "f1": 0.0,
    "lag_accuracy": 0.0,
}


@dataclass(frozen=True, eq=False)
class Cell:
    """One experiment and one method.

    Parameters
    ----------
    experiment : dict
        The experiment's specification, from which it can be made.
    method : NamedMethod
        What runs on it.
    seed : int
        Root seed of the method's random numbers.
    """

    experiment: dict[str, Any]
    method: NamedMethod
    seed: int

    @cached_property
    def specification(self) -> dict[str, Any]:
        """Everything that determines the result, as JSON values."""
        return {
            "schema": SCHEMA,
            "numbers": NUMBERS_VERSION,
            "experiment": self.experiment,
            "method": self.method.specification(),
            "seed": self.seed,
        }

    @cached_property
    def key(self) -> str:
        """SHA-256 of the specification, the name of the result."""
        return hashlib.sha256(canonical_json(self.specification).encode()).hexdigest()

    @property
    def family(self) -> str:
        """Name of the data set, or of the generator with its stressors: ``var+observation-noise``."""
        return family_of(self.experiment)

    @property
    def system(self) -> str:
        """Identity of the system, the unit of replication."""
        return canonical_json(self.experiment.get("system", self.family))

    @property
    def kind(self) -> str:
        """Kind of the intervention in the experiment."""
        intervention = self.experiment.get("design", {}).get("intervention")
        return "none" if intervention is None else str(intervention["kind"])


@dataclass(frozen=True, eq=False)
class Result:
    """What came of a cell.

    Parameters
    ----------
    determined : dict
        The same bytes on every run: ``specification``, ``leakage`` (the experiment's `LeakageReport`), ``scores``
        (an `EdgeScores`), ``metrics``, ``n_parameters`` that the method trains, null if it counts none, and
        ``failure`` with its reason; scores, metrics and parameters are null if it failed.
    measured : dict
        What differs from run to run: ``seconds`` that `discover` took (null if it did not return),
        ``process_peak_rss_kib``, the high-water mark of the process until then, and the ``environment``.
    """

    determined: dict[str, Any]
    measured: dict[str, Any]

    @property
    def failed(self) -> bool:
        """Whether the method crashed, ran out of time or gave no valid answer."""
        return self.determined["failure"] is not None

    def metric(self, name: str) -> float:
        """Value of one of `METRICS`; a failure is scored worst, and one that is undefined is NaN."""
        if self.failed:
            return METRICS[name]
        value = self.determined["metrics"].get(name)
        return math.nan if value is None else float(value)


def score_sheet(answer: EdgeScores, experiment: Experiment) -> dict[str, float | None]:
    """All metrics of an answer; None where one is undefined or the method decides nothing."""
    truth = experiment.truth
    known = experiment.card.scored(experiment.recording.names)
    apart = known & metrics.off_diagonal(truth.n_vars)
    sheet = {
        "auroc": metrics.auroc(answer.scores, truth.summary, apart),
        "auprc": metrics.average_precision(answer.scores, truth.summary, apart),
        "auroc_with_diagonal": metrics.auroc(answer.scores, truth.summary, known),
        "auprc_with_diagonal": metrics.average_precision(answer.scores, truth.summary, known),
    }
    decision = answer.decision
    if decision is not None:
        sheet["tpr"] = metrics.true_positive_rate(decision, truth.summary, apart)
        sheet["fpr"] = metrics.false_positive_rate(decision, truth.summary, apart)
        sheet["f1"] = metrics.f1(decision, truth.summary, apart)
        sheet["shd"] = metrics.structural_hamming_distance(decision, truth.summary, apart)
        if answer.lags is not None:
            sheet["lag_accuracy"] = metrics.lag_accuracy(decision, answer.lags, truth.adjacency, apart)
    return {name: None if math.isnan(value) else float(value) for name, value in sheet.items()}
