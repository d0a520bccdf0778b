"""The perceptron against its formula on every window."""

import pytest
import torch

from causal_gauntlet.baselines.mlp_bottleneck import MLPBottleneck, MLPDynamics


def test_each_window_passes_the_hidden_layer_and_keeps_its_last_sample() -> None:
    mlp = MLPDynamics(2, 3, 5, torch.Generator().manual_seed(0))
    z = torch.randn(1, 6, 2, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    for k in range(4):
        # A window as the layer sees it: the lags of the first dimension, then those of the second.
        window = z[0, k : k + 3].T.flatten()
        hidden = mlp.into.weight @ window + mlp.into.bias
        expected = z[0, k + 2] + mlp.out.weight @ (hidden * torch.sigmoid(hidden)) + mlp.out.bias
        torch.testing.assert_close(mlp(z)[0, k], expected)


def test_an_impossible_size_is_named() -> None:
    with pytest.raises(ValueError, match=r"^hidden must be .*MLPBottleneck\.hidden"):
        MLPBottleneck(hidden=0)
