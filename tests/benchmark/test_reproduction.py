"""A paper's findings: each follows from the numbers by its rule, and the numbers from the store."""

import csv
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from command import gauntlet
from hypothesis import given
from hypothesis import strategies as st
from strategies import few

from causal_gauntlet.benchmark.agreement import Agreement, agreement_cells, agreements
from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.outcome import DecompositionOutcome, Share
from causal_gauntlet.benchmark.reproduce_report import write_reproduction
from causal_gauntlet.benchmark.reproduce_run import ReproductionOutcome, held_against, reproduce
from causal_gauntlet.benchmark.reproduce_text import agreement_text, residual_text
from causal_gauntlet.benchmark.reproduction import Finding, load_reproduction
from causal_gauntlet.benchmark.runner import run_missing
from causal_gauntlet.benchmark.store import Store

MANIFEST = """
id = "small"
title = "A small paper"
authors = "Nobody (2026)"
source = "planted"

[stages]
1 = "Here"
2 = "Elsewhere"

[scales.quick]
n_systems = 8
leave_out = ["other"]

[scales.paper]
n_systems = 12
n_vars = [4, 6]

[[findings]]
stage = "1"
statement = "Granger causality is above chance."
claim = "above-chance"
quantity = "difference"
of = "chance"
low = 0.0

[[findings]]
stage = "1"
statement = "It is below chance."
claim = "above-chance"
quantity = "difference"
of = "chance"
high = 0.0

[[findings]]
stage = "2"
statement = "It is above chance elsewhere."
claim = "other"
quantity = "difference"
of = "chance"
low = 0.0

[[agreements]]
what = "lags"
vary = "method.max_lag"
method = "granger"
against = ["granger[max_lag=2]", "random"]
values = [1, 2]
systems = { generator = "VAR", n_vars = 4 }
design = { n_samples = 150 }
"""
CLAIM = """
id = "above-chance"
statement = "Granger causality beats chance."
source = "planted"
seed = 1
metric = "auroc"
margin = 0.02
n_systems = { min = 6, max = 40 }
systems = { generator = "VAR", n_vars = 5 }

[candidate]
method = "granger[max_lag=2]"
design = { n_samples = 150 }

[[arms]]
name = "chance"
isolates = "luck"
method = "random"

[controls.negative.candidate]
method = "random"

[controls.positive]
candidate = { method = "pcmci[max_lag=2]" }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    paper = tmp_path / "paper"
    paper.mkdir()
    (paper / "manifest.toml").write_text(MANIFEST)
    (paper / "above-chance.toml").write_text(CLAIM)
    (paper / "other.toml").write_text(CLAIM.replace('id = "above-chance"', 'id = "other"'))
    return paper


def reproduced(folder: Path, store: Store, scale: str = "quick") -> tuple[ReproductionOutcome, int]:
    """The outcome, and how many cells were computed for it."""
    n_computed = 0

    def compute(_: str, cells: Sequence[Cell]) -> None:
        nonlocal n_computed
        n_computed += sum(run_missing(cells, store, 1, 60.0))

    return reproduce(load_reproduction(str(folder), scale), store, compute, "gauntlet reproduce"), n_computed


bounds = st.tuples(st.floats(-1.0, 1.0), st.floats(-1.0, 1.0)).map(sorted)


@few
@given(bounds, bounds)
def test_a_number_bears_a_finding_out_if_its_interval_lies_within(ours: list[float], asked: list[float]) -> None:
    finding = Finding(stage="1", statement="x", claim="x", quantity="difference", of="x", low=asked[0], high=asked[1])
    held = held_against(finding, Share(value=sum(ours) / 2, low=ours[0], high=ours[1]))
    inside = [asked[0] < x < asked[1] for x in np.linspace(ours[0], ours[1], 201)]
    if held == "reproduced":
        assert all(inside)
    if held == "not reproduced":
        assert not any(inside)
    if all(inside):
        assert held == "reproduced"


def test_a_number_without_bounds_or_value_decides_nothing() -> None:
    finding = Finding(stage="1", statement="x", claim="x", quantity="share", of="x", low=0.4, high=0.8)
    assert held_against(finding, Share(value=0.6, low=None, high=None)) == "inconclusive"
    assert held_against(finding, Share(value=None, low=None, high=None)) == "inconclusive"


def test_findings_follow_from_the_store_and_a_second_time_nothing_is_computed(folder: Path, tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first, n_first = reproduced(folder, store)
    again, n_again = reproduced(folder, store)
    assert n_first > 0 == n_again
    assert first == again
    assert [one.outcome for one in first.findings] == ["reproduced", "not reproduced", "not run"]
    assert first.findings[0].n_systems == 8
    (arm,) = first.claims["above-chance"].comparisons[0].arms
    ours = first.findings[0].ours
    assert ours is not None
    assert (ours.value, ours.low, ours.high) == (arm.difference, arm.low, arm.high)


def test_a_scale_sets_sizes_and_leaves_the_file_as_it_is(folder: Path) -> None:
    quick, paper = (load_reproduction(str(folder), scale) for scale in ("quick", "paper"))
    assert list(quick.claims) == ["above-chance"]
    assert list(paper.claims) == ["above-chance", "other"]
    one = paper.claims["above-chance"]
    assert one.claim.n_systems.max == 24, "12 of each size"
    assert [vars(generator)["n_vars"] for generator in one.claim.systems.generators] == [4, 6]
    assert one.sha256 == quick.claims["above-chance"].sha256


def test_a_withheld_verdict_makes_a_finding_inconclusive(folder: Path, tmp_path: Path) -> None:
    blind = CLAIM.replace('candidate = { method = "pcmci[max_lag=2]" }', 'candidate = { method = "constant" }')
    (folder / "above-chance.toml").write_text(blind)
    outcome, _ = reproduced(folder, Store(tmp_path / "store"))
    assert outcome.claims["above-chance"].verdict == "withheld"
    assert [one.outcome for one in outcome.findings] == ["inconclusive", "inconclusive", "not run"]


def test_agreement_with_itself_is_one_and_with_chance_about_zero(folder: Path, tmp_path: Path) -> None:
    """30 systems of 12 pairs: a mean correlation has a standard error of 0.055; the bound is 4.5 of them."""
    (block,) = load_reproduction(str(folder), "quick").manifest.agreements
    store = Store(tmp_path / "store")
    list(run_missing(agreement_cells([block], 1, 30), store, 1, 60.0))
    rows = {(row.value, row.against): row for row in agreements([block], 1, 30, store)}
    same = rows[2, "granger[max_lag=2]"]
    assert (same.mean, same.low, same.high, same.n_systems) == (1.0, 1.0, 1.0, 30)
    assert 0.3 < (rows[1, "granger[max_lag=2]"].mean or 0.0) < 1.0
    assert abs(rows[1, "random"].mean or 0.0) < 0.25


def test_a_report_holds_the_tables_the_figures_and_the_numbers(folder: Path, tmp_path: Path) -> None:
    outcome, _ = reproduced(folder, Store(tmp_path / "store"))
    page = write_reproduction(outcome, tmp_path / "report").read_text()
    assert ReproductionOutcome.model_validate_json((tmp_path / "report" / "outcome.json").read_text()) == outcome
    with (tmp_path / "report" / "findings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["outcome"] for row in rows] == ["reproduced", "not reproduced", "not run"]
    assert float(rows[0]["value"]) == outcome.findings[0].ours.value  # type: ignore[union-attr]
    for name in ("stage-1.png", "agreement-0.png"):
        assert (tmp_path / "report" / name).read_bytes().startswith(b"\x89PNG")
    ids = re.findall(r'id="((?:stage|agreement)-[^"]+)"', page)
    assert len(set(ids)) == len(ids) > 3
    assert not re.findall(r'(?:src|href)="(?!data:|#)', page)
    assert not (tmp_path / "report" / "stage-2.png").exists()
    assert "Of 2 findings: 1 reproduced, 1 not reproduced, each on 8 systems." in page
    assert "Of 1 finding: 1 not run." in page
    ours = f"{outcome.findings[1].ours.value:+.3f}"  # type: ignore[union-attr]
    assert f"Not reproduced: “It is below chance.” Ours is {ours} [" in page
    candidate = r"the candidate \(granger\[max_lag=2\], observational, 150 samples\)"
    assert re.search(rf"Mean auroc in above-chance: {candidate} [01]\.\d{{3}}; chance", page)


@pytest.mark.parametrize("scale", ["quick", "standard", "paper"])
@pytest.mark.parametrize("name", ["prediction-bottlenecks", "sortability"])
def test_a_shipped_reproduction_is_valid(name: str, scale: str) -> None:
    reproduction = load_reproduction(name, scale)
    assert set(reproduction.claims) | set(reproduction.scale.leave_out) == set(reproduction.manifest.claim_names)
    for claim_name, file in reproduction.claims.items():
        assert file.claim.id == claim_name


@pytest.mark.parametrize(
    ("file", "old", "new", "complaint"),
    [
        (
            "manifest.toml",
            'of = "chance"',
            'of = "chnce"',
            "unknown contestant of above-chance 'chnce'; did you mean 'chance'",
        ),
        ("manifest.toml", "low = 0.0", "", r"line 19: findings\[0\]: a finding needs a low or a high"),
        (
            "manifest.toml",
            'leave_out = ["other"]',
            'leave_out = ["othr"]',
            "unknown claim in leave_out of scale quick 'othr'",
        ),
        (
            "manifest.toml",
            "n_systems = 8",
            "n_systems = 3",
            r"line 12: scales\.quick\.n_systems: Input should be greater",
        ),
        (
            "manifest.toml",
            'vary = "method.max_lag"',
            'vary = "lags"',
            r"agreements\[0\]\.vary: String should match pattern",
        ),
        ("manifest.toml", "values = [1, 2]", "values = [0, 2]", r"agreements\[0\]: max_lag must be .* got 0"),
        ("manifest.toml", "n_vars = 4 }", "n_vars = [4, 5] }", r"agreements\[0\]: systems and design must have one"),
        ("above-chance.toml", "margin = 0.02", "margin = 0", r"above-chance\.toml, line 7: margin"),
    ],
)
def test_what_is_wrong_with_a_reproduction_is_said(folder: Path, file: str, old: str, new: str, complaint: str) -> None:
    text = (folder / file).read_text()
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1))
    with pytest.raises(ValueError, match=complaint):
        load_reproduction(str(folder), "quick")


def test_the_command_line_prints_the_findings(folder: Path, tmp_path: Path) -> None:
    def run(*arguments: object) -> subprocess.CompletedProcess[str]:
        return gauntlet("reproduce", *arguments, folder=tmp_path)

    done = run(folder, "--report", "out")
    assert done.returncode == 0, done.stderr
    assert re.search(r"It is below chance\. +│ below 0 +│ .*│ not reproduced │", done.stdout)
    assert (tmp_path / "out" / "report.html").is_file()
    unknown = run(folder, "--scale", "papr")
    assert unknown.returncode == 2
    assert "unknown scale 'papr'; did you mean 'paper'" in unknown.stderr
    assert run("nowhere").returncode == 2


def advantage(residual: tuple[float, float], share: tuple[float | None, float | None]) -> DecompositionOutcome:
    parts = {name: Share(value=0.1, low=0.05, high=0.15) for name in ("raw", "confound")}
    rest = Share(value=sum(residual) / 2, low=residual[0], high=residual[1])
    return DecompositionOutcome(
        name="x", contestant="x", **parts, residual=rest, share=Share(value=1.0, low=share[0], high=share[1])
    )


@few
@given(st.lists(bounds, min_size=1, max_size=5))
def test_a_residual_is_told_on_a_side_only_if_its_whole_interval_is(intervals: list[list[float]]) -> None:
    rows = {f"arm {k}": advantage((low, high), (None, None)) for k, (low, high) in enumerate(intervals)}
    n_above, n_below = sum(low > 0.0 for low, _ in intervals), sum(high < 0.0 for _, high in intervals)
    said = re.search(r"interval above 0 in (\w+).* and below 0 in (\w+)", residual_text(rows))
    assert said is not None
    assert said.groups() == (str(n_above or "none"), str(n_below or "none"))


def test_agreement_is_claimed_only_where_the_whole_interval_is_above() -> None:
    def row(value: float, mean: float | None, low: float | None) -> Agreement:
        return Agreement(what="width", method="a", against="b", value=value, mean=mean, low=low, high=mean, n_systems=9)

    told = agreement_text([row(1, 0.2, 0.1), row(2, 0.93, 0.88), row(3, 0.97, 0.95), row(4, None, None)])
    assert told == "b: 0.20 at 1, 0.97 at 3, with an interval above 0.9 at 3."
    assert agreement_text([row(1, None, None)]) == "b: constant on all systems."
    assert agreement_text([row(1, 0.95, None)]).endswith("with no interval above 0.9.")


def test_a_stressor_may_be_what_varies(folder: Path) -> None:
    """Each value of the ratio is a stressor of its own on the same systems."""
    manifest = (folder / "manifest.toml").read_text()
    manifest = manifest.replace('vary = "method.max_lag"', 'vary = "observation-noise.snr"')
    (folder / "manifest.toml").write_text(manifest.replace("values = [1, 2]", "values = [0.01, 1000]"))
    (block,) = load_reproduction(str(folder), "quick").manifest.agreements
    systems = [cell.experiment["system"] for cell in agreement_cells([block], 1, 12)]
    assert {system["stressors"][0]["snr"] for system in systems} == {0.01, 1000}
    assert len({system["seed"] for system in systems}) == 12


def test_a_claim_without_a_file_is_named(folder: Path) -> None:
    (folder / "above-chance.toml").unlink()
    with pytest.raises(FileNotFoundError, match=r"names the claim 'above-chance', but there is no file"):
        load_reproduction(str(folder), "quick")
