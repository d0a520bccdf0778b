"""The Croissant envelope, read by Croissant's own library."""

import hashlib
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import mlcroissant
import numpy as np
import pandas as pd
import pytest
from files import awkward_experiment, contents

from causal_gauntlet.benchmark.export import FORMATS, write_experiment
from causal_gauntlet.generators import VAR, Design, Do


def mlcroissant_is_old(test: Callable[..., None]) -> Callable[..., None]:
    """Let pass what it does itself: rdflib's deprecated graph on every parse, pandas' `inplace` on every parquet."""
    graph = pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")
    inplace = pytest.mark.filterwarnings("ignore:The inplace keyword in DataFrame.reset_index is deprecated")
    return graph(inplace(test))


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
