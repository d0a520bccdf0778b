"""An experiment as a folder of files, and the way back from its specification."""

from __future__ import annotations

import json
import os
import reprlib
from dataclasses import asdict
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import NoneType
from typing import Any

import numpy as np
import pandas as pd

from causal_gauntlet.benchmark.croissant import DataFile, croissant_envelope
from causal_gauntlet.benchmark.names import build, unknown_name
from causal_gauntlet.generators.catalogue import DATASETS, GENERATORS, STRESSORS
from causal_gauntlet.generators.design import Design, Schedule
from causal_gauntlet.generators.experiment import Experiment, family_of
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.interventions import KINDS, Intervention
from causal_gauntlet.generators.randomness import checked_seed
from causal_gauntlet.generators.recording import Recording
from causal_gauntlet.generators.stress import Stressed, Stressor

__all__ = ["FORMATS", "check_target", "experiment_files", "read_specification", "write_experiment"]

FORMATS = ("csv", "npz", "parquet")

JSON_TYPES = {dict: "an object", str: "a text", int: "a whole number", NoneType: "null"}


def check_target(folder: Path, recording_format: str) -> None:
    """Refuse a folder or a format that `write_experiment` cannot write, before anything is computed.

    Raises
    ------
    ValueError
        If the folder is neither new nor empty, or the format is unknown.
    MissingExtra
        If the format needs a package that is not installed.
    """
    if recording_format not in FORMATS:
        raise unknown_name("format", recording_format, FORMATS)
    if recording_format == "parquet" and find_spec("pyarrow") is None:
        raise MissingExtra("the format parquet", "pyarrow", "parquet")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir()) or folder.samefile(Path.cwd())):
        raise ValueError(f"out must be a new or an empty folder, and not the current one, got {folder}")


def write_experiment(
    experiment: Experiment, folder: Path, recording_format: str = "csv", causeme: bool = False
) -> list[DataFile]:
    """Write an experiment so that the folder holds all of it or is not there.

    The files are made in a temporary folder beside it, which then takes its name.

    Parameters
    ----------
    experiment : Experiment
        What to write.
    folder : Path
        Must not exist, or be empty.
    recording_format : str
        ``"csv"``, ``"npz"`` or ``"parquet"``.
    causeme : bool
        Whether to write the recording as CauseMe's text too.

    Returns
    -------
    list of DataFile
        What was written.

    Raises
    ------
    ValueError
        As `check_target` does.
    OSError
        If the folder cannot be written.
    """
    check_target(folder, recording_format)
    files = experiment_files(experiment, recording_format, causeme)
    target = folder.resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=target.parent, prefix=".gauntlet-", suffix=".tmp") as scratch:
            # A folder inside, because the temporary one is closed to other users and would stay so.
            whole = Path(scratch) / "whole"
            whole.mkdir()
            for file in files:
                with (whole / file.name).open("wb") as stream:
                    stream.write(file.content)
                    stream.flush()
                    os.fsync(stream.fileno())
            if target.exists():
                target.rmdir()
            whole.rename(target)
    except OSError as error:
        raise OSError(f"out must be a folder that can be written, got {folder}: {error.strerror}") from None
    return files


def experiment_files(experiment: Experiment, recording_format: str, causeme: bool) -> list[DataFile]:
    """Make the files of an experiment: the same experiment gives the same bytes.

    Parameters
    ----------
    experiment : Experiment
        What they hold.
    recording_format : str
        How the recording is written. All three formats keep each float64 exactly. csv is a table with the shortest
        decimals that read back as the same number, and an empty field where a value is missing; parquet is the same
        table; npz holds the arrays ``values``, ``names``, ``intervened`` and ``time_step``.
    causeme : bool
        Whether to add the recording in CauseMe's layout.

    Returns
    -------
    list of DataFile
        The recording first, the Croissant envelope last.
    """
    recording, truth = experiment.recording, experiment.truth
    episodes = {
        "time_step": recording.time_step,
        "intervention_kind": recording.intervention_kind,
        "episodes": [asdict(episode) for episode in recording.episodes],
    }
    edges = [
        {"source": recording.names[i], "target": recording.names[j], "lags": truth.lags(i, j)}
        for i, j in np.argwhere(truth.summary).tolist()
    ]
    writer = {"csv": _csv, "npz": _npz, "parquet": _parquet}[recording_format]
    files = [
        DataFile(f"recording.{recording_format}", writer(recording), "the values, a row a sample"),
        _json("episodes.json", episodes, "what was intervened on, and when"),
        _json("truth.json", {"edges": edges}, "the edges, with their lags"),
        _json("cards.json", experiment.card.to_json(), "how each pair is known"),
        _json("spec.json", experiment.specification, "makes all of this again, by --from"),
    ]
    if causeme:
        name = f"{family_of(experiment.specification)}_N-{recording.n_vars}_T-{recording.n_samples}_0001.txt"
        files.append(DataFile(name, _causeme(recording), "the values in CauseMe's layout"))
    envelope = croissant_envelope(experiment, files)
    return [*files, _json("croissant.json", envelope, "what each file is, for catalogues")]


def _json(name: str, content: Any, about: str) -> DataFile:
    return DataFile(name, (json.dumps(content, indent=2) + "\n").encode(), about)


def _csv(recording: Recording) -> bytes:
    table = pd.DataFrame(recording.values, columns=list(recording.names))
    return table.to_csv(index=False, lineterminator="\n").encode()


