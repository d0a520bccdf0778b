"""Training for next-step prediction alone, many systems at once, stopped early on held-out time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.baselines.lagged import check_spread, lagged_rows
from causal_gauntlet.baselines.torch_extra import nn, torch
from causal_gauntlet.generators.recording import Recording

__all__ = ["DivergedError", "Schedule", "Split", "evenly_spaced", "split_rows", "train"]

Parameters: TypeAlias = dict[str, torch.Tensor]

HELD_OUT = 0.2
MIN_ROWS = 20
CHECK_EVERY = 10
CHECK_ROWS = 512
PATIENCE = 20


class DivergedError(ValueError):
    """Training ended in numbers that are not finite."""

    def __init__(self, step: int, learning_rate: float) -> None:
        super().__init__(
            f"learning_rate must let training converge, got a held-out error that is not finite at step {step} with "
            f"{learning_rate:g} (Schedule.learning_rate); lower it"
        )


@dataclass(frozen=True)
class Schedule:
    """How long and how fast to train.

    Parameters
    ----------
    steps : int
        At most so many steps of Adam.
    batch_size : int
        Rows a step, drawn with replacement; all of them if there are no more.
    learning_rate : float
        Of Adam.
    """

    steps: int
    batch_size: int
    learning_rate: float


@dataclass(frozen=True, eq=False)
class Split:
    """Rows to learn from and, after them in time, rows to stop by.

    Parameters
    ----------
    past : ndarray of float64, shape (R, L, N)
        The L samples before each row's present, in the order of time.
    present : ndarray of float64, shape (R, N)
        What is to be predicted; NaN where nothing is to be learned from a target's sample.
    n_train : int
        The first so many rows are for training, the others are held out.
    """

    past: NDArray[np.float64]
    present: NDArray[np.float64]
    n_train: int


def split_rows(recording: Recording, max_lag: int, *, aware: bool = False) -> Split:
    """Rows without missing values, interventions included; the last fifth of them is held out.

    The variables are z-scored by the training rows, which hold no sample of the time held out. An intervention-aware
    method is not to predict a target where it was held or forced, but does see it as a source there.

    Parameters
    ----------
    recording : Recording
        T samples of N variables.
    max_lag : int
        L, in samples.
    aware : bool
        Whether to leave out a target's samples in which it did not follow its own mechanism.

    Raises
    ------
    ValueError
        If there are fewer than 20 rows, or aware fewer to train on for some target, or none held out for any; or if a
        variable does not vary over the rows to train on.
    """
    (rows,) = lagged_rows(recording, max_lag, min_rows=MIN_ROWS, aware=False)
    n_train = len(rows.windows) - round(HELD_OUT * len(rows.windows))
    check_spread(replace(rows, times=rows.times[:n_train]), recording.names, "training")
    known = rows.windows[:n_train]
    windows = (rows.windows - known.mean(axis=(0, 1))) / known.std(axis=(0, 1))
    present = windows[:, 0].copy()
    if aware:
        present[~recording.endogenous[rows.times]] = np.nan
        _check_learnable(present, n_train, recording.names)
    return Split(past=windows[:, :0:-1].copy(), present=present, n_train=n_train)


def _check_learnable(present: NDArray[np.float64], n_train: int, names: Sequence[str]) -> None:
    learned = np.isfinite(present[:n_train]).sum(axis=0)
    fewest = int(learned.argmin())
    if learned[fewest] < MIN_ROWS or not np.isfinite(present[n_train:]).any():
        raise ValueError(
            f"intervened must leave each variable to itself in at least {MIN_ROWS} rows to train on, and some variable "
            f"in rows held out, got {learned[fewest]} to train on for {names[fewest]} (Recording.intervened); record "
            "more or set aware to false"
        )


def train(
    networks: Sequence[nn.Module], splits: Sequence[Split], schedule: Schedule, generators: Sequence[torch.Generator]
) -> None:
    """Fit each network to its own rows, all of them side by side as one stack of parameters.

    Adam [1]_ minimises the mean squared error of the next sample. Every 10 steps the error on the held-out rows (at
    most 512 of them, evenly spaced) is looked at; a network whose error has not fallen for 20 looks is done, and
    each network ends with the weights of its own best look. Untrained weights are never among them.

    Parameters
    ----------
    networks : sequence of nn.Module
        Of one architecture, on one device; their weights are replaced.
    splits : sequence of Split
        One a network, all of the same shape.
    schedule : Schedule
        For all.
    generators : sequence of torch.Generator
        One a network; draws its batches.

    Raises
    ------
    DivergedError
        If a held-out error is not finite.

    References
    ----------
    .. [1] Kingma and Ba (2015), arXiv:1412.6980. Early stopping: Prechelt (1998), doi:10.1007/3-540-49430-8_3.
    """
    device = next(networks[0].parameters()).device
    n_train, n_rows = splits[0].n_train, len(splits[0].past)
    past = torch.as_tensor(np.stack([split.past for split in splits]), device=device)
    present = torch.as_tensor(np.stack([split.present for split in splits]), device=device)
    held_out = n_train + evenly_spaced(n_rows - n_train, CHECK_ROWS).to(device)
    parameters, _ = torch.func.stack_module_state(list(networks))
    keeper = _BestWeights(parameters)
    optimizer = torch.optim.Adam(list(parameters.values()), lr=schedule.learning_rate, fused=True)
    system = torch.arange(len(networks), device=device)[:, None]
    for step in range(1, schedule.steps + 1):
        rows = torch.stack([_batch(n_train, schedule.batch_size, generator) for generator in generators]).to(device)
        errors = _squared_errors(networks[0], parameters, past[system, rows], present[system, rows])
        optimizer.zero_grad()
        torch.autograd.backward(errors.sum())
        optimizer.step()
        if step % CHECK_EVERY == 0 or step == schedule.steps:
            with torch.no_grad():
                errors = _squared_errors(networks[0], parameters, past[:, held_out], present[:, held_out])
            if not bool(torch.isfinite(errors[keeper.waiting]).all()):
                raise DivergedError(step, schedule.learning_rate)
            keeper.look(errors, parameters)
            if not bool(keeper.waiting.any()):
                break
    for k, network in enumerate(networks):
        network.load_state_dict({name: stacked[k] for name, stacked in keeper.best.items()})


class _BestWeights:
    """The weights of each system's best look, until it has been stale for too long."""

    def __init__(self, parameters: Parameters) -> None:
        self.best = {name: stacked.detach().clone() for name, stacked in parameters.items()}
        any_parameter = next(iter(parameters.values()))
        self.error = any_parameter.new_full((len(any_parameter),), torch.inf)
        self.stale = torch.zeros_like(self.error, dtype=torch.int64)

    @property
    def waiting(self) -> torch.Tensor:
        """Which systems may still improve, shape (S,)."""
        return self.stale < PATIENCE

    def look(self, errors: torch.Tensor, parameters: Parameters) -> None:
        better = self.waiting & (errors < self.error)
        self.stale = torch.where(better, 0, self.stale + 1)
        self.error = torch.where(better, errors, self.error)
        for name, stacked in parameters.items():
            self.best[name][better] = stacked.detach()[better]


