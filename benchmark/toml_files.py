"""Suites and claims as TOML files: those that come with the package, and what is wrong with one, by line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import TypeAlias, TypeVar

from pydantic import BaseModel, ValidationError

__all__ = ["line_of", "read_toml", "shipped_files", "validated"]

Model = TypeVar("Model", bound=BaseModel)

Place: TypeAlias = tuple[str | int, ...]


def shipped_files(folder: str) -> Mapping[str, str]:
    """Texts of the files in a folder of the package, by name, without its ending."""
    files = sorted((resources.files("causal_gauntlet.benchmark") / folder).iterdir(), key=lambda file: file.name)
    return {file.name.removesuffix(".toml"): file.read_text(encoding="utf-8") for file in files}


def read_toml(kind: str, name_or_path: str) -> str:
    """Text of a shipped file by name, or of any by its path.

    Parameters
    ----------
    kind : str
        ``"suite"`` or ``"claim"``; the shipped ones lie in the folder of that name in the plural.
    name_or_path : str
        Which.

    Raises
    ------
    FileNotFoundError
        If there is neither.
    """
    shipped = shipped_files(f"{kind}s")
    if name_or_path in shipped:
        return shipped[name_or_path]
    if Path(name_or_path).is_file():
        return Path(name_or_path).read_text(encoding="utf-8")
    raise FileNotFoundError(f"no {kind} {name_or_path!r}: neither a file nor one of {', '.join(shipped)}")


def validated(model: type[Model], text: str, name: str) -> Model:
    """Read a model from TOML.

    Raises
    ------
    ValueError
        If it is not valid; the message has a line for each problem: file, line, key, what is wrong, what was given.
    """
    try:
        return model.model_validate(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{name}: not valid TOML: {error}") from None
    except ValidationError as error:
        raise ValueError("\n".join(_complaints(error, text, name))) from None


def line_of(text: str, place: Place) -> int | None:
    """Line, from 1, of the key at a place such as ``("arms", 1, "method")``, or of the closest table around it.

    None if not even the outermost key stands there. Keys within inline tables have the line of their table.
    """
    lines = dict(_key_lines(text))
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None


def _complaints(error: ValidationError, text: str, name: str) -> Iterator[str]:
    for detail in error.errors():
        place = tuple(part for part in detail["loc"] if not isinstance(part, str) or part.isidentifier() or "-" in part)
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
        line = line_of(text, place)
        where = name if line is None else f"{name}, line {line}"
        message = detail["msg"].removeprefix("Value error, ")
        got = f" (got {detail['input']!r})" if isinstance(detail["input"], str | int | float | bool) else ""
        yield f"{where}: {''.join(parts).removeprefix('.') or 'the file'}: {message}{got}"


def _key_lines(text: str) -> Iterator[tuple[Place, int]]:
    table: Place = ()
    seen: Counter[str] = Counter()
    for number, line in enumerate(text.splitlines(), start=1):
        if header := re.match(r"\s*(\[\[?)([^\[\]]+)\]\]?\s*(#.*)?$", line):
            names = _names(header[2])
            if header[1] == "[[":
                table = (*_inside(names[:-1], seen), names[-1], seen[header[2]])
                seen[header[2]] += 1
            else:
                table = _inside(names, seen)
            yield table, number
        elif key := re.match(r"\s*([A-Za-z0-9_\-\".]+)\s*=", line):
            yield (*table, *_names(key[1])), number


def _inside(names: tuple[str, ...], seen: Counter[str]) -> Place:
    """The place of a table below arrays of tables: in the last element of each so far."""
    place: Place = ()
    for depth, name in enumerate(names, start=1):
        so_far = seen[".".join(names[:depth])]
        place = (*place, name, so_far - 1) if so_far else (*place, name)
    return place


def _names(dotted: str) -> tuple[str, ...]:
    def keys(table: object) -> Iterator[str]:
        while isinstance(table, dict):
            (name, table), *_ = table.items()
            yield name

    return tuple(keys(tomllib.loads(f"{dotted.strip()} = 0")))
