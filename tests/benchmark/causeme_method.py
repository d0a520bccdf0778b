"""A method as one would submit it to CauseMe."""

import numpy as np


def my_method(data, maxlags=1):  # type: ignore[no-untyped-def]
    n_vars = data.shape[1]
    lagged = [np.corrcoef(data[:-lag].T, data[lag:].T)[:n_vars, n_vars:] for lag in range(1, maxlags + 1)]
    strength = np.abs(lagged)
    return strength.max(axis=0), None, strength.argmax(axis=0) + 1
