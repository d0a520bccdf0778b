"""Readouts: how a trained predictor is turned into a graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from causal_gauntlet.baselines.networks import Bottleneck
from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.torch_extra import torch
from causal_gauntlet.baselines.training import Split, evenly_spaced

__all__ = ["READOUTS", "InputGradient", "PermutationImportance", "Readout", "WeightProduct"]


class Readout(Protocol):
    """A frozen dataclass that scores every ordered pair from a trained network and its rows."""

    def read(self, network: Bottleneck, split: Split, generator: torch.Generator) -> EdgeScores:
        """Score every ordered pair.

        Parameters
        ----------
        network : Bottleneck
            Trained.
        split : Split
            The rows it was trained on and stopped by.
        generator : torch.Generator
            For readouts that draw.
        """


@dataclass(frozen=True)
class WeightProduct:
    """S = |W_out W_in|, the readout of the claim; where each lag has its own W_in, the strongest lag of each pair.

    References
    ----------
    Lade, Jasti, Kumar, Chadha (2026), arXiv:2605.09169.
    """

    def read(self, network: Bottleneck, split: Split, generator: torch.Generator) -> EdgeScores:
        """Score every ordered pair; see `Readout.read`."""
        product = network.weight_product().detach().abs().cpu().numpy()
        return EdgeScores(product[..., 0]) if product.shape[2] == 1 else EdgeScores.from_lagged(product)


@dataclass(frozen=True)
class InputGradient:
    """Mean absolute gradient of the prediction of j with respect to the past of i, over rows and lags.

    Both are in z-scores. `lags` holds the lag with the largest mean over rows.

    Parameters
    ----------
    max_rows : int
        At most so many rows, evenly spaced over all.

    References
    ----------
    Simonyan, Vedaldi, Zisserman (2014), arXiv:1312.6034.
    """

    max_rows: int = 512

    def read(self, network: Bottleneck, split: Split, generator: torch.Generator) -> EdgeScores:
        """Score every ordered pair; see `Readout.read`."""
        rows = evenly_spaced(len(split.past), self.max_rows).numpy()
        past = torch.as_tensor(split.past[rows], device=network.w_out.device).requires_grad_()
        predicted = network(past)
        # Rows do not mix in a network, so that one sum over rows has the gradients of them all.
        gradients = [
            torch.autograd.grad(predicted[:, j].sum(), past, retain_graph=True)[0].abs().mean(dim=0)
            for j in range(predicted.shape[1])
        ]
        lagged = torch.stack(gradients).flip(1).permute(2, 0, 1).cpu().numpy()
        strongest = EdgeScores.from_lagged(lagged)
        return EdgeScores(lagged.mean(axis=2), lags=strongest.lags, lagged_scores=strongest.lagged_scores)


@dataclass(frozen=True)
class PermutationImportance:
    """Increase of the held-out squared error of j when the whole past of i is permuted in time.

    In z-scores; below 0 where the permuted past happened to predict better.

    Parameters
    ----------
    n_permutations : int
        Increases are averaged over so many.
    max_rows : int
        At most so many held-out rows, evenly spaced.

    References
    ----------
    Breiman (2001), doi:10.1023/A:1010933404324.
    """

    n_permutations: int = 10
    max_rows: int = 512

    def read(self, network: Bottleneck, split: Split, generator: torch.Generator) -> EdgeScores:
        """Score every ordered pair; see `Readout.read`."""
        device = network.w_out.device
        rows = (split.n_train + evenly_spaced(len(split.past) - split.n_train, self.max_rows)).numpy()
        past = torch.as_tensor(split.past[rows], device=device)
        present = torch.as_tensor(split.present[rows], device=device)
        increases = present.new_zeros((present.shape[1], present.shape[1]))
        with torch.no_grad():
            intact = (network(past) - present).square().nanmean(dim=0)
            for _ in range(self.n_permutations):
                order = torch.randperm(len(rows), generator=generator).to(device)
                for i in range(present.shape[1]):
                    shuffled = past.clone()
                    shuffled[..., i] = past[order, :, i]
                    increases[i] += (network(shuffled) - present).square().nanmean(dim=0) - intact
        return EdgeScores((increases / self.n_permutations).cpu().numpy())


#: By the name that a method's field `readout` gives.
READOUTS: Mapping[str, Readout] = {
    "gradient": InputGradient(),
    "permutation": PermutationImportance(),
    "weights": WeightProduct(),
}
