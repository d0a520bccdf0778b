"""The Mamba block against loops over time, channels and states."""

import math

import pytest
import torch
from torch.nn.functional import conv1d

from causal_gauntlet.baselines.mamba_bottleneck import MambaBottleneck, MambaDynamics


def silu(x: float) -> float:
    return x / (1.0 + math.exp(-x))


def block(width: int, n_states: int = 3, kernel: int = 4, seed: int = 0) -> MambaDynamics:
    return MambaDynamics(width, n_states, kernel, 2, torch.Generator().manual_seed(seed))


def by_loops(mamba: MambaDynamics, z: list[list[float]]) -> list[list[float]]:
    """Algorithm 2 of Gu and Dao with the block around it, one number at a time."""
    rank, n_states, _ = mamba.sizes
    weights = {name: parameter.tolist() for name, parameter in mamba.named_parameters()}
    n_channels, kernel = mamba.convolution.shape
    state = [[0.0] * n_states for _ in range(n_channels)]
    seen, answer = [], []
    for now in z:
        size = math.sqrt(sum(value * value for value in now) / len(now) + 1e-5)
        normed = [value / size * scale for value, scale in zip(now, weights["norm.weight"], strict=True)]
        both = [sum(w * v for w, v in zip(row, normed, strict=True)) for row in weights["into.weight"]]
        seen.append(both[:n_channels])
        u = []
        for c in range(n_channels):
            total = weights["convolution_bias"][c]
            for back in range(min(kernel, len(seen))):
                total += weights["convolution"][c][kernel - 1 - back] * seen[-1 - back][c]
            u.append(silu(total))
        selected = [sum(w * v for w, v in zip(row, u, strict=True)) for row in weights["select.weight"]]
        y = []
        for c in range(n_channels):
            low_rank = weights["delta.bias"][c]
            low_rank += sum(weights["delta.weight"][c][r] * selected[r] for r in range(rank))
            delta = math.log1p(math.exp(low_rank))
            for n in range(n_states):
                a = -math.exp(weights["log_rates"][c][n])
                state[c][n] = math.exp(delta * a) * state[c][n] + delta * selected[rank + n] * u[c]
            read = sum(selected[rank + n_states + n] * state[c][n] for n in range(n_states))
            y.append((read + weights["skip"][c] * u[c]) * silu(both[n_channels + c]))
        out = [sum(w * v for w, v in zip(row, y, strict=True)) for row in weights["out.weight"]]
        answer.append([value + change for value, change in zip(now, out, strict=True)])
    return answer


@pytest.mark.parametrize(("width", "length"), [(1, 3), (2, 9), (17, 6)])
def test_the_block_is_the_published_recurrence(width: int, length: int) -> None:
    """A width of 17 has a step size of rank 2; lengths below and above the kernel."""
    mamba = block(width)
    z = torch.randn(length, width, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    expected = torch.tensor(by_loops(mamba, z.tolist()), dtype=torch.float64)
    torch.testing.assert_close(mamba(z[None])[0].detach(), expected, rtol=0.0, atol=1e-10)


def test_the_convolution_is_depthwise_and_causal() -> None:
    mamba = block(3)
    inputs = torch.randn(2, 8, 6, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    padded = conv1d(inputs.mT, mamba.convolution[:, None], mamba.convolution_bias, padding=3, groups=6)
    torch.testing.assert_close(mamba._convolve(inputs), padded[..., :8].mT)


def test_it_starts_as_the_reference_implementation_does() -> None:
    mamba = block(20, n_states=16)
    torch.testing.assert_close(mamba.log_rates.exp().detach(), torch.arange(1.0, 17.0).double().repeat(40, 1))
    assert (mamba.skip == 1.0).all()
    delta = torch.nn.functional.softplus(mamba.delta.bias)
    assert ((delta >= 1e-3) & (delta <= 1e-1)).all()
    assert delta.min() < 2e-3
    assert delta.max() > 5e-2


@pytest.mark.parametrize("field", ["n_states", "kernel", "expand"])
def test_impossible_sizes_are_named(field: str) -> None:
    with pytest.raises(ValueError, match=rf"^{field} must be .*MambaBottleneck\.{field}"):
        MambaBottleneck(**{field: 0})
