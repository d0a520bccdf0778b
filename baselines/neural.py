"""What every neural bottleneck does with a recording: rows, training, readout; one system or many at once."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import numpy as np

from causal_gauntlet.baselines.networks import Bottleneck
from causal_gauntlet.baselines.readouts import READOUTS
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import torch
from causal_gauntlet.baselines.training import Schedule, split_rows, train
from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["NeuralBottleneck", "bottleneck_width", "check_hyperparameters", "discover_many", "discover_untrained"]


@runtime_checkable
class NeuralBottleneck(Protocol):
    """The hyperparameters that all neural bottlenecks have, and the network that they make."""

    @property
    def max_lag(self) -> int:
        """Samples of the past that the network sees."""

    @property
    def width(self) -> int | None:
        """Dimensions between W_in and W_out; half the number of variables, rounded up, if None."""

    @property
    def steps(self) -> int:
        """Most steps of training."""

    @property
    def batch_size(self) -> int:
        """Rows a step."""

    @property
    def learning_rate(self) -> float:
        """Of Adam."""

    @property
    def readout(self) -> str:
        """A name in `READOUTS`."""

    @property
    def aware(self) -> bool:
        """Whether to learn nothing from a target's samples in which it was held or forced."""

    def network(self, n_vars: int, generator: torch.Generator | None = None) -> Bottleneck:
        """An untrained network, its weights drawn from the generator."""


def check_hyperparameters(method: NeuralBottleneck) -> None:
    """Check the fields that all neural bottlenecks have.

    Raises
    ------
    ValueError
        If one is out of its range.
    """
    for field in ("max_lag", "steps", "batch_size"):
        require_count(method, field, 1)
    if method.width is not None:
        require_count(method, "width", 1)
    require_number(method, "learning_rate", sys.float_info.min, 1.0, "above 0 and at most 1")
    require(method.readout in READOUTS, method, "readout", f"one of {', '.join(READOUTS)}")
    require(isinstance(method.aware, bool), method, "aware", "true or false")


def bottleneck_width(width: int | None, n_vars: int) -> int:
    """The width asked for, else half the number of variables, rounded up."""
    return -(-n_vars // 2) if width is None else width


def discover_many(
    method: NeuralBottleneck, recordings: Sequence[Recording], rngs: Sequence[RandomState]
) -> list[EdgeScores]:
    """Score many recordings, those with as many usable rows and variables trained as one stack.

    Each gets the answer that it would get alone, but for rounding. The device is the first CUDA one, else the CPU;
    random numbers are drawn on the CPU in either case.

    Parameters
    ----------
    method : NeuralBottleneck
        The same for all.
    recordings : sequence of Recording
        Of any shapes.
    rngs : sequence of int, SeedSequence, Generator or None
        One a recording.

    Raises
    ------
    ValueError
        If a recording has too few rows or a variable that does not vary, or a training diverges.
    """
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    streams = [_generators(rng) for rng in rngs]
    splits = [split_rows(recording, method.max_lag, aware=method.aware) for recording in recordings]
    schedule = Schedule(method.steps, method.batch_size, method.learning_rate)
    networks = [
        method.network(recording.n_vars, initial).to(device)
        for recording, (initial, _, _) in zip(recordings, streams, strict=True)
    ]
    stacks: dict[tuple[int, ...], list[int]] = {}
    for k, split in enumerate(splits):
        stacks.setdefault(split.past.shape, []).append(k)
    for members in stacks.values():
        train([networks[k] for k in members], [splits[k] for k in members], schedule, [streams[k][1] for k in members])
    readout = READOUTS[method.readout]
    return [
        readout.read(network, split, drawing)
        for network, split, (_, _, drawing) in zip(networks, splits, streams, strict=True)
    ]


def discover_untrained(method: NeuralBottleneck, recording: Recording, rng: RandomState = None) -> EdgeScores:
    """Read out the network that training would start from.

    Raises
    ------
    ValueError
        If the recording has too few rows, or a variable that does not vary.
    """
    initial, _, drawing = _generators(rng)
    split = split_rows(recording, method.max_lag, aware=method.aware)
    return READOUTS[method.readout].read(method.network(recording.n_vars, initial), split, drawing)


def _generators(rng: RandomState) -> tuple[torch.Generator, torch.Generator, torch.Generator]:
    """Streams for the initial weights, the batches and the readout, so that none depends on another's length."""
    seeds = np.random.default_rng(rng).integers(2**63, size=3).tolist()
    initial, batches, readout = (torch.Generator().manual_seed(seed) for seed in seeds)
    return initial, batches, readout
