"""Linear recurrences in as many rounds as the logarithm of their length."""

from __future__ import annotations

from causal_gauntlet.baselines.torch_extra import torch

__all__ = ["parallel_scan"]


def parallel_scan(decay: torch.Tensor, drive: torch.Tensor) -> torch.Tensor:
    r"""Solve :math:`h_t = a_t h_{t-1} + b_t` from :math:`h_{-1} = 0`, each element by itself.

    Round r joins to every step the :math:`2^r` steps before those it already holds: two affine maps after one another
    are an affine map, and joining them is associative.

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
    length, reach = drive.shape[-3], 1
    while reach < length:
        earlier, later = slice(None, -reach), slice(reach, None)
        joined = drive[..., later, :, :] + decay[..., later, :, :] * drive[..., earlier, :, :]
        drive = torch.cat((drive[..., :reach, :, :], joined), dim=-3)
        joined = decay[..., later, :, :] * decay[..., earlier, :, :]
        decay = torch.cat((decay[..., :reach, :, :], joined), dim=-3)
        reach *= 2
    return drive
