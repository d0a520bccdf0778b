"""The parallel scan against the recurrence that it solves, with its gradients."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from strategies import few, seeds

from causal_gauntlet.baselines.parallel_scan import parallel_scan


def sequential_scan(decay: torch.Tensor, drive: torch.Tensor) -> torch.Tensor:
    state, states = torch.zeros_like(drive[..., 0, :, :]), []
    for t in range(drive.shape[-3]):
        state = decay[..., t, :, :] * state + drive[..., t, :, :]
        states.append(state)
    return torch.stack(states, dim=-3)


def draw_recurrence(seed: int, length: int, dtype: torch.dtype) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    shape = (2, length, 3, 4)
    decay = torch.rand(shape, generator=generator, dtype=dtype).requires_grad_()
    return decay, torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()


@given(seed=seeds, length=st.integers(1, 70))
@few
def test_states_and_gradients_are_those_of_the_recurrence(seed: int, length: int) -> None:
    decay, drive = draw_recurrence(seed, length, torch.float64)
    together, stepwise = parallel_scan(decay, drive), sequential_scan(decay, drive)
    torch.testing.assert_close(together, stepwise, rtol=0.0, atol=1e-12)
    weight = torch.randn(together.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    ours = torch.autograd.grad((together * weight).sum(), (decay, drive), materialize_grads=True)
    theirs = torch.autograd.grad((stepwise * weight).sum(), (decay, drive), materialize_grads=True)
    torch.testing.assert_close(ours, theirs, rtol=0.0, atol=1e-10)


@pytest.mark.parametrize("length", [5, 64, 1000])
def test_single_precision_agrees_to_a_hundred_thousandth(length: int) -> None:
    decay, drive = draw_recurrence(0, length, torch.float32)
    torch.testing.assert_close(parallel_scan(decay, drive), sequential_scan(decay, drive), rtol=0.0, atol=1e-5)


def test_without_decay_it_is_a_running_sum() -> None:
    drive = torch.ones(1, 9, 1, 1)
    torch.testing.assert_close(parallel_scan(torch.ones_like(drive), drive).flatten(), torch.arange(1.0, 10.0))
