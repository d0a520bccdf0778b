"""Discrete-time systems: each sample is computed from the samples before it and an innovation."""

from __future__ import annotations

from abc import abstractmethod
from copy import copy
from functools import cached_property
from graphlib import TopologicalSorter
from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.jit import compiled, inlined
from causal_gauntlet.generators.noise import unit_noise
from causal_gauntlet.generators.stability import stationary_covariance
from causal_gauntlet.generators.system import Generator, System

__all__ = ["AdditiveSystem", "Links", "RecursiveSystem", "couple", "links_of"]


class Links(NamedTuple):
    """The parents of each variable, sparse: those of target j are entries ``first[j]`` to ``first[j + 1]`` - 1.

    Parameters
    ----------
    order : ndarray of int, shape (N,)
        Targets in the order in which they are computed, causes at lag 0 before their effects.
    first : ndarray of int, shape (N + 1,)
        Where each target's entries begin.
    source, lag, form : ndarray of int, shape (K,)
        Column, lag in samples, and which function of `couple`.
    weight : ndarray of float64, shape (K,)
        Coefficients.
    """

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    source: NDArray[np.int64]
    lag: NDArray[np.int64]
    form: NDArray[np.int64]
    weight: NDArray[np.float64]


def links_of(coefficients: NDArray[np.float64], form: NDArray[np.int64]) -> Links:
    """Collect the nonzero coefficients, shape (N, N, L + 1); `form` has shape (N, N) and is 0 for self-links."""
    target, source, lag = np.nonzero(coefficients.transpose(1, 0, 2))
    n_vars = len(coefficients)
    causes = {j: np.flatnonzero(coefficients[:, j, 0]).tolist() for j in range(n_vars)}
    return Links(
        order=np.array(list(TopologicalSorter(causes).static_order()), dtype=np.int64),
        first=np.searchsorted(target, np.arange(n_vars + 1)),
        source=source,
        lag=lag,
        form=np.where(source == target, 0, form[source, target]),
        weight=coefficients[source, target, lag],
    )


