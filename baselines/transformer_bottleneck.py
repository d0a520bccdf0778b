"""Prediction bottleneck with a causal transformer block between W_in and W_out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from causal_gauntlet.baselines.networks import DTYPE, Bottleneck, dense, n_parameters, uniform
from causal_gauntlet.baselines.neural import bottleneck_width, check_hyperparameters, discover_many
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["TransformerBottleneck", "TransformerDynamics"]


@dataclass(frozen=True)
class TransformerBottleneck:
    r"""Predict the next sample by a transformer block over the embedded lags, each of which sees only earlier ones.

    One block with a normalisation ahead of each of its two halves: causal attention with one head, and a perceptron.
    The states start as :math:`z_t = W_{in} x_t` plus a learned position; both halves add to them, and W_out reads the
    last. The normalisation is by the root mean square, because layer normalisation would leave few dimensions little.
    With a width of 1, as for two variables by default, the block sees signs alone.

    Parameters
    ----------
    max_lag : int
        Samples of the past that the predictor sees.
    width : int, optional
        Dimensions of the states; half the number of variables, rounded up, if not given (our choice).
    hidden : int
        Hidden units of the perceptron.
    steps, batch_size, learning_rate : int, int, float
        Of the training, which stops early on held-out time; see `training.train`.
    readout : str
        ``"weights"`` (S), ``"gradient"`` or ``"permutation"``; see `readouts`.
    aware : bool
        Whether samples in which a variable was held or forced are left out of the error of its prediction.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Vaswani et al. (2017), arXiv:1706.03762; Xiong et al. (2020), arXiv:2002.04745 (normalisation
    ahead); Zhang and Sennrich (2019), arXiv:1910.07467 (by the root mean square).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (2, 5), "width": (None, 2, 4, 8)}

    max_lag: int = 5
    width: int | None = None
    hidden: int = 32
    steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 0.01
    readout: str = "weights"
    aware: bool = False

    def __post_init__(self) -> None:
        check_hyperparameters(self)
        require_count(self, "hidden", 1)

    def network(self, n_vars: int, generator: torch.Generator | None = None) -> Bottleneck:
        """An untrained network, its weights drawn from the generator."""
        generator = generator or torch.Generator()
        width = bottleneck_width(self.width, n_vars)
        return Bottleneck(n_vars, width, TransformerDynamics(width, self.max_lag, self.hidden, generator), generator)

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_parameters(self.network(n_vars))

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_many(self, [recording], [rng])[0]

    def discover_many(self, recordings: Sequence[Recording], rngs: Sequence[RandomState]) -> list[EdgeScores]:
        """Score many recordings in one training; see `neural.discover_many`."""
        return discover_many(self, recordings, rngs)


class TransformerDynamics(nn.Module):
    """Positions, causal attention and a perceptron, each added to the states."""

    def __init__(self, width: int, max_lag: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.position = uniform((max_lag, width), width, generator)
        self.attention_norm = nn.RMSNorm(width, eps=1e-5, dtype=DTYPE)
        # A bias on the keys would have a gradient of 0, of which rounding leaves noise for Adam to scale up.
        self.query_key_value = dense(width, 3 * width, generator, bias=False)
        self.mix = dense(width, width, generator, bias=False)
        self.mlp_norm = nn.RMSNorm(width, eps=1e-5, dtype=DTYPE)
        self.into = dense(width, hidden, generator)
        self.out = dense(hidden, width, generator)

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """From shape (..., T, width), T at most `max_lag`, to the same."""
        length = embedded.shape[-2]
        states: torch.Tensor = embedded + self.position[-length:]
        states = states + self.mix(self._attend(self.attention_norm(states)))
        change: torch.Tensor = self.out(nn.functional.relu(self.into(self.mlp_norm(states))))
        return states + change

    def _attend(self, states: torch.Tensor) -> torch.Tensor:
        projected: torch.Tensor = self.query_key_value(states)
        query, key, value = projected.chunk(3, dim=-1)
        agreement = query @ key.mT / math.sqrt(query.shape[-1])
        later = torch.ones(agreement.shape[-2:], dtype=torch.bool, device=states.device).triu(1)
        weights = agreement.masked_fill(later, -torch.inf).softmax(dim=-1)
        return weights @ value
