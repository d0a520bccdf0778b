"""Prediction bottleneck with a Mamba block between W_in and W_out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from causal_gauntlet.baselines.networks import DTYPE, Bottleneck, dense, n_parameters, uniform
from causal_gauntlet.baselines.neural import bottleneck_width, check_hyperparameters, discover_many
from causal_gauntlet.baselines.parallel_scan import parallel_scan
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["MambaBottleneck", "MambaDynamics"]

SMALLEST_DELTA, LARGEST_DELTA = 1e-3, 1e-1


@dataclass(frozen=True)
class MambaBottleneck:
    r"""Predict the next sample by a Mamba block over the embedded lags: the network of the claim under test.

    The states :math:`z_t = W_{in} x_t` pass a selective state-space block, `MambaDynamics`, which adds to them, and
    W_out reads the last. Sizes, depth (one block) and training are our choice. With a width of 1, as for two variables
    by default, the block sees the signs of z alone.

    Parameters
    ----------
    max_lag : int
        Samples of the past that the predictor sees.
    width : int, optional
        Dimensions of z, the model's width; half the number of variables, rounded up, if not given (our choice).
    n_states : int
        States of each channel.
    kernel : int
        Samples that the convolution spans.
    expand : int
        Channels a dimension of z.
    steps, batch_size, learning_rate : int, int, float
        Of the training, which stops early on held-out time; see `training.train`.
    readout : str
        ``"weights"`` (S), ``"gradient"`` or ``"permutation"``; see `readouts`.
    aware : bool
        Whether samples in which a variable was held or forced are left out of the error of its prediction.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Gu and Dao (2023), arXiv:2312.00752 (Mamba).
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (2, 5), "width": (None, 2, 4, 8)}

    max_lag: int = 5
    width: int | None = None
    n_states: int = 16
    kernel: int = 4
    expand: int = 2
    steps: int = 1000
    batch_size: int = 64
    learning_rate: float = 0.01
    readout: str = "weights"
    aware: bool = False

    def __post_init__(self) -> None:
        check_hyperparameters(self)
        require_count(self, "n_states", 1)
        require_count(self, "kernel", 1)
        require_count(self, "expand", 1)

    def network(self, n_vars: int, generator: torch.Generator | None = None) -> Bottleneck:
        """An untrained network, its weights drawn from the generator."""
        generator = generator or torch.Generator()
        width = bottleneck_width(self.width, n_vars)
        dynamics = MambaDynamics(width, self.n_states, self.kernel, self.expand, generator)
        return Bottleneck(n_vars, width, dynamics, generator)

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_parameters(self.network(n_vars))

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_many(self, [recording], [rng])[0]

    def discover_many(self, recordings: Sequence[Recording], rngs: Sequence[RandomState]) -> list[EdgeScores]:
        """Score many recordings in one training; see `neural.discover_many`."""
        return discover_many(self, recordings, rngs)


class MambaDynamics(nn.Module):
    r"""A Mamba block: normalisation, causal convolution, selective state space, gate; added to its input.

    For each channel c of the convolved and activated input u, with :math:`\Delta`, B and C computed from u,

    .. math::
        h_t = e^{\Delta_{t,c} A_c} h_{t-1} + \Delta_{t,c} B_t u_{t,c}, \qquad
        y_{t,c} = C_t \cdot h_t + D_c u_{t,c},

    and y is multiplied with the SiLU of the gate. A and D start as in the reference implementation, and so does the
    bias of :math:`\Delta`, log-uniform from 0.001 to 0.1 behind the softplus.

    Parameters
    ----------
    width, n_states, kernel, expand : int
        As in `MambaBottleneck`.
    generator : torch.Generator
        Draws the initial weights.

    References
    ----------
    Gu and Dao (2023), arXiv:2312.00752, algorithm 2 and figure 3.
    """

    def __init__(self, width: int, n_states: int, kernel: int, expand: int, generator: torch.Generator) -> None:
        super().__init__()
        channels, rank = expand * width, -(-width // 16)
        self.sizes = (rank, n_states, n_states)
        self.norm = nn.RMSNorm(width, eps=1e-5, dtype=DTYPE)
        self.into = dense(width, 2 * channels, generator, bias=False)
        self.convolution = uniform((channels, kernel), kernel, generator)
        self.convolution_bias = uniform((channels,), kernel, generator)
        self.select = dense(channels, sum(self.sizes), generator, bias=False)
        self.delta = dense(rank, channels, generator)
        self.delta.bias = nn.Parameter(_initial_delta_bias(channels, generator))
        rates = torch.arange(1, n_states + 1, dtype=DTYPE)
        self.log_rates = nn.Parameter(rates.log().repeat(channels, 1))
        self.skip = nn.Parameter(torch.ones(channels, dtype=DTYPE))
        self.out = dense(channels, width, generator, bias=False)

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """From shape (..., T, width) to the same."""
        inputs, gate = self.into(self.norm(embedded)).chunk(2, dim=-1)
        mixed = self._state_space(nn.functional.silu(self._convolve(inputs)))
        change: torch.Tensor = self.out(mixed * nn.functional.silu(gate))
        return embedded + change

    def _convolve(self, inputs: torch.Tensor) -> torch.Tensor:
        """Convolve each channel with its own kernel over the samples up to now; the last weight is the present's."""
        span = self.convolution.shape[-1]
        windows = nn.functional.pad(inputs, (0, 0, span - 1, 0)).unfold(-2, span, 1)
        return (windows * self.convolution).sum(dim=-1) + self.convolution_bias

    def _state_space(self, inputs: torch.Tensor) -> torch.Tensor:
        """The selective state space, shape (..., T, C) to the same; states have shape (..., T, C, n_states)."""
        low_rank, write, read = self.select(inputs).split(self.sizes, dim=-1)
        delta = nn.functional.softplus(self.delta(low_rank))
        decay = torch.exp(-delta[..., None] * self.log_rates.exp())
        drive = (delta * inputs)[..., None] * write[..., None, :]
        states = parallel_scan(decay, drive)
        seen: torch.Tensor = (states @ read[..., None])[..., 0]
        return seen + self.skip * inputs


def _initial_delta_bias(channels: int, generator: torch.Generator) -> torch.Tensor:
    """Biases whose softplus is log-uniform, shape (C,)."""
    share = torch.rand(channels, dtype=DTYPE, generator=generator)
    delta = SMALLEST_DELTA * (LARGEST_DELTA / SMALLEST_DELTA) ** share
    return torch.log(torch.expm1(delta))
