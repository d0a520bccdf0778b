"""The families, stressors and data sets by name, and the way from a specification back to its experiment."""

from __future__ import annotations

from typing import Any, TypeAlias

from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.heavy_tails import HeavyTails
from causal_gauntlet.generators.hidden_driver import HiddenDriver
from causal_gauntlet.generators.internal_standardisation import InternallyStandardised
from causal_gauntlet.generators.logistic import LogisticMaps
from causal_gauntlet.generators.lorenz96 import Lorenz96
from causal_gauntlet.generators.missing import MissingAtRandom, MissingBlocks
from causal_gauntlet.generators.nulls import IndependentAR, WhiteNoise
from causal_gauntlet.generators.observation_noise import ObservationNoise
from causal_gauntlet.generators.regime_change import RegimeChange
from causal_gauntlet.generators.rescaling import Rescaled, ZScored
from causal_gauntlet.generators.schwingbach import Schwingbach
from causal_gauntlet.generators.stress import Stressed, Stressor
from causal_gauntlet.generators.subsampling import Subsampled
from causal_gauntlet.generators.surrogates import Surrogate
from causal_gauntlet.generators.system import Generator
from causal_gauntlet.generators.trend_season import TrendAndSeason
from causal_gauntlet.generators.var import VAR

__all__ = ["DATASETS", "GENERATORS", "STRESSORS", "experiment_from", "generator_from"]

Family: TypeAlias = (
    type[VAR] | type[Lorenz96] | type[CauseMe] | type[LogisticMaps] | type[IndependentAR] | type[WhiteNoise]
)

GENERATORS: dict[str, Family] = {
    family.__name__.lower(): family for family in (VAR, Lorenz96, CauseMe, LogisticMaps, IndependentAR, WhiteNoise)
}

STRESSORS: dict[str, type[Stressor]] = {
    stressor.kind: stressor
    for stressor in (
        HiddenDriver,
        HeavyTails,
        RegimeChange,
        InternallyStandardised,
        ObservationNoise,
        MissingAtRandom,
        MissingBlocks,
        Subsampled,
        TrendAndSeason,
        Rescaled,
        ZScored,
        Surrogate,
    )
}

DATASETS: dict[str, type[Schwingbach]] = {dataset.__name__.lower(): dataset for dataset in (Schwingbach,)}


def generator_from(system: dict[str, Any]) -> Generator:
    """The family, under stress or not, of a system's specification."""
    family = GENERATORS[system["generator"]](**system["parameters"])
    if "stressors" not in system:
        return family
    described = [dict(stressor) for stressor in system["stressors"]]
    return Stressed(family, tuple(STRESSORS[fields.pop("kind")](**fields) for fields in described))


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
    system = generator_from(specification["system"]).draw(specification["system"]["seed"])
    return system.run(Design.from_specification(specification["design"]), specification["seed"])
