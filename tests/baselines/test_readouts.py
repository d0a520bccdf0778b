"""Readouts of networks whose weights are known."""

import numpy as np
import torch

from causal_gauntlet.baselines.linear_adam_bottleneck import LinearAdamBottleneck
from causal_gauntlet.baselines.mamba_bottleneck import MambaBottleneck
from causal_gauntlet.baselines.networks import Bottleneck
from causal_gauntlet.baselines.readouts import READOUTS, InputGradient, PermutationImportance, WeightProduct
from causal_gauntlet.baselines.training import Split

N_VARS, MAX_LAG = 3, 2


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def rows(seed: int = 0, n_rows: int = 100) -> Split:
    rng = np.random.default_rng(seed)
    past = rng.standard_normal((n_rows, MAX_LAG, N_VARS))
    return Split(past, rng.standard_normal((n_rows, N_VARS)), n_train=80)


def linear_network() -> tuple[Bottleneck, np.ndarray]:
    """A linear network, and its coefficients as [source, target, lag]."""
    network = LinearAdamBottleneck(max_lag=MAX_LAG, width=2).network(N_VARS, generator())
    w_in, w_out = network.w_in.detach().numpy(), network.w_out.detach().numpy()
    by_lag = [(w_out @ w_in[MAX_LAG - k]).T for k in range(1, MAX_LAG + 1)]
    return network, np.stack(by_lag, axis=-1)


def test_weights_are_the_product_from_source_to_target() -> None:
    network = MambaBottleneck().network(N_VARS, generator())
    w_in, w_out = network.w_in[0].detach().numpy(), network.w_out.detach().numpy()
    scores = WeightProduct().read(network, rows(), generator())
    for i in range(N_VARS):
        for j in range(N_VARS):
            np.testing.assert_allclose(scores.scores[i, j], abs(w_out[j] @ w_in[:, i]), rtol=1e-12)
    assert scores.lags is None


def test_weights_of_each_lag_are_kept_and_the_strongest_counts() -> None:
    network, coefficients = linear_network()
    scores = WeightProduct().read(network, rows(), generator())
    assert scores.lagged_scores is not None
    np.testing.assert_allclose(scores.lagged_scores[..., 1:], np.abs(coefficients), rtol=1e-12)
    np.testing.assert_allclose(scores.scores, np.abs(coefficients).max(axis=2), rtol=1e-12)


def test_the_gradient_of_a_linear_network_is_its_coefficients() -> None:
    network, coefficients = linear_network()
    scores = InputGradient().read(network, rows(), generator())
    assert scores.lagged_scores is not None
    np.testing.assert_allclose(scores.lagged_scores[..., 1:], np.abs(coefficients), rtol=1e-12)
    np.testing.assert_allclose(scores.scores, np.abs(coefficients).mean(axis=2), rtol=1e-12)
    np.testing.assert_array_equal(scores.lags, np.abs(coefficients).argmax(axis=2) + 1)


def test_the_gradient_is_that_of_finite_differences() -> None:
    network, split, step = MambaBottleneck().network(N_VARS, generator()), rows(), 1e-5
    scores = InputGradient(max_rows=1000).read(network, split, generator())
    assert scores.lagged_scores is not None
    for i in range(N_VARS):
        for k in range(1, MAX_LAG + 1):
            up, down = (torch.as_tensor(split.past.copy()) for _ in range(2))
            up[:, -k, i] += step
            down[:, -k, i] -= step
            with torch.no_grad():
                slope = ((network(up) - network(down)) / (2.0 * step)).abs().mean(dim=0).numpy()
            np.testing.assert_allclose(scores.lagged_scores[i, :, k], slope, rtol=1e-6, atol=1e-9)


def test_permuting_what_a_perfect_predictor_uses_costs_the_square_of_its_weight() -> None:
    """x_j = sum_i c_ij x_i(t - 1) without noise: shuffling i costs j c_ij squared times one number that i fixes."""
    network = LinearAdamBottleneck(max_lag=MAX_LAG, width=2).network(N_VARS, generator())
    with torch.no_grad():
        network.w_in[0] = 0.0  # the earlier of the two lags
    split = rows()
    with torch.no_grad():
        present = network(torch.as_tensor(split.past)).numpy()
    perfect = Split(split.past, present, split.n_train)
    scores = PermutationImportance().read(network, perfect, generator(1)).scores
    squares = np.square((network.w_out @ network.w_in[1]).detach().numpy().T)
    np.testing.assert_allclose(scores / scores.sum(axis=1, keepdims=True), squares / squares.sum(axis=1, keepdims=True))
    assert (scores.sum(axis=1) > 0.0).all()


def test_permuting_what_is_not_used_costs_nothing() -> None:
    network = MambaBottleneck().network(N_VARS, generator())
    with torch.no_grad():
        network.w_in[..., 1] = 0.0
    scores = PermutationImportance().read(network, rows(), generator()).scores
    np.testing.assert_array_equal(scores[1], 0.0)
    assert (scores[[0, 2]] != 0.0).all()


def test_relabelling_variables_relabels_every_readout() -> None:
    order, split = [2, 0, 1], rows()
    network, relabelled = (MambaBottleneck().network(N_VARS, generator()) for _ in range(2))
    with torch.no_grad():
        relabelled.w_in[:] = network.w_in[..., order]
        relabelled.w_out[:] = network.w_out[order]
    other = Split(split.past[..., order], split.present[:, order], split.n_train)
    for readout in READOUTS.values():
        before = readout.read(network, split, generator(3)).scores
        after = readout.read(relabelled, other, generator(3)).scores
        np.testing.assert_allclose(after, before[np.ix_(order, order)], atol=1e-12)
