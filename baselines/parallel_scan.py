"""Linear recurrences in as many rounds as the logarithm of their length."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any, cast

from causal_gauntlet.baselines.torch_extra import torch

__all__ = ["parallel_scan"]

TIME = -3
#: Rounds read and write everything several times; up to so many steps it is faster to take one after the other.
SHORT = 16


def parallel_scan(decay: torch.Tensor, drive: torch.Tensor) -> torch.Tensor:
    r"""Solve :math:`h_t = a_t h_{t-1} + b_t` from :math:`h_{-1} = 0`, each element by itself.

    Round r joins to every step the :math:`2^r` steps before those it already holds: two affine maps after one another
    are an affine map, and joining them is associative. The gradient with respect to :math:`b_t` is a recurrence of the
    same form, :math:`g_t = \partial_t + a_{t+1} g_{t+1}`, solved in the same way from the end; that with respect to
    :math:`a_t` is :math:`g_t h_{t-1}`.

    Parameters
    ----------
    decay : Tensor, shape (..., T, C, n)
        a.
    drive : Tensor, shape (..., T, C, n)
        b.

    Returns
    -------
    Tensor
        h, in the same shape.

    References
    ----------
    Hillis and Steele (1986), doi:10.1145/7902.7903; Blelloch (1990), CMU-CS-90-190.
    """
    scan = cast("Callable[[torch.Tensor, torch.Tensor], torch.Tensor]", _Scan.apply)
    return scan(decay, drive)


class _Scan(torch.autograd.Function):
    """The scan with its adjoint; left to itself, autograd would fill a zero tensor for every slice of every round."""

    generate_vmap_rule = True

    @staticmethod
    def forward(decay: torch.Tensor, drive: torch.Tensor) -> torch.Tensor:
        return _solve(decay, drive)

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[torch.Tensor, torch.Tensor], output: torch.Tensor) -> None:
        ctx.save_for_backward(inputs[0], output)

    @staticmethod
    def backward(ctx: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        decay, states = ctx.saved_tensors
        edge = torch.zeros_like(decay[..., :1, :, :])
        adjoint = _solve(torch.cat((decay[..., 1:, :, :], edge), dim=TIME), gradient, backwards=True)
        return adjoint * torch.cat((edge, states[..., :-1, :, :]), dim=TIME), adjoint


def _solve(decay: torch.Tensor, drive: torch.Tensor, *, backwards: bool = False) -> torch.Tensor:
    return (_steps if drive.shape[TIME] <= SHORT else _rounds)(decay, drive.clone(), backwards=backwards)


def _steps(decay: torch.Tensor, states: torch.Tensor, *, backwards: bool) -> torch.Tensor:
    order = list(range(states.shape[TIME]))
    if backwards:
        order.reverse()
    for before, now in pairwise(order):
        # not in place: the vectorising map knows only this form
        later = torch.addcmul(states[..., now, :, :], decay[..., now, :, :], states[..., before, :, :])
        states[..., now, :, :] = later
    return states


def _rounds(decay: torch.Tensor, states: torch.Tensor, *, backwards: bool) -> torch.Tensor:
    length, reach = states.shape[TIME], 1
    while reach < length:
        late, early = slice(reach, None), slice(None, -reach)
        onto, from_ = (early, late) if backwards else (late, early)
        states[..., onto, :, :] += decay[..., onto, :, :] * states[..., from_, :, :]
        joined = decay.clone()
        joined[..., onto, :, :] *= decay[..., from_, :, :]
        decay = joined
        reach *= 2
    return states
