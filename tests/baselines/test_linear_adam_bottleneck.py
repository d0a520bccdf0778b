"""Gradient descent on the linear bottleneck against its closed form."""

import numpy as np
import pytest
import torch

from causal_gauntlet.baselines.linear_adam_bottleneck import LinearAdamBottleneck
from causal_gauntlet.baselines.linear_bottleneck import reduced_rank_regression
from causal_gauntlet.baselines.readouts import WeightProduct
from causal_gauntlet.baselines.training import Schedule, Split, train


def everything_known(seed: int, n_vars: int, max_lag: int, order: list[int]) -> Split:
    """300 rows of a random linear map with noise, held out once more as they are: early stopping has no part in it."""
    rng = np.random.default_rng(seed)
    past = rng.standard_normal((300, max_lag, n_vars))
    past -= past.mean(axis=0)
    coefficients = rng.standard_normal((max_lag, n_vars, n_vars)) / n_vars
    present = np.einsum("rli,lij->rj", past, coefficients) + rng.standard_normal((300, n_vars))
    present -= present.mean(axis=0)
    return Split(np.tile(past[..., order], (2, 1, 1)), np.tile(present[:, order], (2, 1)), n_train=300)


def converged(split: Split, width: int) -> tuple[float, np.ndarray]:
    """Error and readout after many full batches of Adam."""
    n_vars, max_lag = split.past.shape[2], split.past.shape[1]
    network = LinearAdamBottleneck(max_lag=max_lag, width=width).network(n_vars, torch.Generator().manual_seed(3))
    train([network], [split], Schedule(1000, 300, 0.01), [torch.Generator()])
    scores = WeightProduct().read(network, split, torch.Generator())
    with torch.no_grad():
        predicted = network(torch.as_tensor(split.past[:300])).numpy()
    error = float(np.square(predicted - split.present[:300]).mean())
    return error, scores.scores


@pytest.mark.parametrize(("width", "max_lag"), [(1, 1), (2, 1), (2, 2), (4, 1)])
def test_it_converges_to_the_error_and_the_readout_of_the_closed_form(width: int, max_lag: int) -> None:
    split = everything_known(0, n_vars=4, max_lag=max_lag, order=[0, 1, 2, 3])
    past, present = split.past[:300].reshape(300, -1), split.present[:300]
    weights = reduced_rank_regression(past, present, width)
    optimum = float(np.square(present - past @ weights).mean())
    error, readout = converged(split, width)
    assert optimum <= error * (1.0 + 1e-12)
    assert error == pytest.approx(optimum, rel=1e-6)
    np.testing.assert_allclose(readout, np.abs(weights).reshape(max_lag, 4, 4).max(axis=0), atol=2e-3)


def test_relabelling_variables_relabels_the_converged_readout() -> None:
    order = [2, 0, 3, 1]
    _, before = converged(everything_known(1, 4, 1, [0, 1, 2, 3]), width=2)
    _, after = converged(everything_known(1, 4, 1, order), width=2)
    np.testing.assert_allclose(after, before[np.ix_(order, order)], atol=2e-3)
