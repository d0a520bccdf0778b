"""How a system is recorded: how long it is watched, and what is done to it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from types import NoneType
from typing import Any

import numpy as np

from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.interventions import KINDS, Intervention
from causal_gauntlet.generators.recording import Episode

__all__ = ["Design"]


@dataclass(frozen=True)
class Design:
    """An observational stretch, followed by one episode of intervention on each variable in random order.

    The recording is one unbroken trajectory: an episode starts where the one before left the system.

    Parameters
    ----------
    n_samples : int
        Observational samples.
    interventions : Intervention, optional
        `Do`, `SoftNoise` or `RandomForcing`; its own `n_samples` come on top.

    Raises
    ------
    ValueError
        If `n_samples` is below 1.
    """

    n_samples: int
    interventions: Intervention | None = None

    def __post_init__(self) -> None:
        require_count(self, "n_samples", 1)
        known = (NoneType, *KINDS.values())
        require(
            isinstance(self.interventions, known),
            self,
            "interventions",
            "None, Do(...), SoftNoise(...) or RandomForcing(...)",
        )

    @property
    def kind(self) -> str:
        """Kind of the intervention, ``"none"`` without one."""
        return "none" if self.interventions is None else self.interventions.kind

    @property
    def n_total(self) -> int:
        """Length T of the recording, in samples."""
        return self.n_samples + (0 if self.interventions is None else self.interventions.n_samples)

    def episodes(self, n_vars: int, rng: np.random.Generator) -> tuple[Episode, ...]:
        """Lay out the episodes: their lengths differ by at most one sample.

        Raises
        ------
        ValueError
            If there are fewer intervened samples than variables.
        """
        observational = Episode(0, self.n_samples)
        if self.interventions is None:
            return (observational,)
        expected = f"at least the number of variables ({n_vars}), for an episode each"
        require(self.interventions.n_samples >= n_vars, self.interventions, "n_samples", expected)
        boundaries = self.n_samples + np.arange(n_vars + 1) * self.interventions.n_samples // n_vars
        starts, stops = boundaries[:-1].tolist(), boundaries[1:].tolist()
        targets = rng.permutation(n_vars).tolist()
        return (observational, *(Episode(a, b, (i,)) for a, b, i in zip(starts, stops, targets, strict=True)))

    def specification(self) -> dict[str, Any]:
        """Write as JSON values; `from_specification` reads them."""
        intervention = self.interventions
        described = None if intervention is None else {"kind": intervention.kind, **asdict(intervention)}
        return {"n_samples": self.n_samples, "intervention": described}

    @classmethod
    def from_specification(cls, specification: dict[str, Any]) -> Design:
        """Read what `specification` wrote."""
        described = specification["intervention"]
        if described is None:
            return cls(specification["n_samples"])
        fields = {key: value for key, value in described.items() if key != "kind"}
        return cls(specification["n_samples"], KINDS[described["kind"]](**fields))
