"""A neural bottleneck that never saw the recording: what its architecture and its initial weights say by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from causal_gauntlet.baselines.neural import NeuralBottleneck, discover_untrained
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.checks import require
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Untrained"]


@dataclass(frozen=True)
class Untrained:
    """A bottleneck's readout before its training; isolates what training adds.

    The network is the one that the bottleneck would start from with the same random numbers. Readouts that need data
    see the same held-out rows as after training.

    Parameters
    ----------
    of : NeuralBottleneck
        The bottleneck that is left untrained.
    """

    of: NeuralBottleneck

    def __post_init__(self) -> None:
        require(isinstance(self.of, NeuralBottleneck), self, "of", "a neural bottleneck, such as mlp-bottleneck")

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_untrained(self.of, recording, rng)
