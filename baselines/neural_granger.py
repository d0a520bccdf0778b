"""Neural Granger causality: a perceptron for each variable, whose inputs a group penalty takes away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from causal_gauntlet.baselines.lagged import lagged_rows, z_score
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import torch
from causal_gauntlet.generators.checks import require_count, require_number
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["NeuralGranger", "shrink_groups"]

MIN_ROWS = 20
#: Without a penalty on the way out, the way in could shrink for nothing.
RIDGE = 0.01


@dataclass(frozen=True)
class NeuralGranger:
    r"""One perceptron a target on the lags of all variables (cMLP), trained by proximal gradient descent.

    Minimises the mean squared error of z-scored variables plus :math:`\lambda \sum_i \|U_{:,i,:}\|`, the norms of
    each source's weights into the hidden layer, over all its lags, and a small ridge on the weights out of it. The
    score is that norm, exactly zero for a source that the penalty took away; an edge is selected if it is not. The
    networks of all targets are trained side by side. Samples in which a target was held or forced are left out of its
    error; rows with missing values are left out.

    Parameters
    ----------
    max_lag : int
        Lags of every series, in samples.
    hidden : int
        Hidden units of each network.
    penalty : float
        :math:`\lambda`.
    steps, learning_rate : int, float
        Of the descent, on all rows.

    References
    ----------
    Tank, Covert, Foti, Shojaie, Fox (2022), doi:10.1109/TPAMI.2021.3065601, arXiv:1802.05842.
    """

    grid: ClassVar[Mapping[str, tuple[Any, ...]]] = {"max_lag": (1, 2, 5), "penalty": (0.02, 0.05, 0.1, 0.2, 0.4)}

    max_lag: int = 5
    hidden: int = 10
    penalty: float = 0.1
    steps: int = 500
    learning_rate: float = 0.05

    def __post_init__(self) -> None:
        for field in ("max_lag", "hidden", "steps"):
            require_count(self, field, 1)
        require_number(self, "penalty", 0.0, np.inf, "at least 0")
        require_number(self, "learning_rate", 1e-12, 1.0, "above 0 and at most 1")

    def n_parameters(self, n_vars: int) -> int:
        """How many numbers training chooses for that many variables."""
        return n_vars * (self.hidden * (n_vars * self.max_lag + 2) + 1)

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        list(lagged_rows(recording, self.max_lag, MIN_ROWS))
        (rows,) = lagged_rows(recording, self.max_lag, MIN_ROWS, aware=False)
        device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        past = torch.as_tensor(z_score(rows.past), device=device)
        counted = recording.endogenous[rows.times]
        shares = counted / counted.sum(axis=0)
        response = rows.present - (shares * rows.present).sum(axis=0)
        response /= np.sqrt((shares * response**2).sum(axis=0))
        present, weights = (torch.as_tensor(each, device=device) for each in (response, shares))
        groups = self._trained(past, present, weights, rng)
        lagged = groups.norm(dim=1).cpu().numpy()
        strength = groups.norm(dim=(1, 3)).T.cpu().numpy()
        if not np.isfinite(strength).all():
            raise ValueError(
                f"learning_rate must let the descent converge, got {self.learning_rate:g} "
                "(NeuralGranger.learning_rate); lower it"
            )
        by_lag = EdgeScores.from_lagged(lagged.transpose(1, 0, 2))
        return EdgeScores(strength, None, by_lag.lags, by_lag.lagged_scores, strength > 0.0)

    def _trained(
        self, past: torch.Tensor, present: torch.Tensor, weights: torch.Tensor, rng: RandomState
    ) -> torch.Tensor:
        """Weights into the hidden layers, shape (targets, H, sources, L)."""
        n_vars = present.shape[1]
        generator = torch.Generator().manual_seed(int(np.random.default_rng(rng).integers(2**63)))
        shapes = [(n_vars, self.hidden, past.shape[1]), (n_vars, self.hidden), (n_vars, self.hidden), (n_vars,)]
        fans_in = [past.shape[1], past.shape[1], self.hidden, self.hidden]
        into, into_bias, out, out_bias = parameters = [
            torch.empty(shape, dtype=past.dtype)
            .uniform_(-(fan_in**-0.5), fan_in**-0.5, generator=generator)
            .to(past.device)
            .requires_grad_()
            for shape, fan_in in zip(shapes, fans_in, strict=True)
        ]
        for _ in range(self.steps):
            hidden = torch.relu(torch.einsum("rp,jhp->rjh", past, into) + into_bias)
            predicted = torch.einsum("rjh,jh->rj", hidden, out) + out_bias
            error = ((predicted - present).square() * weights).sum() + RIDGE * out.square().sum()
            slopes = torch.autograd.grad(error, parameters)
            with torch.no_grad():
                for parameter, slope in zip(parameters, slopes, strict=True):
                    parameter -= self.learning_rate * slope
                groups = into.view(n_vars, self.hidden, n_vars, self.max_lag)
                groups.copy_(shrink_groups(groups, self.learning_rate * self.penalty))
        return into.detach().view(n_vars, self.hidden, n_vars, self.max_lag)


def shrink_groups(groups: torch.Tensor, amount: float) -> torch.Tensor:
    """Shorten each source's weights, shape (targets, H, sources, L), by an amount, to zero if they are no longer."""
    norms = groups.norm(dim=(1, 3), keepdim=True)
    return groups * (1.0 - amount / norms.clamp_min(amount)).clamp_min(0.0) if amount > 0.0 else groups
