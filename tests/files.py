"""An experiment that is hard to write down, and what a folder holds."""

from pathlib import Path

import numpy as np

from causal_gauntlet.generators import Episode, Experiment, LaggedGraph, ProvenanceCard, Recording


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def awkward_experiment(n_samples: int = 40) -> Experiment:
    """Numbers whose decimals are long, names that need quoting, gaps, and columns 0 and 1 under an intervention."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((n_samples, 4)) * 10.0 ** rng.integers(-300, 300, (n_samples, 4))
    values[3, 1] = values[5] = np.nan
    values[0] = [-0.0, 5e-324, 0.1 + 0.2, np.finfo(float).max]
    names = ("rain, mm/day", 'a "quoted" one', "grün", "x")
    episodes = (Episode(0, 30), Episode(30, n_samples, (0, 1)))
    recording = Recording(values, names, time_step=0.1, episodes=episodes, intervention_kind="soft-noise")
    adjacency = np.zeros((4, 4, 3), dtype=bool)
    adjacency[0, 1, [1, 2]] = True
    specification = {"system": {"generator": "awkward", "parameters": {}, "seed": 0}}
    return Experiment(recording, LaggedGraph(adjacency), ProvenanceCard(()), specification)
