"""The Croissant envelope: what the files of an experiment are, in MLCommons' vocabulary for data sets."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from causal_gauntlet.generators.experiment import Experiment, family_of

__all__ = ["DataFile", "croissant_envelope"]

#: npz is a zip of arrays and has no name of its own; the others are what mlcroissant reads.
ENCODINGS = {
    ".csv": "text/csv",
    ".json": "application/json",
    ".npz": "application/zip",
    ".parquet": "application/x-parquet",
    ".txt": "text/plain",
}
#: Croissant wants a date, and an experiment has none: its specification alone determines it. This is the date that
#: `numpy.savez` stamps on its members for the same reason.
NO_DATE = "1980-01-01"
HOME = "https://pypi.org/project/causal-gauntlet/"
APACHE_2 = "https://www.apache.org/licenses/LICENSE-2.0"
IN_THE_NOTES = "See the notes in cards.json."

CROISSANT_TERMS = (
    "citeAs",
    "column",
    "equivalentProperty",
    "extract",
    "field",
    "fileObject",
    "fileProperty",
    "fileSet",
    "format",
    "includes",
    "isLiveDataset",
    "jsonPath",
    "key",
    "md5",
    "parentField",
    "path",
    "recordSet",
    "references",
    "regex",
    "repeated",
    "replace",
    "samplingRate",
    "separator",
    "source",
    "subField",
    "transform",
)
#: Croissant's own context, written out, so that a reader needs no network.
CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "sc": "https://schema.org/",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "dct": "http://purl.org/dc/terms/",
    "conformsTo": "dct:conformsTo",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    **{term: f"cr:{term}" for term in CROISSANT_TERMS},
}


@dataclass(frozen=True)
class DataFile:
    """A file of an experiment.

    Parameters
    ----------
    name : str
        Its name in the experiment's folder.
    content : bytes
        All of it.
    about : str
        What it holds, in a few words.
    """

    name: str
    content: bytes
    about: str


def croissant_envelope(experiment: Experiment, files: Sequence[DataFile]) -> dict[str, Any]:
    """Describe the files of an experiment as Croissant 1.0.

    The recording has a record set with a field a variable where it is a table (csv, parquet); npz is described as a
    file only. The edges of the truth have one of their own.

    Parameters
    ----------
    experiment : Experiment
        What the files hold.
    files : sequence of DataFile
        All files beside the envelope, the recording first.

    Returns
    -------
    dict
        JSON values, the same for the same experiment and files.

    References
    ----------
    MLCommons Croissant 1.0, http://mlcommons.org/croissant/1.0.
    """
    family, recording = family_of(experiment.specification), experiment.recording
    tables = [] if files[0].name.endswith(".npz") else [_recording_table(files[0].name, recording.names)]
    return {
        "@context": CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{family}_N-{recording.n_vars}_T-{recording.n_samples}",
        "description": (
            f"{recording.n_samples} samples of {recording.n_vars} variables of {family}, intervention "
            f"{recording.intervention_kind}, with the causal graph behind them and how each pair of it is known. "
            "Made by Causal Gauntlet; spec.json makes every file again."
        ),
        **_origin("dataset" in experiment.specification),
        "url": HOME,
        "version": version("causal-gauntlet"),
        "datePublished": NO_DATE,
        "distribution": [_file_object(file) for file in files],
        "recordSet": [*tables, _edge_table("truth.json")],
    }


def _origin(measured: bool) -> dict[str, Any]:
    # Measurements carry the licence and the citation of those who took them, which their notes tell.
    if measured:
        return {"license": IN_THE_NOTES, "citeAs": IN_THE_NOTES}
    creator = "Causal Gauntlet developers"
    return {
        "license": APACHE_2,
        "citeAs": f"{creator}: Causal Gauntlet, version {version('causal-gauntlet')}.",
        "creator": {"@type": "sc:Organization", "name": creator},
    }


def _file_object(file: DataFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": file.about,
        "contentUrl": file.name,
        "contentSize": f"{len(file.content)} B",
        "encodingFormat": ENCODINGS[PurePath(file.name).suffix],
        "sha256": hashlib.sha256(file.content).hexdigest(),
    }


def _recording_table(file: str, names: Sequence[str]) -> dict[str, Any]:
    fields = [_field(f"recording/{quote(name, safe='')}", name, "cr:Float64", file, {"column": name}) for name in names]
    return {
        "@type": "cr:RecordSet",
        "@id": "recording",
        "name": "recording",
        "description": "A row a sample, a field a variable.",
        "field": fields,
    }


def _edge_table(file: str) -> dict[str, Any]:
    fields = [
        _field(f"edges/{end}", end, "sc:Text", file, {"jsonPath": f"edges[*].{end}"}) for end in ("source", "target")
    ]
    lags = _field("edges/lags", "lags", "sc:Integer", file, {"jsonPath": "edges[*].lags"})
    return {
        "@type": "cr:RecordSet",
        "@id": "edges",
        "name": "edges",
        "description": "A row a true edge: the source drives the target after each of the lags, in samples.",
        "field": [*fields, {**lags, "repeated": True}],
    }


def _field(identifier: str, name: str, data_type: str, file: str, extract: dict[str, str]) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": identifier,
        "name": name,
        "dataType": data_type,
        "source": {"fileObject": {"@id": file}, "extract": extract},
    }
