"""Surrogates: recordings that keep each variable's own behaviour and nothing between variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.recording import Recording
from causal_gauntlet.generators.stress import MeasuredSystem
from causal_gauntlet.generators.system import System

__all__ = ["Surrogate", "circular_shift", "phase_randomised"]


@dataclass(frozen=True)
class Surrogate:
    """The recording of any system, made a null: every variable is shifted in a circle, or its phases are drawn anew.

    The truth loses every edge between variables, and the cards say so. Only for recordings without interventions, whose
    windows would no longer be where the effects are. A longer recording of one seed does not begin with the shorter.

    Parameters
    ----------
    method : str
        ``"circular-shift"`` or ``"phase-randomised"``, as the functions of that name.
    """

    kind: ClassVar[str] = "surrogate"
    stage: ClassVar[Literal["process", "measurement"]] = "measurement"

    method: str = "circular-shift"

    def __post_init__(self) -> None:
        require(self.method in METHODS, self, "method", " or ".join(METHODS))

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        alone = system.graph.adjacency & np.eye(system.graph.n_vars, dtype=bool)[..., None]
        note = f"A surrogate ({self.method}): no variable drives another, whatever the equation says."
        return MeasuredSystem(system, self, note, LaggedGraph(alone))

    def measured(
        self, values: NDArray[np.float64], drive: Drive, system: System, rng: np.random.Generator
    ) -> NDArray[np.float64]:
        """What is recorded; see `MeasurementStressor.measured`."""
        if drive.held.any() or drive.widens:
            raise ValueError(
                "stressors must leave out surrogate where there are interventions, got both (Stressed.stressors)"
            )
        return METHODS[self.method](values, rng)


def circular_shift(recording: Recording, rng: np.random.Generator) -> Recording:
    """Shift each variable in a circle by an offset of its own; any two are at least T // N samples apart.

    Each keeps its values and, but for one seam, their order.

    Parameters
    ----------
    recording : Recording
        Of any kind; its episodes are dropped.
    rng : numpy.random.Generator
        For the offsets.

    Returns
    -------
    Recording
        Of a system without edges between variables.
    """
    return Recording(_shifted(recording.values, rng), recording.names, recording.time_step)


def phase_randomised(recording: Recording, rng: np.random.Generator) -> Recording:
    """Draw the Fourier phases of each variable anew, independently; its periodogram stays.

    Parameters
    ----------
    recording : Recording
        Without missing values; its episodes are dropped.
    rng : numpy.random.Generator
        For the phases.

    Returns
    -------
    Recording
        Of a system without edges between variables.

    Raises
    ------
    ValueError
        If a value is missing.

    References
    ----------
    Theiler, Eubank, Longtin, Galdrikian, Farmer (1992), doi:10.1016/0167-2789(92)90102-S.
    """
    return Recording(_with_random_phases(recording.values, rng), recording.names, recording.time_step)


def _shifted(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    n_samples, n_vars = values.shape
    apart = rng.permutation(np.arange(n_vars) * n_samples // n_vars)
    offsets = apart + rng.integers(n_samples)
    return np.stack([np.roll(values[:, i], offset) for i, offset in enumerate(offsets)], axis=1)


def _with_random_phases(values: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float64]:
    if np.isnan(values).any():
        raise ValueError("values must not be missing to have phases, got NaN (Recording.values); shift in a circle")
    spectrum = np.fft.rfft(values, axis=0)
    turned = np.exp(2j * np.pi * rng.random(spectrum.shape))
    # The mean, and the highest frequency of an even length, are real.
    turned[0] = 1.0
    if len(values) % 2 == 0:
        turned[-1] = 1.0
    return np.asarray(np.fft.irfft(spectrum * turned, n=len(values), axis=0))


METHODS = {"circular-shift": _shifted, "phase-randomised": _with_random_phases}