class RecursiveSystem(System):
    """A system in discrete time with independent innovations.

    Parameters
    ----------
    noise : str
        Law of the innovations, one of `causal_gauntlet.generators.noise.LAWS`.
    innovation_std : ndarray of float64, shape (N,)
        Their standard deviations.

    Attributes
    ----------
    innovation_mean : ndarray of float64, shape (N,)
        Their means: zero unless `AdditiveSystem.in_units` set it.
    """

    n_burn = 500

    def __init__(
        self, generator: Generator, seed: int, graph: LaggedGraph, noise: str, innovation_std: NDArray[np.float64]
    ) -> None:
        super().__init__(generator, seed, graph)
        self.noise = noise
        self.innovation_std = innovation_std
        self.innovation_mean = np.zeros(graph.n_vars)

    @abstractmethod
    def advance(self, x: NDArray[np.float64], held: NDArray[np.bool_], held_values: NDArray[np.float64]) -> None:
        """Step through time in place.

        Parameters
        ----------
        x : ndarray of float64, shape (L + n_burn + T, N)
            L samples of the past, then innovations, to be replaced by the motion.
        held, held_values : ndarray, shape (T, N)
            Of the last T samples.
        """

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate; see `System.simulate`."""
        n_samples, n_vars = drive.held.shape
        n_past = self.graph.max_lag
        n_before = n_past + (self.n_burn if past is None else 0)
        x = np.zeros((n_before + n_samples, n_vars))
        if past is not None:
            x[:n_past] = past[-n_past:]
        x[n_past:] = unit_noise(self.noise, (len(x) - n_past, n_vars), self.stream(seed, "innovations"))
        x[n_past:] = self.innovation_std * x[n_past:]
        if self.innovation_mean.any():
            x[n_past:] += self.innovation_mean
        if drive.widens:
            added = self.stream(seed, "soft-noise").standard_normal((n_samples, n_vars))
            x[n_before:] = drive.noise_gain * x[n_before:] + drive.noise_added * added
        if n_driven := min(len(drive.input), len(x) - n_past):
            x[-n_driven:] += drive.input[-n_driven:]
        self.advance(x, drive.held, drive.held_values)
        return x[n_before:]


class AdditiveSystem(RecursiveSystem):
    """A recursive system whose variables are sums of functions of their parents.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L + 1)
        ``coefficients[i, j, lag]`` is the weight of variable i in variable j, `lag` samples later.
    form : ndarray of int, shape (N, N)
        Which function of `couple` leads from i to j; all linear if not given, and self-links always.
    """

    def __init__(
        self,
        generator: Generator,
        seed: int,
        graph: LaggedGraph,
        noise: str,
        coefficients: NDArray[np.float64],
        form: NDArray[np.int64] | None = None,
    ) -> None:
        super().__init__(generator, seed, graph, noise, np.ones(graph.n_vars))
        self.coefficients = coefficients
        self.form = np.zeros(coefficients.shape[:2], dtype=np.int64) if form is None else form

    @cached_property
    def links(self) -> Links:
        """The coefficients, sparse."""
        return links_of(self.coefficients, self.form)

    @property
    def is_linear(self) -> bool:
        """Whether all variables are linear in their parents."""
        return not self.form.any()

    @cached_property
    def covariance(self) -> NDArray[np.float64]:
        """Stationary covariance of a linear system's variables, shape (N, N)."""
        return stationary_covariance(self.coefficients, self.innovation_std)

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Observational means and standard deviations, exact if the system is linear; see `System.scale`."""
        if not self.is_linear:
            return super().scale
        return np.zeros(self.graph.n_vars), np.sqrt(self.covariance.diagonal())

    def in_units(self, mean: NDArray[np.float64], std: NDArray[np.float64]) -> Self:
        """The system in which each variable is centred and divided before its children see it.

        Parameters
        ----------
        mean, std : ndarray of float64, shape (N,)
            What is taken away from each variable, and what it is then divided by.
        """
        changed = copy(self)
        for name in ("links", "_matrices", "covariance", "reference", "scale"):
            changed.__dict__.pop(name, None)
        changed.coefficients = self.coefficients / std[:, None]
        changed.innovation_std = self.innovation_std / std
        changed.innovation_mean = (self.innovation_mean - mean) / std
        return changed

    def advance(self, x: NDArray[np.float64], held: NDArray[np.bool_], held_values: NDArray[np.float64]) -> None:
        """Step through time in place; see `RecursiveSystem.advance`."""
        if not self.is_linear or self.coefficients[..., 0].any():
            _add_up(x, held, held_values, self.graph.max_lag, *self.links)
        else:
            _add_linear(x, held, held_values, self._matrices)

    @cached_property
    def _matrices(self) -> NDArray[np.float64]:
        """Lagged coefficients, contiguous over the targets of a source: shape (L, N, N)."""
        return np.ascontiguousarray(self.coefficients[..., 1:].transpose(2, 0, 1))


@compiled
def couple(form: int, x: float) -> float:
    """Coupling function: 0 the identity, 1 and 2 the nonlinear ones of `CauseMe`."""
    if form == 0:
        return x
    bump = np.exp(-x * x / 2.0)
    if form == 1:
        return float((1.0 - 4.0 * bump) * x)
    return float((1.0 - 4.0 * x**3 * bump) * x)


@compiled
def _add_up(
    x: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
    n_past: int,
    order: NDArray[np.int64],
    first: NDArray[np.int64],
    source: NDArray[np.int64],
    lag: NDArray[np.int64],
    form: NDArray[np.int64],
    weight: NDArray[np.float64],
) -> None:
    n_before = x.shape[0] - held.shape[0]
    for t in range(n_past, x.shape[0]):
        for j in order:
            if t >= n_before and held[t - n_before, j]:
                x[t, j] = held_values[t - n_before, j]
                continue
            total = x[t, j]
            for k in range(first[j], first[j + 1]):
                total += weight[k] * couple(form[k], x[t - lag[k], source[k]])
            x[t, j] = total


@inlined
def _add_product(now: NDArray[np.float64], past: NDArray[np.float64], matrix: NDArray[np.float64]) -> None:
    """Add ``past @ matrix``, four sources at a time, so that `now` is read and written a quarter as often."""
    n_vars = len(now)
    n_even = n_vars - n_vars % 4
    for i in range(0, n_even, 4):
        a, b, c, d = past[i], past[i + 1], past[i + 2], past[i + 3]
        for j in range(n_vars):
            now[j] += (matrix[i, j] * a + matrix[i + 1, j] * b) + (matrix[i + 2, j] * c + matrix[i + 3, j] * d)
    for i in range(n_even, n_vars):
        for j in range(n_vars):
            now[j] += matrix[i, j] * past[i]


@compiled
def _add_linear(
    x: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
    matrices: NDArray[np.float64],
) -> None:
    """Linear without effects at lag 0: all targets of a source at once, in vector instructions."""
    n_past, n_vars, _ = matrices.shape
    n_before = x.shape[0] - held.shape[0]
    for t in range(n_past, x.shape[0]):
        now = x[t]
        for lag in range(1, n_past + 1):
            _add_product(now, x[t - lag], matrices[lag - 1])
        if t >= n_before:
            for j in range(n_vars):
                if held[t - n_before, j]:
                    now[j] = held_values[t - n_before, j]
