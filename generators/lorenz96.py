"""Lorenz-96: a chaotic ring, where each variable is driven by three neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.jit import compiled, inlined
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.system import System

__all__ = ["Lorenz96", "Lorenz96System"]

BURN_IN_TIME = 20.0
RESOLVED_AMPLITUDE = 20.0
MAX_REFINEMENT = 1000
#: Below this standard deviation the motion is what the burn-in has left of the start.
REST = 0.01


@dataclass(frozen=True)
class Lorenz96:
    r"""The Lorenz-96 system, a chaotic ring of N variables.

    .. math:: dx_i/dt = (x_{i+1} - x_{i-2})\,x_{i-1} - x_i + F

    Solved by the classical Runge-Kutta method with a fixed step. A held variable no longer balances its neighbours'
    energy, and they can grow far beyond the free motion: while any :math:`|x_i|` exceeds 20, each step is split in
    proportion. Process noise is added after each step (Euler-Maruyama).

    The columns are a random permutation of the ring, drawn with the system, so that neighbouring columns say nothing
    about the edges. The summary graph holds i-2, i-1, i+1 and i into i, at lag 1: sampled at a finite interval the
    system also shows the effects of neighbours' neighbours, and the provenance card says so. With 4 variables every
    pair is an edge.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 4.
    forcing : float
        F, in [-100, 100]; the motion is chaotic from about 8 on, and comes to rest below about 0.9.
    sampling_interval : float
        Time between two samples, in the model's unit, in [0.001, 10].
    n_substeps : int
        Runge-Kutta steps in a sampling interval.
    process_noise : float
        Standard deviation of white noise on each :math:`dx_i/dt`, per square root of time.
    observation_noise : float
        Standard deviation of white noise on each sample, in the unit of x; it leaves the motion alone.

    References
    ----------
    Lorenz (1996), Predictability: a problem partly solved, doi:10.1017/CBO9780511617652.004.
    """

    n_vars: int = 10
    forcing: float = 10.0
    sampling_interval: float = 0.1
    n_substeps: int = 10
    process_noise: float = 0.0
    observation_noise: float = 0.0

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 4)
        require_number(self, "forcing", -100.0, 100.0, "in [-100, 100]")
        require_number(self, "sampling_interval", 1e-3, 10.0, "in [0.001, 10]")
        require_count(self, "n_substeps", 1)
        require_number(self, "process_noise", 0.0, 100.0, "in [0, 100]")
        require_number(self, "observation_noise", 0.0, 100.0, "in [0, 100]")

    def draw(self, seed: int) -> Lorenz96System:
        """Draw one system: a permutation of the ring; the same seed draws the same one."""
        return Lorenz96System(self, seed, stream(seed, "lorenz96").permutation(self.n_vars))


class Lorenz96System(System):
    """A Lorenz-96 ring with its columns in a random order.

    Parameters
    ----------
    place : ndarray of int, shape (N,)
        ``place[k]`` is the place on the ring of the variable in column k.
    forcing : float, optional
        F where it differs from the family's, after `redrawn`.
    """

    equation = "dx_i/dt = (x_(i+1) - x_(i-2)) x_(i-1) - x_i + F"

    def __init__(self, generator: Lorenz96, seed: int, place: NDArray[np.int64], forcing: float | None = None) -> None:
        super().__init__(generator, seed, _ring(generator.n_vars).relabelled(place.tolist()))
        self.family = generator
        self.place = place
        self.forcing = generator.forcing if forcing is None else forcing
        self.time_step = generator.sampling_interval
        self.has_innovations = generator.process_noise > 0.0
        self.n_burn = int(np.ceil(BURN_IN_TIME / generator.sampling_interval))

    @cached_property
    def scale(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Observational means and standard deviations; see `System.scale`.

        Raises
        ------
        ValueError
            If the ring comes to rest, so that levels in standard deviations mean nothing.
        """
        mean, std = super().scale
        if std.min() < REST * max(1.0, abs(self.forcing)):
            raise ValueError(
                f"forcing must keep the ring moving to intervene in standard deviations, got {self.forcing!r} "
                "(Lorenz96.forcing); raise it above 0.9, or add process_noise"
            )
        return mean, std

    def redrawn(self, rng: np.random.Generator) -> Lorenz96System:
        """The same ring with a forcing up to a quarter lower or higher; see `System.redrawn`."""
        return Lorenz96System(self.family, self.seed, self.place, self.family.forcing * rng.uniform(0.75, 1.25))

    @property
    def notes(self) -> tuple[str, ...]:
        """The sampling interval, and what it does to the visible edges."""
        return (
            f"Sampled every {self.family.sampling_interval:g} time units: within one interval effects travel beyond "
            "the direct neighbours; sampled data also shows these indirect effects, which the truth does not count.",
        )

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate after a burn-in of 20 time units from a perturbed fixed point; see `System.simulate`.

        Raises
        ------
        ValueError
            If the drive widens innovations that the ring has none of; if the step is too long for the solver, or an
            intervention drives the ring out of bounds.
        """
        n_before = self.n_burn if past is None else 0
        start = self.stream(seed, "start").normal(self.forcing, 1.0, self.family.n_vars) if past is None else past[-1]
        column = np.argsort(self.place)
        on_ring = _integrate(
            start[column],
            self.forcing,
            self.family.sampling_interval / self.family.n_substeps,
            self.family.n_substeps,
            n_before,
            drive.held_before[column],
            np.ascontiguousarray(self._noise(drive, seed, n_before)[..., column]),
            np.ascontiguousarray(drive.input[-(n_before + len(drive.held)) :, column]),
            np.ascontiguousarray(drive.held[:, column]),
            np.ascontiguousarray(drive.held_values[:, column]),
        )
        if not np.isfinite(on_ring).all():
            raise ValueError(
                f"n_substeps must keep the simulation finite, got {self.family.n_substeps!r} for a sampling interval "
                f"of {self.family.sampling_interval:g} (Lorenz96.n_substeps); raise it, or lower the level"
            )
        motion = on_ring[:, self.place]
        if self.family.observation_noise:
            shape = motion.shape
            motion += self.family.observation_noise * self.stream(seed, "observation-noise").standard_normal(shape)
        return motion

    def _noise(self, drive: Drive, seed: int, n_before: int) -> NDArray[np.float64]:
        """What is added after each substep, shape (n, n_substeps, N): for the last n samples, or for none."""
        n_samples, n_vars = drive.held.shape
        family = self.family
        if (drive.noise_gain != 1.0).any() and not family.process_noise:
            raise ValueError(
                "process_noise must be above 0 to widen innovations, got 0.0 (Lorenz96.process_noise); "
                "without it the ring has none: leave SoftNoise.gain at 1 and use its sigma"
            )
        root = np.sqrt(family.sampling_interval / family.n_substeps)
        noise = np.zeros((0, family.n_substeps, n_vars))
        if family.process_noise:
            shape = (n_before + n_samples, family.n_substeps, n_vars)
            noise = root * family.process_noise * self.stream(seed, "innovations").standard_normal(shape)
            noise[n_before:] *= drive.noise_gain[:, None]
        if drive.noise_added.any():
            shape = (n_samples, family.n_substeps, n_vars)
            added = root * drive.noise_added[:, None] * self.stream(seed, "soft-noise").standard_normal(shape)
            if family.process_noise:
                noise[n_before:] += added
            else:
                noise = added
        return noise


def _ring(n_vars: int) -> LaggedGraph:
    adjacency = np.zeros((n_vars, n_vars, 2), dtype=bool)
    target = np.arange(n_vars)
    for offset in (-2, -1, 0, 1):
        adjacency[(target + offset) % n_vars, target, 1] = True
    return LaggedGraph(adjacency)


@inlined
def _stage(
    y: NDArray[np.float64],
    x: NDArray[np.float64],
    forcing: NDArray[np.float64],
    free: NDArray[np.float64],
    reach: float,
    share: float,
    total: NDArray[np.float64],
    following: NDArray[np.float64],
) -> None:
    """One Runge-Kutta stage: adds ``share * dy/dt`` to `total`, and leaves ``x + reach * dy/dt`` in `following`.

    A ring is kept as ``y[2:-1]``, with copies of its ends where their neighbours look for them.
    """
    n = len(total)
    y[0], y[1], y[n + 2] = y[n], y[n + 1], y[2]
    for i in range(n):
        slope = free[i] * ((y[i + 3] - y[i]) * y[i + 1] - y[i + 2] + forcing[i])
        total[i] += share * slope
        following[i + 2] = x[i + 2] + reach * slope


@inlined
def _runge_kutta_step(
    x: NDArray[np.float64],
    forcing: NDArray[np.float64],
    free: NDArray[np.float64],
    step: float,
    total: NDArray[np.float64],
    y: NDArray[np.float64],
    z: NDArray[np.float64],
) -> None:
    """Advance the ring `x` in place by one step; variables whose `free` is 0 stay. The rest is work space."""
    total[:] = 0.0
    _stage(x, x, forcing, free, 0.5 * step, 1.0, total, y)
    _stage(y, x, forcing, free, 0.5 * step, 2.0, total, z)
    _stage(z, x, forcing, free, step, 2.0, total, y)
    _stage(y, x, forcing, free, 0.0, 1.0, total, z)
    for i in range(len(total)):
        x[i + 2] += step / 6.0 * total[i]


@inlined
def _n_splits(x: NDArray[np.float64]) -> int:
    """How often a step is split, in proportion to the amplitude beyond what one step resolves; 0 out of bounds."""
    n_resolved = 0
    for i in range(2, len(x) - 1):
        n_resolved += abs(x[i]) < RESOLVED_AMPLITUDE
    if n_resolved == len(x) - 3:
        return 1
    amplitude = 0.0
    for i in range(2, len(x) - 1):
        if not abs(x[i]) < RESOLVED_AMPLITUDE * MAX_REFINEMENT:
            return 0
        amplitude = max(amplitude, abs(x[i]))
    return 1 + int(amplitude / RESOLVED_AMPLITUDE)


@compiled
def _integrate(
    start: NDArray[np.float64],
    forcing: float,
    step: float,
    n_substeps: int,
    n_before: int,
    held_before: NDArray[np.bool_],
    noise: NDArray[np.float64],
    signal: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Integrate on the ring; returns shape (T, N), NaN from where the motion left all bounds.

    Between samples t and t + 1 a variable is frozen if it is held at both, so that the sample after an episode is
    again the mechanism's own. Noise and signal belong to the interval that leads to a sample, the last row to the last.
    """
    n_samples, n = held.shape
    n_total = n_before + n_samples
    x, y, z = np.zeros(n + 3), np.zeros(n + 3), np.zeros(n + 3)
    x[2:-1] = start
    total, free = np.empty(n), np.ones(n)
    driven = np.full(n, forcing)
    samples = np.empty((n_samples, n))
    for row in range(n_total):
        t = row - n_before
        if t >= 0:
            for i in range(n):
                frozen = held[t, i] and (held[t - 1, i] if t > 0 else held_before[i])
                free[i] = 0.0 if frozen else 1.0
        if row >= n_total - len(signal):
            driven[:] = forcing + signal[row - n_total]
        for k in range(n_substeps):
            n_splits = _n_splits(x)
            if n_splits == 0:
                samples[max(t, 0) :] = np.nan
                return samples
            for _ in range(n_splits):
                _runge_kutta_step(x, driven, free, step / n_splits, total, y, z)
            if row >= n_total - len(noise):
                for i in range(n):
                    x[i + 2] += noise[row - n_total, k, i]
        if t >= 0:
            for i in range(n):
                if held[t, i]:
                    x[i + 2] = held_values[t, i]
                samples[t, i] = x[i + 2]
    return samples
