"""How much of an intervention's advantage is only that there were more samples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from causal_gauntlet.benchmark.statistics import N_RESAMPLES, RESAMPLING_SEED, bootstrap_interval

__all__ = ["Decomposition", "decompose"]


@dataclass(frozen=True)
class Decomposition:
    """An advantage in two parts; each with its mean over systems and the 95 % interval of it.

    Parameters
    ----------
    raw : tuple of float
        interventional(T_obs + T_int) - observational(T_obs): mean, low, high.
    confound : tuple of float
        observational(T_obs + T_int) - observational(T_obs): what as many plain samples bring.
    residual : tuple of float
        raw - confound: what is due to the intervention.
    share : tuple of float
        confound / raw, of the means. Without bounds (-inf, inf) if the interval of raw holds 0: then any share, and
        none, agrees with the data.
    """

    raw: tuple[float, float, float]
    confound: tuple[float, float, float]
    residual: tuple[float, float, float]
    share: tuple[float, float, float]


def decompose(
    interventional: NDArray[np.float64], size_matched: NDArray[np.float64], observational: NDArray[np.float64]
) -> Decomposition:
    """Split the advantage of interventional samples into their number and the rest.

    Parameters
    ----------
    interventional : ndarray of float64, shape (K,)
        A metric on T_obs observational and T_int interventional samples, one value a system.
    size_matched : ndarray of float64, shape (K,)
        On T_obs + T_int observational samples of the same systems.
    observational : ndarray of float64, shape (K,)
        On the T_obs observational samples alone.

    Raises
    ------
    ValueError
        If the three do not belong to the same systems.
    """
    shapes = {values.shape for values in (interventional, size_matched, observational)}
    if len(shapes) > 1 or len(interventional) < 1:
        raise ValueError(f"all three must have one value for each system, got shapes {sorted(shapes)}")
    raw, confound = interventional - observational, size_matched - observational
    return Decomposition(
        raw=_with_interval(raw),
        confound=_with_interval(confound),
        residual=_with_interval(raw - confound),
        share=_share(confound, raw),
    )


def _with_interval(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(values.mean()), *bootstrap_interval(values)


def _share(confound: NDArray[np.float64], raw: NDArray[np.float64]) -> tuple[float, float, float]:
    """Ratio of means with a percentile interval over resampled systems."""
    whole = float(raw.mean())
    share = float(confound.mean()) / whole if whole != 0.0 else float("nan")
    low, high = bootstrap_interval(raw)
    if not (low > 0.0 or high < 0.0):
        return share, -np.inf, np.inf
    drawn = np.random.default_rng(RESAMPLING_SEED).integers(len(raw), size=(N_RESAMPLES, len(raw)))
    with np.errstate(divide="ignore"):  # a resample without any advantage has a share without bound
        shares = confound[drawn].mean(axis=1) / raw[drawn].mean(axis=1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return share, float(low), float(high)
