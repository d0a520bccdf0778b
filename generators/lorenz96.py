"""Lorenz-96: a chaotic ring, where each variable is driven by three neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.system import System

__all__ = ["Lorenz96", "Lorenz96System"]

BURN_IN_TIME = 20.0
RESOLVED_AMPLITUDE = 20.0
MAX_REFINEMENT = 1000


@dataclass(frozen=True)
class Lorenz96:
    r"""The Lorenz-96 system, a chaotic ring of N variables.

    .. math:: dx_i/dt = (x_{i+1} - x_{i-2})\,x_{i-1} - x_i + F

    Solved by the classical Runge-Kutta method with a fixed step. A held variable no longer balances its neighbours'
    energy, and they can grow far beyond the free motion: while any :math:`|x_i|` exceeds 20, each step is split in
    proportion.

    The columns are a random permutation of the ring, drawn with the system, so that neighbouring columns say nothing
    about the edges. The summary graph holds i-2, i-1, i+1 and i into i, at lag 1: sampled at a finite interval the
    system also shows the effects of neighbours' neighbours, and the provenance card says so.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 4.
    forcing : float
        F; the motion is chaotic from about 8 on.
    sampling_interval : float
        Time between two samples, in the model's unit.
    n_substeps : int
        Runge-Kutta steps in a sampling interval.

    References
    ----------
    Lorenz (1996), Predictability: a problem partly solved, doi:10.1017/CBO9780511617652.004.
    """

    n_vars: int = 10
    forcing: float = 10.0
    sampling_interval: float = 0.1
    n_substeps: int = 10

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 4)
        require_number(self, "forcing", -100.0, 100.0, "in [-100, 100]")
        require_number(self, "sampling_interval", 0.0, 10.0, "in (0, 10]")
        require(self.sampling_interval > 0.0, self, "sampling_interval", "in (0, 10]")
        require_count(self, "n_substeps", 1)

    def draw(self, seed: int) -> Lorenz96System:
        """Draw one system: a permutation of the ring; the same seed draws the same one."""
        return Lorenz96System(self, seed, stream(seed, "lorenz96").permutation(self.n_vars))


class Lorenz96System(System):
    """A Lorenz-96 ring with its columns in a random order.

    Parameters
    ----------
    place : ndarray of int, shape (N,)
        ``place[k]`` is the place on the ring of the variable in column k.
    """

    equation = "dx_i/dt = (x_(i+1) - x_(i-2)) x_(i-1) - x_i + F"

    def __init__(self, generator: Lorenz96, seed: int, place: NDArray[np.int64]) -> None:
        super().__init__(generator, seed, _ring(generator.n_vars).relabelled(place.tolist()))
        self.family = generator
        self.place = place
        self.time_step = generator.sampling_interval

    @property
    def notes(self) -> tuple[str, ...]:
        """The sampling interval, and what it does to the visible edges."""
        return (
            f"Sampled every {self.family.sampling_interval:g} time units: within one interval effects travel beyond "
            "the direct neighbours; sampled data also shows these indirect effects, which the truth does not count.",
        )

    def simulate(self, drive: Drive, seed: int) -> NDArray[np.float64]:
        """Simulate after a burn-in of 20 time units from a perturbed fixed point; see `System.simulate`.

        Raises
        ------
        ValueError
            If the drive widens innovations, which the ring has none of; if the step is too long for the solver, or an
            intervention drives the ring out of bounds.
        """
        if (drive.noise_gain != 1.0).any():
            raise ValueError(
                "gain must be 1 for Lorenz-96, which has no innovations to widen; use sigma (SoftNoise.gain)"
            )
        n_samples, n_vars = drive.held.shape
        family = self.family
        step = family.sampling_interval / family.n_substeps
        start = np.asarray(stream(seed, "start", self.specification).normal(family.forcing, 1.0, size=n_vars))
        noise = stream(seed, "soft-noise", self.specification).standard_normal((n_samples, family.n_substeps, n_vars))
        noise *= np.sqrt(step) * drive.noise_added[:, None, :]
        column = np.argsort(self.place)
        on_ring = _integrate(
            start,
            family.forcing,
            step,
            int(np.ceil(BURN_IN_TIME / step)),
            noise[..., column],
            drive.held[:, column],
            drive.held_values[:, column],
        )
        if not np.isfinite(on_ring).all():
            raise ValueError(
                f"n_substeps must keep the simulation finite, got {family.n_substeps!r} for a sampling interval of "
                f"{family.sampling_interval:g} (Lorenz96.n_substeps); raise it, or lower the intervention's level"
            )
        return on_ring[:, self.place]


def _ring(n_vars: int) -> LaggedGraph:
    adjacency = np.zeros((n_vars, n_vars, 2), dtype=bool)
    target = np.arange(n_vars)
    for offset in (-2, -1, 0, 1):
        adjacency[(target + offset) % n_vars, target, 1] = True
    return LaggedGraph(adjacency)


@compiled
def _tendency(x: NDArray[np.float64], forcing: float, frozen: NDArray[np.bool_], out: NDArray[np.float64]) -> None:
    n = len(x)
    for i in range(n):
        out[i] = 0.0 if frozen[i] else (x[(i + 1) % n] - x[i - 2]) * x[i - 1] - x[i] + forcing


@compiled
def _runge_kutta_step(
    x: NDArray[np.float64], forcing: float, step: float, frozen: NDArray[np.bool_], work: NDArray[np.float64]
) -> None:
    """Advance `x` in place by one step; frozen variables stay. `work` has shape (5, N)."""
    k1, k2, k3, k4, y = work[0], work[1], work[2], work[3], work[4]
    _tendency(x, forcing, frozen, k1)
    y[:] = x + 0.5 * step * k1
    _tendency(y, forcing, frozen, k2)
    y[:] = x + 0.5 * step * k2
    _tendency(y, forcing, frozen, k3)
    y[:] = x + step * k3
    _tendency(y, forcing, frozen, k4)
    x += step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)


@compiled
def _advance(
    x: NDArray[np.float64], forcing: float, step: float, frozen: NDArray[np.bool_], work: NDArray[np.float64]
) -> None:
    """Advance `x` in place by one step, split in proportion to the amplitude beyond what one step resolves."""
    amplitude = np.abs(x).max()
    if not amplitude < RESOLVED_AMPLITUDE * MAX_REFINEMENT:
        x[:] = np.nan
        return
    n_steps = 1 + int(amplitude / RESOLVED_AMPLITUDE)
    for _ in range(n_steps):
        _runge_kutta_step(x, forcing, step / n_steps, frozen, work)


@compiled
def _integrate(
    start: NDArray[np.float64],
    forcing: float,
    step: float,
    n_burn: int,
    noise: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Integrate on the ring; returns shape (T, N), NaN from where the motion left all bounds.

    Between samples t and t + 1 a variable is frozen if it is held at both, so that the sample after an episode is
    again the mechanism's own. Noise of shape (T, n_substeps, N) is added after each substep that leads to sample t.
    """
    n_samples, n_substeps, n = noise.shape
    x = start.copy()
    work = np.empty((5, n))
    frozen = np.zeros(n, dtype=np.bool_)
    for _ in range(n_burn):
        _advance(x, forcing, step, frozen, work)
    samples = np.empty((n_samples, n))
    for t in range(n_samples):
        if t > 0:
            frozen = held[t - 1] & held[t]
        for k in range(n_substeps):
            _advance(x, forcing, step, frozen, work)
            x += noise[t, k]
        for i in range(n):
            if held[t, i]:
                x[i] = held_values[t, i]
        samples[t] = x
    return samples
