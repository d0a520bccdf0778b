"""Many systems at once: threads draw and simulate side by side, each system exactly as it would be alone."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Any, TypeVar, cast

from threadpoolctl import threadpool_limits

from causal_gauntlet.generators.design import Design
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.system import Generator, System

__all__ = ["draw_many", "run_many"]

R = TypeVar("R")

# threadpoolctl carries no types.
_threadpool_limits = cast("Callable[[int], AbstractContextManager[Any]]", threadpool_limits)


def draw_many(generator: Generator, seeds: Iterable[int], n_threads: int | None = None) -> list[System]:
    """Draw one system for each seed.

    Parameters
    ----------
    generator : Generator
        The family.
    seeds : iterable of int
        ``draw_many(family, [3])[0]`` is ``family.draw(3)``.
    n_threads : int, optional
        Threads; all cores if not given. The numbers do not depend on it.
    """
    return _mapped(generator.draw, seeds, n_threads=n_threads)


def run_many(
    systems: Sequence[System], design: Design, seeds: int | Sequence[int], n_threads: int | None = None
) -> list[Experiment]:
    """Record many systems, or one system many times.

    Simulators are machine code that runs without Python's lock; threads share no work and no random numbers.

    Parameters
    ----------
    systems : sequence of System
        Of any families and sizes; one system may occur many times.
    design : Design
        How each is recorded.
    seeds : int or sequence of int
        Seed of each recording, or one for all: systems with one seed still have different noise.
    n_threads : int, optional
        Threads; all cores if not given. The numbers do not depend on it.

    Raises
    ------
    ValueError
        If there are not as many seeds as systems, or a system cannot be recorded.
    """
    listed = [seeds] * len(systems) if isinstance(seeds, int) else list(seeds)
    if len(listed) != len(systems):
        raise ValueError(f"seeds must be one number or one for each of the {len(systems)} systems, got {len(listed)}")
    return _mapped(lambda system, seed: system.run(design, seed), systems, listed, n_threads=n_threads)


def _mapped(function: Callable[..., R], *arguments: Iterable[Any], n_threads: int | None) -> list[R]:
    # Threads of the linear algebra library would fight ours, and might add sums in another order.
    with _threadpool_limits(1), ThreadPoolExecutor(n_threads or os.cpu_count()) as pool:
        return list(pool.map(function, *arguments))
