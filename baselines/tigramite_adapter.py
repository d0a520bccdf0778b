"""Recordings as tigramite takes them, and its results as scores: for methods written around its objects."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.recording import Recording

__all__ = ["scores_of_tigramite", "tigramite_frame"]


def tigramite_frame(recording: Recording) -> Any:
    """A tigramite ``DataFrame`` whose mask marks, for each variable, the samples in which it was held or forced.

    A test with ``mask_type="y"`` then leaves these out for that variable as a target only.

    Raises
    ------
    MissingExtra
        If tigramite is not installed.
    """
    try:
        data = import_module("tigramite.data_processing")
    except ModuleNotFoundError as error:
        raise MissingExtra("tigramite's DataFrame", error.name or "tigramite", "tigramite") from None
    missing_flag = -1e300
    values = np.nan_to_num(recording.values, nan=missing_flag)
    mask = ~recording.endogenous
    return data.DataFrame(values, mask=mask, var_names=list(recording.names), missing_flag=missing_flag)


def scores_of_tigramite(results: Mapping[str, Any]) -> EdgeScores:
    """What ``run_pcmci``, ``run_pcmciplus`` or ``run_lpcmci`` returned, as scores.

    The score of a pair is its largest absolute test statistic over lags; at lag 0 it is zero against the direction in
    which a link was oriented. An edge is selected if the graph may have it at any lag: with a tail or a circle at its
    source. The p-value is the least over lags, corrected by Sidak's formula for their number.

    Parameters
    ----------
    results : mapping
        With ``graph``, ``val_matrix`` and ``p_matrix``, all ``[source, target, lag]``.
    """
    graph = np.asarray(results["graph"])
    backward = np.char.startswith(graph, "<")
    possible = (graph != "") & ~backward
    allowed = ~backward
    allowed[np.arange(len(graph)), np.arange(len(graph)), 0] = False
    strength = np.where(allowed, np.abs(results["val_matrix"]), 0.0)
    least = np.where(allowed, results["p_matrix"], 1.0).min(axis=2)
    with np.errstate(divide="ignore"):
        pvalues = -np.expm1(graph.shape[2] * np.log1p(-least))
    return EdgeScores.from_all_lags(strength, pvalues, possible.any(axis=2))
