"""The families and data sets by name, and the way from a specification back to its experiment."""

from __future__ import annotations

from typing import Any

from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.lorenz96 import Lorenz96
from causal_gauntlet.generators.var import VAR

__all__ = ["GENERATORS", "experiment_from"]

GENERATORS: dict[str, type[VAR] | type[Lorenz96] | type[CauseMe]] = {
    family.__name__.lower(): family for family in (VAR, Lorenz96, CauseMe)
}


def experiment_from(specification: dict[str, Any]) -> Experiment:
    """Make an experiment again from the specification it carries."""
    drawn = specification["system"]
    system = GENERATORS[drawn["generator"]](**drawn["parameters"]).draw(drawn["seed"])
    return system.run(Design.from_specification(specification["design"]), specification["seed"])
