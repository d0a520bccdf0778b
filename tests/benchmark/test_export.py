"""The files of an experiment: that they hold it, that they come back byte for byte, and that others can read them."""

import copy
import hashlib
import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from unittest import mock

import mlcroissant
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from typer.testing import CliRunner

from causal_gauntlet.benchmark import export
from causal_gauntlet.benchmark.cli import app
from causal_gauntlet.benchmark.command_generate import regenerate_experiment
from causal_gauntlet.benchmark.export import FORMATS, experiment_files, read_specification, write_experiment
from causal_gauntlet.generators import (
    DATASETS,
    GENERATORS,
    VAR,
    Design,
    Do,
    Episode,
    Experiment,
    LaggedGraph,
    MissingExtra,
    ProvenanceCard,
    RandomForcing,
    Recording,
    experiment_from,
)
from causal_gauntlet.generators.interventions import KINDS

GAUNTLET = Path(sys.executable).with_name("gauntlet")


def mlcroissant_is_old(test: Callable[..., None]) -> Callable[..., None]:
    """Let pass what it does itself: rdflib's deprecated graph on every parse, pandas' `inplace` on every parquet."""
    graph = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
    inplace = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated")
    return graph(inplace(test))


def gauntlet(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [GAUNTLET, *map(str, arguments)]
    environment = os.environ | {"COLUMNS": "200"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def generate(*arguments: object) -> None:
    CliRunner().invoke(app, ["generate", *map(str, arguments)], catch_exceptions=False)


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def awkward_experiment(n_samples: int = 40) -> Experiment:
    """Numbers whose decimals are long, names that need quoting, gaps, and columns 0 and 1 under an intervention."""
    rng = np.random.default_rng(0)
    values = rng.standard_normal((n_samples, 4)) * 10.0 ** rng.integers(-300, 300, (n_samples, 4))
    values[3, 1] = values[5] = np.nan
    values[0] = [-0.0, 5e-324, 0.1 + 0.2, np.finfo(float).max]
    names = ("rain, mm/day", 'a "quoted" one', "grün", "x")
    episodes = (Episode(0, 30), Episode(30, n_samples, (0, 1)))
    recording = Recording(values, names, time_step=0.1, episodes=episodes, intervention_kind="soft-noise")
    adjacency = np.zeros((4, 4, 3), dtype=bool)
    adjacency[0, 1, [1, 2]] = True
    specification = {"system": {"generator": "awkward", "parameters": {}, "seed": 0}}
    return Experiment(recording, LaggedGraph(adjacency), ProvenanceCard(()), specification)


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


@mlcroissant_is_old
@pytest.mark.parametrize("form", FORMATS)
def test_mlcroissant_reads_the_envelope_and_the_records(tmp_path: Path, form: str) -> None:
    experiment = VAR(n_vars=4).draw(seed=1).run(Design(50, Do(n_samples=50)), seed=1)
    write_experiment(experiment, tmp_path / "out", form, causeme=True)
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "out" / "croissant.json")
    issues = dataset.metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())
    described = {file.id: file.sha256 for file in dataset.metadata.distribution}
    written = contents(tmp_path / "out")
    del written["croissant.json"]
    assert described == {name: hashlib.sha256(content).hexdigest() for name, content in written.items()}

    truth, names = experiment.truth, experiment.recording.names
    assert [
        (row["edges/source"].decode(), row["edges/target"].decode(), tuple(row["edges/lags"]))
        for row in dataset.records("edges")
    ] == [(names[i], names[j], truth.lags(i, j)) for i, j in np.argwhere(truth.summary).tolist()]
    if form == "npz":
        assert [record_set.id for record_set in dataset.metadata.record_sets] == ["edges"]
        return
    rows = [[row[f"recording/{name}"] for name in names] for row in dataset.records("recording")]
    # mlcroissant reads csv with pandas' fast parser, which may miss the nearest double by one step.
    np.testing.assert_allclose(rows, experiment.recording.values, rtol=0.0 if form == "parquet" else 3e-16)


@mlcroissant_is_old
def test_mlcroissant_reads_gaps_and_awkward_names(tmp_path: Path) -> None:
    experiment = awkward_experiment()
    write_experiment(experiment, tmp_path / "out", "csv")
    dataset = mlcroissant.Dataset(jsonld=tmp_path / "out" / "croissant.json")
    rows = [list(row.values()) for row in dataset.records("recording")]
    np.testing.assert_array_equal(pd.isna(np.array(rows, dtype=object)), np.isnan(experiment.recording.values))
    fields = dataset.metadata.record_sets[0].fields
    assert [field.name for field in fields] == list(experiment.recording.names)


