"""CauseMe-style vector autoregression: autocorrelated variables with additive, possibly nonlinear couplings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.noise import LAWS
from causal_gauntlet.generators.random_graphs import check_edges, draw_lagged_graph
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import AdditiveSystem
from causal_gauntlet.generators.stability import held_radius, spectral_radius

__all__ = ["CauseMe", "CauseMeSystem", "is_stable"]

MAX_RADIUS = 0.95
MAX_DRAWS = 1000


@dataclass(frozen=True)
class CauseMe:
    r"""Random systems in the style of the CauseMe platform's linear and nonlinear VAR.

    .. math:: x_j(t) = a_j x_j(t-1) + \sum_i c_{ij} f_{ij}(x_i(t - \tau_{ij})) + \eta_j(t)

    with innovations of variance 1, :math:`a_j` uniform between the two bounds, :math:`|c_{ij}|` uniform in [0.2, 0.5]
    with a random sign, and each f one of :math:`(1 - 4 e^{-x^2/2})\,x` and :math:`(1 - 4 x^3 e^{-x^2/2})\,x` at random.
    These parameters are ours; the equations are the literature's. `causal_gauntlet.generators.presets` names the
    customary experiments.

    Every f differs from the identity by a bounded amount, so a system is stable if its linear counterpart is. A draw
    whose linear counterpart has a companion matrix of spectral radius 0.95 or more, by itself or with any one variable
    held, is rejected and drawn again; the card counts the rejections. Many edges leave few such systems.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    max_lag : int
        Largest lag L, in samples.
    n_edges : int, optional
        Number of edges between distinct variables; as many as variables if not given.
    nonlinear : bool
        Whether the couplings are nonlinear; otherwise f is the identity.
    min_autocorrelation, max_autocorrelation : float
        Bounds of :math:`a_j`, in [0, 0.94].
    noise : str
        Law of the innovations: ``"gaussian"``, ``"laplace"``, ``"student-t"`` or ``"uniform"``.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman, Sejdinovic (2019), doi:10.1126/sciadv.aau4996 (the functions f);
    Runge et al. (2019), doi:10.1038/s41467-019-10105-3 (the platform); Runge, Tibau, Bruhns, Munoz-Mari, Camps-Valls
    (2020), The Causality for Climate competition, PMLR 123.
    """

    n_vars: int = 10
    max_lag: int = 5
    n_edges: int | None = None
    nonlinear: bool = True
    min_autocorrelation: float = 0.3
    max_autocorrelation: float = 0.9
    noise: str = "gaussian"

    def __post_init__(self) -> None:
        check_edges(self)
        require(isinstance(self.nonlinear, bool), self, "nonlinear", "true or false")
        require_number(self, "max_autocorrelation", 0.0, 0.94, "in [0, 0.94]")
        most = self.max_autocorrelation
        require_number(self, "min_autocorrelation", 0.0, most, f"in [0, {most:g}], the upper bound")
        require(self.noise in LAWS, self, "noise", f"one of {', '.join(LAWS)}")

    def draw(self, seed: int) -> CauseMeSystem:
        """Draw one system; the same seed draws the same one.

        Raises
        ------
        ValueError
            If 1000 draws in a row are rejected.
        """
        rng = stream(seed, "causeme")
        n_edges = self.n_vars if self.n_edges is None else self.n_edges
        for n_rejected in range(MAX_DRAWS):
            graph = draw_lagged_graph(self.n_vars, self.max_lag, n_edges, rng)
            coefficients = self.draw_coefficients(graph, rng)
            if is_stable(coefficients):
                form = rng.integers(1, 3, coefficients.shape[:2]) if self.nonlinear else None
                return CauseMeSystem(self, seed, graph, coefficients, form, n_rejected)
        raise ValueError(
            f"n_edges must leave stable systems, got {n_edges} edges among {self.n_vars} variables: "
            f"{MAX_DRAWS} draws were rejected (CauseMe.n_edges); lower it"
        )

    def draw_coefficients(self, graph: LaggedGraph, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw coefficients of the graph's shape, (N, N, L + 1), stable or not."""
        coefficients = np.zeros(graph.adjacency.shape)
        n_links = int(graph.adjacency.sum())
        coefficients[graph.adjacency] = rng.uniform(0.2, 0.5, n_links) * rng.choice([-1.0, 1.0], n_links)
        autocorrelation = rng.uniform(self.min_autocorrelation, self.max_autocorrelation, self.n_vars)
        np.einsum("iil->il", coefficients)[:, 1] = autocorrelation
        return coefficients


def is_stable(coefficients: NDArray[np.float64]) -> bool:
    """Whether linear coefficients of shape (N, N, L + 1) are stable, with any one variable held too."""
    return spectral_radius(coefficients) < MAX_RADIUS and held_radius(coefficients) < MAX_RADIUS


class CauseMeSystem(AdditiveSystem):
    """A drawn CauseMe-style system.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L + 1)
        ``coefficients[i, j, lag]``; the autocorrelations on the diagonal at lag 1.
    form : ndarray of int, shape (N, N), optional
        Which function couples i to j: 1 and 2 are those of `CauseMe` in that order; linear if not given.
    n_rejected : int
        Unstable draws before this one.
    """

    equation = "x_j(t) = a_j x_j(t-1) + sum of c_ij f_ij(x_i(t-lag)) + eta_j(t)"

    def __init__(
        self,
        generator: CauseMe,
        seed: int,
        graph: LaggedGraph,
        coefficients: NDArray[np.float64],
        form: NDArray[np.int64] | None,
        n_rejected: int,
    ) -> None:
        super().__init__(generator, seed, graph, generator.noise, coefficients, form)
        self.family = generator
        self.n_rejected = n_rejected

    def redrawn(self, rng: np.random.Generator) -> CauseMeSystem:
        """The same graph and functions with other coefficients, stable by the family's rule; see `System.redrawn`."""
        for _ in range(MAX_DRAWS):
            coefficients = self.family.draw_coefficients(self.graph, rng)
            if is_stable(coefficients):
                return CauseMeSystem(self.family, self.seed, self.graph, coefficients, self.form, self.n_rejected)
        raise ValueError(f"the graph of system {self.seed} has no other stable coefficients in {MAX_DRAWS} draws")

    @property
    def notes(self) -> tuple[str, ...]:
        """How many draws were rejected before this one."""
        return (f"{self.n_rejected} unstable draws were rejected before this system.",)
