"""What a method answers: how strongly each variable seems to drive each other one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["EdgeScores"]

DECISION_LEVEL = 0.05

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EdgeScores:
    """Scores of all ordered pairs, ``[source, target]``, self-links on the diagonal.

    Parameters
    ----------
    scores : ndarray of float64, shape (N, N)
        Larger is more causal.
    pvalues : ndarray of float64, shape (N, N), optional
        In [0, 1].
    lags : ndarray of int, shape (N, N), optional
        The lag at which the source drives the target, in samples.
    lagged_scores : ndarray of float64, shape (N, N, L + 1), optional
        Scores at each lag; lag 0 is contemporaneous.
    selected : ndarray of bool, shape (N, N), optional
        The method's own decision, for methods without p-values.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite or out of its range.
    """

    scores: Floats
    pvalues: Floats | None = None
    lags: NDArray[np.int64] | None = None
    lagged_scores: Floats | None = None
    selected: NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        self._freeze("scores", np.float64)
        self._freeze("pvalues", np.float64)
        self._freeze("lags", np.int64)
        self._freeze("lagged_scores", np.float64)
        self._freeze("selected", np.bool_)
        if self.scores.ndim != 2 or self.scores.shape[0] != self.scores.shape[1]:
            raise ValueError(f"scores must have shape (N, N), got {self.scores.shape} (EdgeScores.scores)")
        for field, n_axes in (("pvalues", 2), ("lags", 2), ("selected", 2), ("lagged_scores", 3)):
            array = getattr(self, field)
            if array is not None and (array.ndim != n_axes or array.shape[:2] != self.scores.shape):
                raise ValueError(
                    f"{field} must fit scores of shape {self.scores.shape}, got {array.shape} (EdgeScores.{field})"
                )
        self._check_values()

    def _freeze(self, field: str, dtype: type) -> None:
        value = getattr(self, field)
        if value is None:
            return
        given: NDArray[Any] = np.asarray(value)
        with np.errstate(invalid="ignore"):
            array: NDArray[Any] = given.astype(dtype)
        if dtype is not np.float64 and not np.array_equal(array, given):
            raise ValueError(f"{field} must hold {np.dtype(dtype).name} values, got others (EdgeScores.{field})")
        array.flags.writeable = False
        object.__setattr__(self, field, array)

    def _check_values(self) -> None:
        for field in ("scores", "pvalues", "lagged_scores"):
            array = getattr(self, field)
            if array is not None and not np.isfinite(array).all():
                where = [int(k) for k in np.argwhere(~np.isfinite(array))[0]]
                raise ValueError(f"{field} must be finite, got {array[tuple(where)]} at {where} (EdgeScores.{field})")
        if self.pvalues is not None and not ((self.pvalues >= 0.0) & (self.pvalues <= 1.0)).all():
            extremes = f"{self.pvalues.min():g} to {self.pvalues.max():g}"
            raise ValueError(f"pvalues must be in [0, 1], got {extremes} (EdgeScores.pvalues)")
        if self.lags is not None and (self.lags < 0).any():
            raise ValueError(f"lags must be at least 0, got {self.lags.min()} (EdgeScores.lags)")

    @property
    def decision(self) -> NDArray[np.bool_] | None:
        """Which edges the method claims, shape (N, N): `selected`, else p < 0.05; None if it decides nothing."""
        if self.selected is not None:
            return self.selected
        return None if self.pvalues is None else self.pvalues < DECISION_LEVEL

    def to_json(self) -> dict[str, Any]:
        """Write as JSON values, without the fields that are not there; `from_json` reads them exactly."""
        fields = ("scores", "pvalues", "lags", "lagged_scores", "selected")
        arrays = {field: getattr(self, field) for field in fields}
        return {field: array.tolist() for field, array in arrays.items() if array is not None}

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> EdgeScores:
        """Read what `to_json` wrote."""
        return cls(**values)

    @classmethod
    def from_all_lags(
        cls,
        lagged_scores: Floats,
        pvalues: Floats | None = None,
        selected: NDArray[np.bool_] | None = None,
    ) -> EdgeScores:
        """Score each pair by its strongest lag from 0 on; arrays as in the class."""
        return cls(lagged_scores.max(axis=2), pvalues, lagged_scores.argmax(axis=2), lagged_scores, selected)

    @classmethod
    def from_lagged(
        cls,
        lagged_scores: Floats,
        pvalues: Floats | None = None,
        selected: NDArray[np.bool_] | None = None,
    ) -> EdgeScores:
        """Score each pair by its strongest lag from 1 on.

        Parameters
        ----------
        lagged_scores : ndarray of float64, shape (N, N, L)
            Scores at lags 1 to L.
        pvalues, selected : ndarray of shape (N, N), optional
            As in the class.
        """
        contemporaneous = np.zeros((*lagged_scores.shape[:2], 1))
        return cls(
            scores=lagged_scores.max(axis=2),
            pvalues=pvalues,
            lags=lagged_scores.argmax(axis=2) + 1,
            lagged_scores=np.concatenate((contemporaneous, lagged_scores), axis=2),
            selected=selected,
        )
