"""What the neural bottlenecks share: embedding, dynamics in few dimensions, readout."""

from __future__ import annotations

from causal_gauntlet.baselines.torch_extra import nn, torch

__all__ = ["DTYPE", "Bottleneck", "dense", "n_parameters", "uniform"]

#: At these sizes double precision costs next to nothing, and stacked training agrees with training one by one.
DTYPE = torch.float64


class Bottleneck(nn.Module):
    r"""Predict the next sample as :math:`W_{out} f(W_{in} x_{t-L}, \dots, W_{in} x_{t-1})`.

    The dynamics f live in `width` dimensions between the two matrices, which have no bias: variables are z-scored.

    Parameters
    ----------
    n_vars : int
        N.
    width : int
        Dimensions between the two matrices.
    dynamics : nn.Module
        From ``(..., L, width)``, in the order of time, to ``(..., K, width)``; its last state is read out. State k from
        the end depends on no input among the last k.
    generator : torch.Generator
        Draws the initial weights.
    n_embeddings : int
        1 if all lags share W_in, L if each has its own.
    """

    def __init__(
        self, n_vars: int, width: int, dynamics: nn.Module, generator: torch.Generator, n_embeddings: int = 1
    ) -> None:
        super().__init__()
        self.w_in = uniform((n_embeddings, width, n_vars), n_embeddings * n_vars, generator)
        self.dynamics = dynamics
        self.w_out = uniform((n_vars, width), width, generator)

    def forward(self, past: torch.Tensor) -> torch.Tensor:
        """Predictions, shape (B, N), from pasts of shape (B, L, N) in the order of time."""
        embedded = torch.einsum("bln,lwn->blw", past, self.w_in)
        states: torch.Tensor = self.dynamics(embedded)
        return states[:, -1] @ self.w_out.T

    def weight_product(self) -> torch.Tensor:
        """W_out W_in as ``[source, target, lag]``, shape (N, N, 1 or L); lag 1 comes first."""
        return torch.einsum("jw,lwi->ijl", self.w_out, self.w_in).flip(-1)


def uniform(shape: tuple[int, ...], fan_in: int, generator: torch.Generator) -> nn.Parameter:
    """Weights from the uniform law on +-1 / sqrt(fan_in), PyTorch's own for dense layers."""
    bound = fan_in**-0.5
    return nn.Parameter(torch.empty(shape, dtype=DTYPE).uniform_(-bound, bound, generator=generator))


def dense(n_in: int, n_out: int, generator: torch.Generator, *, bias: bool = True) -> nn.Linear:
    """A dense layer whose weights come from the generator and not from torch's global one."""
    layer = nn.Linear(n_in, n_out, bias=bias, device="meta", dtype=DTYPE)
    layer.weight = uniform((n_out, n_in), n_in, generator)
    if bias:
        layer.bias = uniform((n_out,), n_in, generator)
    return layer


def n_parameters(model: nn.Module) -> int:
    """How many numbers training chooses."""
    return sum(parameter.numel() for parameter in model.parameters())
