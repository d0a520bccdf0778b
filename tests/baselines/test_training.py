"""Training: what it sees, when it stops, and that many at once are as one by one."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from strategies import few, seeds

from causal_gauntlet.baselines.mlp_bottleneck import MLPBottleneck
from causal_gauntlet.baselines.networks import Bottleneck
from causal_gauntlet.baselines.training import DivergedError, Schedule, Split, evenly_spaced, split_rows, train
from causal_gauntlet.generators import Recording
from causal_gauntlet.generators.recording import Episode


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def coupled(seed: int, n_samples: int = 200, n_vars: int = 3) -> NDArray[np.float64]:
    x = np.random.default_rng(seed).standard_normal((n_samples, n_vars))
    for t in range(1, n_samples):
        x[t] += 0.5 * x[t - 1]
        x[t, 1] += 0.6 * x[t - 1, 0]
    return x


def trained(split: Split, steps: int, learning_rate: float = 0.01) -> Bottleneck:
    network = MLPBottleneck(max_lag=2, hidden=8).network(3, generator(1))
    train([network], [split], Schedule(steps, 32, learning_rate), [generator(2)])
    return network


def held_out_error(network: Bottleneck, split: Split) -> float:
    with torch.no_grad():
        predicted = network(torch.as_tensor(split.past[split.n_train :])).numpy()
    return float(np.square(predicted - split.present[split.n_train :]).mean())


@given(seed=seeds, max_lag=st.integers(1, 4), n_missing=st.integers(0, 5))
@few
def test_rows_are_the_windows_without_gaps_in_the_order_of_time(seed: int, max_lag: int, n_missing: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.standard_normal((80, 2))
    x[rng.integers(80, size=n_missing), rng.integers(2, size=n_missing)] = np.nan
    samples = [t for t in range(max_lag, 80) if np.isfinite(x[t - max_lag : t + 1]).all()]
    split = split_rows(Recording(x), max_lag)
    assert split.n_train == len(samples) - round(len(samples) / 5)
    known = np.array([x[t - max_lag : t + 1] for t in samples[: split.n_train]]).reshape(-1, 2)
    x = (x - known.mean(axis=0)) / known.std(axis=0)
    np.testing.assert_allclose(split.past, [x[t - max_lag : t] for t in samples], rtol=0.0, atol=1e-12)
    np.testing.assert_allclose(split.present, x[samples], rtol=0.0, atol=1e-12)


@pytest.mark.parametrize("max_lag", [1, 4])
def test_no_training_row_holds_a_sample_of_the_time_held_out(max_lag: int) -> None:
    """Time itself is a variable; and whatever the last fifth holds, the rows to train on are the same bits."""
    x = np.column_stack((np.arange(100.0), np.random.default_rng(0).standard_normal(100)))
    split = split_rows(Recording(x), max_lag)
    training, later = split.past[: split.n_train, :, 0], split.present[split.n_train :, 0]
    assert max(training.max(), split.present[: split.n_train, 0].max()) < later.min()
    n_held_out = len(later)
    x[-n_held_out:] *= -1e3
    other = split_rows(Recording(x), max_lag)
    np.testing.assert_array_equal(other.past[: split.n_train], split.past[: split.n_train])
    np.testing.assert_array_equal(other.present[: split.n_train], split.present[: split.n_train])
    assert not np.array_equal(other.present, split.present)


def test_steps_do_not_depend_on_the_time_held_out() -> None:
    """The first look is at step 10 and always the best so far, so that ten steps show the path itself."""
    split = split_rows(Recording(coupled(0)), 2)
    present = split.present.copy()
    present[split.n_train :] = 7.0
    ours, poisoned = trained(split, 10), trained(Split(split.past, present, split.n_train), 10)
    for name, weights in ours.state_dict().items():
        assert torch.equal(weights, poisoned.state_dict()[name])


def test_the_weights_kept_are_those_of_the_best_look() -> None:
    """Longer runs begin as shorter ones do, so that the error kept can only fall; the last steps here overfit."""
    split = split_rows(Recording(coupled(1, n_samples=60)), 2)
    errors = [held_out_error(trained(split, steps, 0.05), split) for steps in (10, 30, 60, 90, 120, 150)]
    assert errors == sorted(errors, reverse=True)
    assert 1 < len(set(errors)) < len(errors)


def test_training_ends_when_the_error_stays_up() -> None:
    split = split_rows(Recording(coupled(1, n_samples=60)), 2)
    short, long = trained(split, 600, 0.05), trained(split, 100_000, 0.05)
    for name, weights in short.state_dict().items():
        assert torch.equal(weights, long.state_dict()[name])


def test_a_stack_gives_each_network_the_weights_it_gets_alone() -> None:
    """Recordings from pure noise to strongly coupled, so that they stop at different steps."""
    splits = [
        split_rows(Recording(coupled(k) + 3.0 * k * np.random.default_rng(k).random((200, 3))), 2) for k in range(4)
    ]
    method = MLPBottleneck(max_lag=2)
    alone, together = ([method.network(3, generator(k)) for k in range(4)] for _ in range(2))
    schedule = Schedule(400, 32, 0.02)
    for k in range(4):
        train([alone[k]], [splits[k]], schedule, [generator(10 + k)])
    train(together, splits, schedule, [generator(10 + k) for k in range(4)])
    for one, other in zip(alone, together, strict=True):
        torch.testing.assert_close(one.state_dict(), other.state_dict(), rtol=0.0, atol=1e-8)


def test_divergence_is_said_with_the_step_and_the_remedy() -> None:
    split = split_rows(Recording(coupled(2)), 2)
    with pytest.raises(DivergedError, match=r"^learning_rate must .* not finite at step 10 with 1e\+200 .*lower it$"):
        trained(split, 100, 1e200)


@pytest.mark.parametrize(("n_rows", "at_most"), [(1, 5), (5, 5), (6, 5), (1000, 7)])
def test_evenly_spaced_rows_differ_and_span_all(n_rows: int, at_most: int) -> None:
    rows = evenly_spaced(n_rows, at_most)
    assert len(set(rows.tolist())) == min(n_rows, at_most)
    assert rows[0] == 0
    assert rows[-1] == n_rows - 1
    gaps = rows.diff()
    assert n_rows == 1 or gaps.max() - gaps.min() <= 1


@pytest.mark.parametrize("n_rows", [19, 20])
def test_fewer_than_twenty_rows_are_refused(n_rows: int) -> None:
    recording = Recording(coupled(3, n_samples=n_rows + 3))
    if n_rows == 20:
        assert len(split_rows(recording, 3).past) == 20
        return
    complaint = r"^n_samples must leave at least 20 usable rows for X0 with max_lag 3 .* got 19 of 22 samples"
    with pytest.raises(ValueError, match=complaint):
        split_rows(recording, 3)


def test_a_column_that_wakes_only_in_the_time_held_out_is_named() -> None:
    x = coupled(4, n_samples=100)
    x[:90, 1] = 2.0
    with pytest.raises(
        ValueError, match=r"^values must vary, got a constant rain .* usable for training .*Recording\."
    ):
        split_rows(Recording(x, names=("wind", "rain", "snow")), 1)


def forced(seed: int) -> Recording:
    """Coupled variables, of which the first was replaced by noise from sample 60 to 119 and the third from 150 on."""
    x, intervened = coupled(seed), np.zeros((200, 3), dtype=bool)
    intervened[60:120, 0] = intervened[150:, 2] = True
    x[intervened] = np.random.default_rng(seed).standard_normal(intervened.sum())
    episodes = (
        Episode(0, 60),
        Episode(60, 120, (0,)),
        Episode(120, 150),
        Episode(150, 200, (2,)),
    )
    return Recording(x, episodes=episodes, intervention_kind="random-forcing")


def test_an_aware_target_is_predicted_only_where_it_followed_its_mechanism() -> None:
    """As a source it counts everywhere."""
    recording = forced(5)
    split, naive = split_rows(recording, 2, aware=True), split_rows(recording, 2)
    forced_rows = recording.intervened[2:]
    np.testing.assert_array_equal(np.isnan(split.present), forced_rows)
    np.testing.assert_array_equal(split.past, naive.past)
    np.testing.assert_array_equal(split.present[~forced_rows], naive.present[~forced_rows])


def test_what_is_not_to_be_learned_has_no_part_in_the_gradient() -> None:
    """One step of Adam on all rows, against the error of the known entries alone written out by hand."""
    split = split_rows(forced(5), 2, aware=True)
    network = MLPBottleneck(max_lag=2, hidden=8).network(3, generator(1))
    by_hand = MLPBottleneck(max_lag=2, hidden=8).network(3, generator(1))
    train([network], [split], Schedule(1, 1000, 0.01), [generator(2)])
    known = np.isfinite(split.present[: split.n_train])
    optimizer = torch.optim.Adam(by_hand.parameters(), lr=0.01)
    predicted = by_hand(torch.as_tensor(split.past[: split.n_train]))
    error = (predicted[known] - torch.as_tensor(split.present[: split.n_train][known])).square().mean()
    torch.autograd.backward(error)
    optimizer.step()
    torch.testing.assert_close(network.state_dict(), by_hand.state_dict(), rtol=0.0, atol=1e-12)


def test_awareness_changes_nothing_without_interventions() -> None:
    aware, naive = split_rows(Recording(coupled(6)), 2, aware=True), split_rows(Recording(coupled(6)), 2)
    np.testing.assert_array_equal(aware.present, naive.present)


def test_a_variable_that_is_always_forced_is_named() -> None:
    x = coupled(7)
    recording = Recording(x, episodes=(Episode(0, 200, (1,)),), intervention_kind="random-forcing")
    with pytest.raises(ValueError, match=r"^intervened must leave each variable .* got 0 to train on for X1 .* aware"):
        split_rows(recording, 2, aware=True)