def _npz(recording: Recording) -> bytes:
    buffer = BytesIO()
    # numpy stamps every member with 1980-01-01 and leaves it uncompressed, so that the bytes depend on nothing else.
    np.savez(
        buffer,
        values=recording.values,
        names=np.array(recording.names),
        intervened=recording.intervened,
        time_step=np.array(recording.time_step),
    )
    return buffer.getvalue()


def _parquet(recording: Recording) -> bytes:
    pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    # Straight from arrays: by way of pandas, the file would hold the version of pandas and turn NaN into null.
    columns = {name: pyarrow.array(recording.values[:, i]) for i, name in enumerate(recording.names)}
    buffer = BytesIO()
    parquet.write_table(pyarrow.table(columns), buffer)
    return buffer.getvalue()


def _causeme(recording: Recording) -> bytes:
    """Write the recording as CauseMe (causeme.net) gives its own, for programs that read those.

    An experiment there is a zip of recordings such as ``linear-VAR_N-3_T-150_0001.txt``: text of shape (T, N), a line a
    sample, numbers separated by blanks, no header; the code of its participants reads each with ``numpy.loadtxt``.
    (Found in public repositories that read them; the platform's own description could not be reached.) Nothing was
    found there about missing values. They are written as ``nan``, which ``numpy.loadtxt`` reads: a number such as 999
    would not do, because air pressures have that value. The layout has no place for names, clock and episodes.
    """
    return "".join(" ".join(map(repr, row)) + "\n" for row in recording.values.tolist()).encode()


def read_specification(path: Path) -> dict[str, Any]:
    """Read a ``spec.json`` and check it, so that `causal_gauntlet.generators.experiment_from` knows every word of it.

    A parameter that the file leaves out has its default.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If it is not JSON, or a key or a value of it is not one of a specification; the message names it.
    """
    if not path.exists():
        raise FileNotFoundError(f"no file {str(path)!r}")
    try:
        specification = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        complaint = f"must be the spec.json that gauntlet generate wrote, but it is not readable JSON: {error}"
        raise ValueError(f"{path} {complaint}") from None
    try:
        measured = isinstance(specification, dict) and "dataset" in specification
        (_check_measured if measured else _check_simulated)(specification)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{path}: {error}") from None
    return dict(specification)


def _check_measured(specification: Any) -> None:
    _check_keys("specification", specification, {"dataset": (str,), "parameters": (dict,), "files": (dict,)})
    name = specification["dataset"]
    if name not in DATASETS:
        raise unknown_name("dataset", name, DATASETS)
    build(DATASETS[name], specification["parameters"], name)


def _check_simulated(specification: Any) -> None:
    _check_keys("specification", specification, {"system": (dict,), "design": (dict,), "seed": (int,)})
    checked_seed(specification["seed"])

    system = specification["system"]
    stressors = {"stressors": (list,)} if isinstance(system, dict) and "stressors" in system else {}
    _check_keys("system", system, {"generator": (str,), "parameters": (dict,), "seed": (int,), **stressors})
    checked_seed(system["seed"])
    if system["generator"] not in GENERATORS:
        raise unknown_name("generator", system["generator"], GENERATORS)
    family = build(GENERATORS[system["generator"]], system["parameters"], system["generator"])
    if stressors:
        Stressed(family, tuple(_stressor(described) for described in system["stressors"]))

    design = specification["design"]
    intervened = design.get("intervention") is not None
    schedule = (dict,) if intervened else (NoneType,)
    _check_keys("design", design, {"n_samples": (int,), "intervention": (dict, NoneType), "schedule": schedule})
    if intervened:
        Design(
            design["n_samples"], _intervention(design["intervention"]), build(Schedule, design["schedule"], "schedule")
        )
    else:
        Design(design["n_samples"])


def _intervention(described: dict[str, Any]) -> Intervention:
    parameters = dict(described)
    kind = parameters.pop("kind", None)
    if not isinstance(kind, str):
        raise ValueError(f"design.intervention needs a kind, one of {', '.join(KINDS)}, got {reprlib.repr(kind)}")
    if kind not in KINDS:
        raise unknown_name("intervention", kind, KINDS)
    return build(KINDS[kind], parameters, kind)


def _stressor(described: Any) -> Stressor:
    parameters = dict(described) if isinstance(described, dict) else {}
    kind = parameters.pop("kind", None)
    if not isinstance(kind, str):
        raise ValueError(f"system.stressors need a kind each, such as missing-blocks, got {reprlib.repr(described)}")
    if kind not in STRESSORS:
        raise unknown_name("stressor", kind, STRESSORS)
    return build(STRESSORS[kind], parameters, kind)


def _check_keys(where: str, block: Any, expected: dict[str, tuple[type, ...]]) -> None:
    """Refuse a JSON value that is not an object with just these keys and types of values."""
    if not isinstance(block, dict):
        raise ValueError(f"{where} must be an object with {', '.join(expected)}, got {reprlib.repr(block)}")
    missing = [key for key in expected if key not in block]
    if missing:
        raise ValueError(f"{where} needs the key {', '.join(map(repr, missing))}")
    for key, value in block.items():
        if key not in expected:
            raise unknown_name(f"key of {where}", key, expected)
        # By type itself, because True is an int and no number here.
        if type(value) not in expected[key]:
            allowed = " or ".join(JSON_TYPES[kind] for kind in expected[key])
            raise ValueError(f"{where}.{key} must be {allowed}, got {reprlib.repr(value)}")
