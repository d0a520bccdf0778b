"""The contract that every contestant keeps, candidate and control arm alike."""

from __future__ import annotations

from dataclasses import Field
from typing import Any, ClassVar, Protocol, runtime_checkable

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["Method"]


@runtime_checkable
class Method(Protocol):
    """A frozen dataclass whose fields are its hyperparameters and nothing else."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair of variables.

        Parameters
        ----------
        recording : Recording
            All that the method may know.
        rng : int, SeedSequence, Generator or None
            Source of the method's random numbers; the same one gives the same scores.

        Returns
        -------
        EdgeScores
            ``[source, target]``.

        Raises
        ------
        ValueError
            If the recording is not one that the method can answer for, such as too few samples for its lags.
        """
