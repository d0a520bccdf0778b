"""Systems with a known graph, what is done to them, and the recordings that methods get to see."""

from causal_gauntlet.generators.batch import draw_many, run_many
from causal_gauntlet.generators.cards import ConstructedCard, EdgeCard, ProvenanceCard, Tier
from causal_gauntlet.generators.catalogue import DATASETS, GENERATORS, STRESSORS, experiment_from
from causal_gauntlet.generators.causeme import CauseMe
from causal_gauntlet.generators.design import Design, Schedule
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.heavy_tails import HeavyTails
from causal_gauntlet.generators.hidden_driver import HiddenDriver
from causal_gauntlet.generators.internal_standardisation import InternallyStandardised
from causal_gauntlet.generators.interventions import Do, Intervention, RandomForcing, SoftNoise
from causal_gauntlet.generators.logistic import LogisticMaps
from causal_gauntlet.generators.lorenz96 import Lorenz96
from causal_gauntlet.generators.missing import MissingAtRandom, MissingBlocks
from causal_gauntlet.generators.nulls import IndependentAR, WhiteNoise
from causal_gauntlet.generators.observation_noise import ObservationNoise
from causal_gauntlet.generators.presets import PRESETS, preset
from causal_gauntlet.generators.recording import Episode, Recording
from causal_gauntlet.generators.regime_change import RegimeChange
from causal_gauntlet.generators.rescaling import Rescaled, ZScored
from causal_gauntlet.generators.schwingbach import Schwingbach
from causal_gauntlet.generators.stress import Stressed, Stressor
from causal_gauntlet.generators.subsampling import Subsampled
from causal_gauntlet.generators.surrogates import Surrogate, circular_shift, phase_randomised
from causal_gauntlet.generators.system import Generator, System
from causal_gauntlet.generators.trend_season import TrendAndSeason
from causal_gauntlet.generators.var import VAR

__all__ = [
    "DATASETS",
    "GENERATORS",
    "PRESETS",
    "STRESSORS",
    "VAR",
    "CauseMe",
    "ConstructedCard",
    "Design",
    "Do",
    "EdgeCard",
    "Episode",
    "Experiment",
    "Generator",
    "HeavyTails",
    "HiddenDriver",
    "IndependentAR",
    "InternallyStandardised",
    "Intervention",
    "LaggedGraph",
    "LogisticMaps",
    "Lorenz96",
    "MissingAtRandom",
    "MissingBlocks",
    "MissingExtra",
    "ObservationNoise",
    "ProvenanceCard",
    "RandomForcing",
    "Recording",
    "RegimeChange",
    "Rescaled",
    "Schedule",
    "Schwingbach",
    "SoftNoise",
    "Stressed",
    "Stressor",
    "Subsampled",
    "Surrogate",
    "System",
    "Tier",
    "TrendAndSeason",
    "WhiteNoise",
    "ZScored",
    "circular_shift",
    "draw_many",
    "experiment_from",
    "phase_randomised",
    "preset",
    "run_many",
]
