"""The families and data sets by name, and the way from a specification back to its experiment."""

from __future__ import annotations

from typing import Any

from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.lorenz96 import Lorenz96
from causal_gauntlet.generators.schwingbach import Schwingbach
from causal_gauntlet.generators.var import VAR

__all__ = ["DATASETS", "GENERATORS", "experiment_from"]

GENERATORS: dict[str, type[VAR] | type[Lorenz96] | type[CauseMe]] = {
    family.__name__.lower(): family for family in (VAR, Lorenz96, CauseMe)
}

DATASETS: dict[str, type[Schwingbach]] = {dataset.__name__.lower(): dataset for dataset in (Schwingbach,)}


def experiment_from(specification: dict[str, Any]) -> Experiment:
    """Make an experiment again from the specification it carries.

    Raises
    ------
    MissingExtra
        If it is a data set whose package is not installed.
    ValueError
        If it is a data set whose files have changed.
    """
    if "dataset" in specification:
        experiment = DATASETS[specification["dataset"]](**specification["parameters"]).load()
        if experiment.specification != specification:
            raise ValueError(f"files of {specification['dataset']} must be those of the specification, got others")
        return experiment
    drawn = specification["system"]
    system = GENERATORS[drawn["generator"]](**drawn["parameters"]).draw(drawn["seed"])
    return system.run(Design.from_specification(specification["design"]), specification["seed"])
