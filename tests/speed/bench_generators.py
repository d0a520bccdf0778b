"""How fast systems are simulated: ``pytest tests/speed/bench_*.py``, on all cores.

The peers do the same work, one system after the other: a solver or a loop over time in Python.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np
from scipy.integrate import solve_ivp

from causal_gauntlet.generators import VAR, CauseMe, Design, Lorenz96, draw_many, run_many

if TYPE_CHECKING:
    from conftest import Against

N_VARS, N_SAMPLES, N_SYSTEMS = 20, 1000, 200


def solve_lorenz96() -> None:
    """As in a tutorial, at about the accuracy of our steps."""
    start = np.random.default_rng(0).normal(10.0, 1.0, N_VARS)
    solve_ivp(
        lambda _, x: (np.roll(x, -1) - np.roll(x, 2)) * np.roll(x, 1) - x + 10.0,
        (0.0, 20.0 + 0.1 * N_SAMPLES),
        start,
        t_eval=20.0 + 0.1 * np.arange(N_SAMPLES),
        rtol=1e-6,
        atol=1e-6,
    )


def test_lorenz96_against_solve_ivp(against: Against) -> None:
    systems = draw_many(Lorenz96(n_vars=N_VARS), range(N_SYSTEMS))
    design = Design(N_SAMPLES)
    against("Lorenz-96, whole experiments", lambda: run_many(systems, design, 0), N_SYSTEMS, solve_lorenz96)


def loop_over_time(innovations: np.ndarray, matrices: np.ndarray) -> np.ndarray:
    x = innovations.copy()
    for t in range(len(matrices), len(x)):
        for lag, matrix in enumerate(matrices, start=1):
            x[t] += x[t - lag] @ matrix
    return x


def test_var_against_a_loop_over_time(against: Against) -> None:
    """The recursion alone: both are given the innovations, of which the random generator's share is the same."""
    systems = draw_many(VAR(n_vars=N_VARS), range(N_SYSTEMS))
    length = N_SAMPLES + systems[0].n_burn
    drawn = np.random.default_rng(0).standard_normal((N_SYSTEMS, length, N_VARS))
    held = np.zeros((N_SAMPLES, N_VARS), dtype=bool)
    matrices = np.ascontiguousarray(systems[0].coefficients[..., 1:].transpose(2, 0, 1))
    pool = ThreadPoolExecutor(os.cpu_count())

    def ours() -> None:
        x = drawn.copy()
        list(pool.map(lambda k: systems[k].advance(x[k], held, np.zeros(held.shape)), range(N_SYSTEMS)))

    against("VAR, the recursion", ours, N_SYSTEMS, lambda: loop_over_time(drawn[0], matrices))


def test_var_experiments_against_a_loop_over_time(against: Against) -> None:
    """Whole experiments, random numbers and all, against the loop with its random numbers."""
    systems = draw_many(VAR(n_vars=N_VARS), range(N_SYSTEMS))
    length = N_SAMPLES + systems[0].n_burn
    matrices = np.ascontiguousarray(systems[0].coefficients[..., 1:].transpose(2, 0, 1))

    def peer() -> None:
        loop_over_time(np.random.default_rng(0).standard_normal((length, N_VARS)), matrices)

    against("VAR, whole experiments", lambda: run_many(systems, Design(N_SAMPLES), 0), N_SYSTEMS, peer)


def test_causeme_systems_drawn_and_recorded(benchmark: object) -> None:
    """10,000 systems of 10 variables and 300 samples."""
    benchmark.pedantic(  # type: ignore[attr-defined]
        lambda: run_many(draw_many(CauseMe(n_vars=10), range(10_000), 1), Design(300), 0), rounds=1
    )
