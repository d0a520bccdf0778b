"""The three intervention semantics: hold a variable, widen its noise, or replace it by a random signal.

Levels and widths are in observational standard deviations of the variable, counted from its observational mean.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar, TypeAlias

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_count, require_number

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
        ``"gaussian"`` or ``"uniform"``.
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
        require(self.law in ("gaussian", "uniform"), self, "law", "gaussian or uniform")
        require_count(self, "n_samples", 1)


Intervention: TypeAlias = Do | SoftNoise | RandomForcing

KINDS: dict[str, type[Do] | type[SoftNoise] | type[RandomForcing]] = {
    kind.kind: kind for kind in (Do, SoftNoise, RandomForcing)
}


@dataclass(frozen=True, eq=False)
class Drive:
    """What a simulator is told to do to each variable at each sample; all arrays have shape (T, N).

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
    """

    held: NDArray[np.bool_]
    held_values: NDArray[np.float64]
    noise_gain: NDArray[np.float64]
    noise_added: NDArray[np.float64]

    @classmethod
    def idle(cls, n_samples: int, n_vars: int) -> Drive:
        """Let every variable follow its own mechanism."""
        shape = (n_samples, n_vars)
        return cls(np.zeros(shape, dtype=bool), np.zeros(shape), np.ones(shape), np.zeros(shape))


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
            signal = mean + sigma * std * _unit_signal(intervention.law, intervened.shape, rng)
            return replace(idle, held=intervened, held_values=signal)
        case SoftNoise(sigma=sigma, gain=gain):
            return replace(
                idle,
                noise_gain=np.where(intervened, gain, 1.0),
                noise_added=np.where(intervened, sigma * std, 0.0),
            )


def _unit_signal(law: str, shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.float64]:
    if law == "uniform":
        return rng.uniform(-np.sqrt(3.0), np.sqrt(3.0), shape)
    return rng.standard_normal(shape)