NO_NETWORK = """
import sys
import mlcroissant
def refuse(event, arguments):
    if event.startswith("socket."):
        raise RuntimeError(f"{event}{arguments}")
sys.addaudithook(refuse)
dataset = mlcroissant.Dataset(jsonld=sys.argv[1])
print(len(list(dataset.records("recording"))))
"""


def test_mlcroissant_needs_no_network(tmp_path: Path) -> None:
    write_experiment(VAR(n_vars=4).draw(seed=1).run(Design(50), seed=1), tmp_path / "out")
    command = [sys.executable, "-c", NO_NETWORK, tmp_path / "out" / "croissant.json"]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == "50\n"


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


GOOD = VAR(n_vars=3).draw(seed=1).run(Design(20, Do(n_samples=20)), seed=2).specification
MEASURED = {"dataset": "schwingbach", "parameters": {}, "files": {}}


def changed(specification: dict[str, Any], *steps: Any) -> str:
    """The specification as JSON with the last step put in the place of what the other steps lead to."""
    *path, last, value = steps
    whole = copy.deepcopy(specification)
    block = whole
    for step in path:
        block = block[step]
    if value is KeyError:
        del block[last]
    else:
        block[last] = value
    return json.dumps(whole)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "not readable JSON"),
        ("{'system': 1}", "not readable JSON"),
        ("[" * 100_000, "not readable JSON"),
        ("9" * 10_000, "not readable JSON"),
        ("\ud800".encode(errors="surrogatepass").decode("latin-1"), "not readable JSON"),
        ("[1, 2]", "specification must be an object with system, design, seed, got [1, 2]"),
        ("{}", "specification needs the key 'system', 'design', 'seed'"),
        (changed(GOOD, "seed", KeyError), "specification needs the key 'seed'"),
        (changed(GOOD, "sed", 3), "unknown key of specification 'sed'; did you mean 'seed'?"),
        (changed(GOOD, "seed", "7"), "specification.seed must be a whole number, got '7'"),
        (changed(GOOD, "seed", True), "specification.seed must be a whole number, got True"),
        (changed(GOOD, "seed", -1), "seed must be a whole number of at least 0, got -1"),
        (changed(GOOD, "system", []), "specification.system must be an object, got []"),
        (changed(GOOD, "system", "generator", "vra"), "unknown generator 'vra'; did you mean 'var'?"),
        (changed(GOOD, "system", "generator", ["var"]), "system.generator must be a text, got ['var']"),
        (changed(GOOD, "system", "seed", 1.0), "system.seed must be a whole number, got 1.0"),
        (changed(GOOD, "system", "parameters", "densty", 0.1), "unknown parameter of var 'densty'; did you mean"),
        (changed(GOOD, "system", "parameters", "density", 7), "density must be in [0, 1], got 7 (VAR.density)"),
        (changed(GOOD, "system", "parameters", "density", {}), "density must be in [0, 1], got {} (VAR.density)"),
        (changed(GOOD, "system", "parameters", "n_vars", 10**400), "spec.json: "),
        (changed(GOOD, "design", "n_samples", 0.5), "design.n_samples must be a whole number, got 0.5"),
        (changed(GOOD, "design", "n_samples", 0), "n_samples must be a whole number of at least 1, got 0"),
        (changed(GOOD, "design", "intervention", KeyError), "design needs the key 'intervention'"),
        (changed(GOOD, "design", "schedule", None), "design.schedule must be an object, got None"),
        (changed(GOOD, "design", "intervention", None), "design.schedule must be null, got {"),
        (changed(GOOD, "design", "intervention", "do"), "design.intervention must be an object or null, got 'do'"),
        (changed(GOOD, "design", "intervention", "kind", KeyError), "design.intervention needs a kind, one of do, "),
        (changed(GOOD, "design", "intervention", "kind", "doo"), "unknown intervention 'doo'; did you mean 'do'?"),
        (changed(GOOD, "design", "intervention", "sigma", 1.0), "unknown parameter of do 'sigma'"),
        (changed(GOOD, "design", "intervention", "n_samples", 1), "n_samples must be at least"),
        (changed(MEASURED, "dataset", "schwing"), "unknown dataset 'schwing'; did you mean 'schwingbach'?"),
        (changed(MEASURED, "files", KeyError), "specification needs the key 'files'"),
        (changed(MEASURED, "parameters", "site", 3), "unknown parameter of schwingbach 'site'"),
        (changed(MEASURED, "seed", 3), "unknown key of specification 'seed'"),
        (json.dumps(MEASURED), "files of schwingbach must be those of the specification"),
    ],
)
def test_a_malformed_specification_is_one_sentence(tmp_path: Path, text: str, complaint: str) -> None:
    path = tmp_path / "spec.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ValueError, match=r"spec\.json") as caught:
        regenerate_experiment(path, [])
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 40) | st.just(10**30) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def places(block: dict[str, Any], path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """The way to every value of a specification, however deep."""
    below = [places(value, (*path, key)) for key, value in block.items() if isinstance(value, dict)]
    return [*((*path, key) for key in block), *(place for found in below for place in found)]


@st.composite
def damaged_specifications(draw: st.DrawFn) -> Any:
    """A good specification in which one to three values, at any depth, were replaced, taken out or joined."""
    family = draw(st.sampled_from([*GENERATORS, "schwingbach"]))
    if family in GENERATORS:
        design = Design(20, draw(st.sampled_from([None, Do(n_samples=20), RandomForcing(n_samples=20)])))
        whole = copy.deepcopy(GENERATORS[family](n_vars=4).draw(seed=1).run(design, seed=2).specification)
    else:
        whole = copy.deepcopy(MEASURED)
    for _ in range(draw(st.integers(1, 3))):
        *path, last = draw(st.sampled_from(places(whole) or [("x",)]))
        block = whole
        for step in path:
            block = block[step]
        match draw(st.sampled_from(["replace", "take out", "add"])):
            case "take out":
                block.pop(last, None)
            case "add":
                block[draw(st.sampled_from(["dataset", "kind", "targets", "x"]))] = draw(JSON)
            case _:
                block[last] = draw(JSON)
    return whole


@settings(max_examples=400, deadline=None)
@given(damaged_specifications())
def test_no_damage_is_more_than_a_value_error(tmp_path_factory: pytest.TempPathFactory, damaged: Any) -> None:
    path = tmp_path_factory.mktemp("damaged") / "spec.json"
    path.write_text(json.dumps(damaged))
    complaint = str(path)
    try:
        regenerate_experiment(path, [])
    except ValueError as error:
        complaint = str(error)
    assert complaint.startswith(str(path))


def test_a_parameter_left_out_has_its_default(tmp_path: Path) -> None:
    system = VAR(n_vars=10).draw(seed=1)
    specification = system.run(Design(20), seed=2).specification
    path = tmp_path / "spec.json"
    path.write_text(changed(specification, "system", "parameters", {}))
    again = experiment_from(read_specification(path))
    assert again.specification == specification


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (("var", "--from", "spec.json", "--n-vars", 10), "--from says what to generate; leave out system, --n-vars"),
        (("--from", "spec.json", "--set", "density=0.1", "--seed", 0), "leave out --seed, --set"),
        (("--from", "spec.json", "--intervention", "do", "--n-samples", 9), "leave out --n-samples, --intervention"),
        (("--from", "nothing.json"), "no file 'nothing.json'"),
        (("--from", "."), "Is a directory"),
        (("--from", "broken.json"), "broken.json: specification needs the key"),
        ((), "generate needs a family of systems, such as var, or --from SPEC.JSON"),
        (("var", "--format", "cvs"), "unknown format 'cvs'; did you mean 'csv'?"),
        (("var", "--out", "spec.json"), "out must be a new or an empty folder"),
        (("var", "--out", "spec.json/x"), "out must be a folder that can be written, got spec.json/x"),
        (("var", "--n-samples", 10**12), "n_vars and n_samples must fit into memory"),
    ],
)
def test_an_error_is_one_sentence_and_exit_code_2(tmp_path: Path, arguments: tuple[str, ...], complaint: str) -> None:
    (tmp_path / "spec.json").write_text(json.dumps(GOOD))
    (tmp_path / "broken.json").write_text("{}")
    run = gauntlet("generate", "--out", "x", *arguments, folder=tmp_path)
    assert run.returncode == 2
    assert run.stderr.startswith("Error: ")
    assert complaint in run.stderr
    assert run.stderr.count("\n") == 1
    assert run.stdout == ""
    assert {path.name for path in tmp_path.iterdir()} == {"spec.json", "broken.json"}
