"""A hidden common driver: a signal that nobody records enters several variables."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from causal_gauntlet.generators.checks import require, require_count, require_number
from causal_gauntlet.generators.interventions import Drive
from causal_gauntlet.generators.stress import StressedSystem
from causal_gauntlet.generators.system import System

__all__ = ["HiddenDriver"]


@dataclass(frozen=True)
class HiddenDriver:
    r"""An unrecorded AR(1) signal of variance 1 is added to the mechanisms of some variables.

    .. math:: x_j(t) = \dots + \kappa s_j h(t - \delta_j), \qquad h(t) = \phi h(t-1) + \sqrt{1 - \phi^2}\,\epsilon(t)

    with :math:`s_j` the variable's standard deviation without the driver (in an ODE the term is added to
    :math:`dx_j/dt`). Children and delays of 0 to `max_lag` samples are drawn with the system. A variable that is held
    or forced ignores the driver.

    The truth stays the graph among the recorded variables. The driver makes its children dependent in ways that no
    recorded variable explains, and the card names the pairs.

    Parameters
    ----------
    n_children : int
        Variables that it drives, at least 2.
    strength : float
        :math:`\kappa`, in [0, 100].
    autocorrelation : float
        :math:`\phi`, in [0, 0.999].

    References
    ----------
    Runge (2018), Causal network reconstruction from time series, doi:10.1063/1.5025050 (causal sufficiency).
    """

    kind: ClassVar[str] = "hidden-driver"
    stage: ClassVar[Literal["process", "measurement"]] = "process"

    n_children: int = 2
    strength: float = 1.0
    autocorrelation: float = 0.8

    def __post_init__(self) -> None:
        require_count(self, "n_children", 2)
        require_number(self, "strength", 0.0, 100.0, "in [0, 100]")
        require_number(self, "autocorrelation", 0.0, 0.999, "in [0, 0.999]")

    def applied_to(self, system: System) -> System:
        """The system under stress; see `Stressor.applied_to`."""
        n_vars = system.graph.n_vars
        require(self.n_children <= n_vars, self, "n_children", f"in [2, {n_vars}], the number of variables")
        return _DrivenSystem(system, self)


class _DrivenSystem(StressedSystem):
    def __init__(self, inner: System, stressor: HiddenDriver) -> None:
        super().__init__(inner, stressor, "")
        self.driver = stressor
        rng = self.stream(self.seed, stressor.kind)
        self.children = np.sort(rng.permutation(self.graph.n_vars)[: stressor.n_children])
        self.delays = rng.integers(0, self.graph.max_lag + 1, stressor.n_children)
        pairs = ", ".join(f"{self.names[i]} and {self.names[j]}" for i, j in combinations(self.children.tolist(), 2))
        self.note = f"A hidden driver confounds {pairs}: they depend on one another beyond what the truth counts."

    def simulate(self, drive: Drive, seed: int, past: NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """Simulate; see `System.simulate`."""
        n_driven = len(drive.held) + (self.n_burn if past is None else 0)
        signal = np.zeros((n_driven, self.graph.n_vars))
        hidden = self._signal(seed, n_driven + self.delays.max())
        for child, delay in zip(self.children, self.delays, strict=True):
            begin = self.delays.max() - delay
            signal[:, child] = self._amplitude[child] * hidden[begin : begin + n_driven]
        return self.inner.simulate(drive.with_input(signal), seed, past)

    @cached_property
    def _amplitude(self) -> NDArray[np.float64]:
        return self.driver.strength * self.inner.scale[1]

    def _signal(self, seed: int, n_samples: int) -> NDArray[np.float64]:
        """The driver from its stationary law; a longer one begins with the shorter."""
        phi = self.driver.autocorrelation
        innovations = self.stream(seed, self.driver.kind).standard_normal(n_samples)
        innovations[1:] *= np.sqrt(1.0 - phi**2)
        return np.asarray(lfilter([1.0], [1.0, -phi], innovations))
