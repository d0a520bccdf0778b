"""Computes the cells that a store does not hold yet, on as many processes as asked."""

from __future__ import annotations

import platform
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from importlib.metadata import version
from importlib.util import find_spec
from types import FrameType
from typing import Any, cast

import joblib
from threadpoolctl import threadpool_info, threadpool_limits

from causal_gauntlet.baselines.scores import EdgeScores
from causal_gauntlet.benchmark.cells import Cell, Result, score_sheet
from causal_gauntlet.benchmark.leakage import LeakageReport, leakage_report
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.generators.catalogue import experiment_from
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.randomness import canonical_json, stream

__all__ = ["environment", "run_cell", "run_missing"]

# joblib and threadpoolctl carry no types.
_Parallel = cast("Callable[..., Callable[[Iterable[Any]], Iterator[int]]]", joblib.Parallel)
_delayed = cast("Callable[..., Callable[..., Any]]", joblib.delayed)
_threadpool_limits = cast("Callable[[int], AbstractContextManager[Any]]", threadpool_limits)


def run_missing(cells: Sequence[Cell], store: Store, jobs: int, timeout_s: float) -> Iterator[int]:
    """Compute and save every cell that the store lacks; cells of one experiment share its simulation.

    Parameters
    ----------
    cells : sequence of Cell
        Cells in the store are passed over.
    store : Store
        Where results go, each as soon as it is there.
    jobs : int
        Processes, at least 1.
    timeout_s : float
        Seconds after which a method has failed.

    Yields
    ------
    int
        How many cells were just finished.

    Raises
    ------
    OSError
        If a worker process was killed; what was finished is kept.
    """
    by_experiment: dict[str, list[Cell]] = {}
    for cell in cells:
        if cell not in store:
            by_experiment.setdefault(canonical_json(cell.experiment), []).append(cell)
    if by_experiment:
        tasks = (_delayed(_run_experiment)(group, store, timeout_s) for group in by_experiment.values())
        try:
            yield from _Parallel(n_jobs=jobs, return_as="generator_unordered")(tasks)
        except BrokenProcessPool:
            raise OSError(
                "a worker process was killed, perhaps for lack of memory; "
                "what is done is kept: run again, with fewer --jobs or without the method that does it"
            ) from None


def _run_experiment(cells: Sequence[Cell], store: Store, timeout_s: float) -> int:
    with _threadpool_limits(1):
        experiment = experiment_from(cells[0].experiment)
        leakage = leakage_report(experiment)
        for cell in cells:
            store.save(cell, run_cell(cell, experiment, leakage, timeout_s))
    return len(cells)


def run_cell(cell: Cell, experiment: Experiment, leakage: LeakageReport, timeout_s: float) -> Result:
    """Run one method on one experiment, on one thread so that sums are added in one order.

    A crash, a timeout or an answer that is no `EdgeScores` of the right size becomes a failure with its reason.

    Parameters
    ----------
    cell : Cell
        Names the method.
    experiment : Experiment
        What the cell's specification makes.
    leakage : LeakageReport
        Of the experiment; kept in the result.
    timeout_s : float
        Seconds after which the method has failed.
    """
    rng = stream(cell.seed, "discover", cell.specification)
    n_vars = experiment.recording.n_vars
    scores = sheet = failure = None
    seconds = None
    try:
        with _threadpool_limits(1), _time_limit(timeout_s):
            start = time.perf_counter()
            answer = cell.method.method.discover(experiment.recording, rng)
            seconds = time.perf_counter() - start
        _check_answer(answer, n_vars)
        scores, sheet = answer.to_json(), score_sheet(answer, experiment)
    except Exception as error:
        failure = {"kind": type(error).__name__, "reason": str(error)}
    determined = {
        "specification": cell.specification,
        "leakage": leakage.to_json(),
        "scores": scores,
        "metrics": sheet,
        "n_parameters": cell.method.n_parameters(n_vars) if failure is None else None,
        "failure": failure,
    }
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    measured = {"seconds": seconds, "process_peak_rss_kib": peak, "environment": environment()}
    return Result(determined, measured)


def _check_answer(answer: object, n_vars: int) -> None:
    if not isinstance(answer, EdgeScores):
        raise TypeError(f"discover must return EdgeScores, got {type(answer).__name__}")
    if answer.scores.shape != (n_vars, n_vars):
        raise ValueError(f"scores must have shape {(n_vars, n_vars)}, got {answer.scores.shape} (EdgeScores.scores)")


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raise TimeoutError in the block when the time is up; outside the main thread there is no limit."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def interrupt(signum: int, frame: FrameType | None) -> None:  # noqa: ARG001 (the signature of a handler)
        raise TimeoutError(f"no answer within {seconds:g} s")

    before = signal.signal(signal.SIGALRM, interrupt)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0.0)
        signal.signal(signal.SIGALRM, before)


@cache
def environment() -> dict[str, Any]:
    """What results may depend on beside their specification: versions, threads, the machine."""
    extras = [package for package in ("torch", "tigramite") if find_spec(package) is not None]
    packages = ("causal-gauntlet", "numpy", "scipy", "numba", *extras)
    pools = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return {
        "python": platform.python_version(),
        "packages": {package: version(package) for package in packages},
        "blas": sorted({f"{pool['internal_api']} {pool['version']}" for pool in pools}),
        "threads": 1,
        "host": platform.node(),
        "platform": platform.platform(),
    }
