"""Prints, after the benchmarks, how many times faster each is than its peer in the same run."""

from __future__ import annotations

import timeit
from collections.abc import Callable
from typing import Any

import pytest

Against = Callable[..., None]

LINES: list[str] = []


@pytest.fixture
def against(benchmark: Any) -> Against:
    """Benchmark `ours`, which does `n_ours` of what `peer` does once; the ratio is a figure, never an assertion."""

    def compare(name: str, ours: Callable[[], object], n_ours: int, peer: Callable[[], object]) -> None:
        ours()
        benchmark.pedantic(ours, rounds=5)
        one_of_ours = benchmark.stats.stats.median / n_ours
        one_of_theirs = min(timeit.repeat(peer, number=1, repeat=3))
        ratio = one_of_theirs / one_of_ours
        benchmark.extra_info["ratio"] = ratio
        LINES.append(f"{name}: {1e3 * one_of_ours:.3g} ms against {1e3 * one_of_theirs:.3g} ms, {ratio:.0f} times")

    return compare


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if LINES:
        terminalreporter.section("one of ours against one of the peer's")
        for line in LINES:
            terminalreporter.write_line(line)
