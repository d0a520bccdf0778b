"""CauseMe-style nonlinear vector autoregression: autocorrelated variables with additive nonlinear couplings."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.jit import compiled
from causal_gauntlet.generators.random_graphs import draw_lagged_graph
from causal_gauntlet.generators.randomness import stream
from causal_gauntlet.generators.system import System
from causal_gauntlet.generators.var import spectral_radius

__all__ = ["CauseMe", "CauseMeSystem", "couple"]

N_BURN = 500
MAX_RADIUS = 0.95
MAX_DRAWS = 1000


@dataclass(frozen=True)
class CauseMe:
    r"""Random systems in the style of the CauseMe platform's nonlinear VAR.

    .. math:: x_j(t) = a_j x_j(t-1) + \sum_i c_{ij} f_{ij}(x_i(t - \tau_{ij})) + \eta_j(t)

    with standard normal innovations, :math:`a_j` uniform in [0.3, 0.9], :math:`|c_{ij}|` uniform in [0.2, 0.5] with a
    random sign, and each f one of :math:`(1 - 4 e^{-x^2/2})\,x` and :math:`(1 - 4 x^3 e^{-x^2/2})\,x` at random.
    These parameters are ours; the equations are the literature's.

    Every f differs from the identity by a bounded amount, so a system is stable if its linear counterpart is. A draw
    whose linear counterpart has a companion matrix of spectral radius 0.95 or more is rejected and drawn again.

    Parameters
    ----------
    n_vars : int
        Number of variables N, at least 2.
    max_lag : int
        Largest lag L, in samples.
    density : float
        Share of the ordered pairs that are edges, in [0, 1].
    nonlinear : bool
        Whether the couplings are nonlinear; otherwise f is the identity.

    References
    ----------
    Runge, Nowack, Kretschmer, Flaxman, Sejdinovic (2019), doi:10.1126/sciadv.aau4996 (the functions f);
    Runge et al. (2019), doi:10.1038/s41467-019-10105-3 (the platform).
    """

    n_vars: int = 10
    max_lag: int = 5
    density: float = 0.2
    nonlinear: bool = True

    def __post_init__(self) -> None:
        require_count(self, "n_vars", 2)
        require_count(self, "max_lag", 1)
        require_number(self, "density", 0.0, 1.0, "in [0, 1]")
        require(isinstance(self.nonlinear, bool), self, "nonlinear", "true or false")

    def draw(self, seed: int) -> CauseMeSystem:
        """Draw one system; the same seed draws the same one.

        Raises
        ------
        ValueError
            If 1000 draws in a row are rejected.
        """
        rng = stream(seed, "causeme")
        for n_rejected in range(MAX_DRAWS):
            graph = draw_lagged_graph(self.n_vars, self.max_lag, self.density, rng)
            coefficients = self._draw_coefficients(graph, rng)
            form = (
                rng.integers(1, 3, (self.n_vars, self.n_vars)) if self.nonlinear else np.zeros((self.n_vars,) * 2, int)
            )
            if spectral_radius(coefficients) < MAX_RADIUS:
                return CauseMeSystem(self, seed, graph, coefficients, form, n_rejected)
        raise ValueError(
            f"density must leave stable systems, got {self.density!r} with {self.n_vars} variables: "
            f"{MAX_DRAWS} draws were rejected (CauseMe.density); lower it"
        )

    def _draw_coefficients(self, graph: LaggedGraph, rng: np.random.Generator) -> NDArray[np.float64]:
        shape = graph.adjacency.shape
        coupling = rng.uniform(0.2, 0.5, shape) * rng.choice([-1.0, 1.0], shape)
        coefficients = np.where(graph.adjacency, coupling, 0.0)[..., 1:]
        np.einsum("iil->il", coefficients)[:, 0] = rng.uniform(0.3, 0.9, self.n_vars)
        return coefficients


class CauseMeSystem(System):
    """A drawn CauseMe-style system.

    Parameters
    ----------
    coefficients : ndarray of float64, shape (N, N, L)
        ``coefficients[i, j, lag - 1]``; the autocorrelations on the diagonal at lag 1.
    form : ndarray of int, shape (N, N)
        Which function couples i to j: 0 the identity, 1 and 2 the nonlinear ones in the order of `CauseMe`.
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
        form: NDArray[np.int64],
        n_rejected: int,
    ) -> None:
        super().__init__(generator, seed, graph)
        self.coefficients = coefficients
        self.form = form
        self.n_rejected = n_rejected

    @property
    def notes(self) -> tuple[str, ...]:
        """How many draws were rejected before this one."""
        return (f"{self.n_rejected} unstable draws were rejected before this system.",)

    def simulate(self, drive: Drive, seed: int) -> NDArray[np.float64]:
        """Simulate after a burn-in of 500 samples; see `System.simulate`."""
        n_samples, n_vars = drive.held.shape
        noise = stream(seed, "innovations", self.specification).standard_normal((N_BURN + n_samples, n_vars))
        added = stream(seed, "soft-noise", self.specification).standard_normal((n_samples, n_vars))
        noise[N_BURN:] = drive.noise_gain * noise[N_BURN:] + drive.noise_added * added
        source, target, lag = np.nonzero(self.coefficients)
        weight = self.coefficients[source, target, lag]
        form = np.where(source == target, 0, self.form[source, target])
        links = np.stack((source, target, lag + 1, form), axis=1)
        return _recursion(links, weight, noise, drive.held, drive.held_values)[N_BURN:]


@compiled
def couple(form: int, x: float) -> float:
    """Coupling function f: 0 the identity, 1 and 2 the nonlinear ones of `CauseMe`."""
    if form == 0:
        return x
    bump = np.exp(-x * x / 2.0)
    if form == 1:
        return float((1.0 - 4.0 * bump) * x)
    return float((1.0 - 4.0 * x**3 * bump) * x)


@compiled
def _recursion(
    links: NDArray[np.int64],
    weight: NDArray[np.float64],
    noise: NDArray[np.float64],
    held: NDArray[np.bool_],
    held_values: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Step through time in place of the innovations; `links` has a row (source, target, lag, form) a coupling."""
    x = noise
    n_burn = x.shape[0] - held.shape[0]
    for t in range(links[:, 2].max(), x.shape[0]):
        for k in range(links.shape[0]):
            source, target, lag, form = links[k, 0], links[k, 1], links[k, 2], links[k, 3]
            x[t, target] += weight[k] * couple(form, x[t - lag, source])
        if t >= n_burn:
            for j in range(x.shape[1]):
                if held[t - n_burn, j]:
                    x[t, j] = held_values[t - n_burn, j]
    return x
