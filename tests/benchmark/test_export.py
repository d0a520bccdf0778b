"""The files of an experiment: that they hold it, that they come back byte for byte, and that others can read them."""

import json
import signal
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from unittest import mock

import numpy as np
import pandas as pd
import pytest
from command import GAUNTLET, gauntlet
from files import awkward_experiment, contents
from numpy.typing import NDArray
from typer.testing import CliRunner

from causal_gauntlet.benchmark import export
from causal_gauntlet.benchmark.cli import app
from causal_gauntlet.benchmark.export import FORMATS, experiment_files, write_experiment
from causal_gauntlet.generators import (
    DATASETS,
    GENERATORS,
    Experiment,
    LaggedGraph,
    MissingExtra,
    ProvenanceCard,
    Recording,
)
from causal_gauntlet.generators.interventions import KINDS


def generate(*arguments: object) -> None:
    CliRunner().invoke(app, ["generate", *map(str, arguments)], catch_exceptions=False)


def read_back(folder: Path, recording_format: str) -> tuple[NDArray[np.float64], list[str]]:
    path = folder / f"recording.{recording_format}"
    if recording_format == "npz":
        with np.load(path, allow_pickle=False) as arrays:
            return arrays["values"], arrays["names"].tolist()
    # From strings, because pandas' own parser of numbers is off by a last digit in some versions.
    table = pd.read_parquet(path) if recording_format == "parquet" else pd.read_csv(path, dtype=str).astype(np.float64)
    return table.to_numpy(), list(table.columns)


def assert_same_bits(got: NDArray[np.float64], expected: NDArray[np.float64]) -> None:
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(np.signbit(got)[~np.isnan(expected)], np.signbit(expected)[~np.isnan(expected)])


@pytest.mark.parametrize("recording_format", FORMATS)
def test_every_format_gives_back_each_number_exactly(tmp_path: Path, recording_format: str) -> None:
    experiment = awkward_experiment()
    write_experiment(experiment, tmp_path / "out", recording_format)
    values, names = read_back(tmp_path / "out", recording_format)
    assert_same_bits(values, experiment.recording.values)
    assert names == list(experiment.recording.names)


def test_npz_holds_the_clock_and_what_was_intervened_on(tmp_path: Path) -> None:
    experiment = awkward_experiment()
    write_experiment(experiment, tmp_path / "out", "npz")
    with np.load(tmp_path / "out" / "recording.npz", allow_pickle=False) as arrays:
        assert set(arrays) == {"values", "names", "intervened", "time_step"}
        np.testing.assert_array_equal(arrays["intervened"], experiment.recording.intervened)
        assert arrays["time_step"] == 0.1
    with zipfile.ZipFile(tmp_path / "out" / "recording.npz") as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_missing_value_is_an_empty_field_of_csv_and_nan_for_causeme() -> None:
    values = np.array([[1.5, np.nan], [np.nan, np.nan], [-2.0, 1e-17]])
    graph = LaggedGraph(np.zeros((2, 2, 2), dtype=bool))
    specification = {"dataset": "gaps"}
    experiment = Experiment(Recording(values, ("a", "b")), graph, ProvenanceCard(()), specification)
    files = {file.name: file.content for file in experiment_files(experiment, "csv", causeme=True)}
    assert files["recording.csv"] == b"a,b\n1.5,\n,\n-2.0,1e-17\n"
    assert files["gaps_N-2_T-3_0001.txt"] == b"1.5 nan\nnan nan\n-2.0 1e-17\n"


def test_one_variable_with_gaps_keeps_its_rows(tmp_path: Path) -> None:
    """A row of one empty field must not look like a blank line, which readers skip."""
    values = np.array([[1.0], [np.nan], [3.0]])
    graph = LaggedGraph(np.zeros((1, 1, 2), dtype=bool))
    experiment = Experiment(Recording(values), graph, ProvenanceCard(()), {"dataset": "one"})
    write_experiment(experiment, tmp_path / "out", "csv")
    assert_same_bits(read_back(tmp_path / "out", "csv")[0], values)


def test_causeme_reads_as_its_participants_read_it() -> None:
    experiment = awkward_experiment()
    name = "awkward_N-4_T-40_0001.txt"
    (content,) = (f.content for f in experiment_files(experiment, "csv", causeme=True) if f.name == name)
    assert_same_bits(np.loadtxt(BytesIO(content)), experiment.recording.values)


@pytest.mark.parametrize("kind", ["none", *KINDS])
@pytest.mark.parametrize("family", GENERATORS)
def test_a_specification_gives_identical_bytes(tmp_path: Path, family: str, kind: str) -> None:
    options = ("--n-vars", 5, "--n-samples", 60, "--intervention", kind, "--seed", 7)
    for form in FORMATS:
        first, second = tmp_path / form, tmp_path / f"{form} again"
        generate(family, *options, "--out", first, "--format", form, "--causeme")
        generate("--from", first / "spec.json", "--out", second, "--format", form, "--causeme")
        assert contents(first) == contents(second)
        assert len(contents(first)) == 7
        assert_same_bits(np.loadtxt(first / f"{family}_N-5_T-60_0001.txt"), read_back(first, form)[0])


