"""Systems with a known graph, what is done to them, and the recordings that methods get to see."""

from causal_gauntlet.generators.batch import draw_many, run_many
from causal_gauntlet.generators.cards import ConstructedCard, EdgeCard, ProvenanceCard, Tier
from causal_gauntlet.generators.catalogue import DATASETS, GENERATORS, experiment_from
from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.design import Design, Schedule
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.logistic import LogisticMaps
from causal_gauntlet.generators.lorenz96 import Lorenz96
from causal_gauntlet.generators.presets import PRESETS, preset
from causal_gauntlet.generators.recording import Episode, Recording
from causal_gauntlet.generators.schwingbach import Schwingbach
from causal_gauntlet.generators.system import Generator, System
from causal_gauntlet.generators.var import VAR

__all__ = [
    "DATASETS",
    "GENERATORS",
    "PRESETS",
    "VAR",
    "CauseMe",
    "ConstructedCard",
    "Design",
    "Do",
    "EdgeCard",
    "Episode",
    "Experiment",
    "Generator",
    "Intervention",
    "LaggedGraph",
    "LogisticMaps",
    "Lorenz96",
    "MissingExtra",
    "ProvenanceCard",
    "RandomForcing",
    "Recording",
    "Schedule",
    "Schwingbach",
    "SoftNoise",
    "System",
    "Tier",
    "draw_many",
    "experiment_from",
    "preset",
    "run_many",
]
