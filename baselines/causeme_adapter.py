"""A method written for the CauseMe platform, run unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.baselines.third_party import complete_values, running
from causal_gauntlet.generators.checks import require, require_count
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["CauseMe"]


@dataclass(frozen=True)
class CauseMe:
    """A function ``my_method(data, maxlags)`` from a file, as CauseMe asks for it.

    `data` is ``[time, variable]``; it returns score, p-value and lag matrices ``[source, target]``, the second and the
    third of which may be None or empty. It sees all samples, interventions included, and needs complete values.

    Parameters
    ----------
    file : str
        Path of the file.
    max_lag : int
        What the function gets as `maxlags`, in samples.
    function : str
        Name of the function.

    References
    ----------
    Runge et al. (2019), Inferring causation from time series in Earth system sciences, doi:10.1038/s41467-019-10105-3.
    """

    file: str
    max_lag: int = 5
    function: str = "my_method"

    def __post_init__(self) -> None:
        require(Path(self.file).is_file(), self, "file", "the path of a Python file")
        require_count(self, "max_lag", 1)

    @property
    def source(self) -> str:
        """SHA-256 of the file, which is part of the method's identity."""
        return hashlib.sha256(Path(self.file).read_bytes()).hexdigest()

    def discover(self, recording: Recording, rng: RandomState = None) -> EdgeScores:
        """Score every ordered pair; see `Method.discover`."""
        values = complete_values(recording, self.max_lag, n_coefficients=1)
        with running(f"{self.function} of {self.file}", rng):
            scores, pvalues, lags = self._function()(values, maxlags=self.max_lag)
            return EdgeScores(
                np.asarray(scores, dtype=float),
                pvalues=None if pvalues is None or np.size(pvalues) == 0 else np.asarray(pvalues, dtype=float),
                lags=None if lags is None or np.size(lags) == 0 else np.asarray(lags),
            )

    def _function(self) -> Callable[..., tuple[Any, Any, Any]]:
        spec = spec_from_file_location("causeme_method", self.file)
        if spec is None or spec.loader is None:
            raise ImportError("its name does not end in .py")
        module = module_from_spec(spec)
        spec.loader.exec_module(module)
        found: Callable[..., tuple[Any, Any, Any]] = getattr(module, self.function)
        return found
