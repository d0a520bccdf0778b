"""Named random streams: one root seed, and a spawn key from a stable hash of what the stream is for."""

from __future__ import annotations

import hashlib
import json
import numbers
from typing import Any, TypeAlias

import numpy as np

__all__ = ["RandomState", "canonical_json", "checked_seed", "derive_seed", "stream"]

RandomState: TypeAlias = int | np.random.SeedSequence | np.random.Generator | None


def canonical_json(value: Any) -> str:
    """Write a value as JSON that is the same text on every machine: sorted keys, no spaces, no NaN."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False, ensure_ascii=False)


def checked_seed(seed: int) -> int:
    """The seed as an int.

    Raises
    ------
    ValueError
        If it is not a whole number of at least 0.
    """
    if not isinstance(seed, numbers.Integral) or isinstance(seed, bool) or seed < 0:
        raise ValueError(f"seed must be a whole number of at least 0, got {seed!r}")
    return int(seed)


def _seed_sequence(root: int, names: tuple[Any, ...]) -> np.random.SeedSequence:
    digest = hashlib.sha256(canonical_json(names).encode()).digest()
    spawn_key = tuple(int(word) for word in np.frombuffer(digest, dtype="<u4"))
    return np.random.SeedSequence(entropy=checked_seed(root), spawn_key=spawn_key)


def stream(root: int, *names: Any) -> np.random.Generator:
    """Open the random stream of the named component; other names give independent streams.

    Parameters
    ----------
    root : int
        The seed, at least 0.
    *names : JSON values
        What the stream is for, such as ``"innovations"`` and a system's specification.
    """
    return np.random.default_rng(_seed_sequence(root, names))


def derive_seed(root: int, *names: Any) -> int:
    """Derive a seed for the named component.

    It has 53 bits, so that it survives readers of JSON that hold every number as a double.
    """
    return int(_seed_sequence(root, names).generate_state(1, np.uint64)[0] >> np.uint64(11))
