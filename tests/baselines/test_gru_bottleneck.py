"""The gated recurrent unit against PyTorch's own layer."""

import torch

from causal_gauntlet.baselines.gru_bottleneck import GRUDynamics


def test_states_are_those_of_pytorchs_layer() -> None:
    ours = GRUDynamics(4, torch.Generator().manual_seed(0))
    theirs = torch.nn.GRU(4, 4, batch_first=True, dtype=torch.float64)
    theirs.load_state_dict(
        {
            "weight_ih_l0": ours.from_input.weight,
            "weight_hh_l0": ours.from_state.weight,
            "bias_ih_l0": ours.from_input.bias,
            "bias_hh_l0": ours.from_state.bias,
        }
    )
    z = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    torch.testing.assert_close(ours(z), z + theirs(z)[0])
