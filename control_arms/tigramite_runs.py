"""What the methods of the package tigramite have in common: the tests, and which samples they see."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

import numpy as np

from causal_gauntlet.baselines.lagged import CollinearError, lagged_rows
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.randomness import RandomState
from causal_gauntlet.generators.recording import Recording

__all__ = ["TESTS", "prepared"]

#: Module, class and arguments of each independence test.
TESTS: Mapping[str, tuple[str, str, Mapping[str, Any]]] = {
    "cmiknn": ("cmiknn", "CMIknn", {"workers": 1}),
    "gpdc": ("gpdc", "GPDC", {}),
    "parcorr": ("parcorr", "ParCorr", {}),
    "robust-parcorr": ("robust_parcorr", "RobustParCorr", {}),
}

#: Least eigenvalue of the variables' correlations; below this it is rounding.
COLLINEAR = 1e-12


def prepared(recording: Recording, max_lag: int, test: str, rng: RandomState) -> Any:
    """Give tigramite's PCMCI object over a recording.

    A sample is masked for a target in which the target was held or forced, or if a value is missing up to twice
    `max_lag` before it.

    Parameters
    ----------
    recording : Recording
        The samples.
    max_lag : int
        L, in samples.
    test : str
        One of `TESTS`.
    rng : int, SeedSequence, Generator or None
        Seeds the tests that shuffle.

    Raises
    ------
    MissingExtra
        If tigramite, or a package that the test needs, is not installed.
    ValueError
        If a target has too few samples, or the variables are collinear, which the tests would not notice.
    """
    module, name, arguments = TESTS[test]
    try:
        algorithms = import_module("tigramite.pcmci")
        data = import_module("tigramite.data_processing")
        tests = import_module(f"tigramite.independence_tests.{module}")
    except ImportError as error:
        raise MissingExtra(f"tigramite with the test {test}", error.name or "tigramite", "tigramite") from None
    masked = np.ones(recording.values.shape, dtype=bool)
    for rows in lagged_rows(recording, 2 * max_lag, min_rows=2 * recording.n_vars * max_lag):
        masked[np.ix_(rows.times, rows.targets)] = False
        if np.linalg.eigvalsh(np.corrcoef(recording.values[rows.times].T))[0] < COLLINEAR:
            raise CollinearError
    seed = int(np.random.default_rng(rng).integers(2**31))
    # tigramite's own choice of the block length calls numpy in a way that numpy 2.4 no longer takes
    length = round(recording.n_samples ** (1 / 3))
    independence = getattr(tests, name)(mask_type="y", seed=seed, sig_blocklength=length, verbosity=0, **arguments)
    frame = data.DataFrame(np.nan_to_num(recording.values), mask=masked)
    return algorithms.PCMCI(dataframe=frame, cond_ind_test=independence, verbosity=0)
