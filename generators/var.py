"""Linear vector autoregression: the family on which Granger causality is the truth."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.noise import LAWS
from causal_gauntlet.generators.random_graphs import check_edges, draw_lagged_graph, has_cycle
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.recursion import AdditiveSystem
from causal_gauntlet.generators.stability import held_radius, spectral_radius

__all__ = ["VAR", "VARSystem"]

COEFFICIENT_LAWS = ("uniform", "gaussian", "equal")
MAX_DRAWS = 1000
MAX_HELD_RADIUS = 0.99


@dataclass(frozen=True)
class VAR:
    r"""Random stable vector autoregression.

    .. math:: x_t = \sum_{\tau=0}^{L} A_\tau^\top x_{t-\tau} + \eta_t

    Each variable depends on itself at lag 1, and on others through edges between distinct pairs chosen at random, each
    at one random lag. The lagged coefficients :math:`A_\tau`, :math:`\tau > 0`, are multiplied by :math:`s^\tau`, which
    multiplies every eigenvalue of the companion matrix by s, so that the spectral radius is hit exactly.

    Where a variable damps the others, they may grow without bound while it is held. A draw in which holding any one
    variable leaves a spectral radius above 0.99 (or above that of the whole, if it is larger) is rejected and drawn
    again; the card counts the rejections. Holding several at once is not covered.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    max_lag : int
        Largest lag L, in samples.
    density : float
        Share of the ordered pairs that are edges, in [0, 1]; their number is rounded, not random.
    n_edges : int, optional
        Exact number of edges between distinct variables, instead of `density`.
    spectral_radius : float
        Spectral radius of the companion matrix, in [0.01, 0.999].
    coefficient_law : str
        Coefficients before scaling: ``"uniform"`` in [0.3, 0.8] with a random sign, standard ``"gaussian"`` (some edges
        are then too weak to be found), or ``"equal"`` to 0.5 with a random sign.
    noise : str
        Law of the innovations, of variance 1: ``"gaussian"``, ``"laplace"``, ``"student-t"`` (5 degrees of freedom) or
        ``"uniform"``.
    contemporaneous : float
        Share of the edges that act at lag 0, in [0, 1]; these form no cycle.
    self_links : bool
        Whether each variable depends on itself. Without self-links a graph without a cycle has spectral radius 0
        whatever its coefficients; such draws are rejected too.

    References
    ----------
    Luetkepohl (2005), New Introduction to Multiple Time Series Analysis, doi:10.1007/978-3-540-27752-1.
    """

    n_vars: int = 10
    max_lag: int = 2
    density: float = 0.2
    n_edges: int | None = None
    spectral_radius: float = 0.9
    coefficient_law: str = "uniform"
    noise: str = "gaussian"
    contemporaneous: float = 0.0
    self_links: bool = True

    def __post_init__(self) -> None:
        check_edges(self)
        require_number(self, "density", 0.0, 1.0, "in [0, 1]")
        require_number(self, "spectral_radius", 0.01, 0.999, "in [0.01, 0.999]")
        known = self.coefficient_law in COEFFICIENT_LAWS
        require(known, self, "coefficient_law", f"one of {', '.join(COEFFICIENT_LAWS)}")
        require(self.noise in LAWS, self, "noise", f"one of {', '.join(LAWS)}")
        require_number(self, "contemporaneous", 0.0, 1.0, "in [0, 1]")
        most = self.n_vars * (self.n_vars - 1) // 2
        expected = f"a share of at most {most} of the {self.edge_count} edges, which then need no cycle"
        require(round(self.contemporaneous * self.edge_count) <= most, self, "contemporaneous", expected)
        require(isinstance(self.self_links, bool), self, "self_links", "true or false")

    @property
    def edge_count(self) -> int:
        """Number of edges between distinct variables."""
        return round(self.density * self.n_vars * (self.n_vars - 1)) if self.n_edges is None else self.n_edges

    def draw(self, seed: int) -> VARSystem:
        """Draw one system; the same seed draws the same one.

        Raises
        ------
        ValueError
            If 1000 draws in a row are rejected.
        """
        rng = stream(seed, "var")
        for n_rejected in range(MAX_DRAWS):
            graph = draw_lagged_graph(
                self.n_vars,
                self.max_lag,
                self.edge_count,
                rng,
                self_links=self.self_links,
                n_contemporaneous=round(self.contemporaneous * self.edge_count),
            )
            if has_cycle(graph):
                coefficients = self._draw_coefficients(graph, rng)
                if self._stable_when_held(coefficients):
                    return VARSystem(self, seed, graph, coefficients, n_rejected)
        cycles = "" if self.self_links else " and self_links must be true where edges are too few to form a cycle,"
        raise ValueError(
            f"density must leave systems that stay stable when a variable is held,{cycles} got {self.edge_count} edges "
            f"among {self.n_vars} variables: {MAX_DRAWS} draws were rejected (VAR.density); change it"
        )

    def redraw_coefficients(self, graph: LaggedGraph, rng: np.random.Generator) -> NDArray[np.float64]:
        """Draw coefficients for a graph by the family's rules, shape (N, N, L + 1).

        Raises
        ------
        ValueError
            If 1000 draws in a row are rejected.
        """
        for _ in range(MAX_DRAWS):
            coefficients = self._draw_coefficients(graph, rng)
            if self._stable_when_held(coefficients):
                return coefficients
        raise ValueError(f"the graph has no other coefficients that stay stable in {MAX_DRAWS} draws")

    def _stable_when_held(self, coefficients: NDArray[np.float64]) -> bool:
        return held_radius(coefficients) <= max(MAX_HELD_RADIUS, self.spectral_radius)

    def _draw_coefficients(self, graph: LaggedGraph, rng: np.random.Generator) -> NDArray[np.float64]:
        n_links = int(graph.adjacency.sum())
        if self.coefficient_law == "gaussian":
            drawn = rng.standard_normal(n_links)
        else:
            size = rng.uniform(0.3, 0.8, n_links) if self.coefficient_law == "uniform" else np.full(n_links, 0.5)
            drawn = size * rng.choice([-1.0, 1.0], n_links)
        coefficients = np.zeros(graph.adjacency.shape)
        coefficients[graph.adjacency] = drawn
        scale = self.spectral_radius / spectral_radius(coefficients)
        return coefficients * scale ** np.arange(self.max_lag + 1)


class VARSystem(AdditiveSystem):
    """A drawn VAR.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L + 1)
        ``coefficients[i, j, lag]`` is the effect of variable i on variable j after `lag` samples.
    n_rejected : int
        Draws before this one that were rejected.
    """

    equation = "x_t = sum over lags of A_lag' x_(t-lag) + eta_t"

    def __init__(
        self, generator: VAR, seed: int, graph: LaggedGraph, coefficients: NDArray[np.float64], n_rejected: int
    ) -> None:
        super().__init__(generator, seed, graph, generator.noise, coefficients)
        self.family = generator
        self.n_rejected = n_rejected

    @property
    def notes(self) -> tuple[str, ...]:
        """How many draws were rejected before this one."""
        return (f"{self.n_rejected} draws that holding a variable makes unstable were rejected before this system.",)

    def redrawn(self, rng: np.random.Generator) -> VARSystem:
        """The same graph with other coefficients; see `System.redrawn`."""
        coefficients = self.family.redraw_coefficients(self.graph, rng)
        return VARSystem(self.family, self.seed, self.graph, coefficients, self.n_rejected)

    @cached_property
    def n_burn(self) -> int:  # type: ignore[override]
        """Samples after which the start is forgotten to 1 part in 10^8."""
        return int(np.ceil(np.log(1e-8) / np.log(self.family.spectral_radius))) + self.graph.max_lag