def _squared_errors(
    network: nn.Module, parameters: Parameters, past: torch.Tensor, present: torch.Tensor
) -> torch.Tensor:
    """Mean squared error of each system over what is known of its present, shape (S,)."""

    def predict(own: Parameters, own_past: torch.Tensor) -> torch.Tensor:
        predicted: torch.Tensor = torch.func.functional_call(network, own, (own_past,))
        return predicted

    if len(past) == 1:
        # The same numbers without the cost of the vectorising map, which one system would pay for nothing.
        predicted = predict({name: stacked[0] for name, stacked in parameters.items()}, past[0])[None]
    else:
        predicted = torch.func.vmap(predict)(parameters, past)
    known = ~torch.isnan(present)
    squares = torch.where(known, predicted - present, 0.0).square()
    return squares.sum(dim=(1, 2)) / known.sum(dim=(1, 2))


def _batch(n_rows: int, batch_size: int, generator: torch.Generator) -> torch.Tensor:
    if batch_size >= n_rows:
        return torch.arange(n_rows)
    return torch.randint(n_rows, (batch_size,), generator=generator)


def evenly_spaced(n_rows: int, at_most: int) -> torch.Tensor:
    """Row numbers from the first to the last, all of them or as many as allowed."""
    return torch.linspace(0, n_rows - 1, min(n_rows, at_most), dtype=torch.float64).round().long()
