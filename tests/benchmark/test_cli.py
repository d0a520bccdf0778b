"""The command as a user meets it, in a process of its own."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from command import GAUNTLET, gauntlet

from causal_gauntlet.benchmark.command_list import show_member
from causal_gauntlet.benchmark.names import method_entry_points
from causal_gauntlet.benchmark.suites import shipped_suites
from causal_gauntlet.generators import DATASETS, GENERATORS, STRESSORS

SUITE = """
name = "tiny"
seed = 3
n_systems = 6
[[systems]]
generator = "VAR"
n_vars = 4
[[designs]]
n_samples = 120
intervention = ["none", "do"]
[methods]
include = ["granger", "pcmci", "lasso", "random"]
"""


def test_help_needs_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys; import causal_gauntlet.benchmark.cli; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"numpy", "pandas", "scipy", "numba", "matplotlib", "joblib", "pydantic", "torch"} & set(modules)
    assert gauntlet("--help", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("what", "names"),
    [
        ("systems", GENERATORS),
        ("stressors", STRESSORS),
        ("methods", method_entry_points()),
        ("suites", shipped_suites()),
        ("datasets", DATASETS),
    ],
)
def test_everything_listed_can_be_shown(
    tmp_path: Path, what: str, names: dict[str, object], capsys: pytest.CaptureFixture[str]
) -> None:
    listed = gauntlet("list", what, folder=tmp_path).stdout
    assert [line.split()[0] for line in listed.splitlines() if not line.startswith(" ")] == list(names)
    for name in names:
        show_member(name)
        assert len(capsys.readouterr().out) > 100
    shown = gauntlet("show", name, folder=tmp_path)
    assert shown.returncode == 0
    assert len(shown.stdout) > 100


def test_a_second_run_computes_nothing(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(SUITE)
    first = gauntlet("run", "tiny.toml", "--json", "one.json", "--plot", "p.png", folder=tmp_path)
    second = gauntlet("run", "tiny.toml", "--json", "two.json", "--jobs", 1, folder=tmp_path)
    assert first.returncode == second.returncode == 0
    assert "48 cells of suite tiny, 48 computed now" in first.stdout
    assert "48 cells of suite tiny, 0 computed now" in second.stdout
    assert (tmp_path / "one.json").read_text() == (tmp_path / "two.json").read_text()
    rows = json.loads((tmp_path / "one.json").read_text())["rows"]
    assert {row["method"] for row in rows} == {"granger", "pcmci", "lasso", "random"}
    assert (tmp_path / "p.png").read_bytes().startswith(b"\x89PNG")
    third = gauntlet("run", "tiny.toml", "--method", "granger[max_lag=2]", "--method", "random", folder=tmp_path)
    assert "24 cells of suite tiny, 12 computed now" in third.stdout


def test_the_tuned_track_is_run_and_named(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(SUITE)
    command = ("run", "tiny.toml", "--track", "tuned", "--method", "granger", "--method", "random")
    first = gauntlet(*command, "--json", "one.json", folder=tmp_path)
    assert first.returncode == 0, first.stderr
    assert "24 cells of suite tiny" in first.stdout
    rows = json.loads((tmp_path / "one.json").read_text())["rows"]
    assert {row["method"] for row in rows} == {"granger (tuned)", "random"}
    assert "24 cells of suite tiny, 0 computed now" in gauntlet(*command, folder=tmp_path).stdout
    wrong = gauntlet("run", "tiny.toml", "--track", "tunde", folder=tmp_path)
    assert wrong.returncode == 2
    assert "unknown track 'tunde'; did you mean 'tuned'" in wrong.stderr


def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "tiny.toml").write_text(SUITE)
    process = subprocess.Popen([GAUNTLET, "run", "tiny.toml", "--jobs", "1"], cwd=tmp_path, start_new_session=True)
    results = tmp_path / ".gauntlet" / "results"
    while process.poll() is None and not list(results.glob("*.json")):
        pass
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert 0 < len(list(results.glob("*.json"))) < 48
    assert gauntlet("run", "tiny.toml", folder=tmp_path).returncode == 0
    assert gauntlet("run", "tiny.toml", "--store", "whole", folder=tmp_path).returncode == 0
    whole = tmp_path / "whole" / "results"
    names = sorted(path.name for path in whole.iterdir())
    assert sorted(path.name for path in results.glob("*.json")) == names
    for name in names:
        resumed, once = (json.loads((folder / name).read_text())["determined"] for folder in (results, whole))
        assert json.dumps(resumed) == json.dumps(once)


def test_discover_finds_the_edge_of_a_csv(tmp_path: Path) -> None:
    x = np.random.default_rng(0).standard_normal((400, 3))
    x[2:, 2] += x[:-2, 0]
    x[50, 1] = np.nan
    days = np.datetime64("2020-01-01") + np.arange(400)
    lines = [
        f"{day}," + ",".join("" if np.isnan(v) else repr(float(v)) for v in row)
        for day, row in zip(days, x, strict=True)
    ]
    (tmp_path / "data.csv").write_text("\n".join(["day,a,b,c", *lines]))
    options = ("--max-lag", 3, "--out", "edges.json", "--plot", "edges.svg")
    run = gauntlet("discover", "data.csv", "--method", "pcmci", *options, folder=tmp_path)
    assert run.returncode == 0
    assert "Column 'day' holds dates" in run.stdout
    assert "1 of 1200 values are missing" in run.stdout
    top = next(line for line in run.stdout.splitlines() if line.startswith("│"))
    assert [cell.strip() for cell in top.strip("│").split("│")][:2] == ["a", "c"]
    edges = json.loads((tmp_path / "edges.json").read_text())
    assert edges["names"] == ["a", "b", "c"]
    assert edges["lags"][0][2] == 2
    assert "<svg" in (tmp_path / "edges.svg").read_text()
    dropped = gauntlet("discover", "data.csv", "--method", "granger", "--drop", "b", folder=tmp_path)
    assert dropped.returncode == 0
    assert "missing" not in dropped.stdout


def test_generate_writes_the_same_files_for_a_seed(tmp_path: Path) -> None:
    options = ("--n-vars", 5, "--n-samples", 40, "--intervention", "do", "--seed", 7, "--set", "density=0.4")
    for name in ("one", "two"):
        assert gauntlet("generate", "var", "--out", name, *options, folder=tmp_path).returncode == 0
    files = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert files == ["cards.json", "croissant.json", "episodes.json", "recording.csv", "spec.json", "truth.json"]
    for file in files:
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert len(json.loads((tmp_path / "one" / "cards.json").read_text())["edges"]) == 25


def test_a_preset_is_generated_with_its_windows_and_its_picture(tmp_path: Path) -> None:
    schedule = ("--schedule", "targets=[0, [1, 2]]", "--schedule", "washout=10", "--strength", "level=-1.5")
    options = ("--intervention", "do", *schedule, "--plot", "picture.png")
    run = gauntlet("generate", "nonlinear-VAR_N-3_T-150", "--out", "data", *options, folder=tmp_path)
    assert run.returncode == 0, run.stderr
    assert "varsortability" in run.stdout
    assert "column order AUROC" in run.stdout
    assert (tmp_path / "picture.png").stat().st_size > 10_000
    specification = json.loads((tmp_path / "data" / "spec.json").read_text())
    assert specification["design"]["intervention"]["level"] == -1.5
    episodes = json.loads((tmp_path / "data" / "episodes.json").read_text())["episodes"]
    assert sorted(e["targets"] for e in episodes if e["targets"]) == [[0], [1, 2]]


DO = ("--intervention", "do")

BAD = {
    "text.csv": "a,b\n1,2\n2,x\n",
    "constant.csv": "a,b\n1,2\n2,2\n",
    "empty-column.csv": "a,b\n1,\n2,\n",
    "infinite.csv": "a,b\n1,2\n2,inf\n",
    "short.csv": "a,b\n1,2\n2,3\n4,4\n",
    "header.csv": "a,b\n",
    "no-header.csv": "1,2\n3,4\n5,7\n",
    "one.csv": "a\n1\n2\n",
    "ragged.csv": "a,b\n1,2\n1,2,3\n",
    "nothing.csv": "",
}


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("discover", "text.csv", "--method", "granger"), "column 'b' must hold numbers, got 'x' in line 3"),
        (("discover", "constant.csv", "--method", "granger"), "column 'b' must vary, got 2 in all 2 rows"),
        (("discover", "empty-column.csv", "--method", "granger"), "column 'b' must vary, got no value at all"),
        (("discover", "infinite.csv", "--method", "granger"), "column 'b' must be finite"),
        (("discover", "short.csv", "--method", "granger"), "at least 12 usable rows for a with max_lag 5"),
        (("discover", "header.csv", "--method", "granger"), "must hold rows below its header"),
        (("discover", "no-header.csv", "--method", "granger"), "must begin with a header of names"),
        (("discover", "one.csv", "--method", "granger"), "must hold at least two variables, got 1"),
        (("discover", "ragged.csv", "--method", "granger"), "not a readable CSV file"),
        (("discover", "nothing.csv", "--method", "granger"), "not a readable CSV file"),
        (("discover", "missing.csv", "--method", "granger"), "no file 'missing.csv'"),
        (("discover", "short.csv", "--method", "granger", "--drop", "z"), "drop must name a column"),
        (("discover", "short.csv", "--method", "grangr"), "did you mean 'granger'?"),
        (("discover", "short.csv", "--method", "random", "--max-lag", "3"), "max_lag must be left out for random"),
        (("discover", "short.csv", "--method", "random", "--plot", "x.doc"), "plot must end in one of"),
        (("run", "nosuite"), "neither a file nor one of paper, quick, standard"),
        (("run", "quick", "--method", "lasso[max_lags=2]"), "did you mean 'max_lag'?"),
        (("list", "things"), "unknown listing 'things'"),
        (("show", "lass"), "did you mean 'lasso'?"),
        (("generate", "varr", "--out", "x"), "unknown system 'varr'; did you mean 'var'?"),
        (("generate", "var", "--out", "."), "out must be a new or an empty folder"),
        (("generate", "var", "--out", "x", "--set", "density=2.0"), "density must be in [0, 1], got 2.0 (VAR.density)"),
        (("generate", "var", "--out", "x", "--set", "density"), "set must look like name=value"),
        (("generate", "lorenz96", "--out", "x", "--n-vars", "3"), "n_vars must be a whole number of at least 4, got 3"),
        (("generate", "var", "--out", "x", "--intervention", "doo"), "unknown intervention 'doo'"),
        (("generate", "var", "--out", "x", "--n-samples", "1"), "n_samples must be at least 2, got 1"),
        (("generate", "linear-VAR_N-3_T-15", "--out", "x"), "did you mean 'linear-VAR_N-3_T-150'?"),
        (
            ("generate", "linear-VAR_N-3_T-150", "--out", "x", "--n-vars", 4),
            "leave out --n-vars, --n-samples and --set",
        ),
        (("generate", "var", "--out", "x", "--strength", "level=1"), "belong to an --intervention, got none"),
        (("generate", "var", "--out", "x", *DO, "--strength", "levl=1"), "did you mean 'level'?"),
        (("generate", "var", "--out", "x", *DO, "--strength", "level=high"), "strength must look like name=value"),
        (("generate", "var", "--out", "x", *DO, "--schedule", "targets=[10]"), "targets must be columns 0 to 9"),
        (("generate", "var", "--out", "x", *DO, "--schedule", "n_episodes=0"), "n_episodes must be a whole number"),
        (("generate", "var", "--out", "x", "--plot", "x.doc"), "plot must end in one of"),
        (
            ("generate", "var", "--out", "x", "--stress", "rescale"),
            "unknown stressor 'rescale'; did you mean 'rescaled'?",
        ),
        (
            ("generate", "var", "--out", "x", "--stress", "z-scored", "--stress", "heavy-tails"),
            "stressors must be in order",
        ),
        (("generate", "var", "--out", "x", "--stress", "rescaled[lo=1]"), "unknown parameter of rescaled 'lo'"),
        (("generate", "lorenz96", "--out", "x", "--stress", "heavy-tails"), "got a process without innovations"),
        (("generate", "var", "--out", "x", *DO, "--stress", "surrogate"), "leave out surrogate where there are"),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_2(
    tmp_path: Path, arguments: tuple[object, ...], complaint: str
) -> None:
    for name, text in BAD.items():
        (tmp_path / name).write_text(text)
    run = gauntlet(*arguments, folder=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("Error: ")
    assert complaint in run.stderr
    assert "Traceback" not in run.stderr
    assert run.stdout == ""
    assert not (tmp_path / "x").exists()
