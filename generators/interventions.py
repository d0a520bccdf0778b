"""The three intervention semantics: hold a variable, widen its noise, or replace it by a random signal.

Levels and widths are in observational standard deviations of the variable, counted from its observational mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.noise import LAWS, unit_noise

__all__ = ["KINDS", "Do", "Drive", "Intervention", "RandomForcing", "SoftNoise", "drive_for"]


@dataclass(frozen=True)
class Do:
    r"""Hard intervention :math:`do(X_i = c)`: the variable equals c exactly, and the edges into it are cut.

    In an ODE the state is held at c inside every substep.

    Parameters
    ----------
    level : float
        c, in observational standard deviations from the observational mean.
    n_samples : int
        Samples under intervention, over all targets together.

    References
    ----------
    Pearl (2009), Causality, doi:10.1017/CBO9780511803161.
    """

    kind: ClassVar[str] = "do"
    cuts: ClassVar[bool] = True

    level: float = 2.0
    n_samples: int = 500

    def __post_init__(self) -> None:
        require_number(self, "level", -1e3, 1e3, "in [-1000, 1000] standard deviations")
        require_count(self, "n_samples", 1)


@dataclass(frozen=True)
class SoftNoise:
    r"""Soft intervention: the mechanism stays and its innovation is widened; no edge is cut.

    The innovation becomes :math:`g\,\eta_i(t) + \sigma s_i z_i(t)`, with g the gain, :math:`s_i` the observational
    standard deviation and z standard normal. In an ODE the second term is process noise on :math:`dx_i/dt`: each
    substep h adds :math:`\sigma s_i \sqrt{h}\,z`.

    Parameters
    ----------
    sigma : float
        Standard deviation of the added noise, in observational standard deviations (per square root of time in an ODE).
    gain : float
        Factor on the variable's own innovation.
    n_samples : int
        Samples under intervention, over all targets together.

    References
    ----------
    Eberhardt and Scheines (2007), Interventions and causal inference, doi:10.1086/525638.
    """

    kind: ClassVar[str] = "soft-noise"
    cuts: ClassVar[bool] = False

    sigma: float = 1.0
    gain: float = 1.0
    n_samples: int = 500

    def __post_init__(self) -> None:
        require_number(self, "sigma", 0.0, 1e3, "in [0, 1000] standard deviations")
        require_number(self, "gain", 0.0, 1e3, "in [0, 1000]")
        require_count(self, "n_samples", 1)


@dataclass(frozen=True)
class RandomForcing:
    r"""Random forcing: :math:`X_i(t) = \xi(t)`, drawn independently of everything; the edges into i are cut.

    A randomised experiment at each sample. In an ODE the state is held at :math:`\xi(t)` from sample t to the next.

    Parameters
    ----------
    sigma : float
        Standard deviation of xi, in observational standard deviations; its mean is the observational mean.
    law : str
        ``"gaussian"``, ``"laplace"``, ``"student-t"`` (5 degrees of freedom) or ``"uniform"``.
    n_samples : int
        Samples under intervention, over all targets together.
    """

    kind: ClassVar[str] = "random-forcing"
    cuts: ClassVar[bool] = True

    sigma: float = 1.0
    law: str = "gaussian"
    n_samples: int = 500

    def __post_init__(self) -> None:
        require_number(self, "sigma", 0.0, 1e3, "in [0, 1000] standard deviations")
        require(self.law in LAWS, self, "law", f"one of {', '.join(LAWS)}")
        require_count(self, "n_samples", 1)


Intervention: TypeAlias = Do | SoftNoise | RandomForcing

KINDS: dict[str, type[Do] | type[SoftNoise] | type[RandomForcing]] = {
    kind.kind: kind for kind in (Do, SoftNoise, RandomForcing)
}


@dataclass(frozen=True, eq=False)
class Drive:
    """What a simulator is told to do to each variable at each sample; arrays have shape (T, N).

    Parameters
    ----------
    held : ndarray of bool
        Where the mechanism is replaced by `held_values`.
    held_values : ndarray of float64
        Read only where `held`.
    noise_gain : ndarray of float64
        Factor on the variable's own innovation.
    noise_added : ndarray of float64
        Standard deviation of an independent Gaussian innovation that is added (per square root of time in an ODE).
    input : ndarray of float64, shape (n, N)
        A signal added to the mechanism (to the time derivative in an ODE) that ends with the last sample; it may be
        longer than T and then drives the burn-in too, or empty.
    held_before : ndarray of bool, shape (N,)
        What was held at the sample before the first.
    """

    held: NDArray[np.bool_]
    held_values: NDArray[np.float64]
    noise_gain: NDArray[np.float64]
    noise_added: NDArray[np.float64]
    input: NDArray[np.float64]
    held_before: NDArray[np.bool_]

    @classmethod
    def idle(cls, n_samples: int, n_vars: int) -> Drive:
        """Let every variable follow its own mechanism."""
        shape = (n_samples, n_vars)
        return cls(
            held=np.zeros(shape, dtype=bool),
            held_values=np.zeros(shape),
            noise_gain=np.ones(shape),
            noise_added=np.zeros(shape),
            input=np.zeros((0, n_vars)),
            held_before=np.zeros(n_vars, dtype=bool),
        )

    @cached_property
    def widens(self) -> bool:
        """Whether any innovation is changed."""
        return bool((self.noise_gain != 1.0).any() or self.noise_added.any())

    def with_input(self, signal: NDArray[np.float64]) -> Drive:
        """The same with a signal of shape (n, N) added that ends with the last sample."""
        longer, shorter = sorted((self.input, signal), key=len, reverse=True)
        total = longer.copy()
        if len(shorter):
            total[-len(shorter) :] += shorter
        return replace(self, input=total)

    def part(self, start: int, stop: int) -> Drive:
        """Samples `start` to `stop` - 1; the burn-in's input stays with the first sample."""
        n_later = len(self.held) - stop
        n_input = len(self.input) - n_later if start == 0 else stop - start
        return Drive(
            held=self.held[start:stop],
            held_values=self.held_values[start:stop],
            noise_gain=self.noise_gain[start:stop],
            noise_added=self.noise_added[start:stop],
            input=self.input[: max(len(self.input) - n_later, 0)][-n_input:] if n_input > 0 else self.input[:0],
            held_before=self.held[start - 1] if start > 0 else self.held_before,
        )

    def repeated(self, times: int) -> Drive:
        """The same on a finer clock: each sample becomes `times` of them."""
        return Drive(
            held=np.repeat(self.held, times, axis=0),
            held_values=np.repeat(self.held_values, times, axis=0),
            noise_gain=np.repeat(self.noise_gain, times, axis=0),
            noise_added=np.repeat(self.noise_added, times, axis=0),
            input=np.repeat(self.input, times, axis=0),
            held_before=self.held_before,
        )


def drive_for(
    intervention: Intervention,
    intervened: NDArray[np.bool_],
    mean: NDArray[np.float64],
    std: NDArray[np.float64],
    rng: np.random.Generator,
) -> Drive:
    """Translate an intervention into what the simulator does.

    Parameters
    ----------
    intervention : Intervention
        `Do`, `SoftNoise` or `RandomForcing`.
    intervened : ndarray of bool, shape (T, N)
        Where it is at work.
    mean, std : ndarray of float64, shape (N,)
        The variables' observational means and standard deviations.
    rng : numpy.random.Generator
        For the signal of a random forcing.
    """
    idle = Drive.idle(*intervened.shape)
    match intervention:
        case Do(level=level):
            constant = np.tile(mean + level * std, (len(intervened), 1))
            return replace(idle, held=intervened, held_values=constant)
        case RandomForcing(sigma=sigma):
            signal = mean + sigma * std * unit_noise(intervention.law, intervened.shape, rng)
            return replace(idle, held=intervened, held_values=signal)
        case SoftNoise(sigma=sigma, gain=gain):
            return replace(
                idle,
                noise_gain=np.where(intervened, gain, 1.0),
                noise_added=np.where(intervened, sigma * std, 0.0),
            )
