"""Prediction bottleneck with a multilayer perceptron between W_in and W_out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from causal_gauntlet.baselines.networks import Bottleneck, dense, n_parameters
from causal_gauntlet.baselines.neural import bottleneck_width, check_hyperparameters, discover_many
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.checks import require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["MLPBottleneck", "MLPDynamics"]


@dataclass(frozen=True)
class MLPBottleneck:
    r"""Predict the next sample by a multilayer perceptron on the embedded lags.

    With :math:`z_t = W_{in} x_t`, the prediction is
    :math:`\hat x_t = W_{out} (z_{t-1} + V \, \mathrm{SiLU}(U (z_{t-L}, \dots, z_{t-1}) + b) + c)`. Without the direct
    path the product of W_out and W_in would depend on an arbitrary choice of basis on either side (our choice).

    Parameters
    ----------
    max_lag : int
        Samples of the past that the predictor sees.
    width : int, optional
        Dimensions of z; half the number of variables, rounded up, if not given (our choice).
    hidden : int
        Hidden units.
    steps, batch_size, learning_rate : int, int, float
        Of the training, which stops early on held-out time; see `training.train`.
    readout : str
        ``"weights"`` (S), ``"gradient"`` or ``"permutation"``; see `readouts`.
    aware : bool
        Whether samples in which a variable was held or forced are left out of the error of its prediction.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169 (the readout);
    Tank, Covert, Foti, Shojaie, Fox (2022), doi:10.1109/TPAMI.2021.3065601 (perceptrons for Granger causality).
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
        return Bottleneck(n_vars, width, MLPDynamics(width, self.max_lag, self.hidden, generator), generator)

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_parameters(self.network(n_vars))

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        return discover_many(self, [recording], [rng])[0]

    def discover_many(self, recordings: Sequence[Recording], rngs: Sequence[RandomState]) -> list[EdgeScores]:
        """Score many recordings in one training; see `neural.discover_many`."""
        return discover_many(self, recordings, rngs)


class MLPDynamics(nn.Module):
    """One hidden layer on each window of embedded lags, around it the direct path of the window's last."""

    def __init__(self, width: int, max_lag: int, hidden: int, generator: torch.Generator) -> None:
        super().__init__()
        self.max_lag = max_lag
        self.into = dense(width * max_lag, hidden, generator)
        self.out = dense(hidden, width, generator)

    def forward(self, embedded: torch.Tensor) -> torch.Tensor:
        """From shape (..., T, width) to (..., T - L + 1, width)."""
        windows = embedded.unfold(-2, self.max_lag, 1).flatten(-2)
        change: torch.Tensor = self.out(nn.functional.silu(self.into(windows)))
        return embedded[..., self.max_lag - 1 :, :] + change
