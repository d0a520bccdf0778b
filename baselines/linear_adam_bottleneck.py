"""Linear prediction bottleneck trained by Adam: the closed form's model, found by gradient descent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from causal_gauntlet.baselines.networks import Bottleneck, n_parameters
from causal_gauntlet.baselines.neural import bottleneck_width, check_hyperparameters, discover_many
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["LinearAdamBottleneck"]


@dataclass(frozen=True)
class LinearAdamBottleneck:
    r"""`LinearBottleneck` fitted as neural networks are: by Adam on batches, stopped early.

    The prediction is :math:`\hat x_t = W_{out} \sum_k W_{in}^{(k)} x_{t-k}`, with an embedding for each lag. Its least
    training error is that of `LinearBottleneck`, but what early stopping keeps is another estimate, and the
    bottleneck is that of gradient descent. S takes the strongest lag of each pair.

    Parameters
    ----------
    max_lag : int
        Samples of the past that the predictor sees.
    width : int, optional
        Units in the bottleneck; half the number of variables, rounded up, if not given (our choice).
    steps, batch_size, learning_rate : int, int, float
        Of the training, which stops early on held-out time; see `training.train`.
    readout : str
        ``"weights"`` (S), ``"gradient"`` or ``"permutation"``; see `readouts`.
    aware : bool
        Whether samples in which a variable was held or forced are left out of the error of its prediction.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Kingma and Ba (2015), arXiv:1412.6980 (Adam).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 3, 5), "width": (None, 2, 4, 8)}

    max_lag: int = 5
    width: int | None = None
    steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 0.01
    readout: str = "weights"
    aware: bool = False

    def __post_init__(self) -> None:
        check_hyperparameters(self)

    def network(self, n_vars: int, generator: torch.Generator | None = None) -> Bottleneck:
        """An untrained network, its weights drawn from the generator."""
        generator = generator or torch.Generator()
        width = bottleneck_width(self.width, n_vars)
        return Bottleneck(n_vars, width, LagSum(), generator, n_embeddings=self.max_lag)

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_parameters(self.network(n_vars))

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_many(self, [recording], [rng])[0]

    def discover_many(self, recordings: Sequence[Recording], rngs: Sequence[RandomState]) -> list[EdgeScores]:
        """Score many recordings in one training; see `neural.discover_many`."""
        return discover_many(self, recordings, rngs)


class LagSum(nn.Module):
    """The sum of the embedded lags."""

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """From shape (..., L, width) to (..., 1, width)."""
        return embedded.sum(dim=-2, keepdim=True)