@pytest.mark.parametrize("dataset", DATASETS)
def test_the_specification_of_a_dataset_gives_identical_bytes(tmp_path: Path, dataset: str) -> None:
    experiment = DATASETS[dataset]().load()
    write_experiment(experiment, tmp_path / "one")
    generate("--from", tmp_path / "one" / "spec.json", "--out", tmp_path / "two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert_same_bits(read_back(tmp_path / "two", "csv")[0], experiment.recording.values)
    envelope = json.loads((tmp_path / "two" / "croissant.json").read_text())
    assert "Apache" not in json.dumps(envelope)


@pytest.mark.parametrize("form", FORMATS)
def test_processes_agree_on_every_byte(tmp_path: Path, form: str) -> None:
    options = ("--intervention", "do", "--n-samples", 200, "--format", form)
    first = gauntlet("generate", "lorenz96", "--out", "deep/one", *options, folder=tmp_path)
    second = gauntlet("generate", "--from", "deep/one/spec.json", "--out", "two", "--format", form, folder=tmp_path)
    assert first.returncode == second.returncode == 0
    assert contents(tmp_path / "deep" / "one") == contents(tmp_path / "two")
    assert {path.name for path in tmp_path.iterdir()} == {"deep", "two"}
    lines = second.stdout.splitlines()
    assert lines[0] == "200 samples of 10 variables, 30 edges, intervention do: written to two"
    written = {line.split()[0]: int(line.split()[1].replace(",", "")) for line in lines[1 : lines.index("")]}
    assert written == {name: len(content) for name, content in contents(tmp_path / "two").items()}


def test_the_truth_is_not_in_the_recording() -> None:
    """Two experiments with one recording and different truths have one recording file."""
    experiment = awkward_experiment()
    other = Experiment(
        experiment.recording, LaggedGraph(np.zeros((4, 4, 3), dtype=bool)), experiment.card, experiment.specification
    )
    for form in FORMATS:
        ours, theirs = ({f.name: f.content for f in experiment_files(e, form, True)} for e in (experiment, other))
        differ = {name for name, content in ours.items() if content != theirs[name]}
        assert differ == {"truth.json", "croissant.json"}


def test_an_empty_folder_is_filled_and_others_are_left_alone(tmp_path: Path) -> None:
    experiment = awkward_experiment()
    for name in ("empty", "full"):
        (tmp_path / name).mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    write_experiment(experiment, tmp_path / "empty")
    assert "recording.csv" in contents(tmp_path / "empty")
    for name in ("empty", "full", "file"):
        before = (tmp_path / name).stat().st_mtime_ns
        with pytest.raises(ValueError, match="out must be a new or an empty folder"):
            write_experiment(experiment, tmp_path / name)
        assert (tmp_path / name).stat().st_mtime_ns == before
    assert contents(tmp_path / "full") == {"mine": b"mine"}


def test_the_current_folder_is_not_replaced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="not the current one"):
        write_experiment(awkward_experiment(), Path())


def test_the_folder_has_the_usual_rights(tmp_path: Path) -> None:
    (tmp_path / "usual").mkdir()
    write_experiment(awkward_experiment(), tmp_path / "out")
    assert (tmp_path / "out").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_an_interruption_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, interruption: BaseException
) -> None:
    sync = mock.Mock(side_effect=[None, None, interruption])
    monkeypatch.setattr(export.os, "fsync", sync)
    with pytest.raises((KeyboardInterrupt, OSError)):
        write_experiment(awkward_experiment(), tmp_path / "out")
    assert sync.call_count == 3
    assert list(tmp_path.iterdir()) == []


def test_a_killed_process_leaves_no_half_folder(tmp_path: Path) -> None:
    options = ("--n-vars", "60", "--n-samples", "20000", "--causeme")
    process = subprocess.Popen([GAUNTLET, "generate", "var", *options, "--out", "out"], cwd=tmp_path)
    while process.poll() is None and not list(tmp_path.iterdir()):
        pass
    process.send_signal(signal.SIGKILL)
    process.wait()
    # On a busy machine the process may have been through by then.
    assert not (tmp_path / "out").exists() or len(contents(tmp_path / "out")) == 7


def test_parquet_without_pyarrow_says_how_to_get_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "find_spec", mock.Mock(return_value=None))
    with pytest.raises(MissingExtra, match=r"needs pyarrow.*causal-gauntlet\[parquet\]"):
        write_experiment(awkward_experiment(), tmp_path / "out", "parquet")
    assert list(tmp_path.iterdir()) == []
