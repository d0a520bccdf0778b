"""The untrained arm answers for the architecture and the initial weights alone."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from causal_gauntlet.baselines.gru_bottleneck import GRUBottleneck
from causal_gauntlet.baselines.mamba_bottleneck import MambaBottleneck
from causal_gauntlet.baselines.mlp_bottleneck import MLPBottleneck
from causal_gauntlet.benchmark import metrics
from causal_gauntlet.benchmark.names import parse_method
from causal_gauntlet.control_arms.untrained import Untrained
from causal_gauntlet.generators import VAR, Design, Recording


def noise(seed: int) -> NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal((60, 4))


@pytest.mark.parametrize("cls", [MLPBottleneck, GRUBottleneck, MambaBottleneck])
def test_the_weights_are_those_before_training_and_know_nothing_of_the_values(cls: type[MLPBottleneck]) -> None:
    """A learning rate that cannot move a weight by more than rounding leaves the network as it was."""
    bottleneck = cls(max_lag=2, steps=5)
    untrained = Untrained(bottleneck).discover(Recording(noise(0)), rng=3).scores
    np.testing.assert_array_equal(untrained, Untrained(bottleneck).discover(Recording(noise(1)), rng=3).scores)
    hardly_trained = replace(bottleneck, learning_rate=1e-13).discover(Recording(noise(0)), rng=3).scores
    np.testing.assert_allclose(untrained, hardly_trained, atol=1e-11)
    assert np.abs(untrained - bottleneck.discover(Recording(noise(0)), rng=3).scores).max() > 1e-3


def test_it_is_at_chance_over_many_initial_weights() -> None:
    """The mean AUROC of 100 draws within 4.5 standard errors of 0.5: a false alarm once in 1e5 seeds."""
    done = VAR(n_vars=6, density=0.3).draw(seed=0).run(Design(100), seed=0)
    arm = Untrained(MLPBottleneck(max_lag=2))
    values = [metrics.auroc(arm.discover(done.recording, rng=k).scores, done.truth.summary) for k in range(100)]
    assert abs(np.mean(values) - 0.5) < 4.5 * np.std(values, ddof=1) / 10.0


def test_only_a_neural_bottleneck_can_be_untrained() -> None:
    with pytest.raises(ValueError, match=r"of must be a neural bottleneck, such as mlp-bottleneck, got Granger"):
        parse_method('untrained[of="granger"]')
