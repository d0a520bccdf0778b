"""The transformer block against PyTorch's own layer."""

import pytest
import torch

from causal_gauntlet.baselines.transformer_bottleneck import TransformerBottleneck, TransformerDynamics


def test_the_block_is_pytorchs_layer_behind_the_positions() -> None:
    ours = TransformerDynamics(4, 7, 9, torch.Generator().manual_seed(0))
    theirs = torch.nn.TransformerEncoderLayer(
        4, nhead=1, dim_feedforward=9, dropout=0.0, batch_first=True, norm_first=True, dtype=torch.float64
    )
    theirs.norm1, theirs.norm2 = (torch.nn.RMSNorm(4, eps=1e-5, dtype=torch.float64) for _ in range(2))
    theirs.load_state_dict(
        {
            "self_attn.in_proj_weight": ours.query_key_value.weight,
            "self_attn.in_proj_bias": torch.zeros(12),
            "self_attn.out_proj.weight": ours.mix.weight,
            "self_attn.out_proj.bias": torch.zeros(4),
            "linear1.weight": ours.into.weight,
            "linear1.bias": ours.into.bias,
            "linear2.weight": ours.out.weight,
            "linear2.bias": ours.out.bias,
            "norm1.weight": ours.attention_norm.weight,
            "norm2.weight": ours.mlp_norm.weight,
        }
    )
    z = torch.randn(3, 7, 4, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    later = torch.nn.Transformer.generate_square_subsequent_mask(7, dtype=torch.float64)
    torch.testing.assert_close(ours(z), theirs(z + ours.position, src_mask=later, is_causal=True))


def test_an_impossible_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"^hidden must be .*TransformerBottleneck\.hidden"):
        TransformerBottleneck(hidden=0)
