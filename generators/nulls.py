"""Null systems: no variable drives another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.noise import LAWS
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import AdditiveSystem
from causal_gauntlet.generators.system import System

__all__ = ["IndependentAR", "WhiteNoise"]


@dataclass(frozen=True)
class IndependentAR:
    r"""Independent autoregressions :math:`x_j(t) = a_j x_j(t-1) + \eta_j(t)` with innovations of variance 1.

    Every edge that a method finds is false; autocorrelation is what lures it. The truth holds the self-links alone.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    min_autocorrelation, max_autocorrelation : float
        Bounds of :math:`a_j`, which is uniform between them, in [0, 0.99].
    noise : str
        Law of the innovations: ``"gaussian"``, ``"laplace"``, ``"student-t"`` or ``"uniform"``.
    """

    n_vars: int = 10
    min_autocorrelation: float = 0.3
    max_autocorrelation: float = 0.9
    noise: str = "gaussian"

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 2)
        require_number(self, "max_autocorrelation", 0.0, 0.99, "in [0, 0.99]")
        most = self.max_autocorrelation
        require_number(self, "min_autocorrelation", 0.0, most, f"in [0, {most:g}], the upper bound")
        require(self.noise in LAWS, self, "noise", f"one of {', '.join(LAWS)}")

    def draw(self, seed: int) -> System:
        """Draw one system; the same seed draws the same one."""
        rng = stream(seed, "independent-ar")
        return NullSystem(self, seed, rng.uniform(self.min_autocorrelation, self.max_autocorrelation, self.n_vars))


@dataclass(frozen=True)
class WhiteNoise:
    """Independent noise of variance 1, without memory: nothing drives anything, and the truth is empty.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    noise : str
        Its law: ``"gaussian"``, ``"laplace"``, ``"student-t"`` or ``"uniform"``.
    """

    n_vars: int = 10
    noise: str = "gaussian"

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 2)
        require(self.noise in LAWS, self, "noise", f"one of {', '.join(LAWS)}")

    def draw(self, seed: int) -> System:
        """Draw one system; the same seed draws the same one."""
        return NullSystem(self, seed, np.zeros(self.n_vars))


class NullSystem(AdditiveSystem):
    """Independent variables.

    Parameters
    ----------
    autocorrelation : ndarray of float64, shape (N,)
        Each variable's own.
    """

    equation = "x_j(t) = a_j x_j(t-1) + eta_j(t)"

    def __init__(self, generator: IndependentAR | WhiteNoise, seed: int, autocorrelation: np.ndarray) -> None:
        coefficients = np.zeros((generator.n_vars, generator.n_vars, 2))
        np.einsum("iil->il", coefficients)[:, 1] = autocorrelation
        super().__init__(generator, seed, LaggedGraph(coefficients != 0.0), generator.noise, coefficients)
        self.family = generator

    def redrawn(self, rng: np.random.Generator) -> System:
        """Other autocorrelations; see `System.redrawn`."""
        return self.family.draw(int(rng.integers(2**32)))
