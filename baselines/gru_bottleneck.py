"""Prediction bottleneck with a gated recurrent unit between W_in and W_out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from causal_gauntlet.baselines.networks import Bottleneck, dense, n_parameters
from causal_gauntlet.baselines.neural import bottleneck_width, check_hyperparameters, discover_many
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["GRUBottleneck", "GRUDynamics"]


@dataclass(frozen=True)
class GRUBottleneck:
    r"""Predict the next sample from the state of a gated recurrent unit that has read the embedded lags.

    With :math:`z_t = W_{in} x_t` and the unit's state :math:`h_t`, as wide as z and zero before the first lag, the
    prediction is :math:`\hat x_t = W_{out} (z_{t-1} + h_{t-1})`. Without the direct path the product of W_out and W_in
    would depend on an arbitrary choice of basis on either side (our choice).

    Parameters
    ----------
    max_lag : int
        Samples of the past that the predictor sees.
    width : int, optional
        Dimensions of z and of the state; half the number of variables, rounded up, if not given (our choice).
    steps, batch_size, learning_rate : int, int, float
        Of the training, which stops early on held-out time; see `training.train`.
    readout : str
        ``"weights"`` (S), ``"gradient"`` or ``"permutation"``; see `readouts`.
    aware : bool
        Whether samples in which a variable was held or forced are left out of the error of its prediction.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Cho et al. (2014), arXiv:1406.1078 (gated recurrent units; here in the form of PyTorch's ``nn.GRU``).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (2, 5), "width": (None, 2, 4, 8)}

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
        return Bottleneck(n_vars, width, GRUDynamics(width, generator), generator)

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_parameters(self.network(n_vars))

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_many(self, [recording], [rng])[0]

    def discover_many(self, recordings: Sequence[Recording], rngs: Sequence[RandomState]) -> list[EdgeScores]:
        """Score many recordings in one training; see `neural.discover_many`."""
        return discover_many(self, recordings, rngs)


class GRUDynamics(nn.Module):
    """The states of a gated recurrent unit, each with the direct path of its input.

    Plain operations, because PyTorch's own layer cannot be trained as a stack.
    """

    def __init__(self, width: int, generator: torch.Generator) -> None:
        super().__init__()
        self.from_input = dense(width, 3 * width, generator)
        self.from_state = dense(width, 3 * width, generator)

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """From shape (..., T, width) to the same."""
        state = torch.zeros_like(embedded[..., 0, :])
        states = []
        for of_input in self.from_input(embedded).unbind(dim=-2):
            reset_x, update_x, new_x = of_input.chunk(3, dim=-1)
            reset_h, update_h, new_h = self.from_state(state).chunk(3, dim=-1)
            update = torch.sigmoid(update_x + update_h)
            new = torch.tanh(new_x + torch.sigmoid(reset_x + reset_h) * new_h)
            state = new + update * (state - new)
            states.append(state)
        return embedded + torch.stack(states, dim=-2)
