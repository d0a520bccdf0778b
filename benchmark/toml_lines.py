"""Where in a TOML file something stands, for complaints that name the line."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from typing import TypeAlias

from pydantic import ValidationError

__all__ = ["complaints", "line_of"]

Path: TypeAlias = tuple[str | int, ...]


def line_of(text: str, place: Path) -> int | None:
    """Line, from 1, of the key at a place such as ``("arms", 1, "method")``, or of the closest table around it.

    None if not even the outermost key stands there. Keys within inline tables have the line of their table.
    """
    lines = dict(_key_lines(text))
    for length in range(len(place), 0, -1):
        if place[:length] in lines:
            return lines[place[:length]]
    return None


def complaints(error: ValidationError, text: str, name: str) -> Iterator[str]:
    """One line a problem: file, line, key, what is wrong and what was given."""
    for detail in error.errors():
        place = tuple(part for part in detail["loc"] if not isinstance(part, str) or part.isidentifier() or "-" in part)
        parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in place]
        line = line_of(text, place)
        where = name if line is None else f"{name}, line {line}"
        message = detail["msg"].removeprefix("Value error, ")
        got = f" (got {detail['input']!r})" if isinstance(detail["input"], str | int | float | bool) else ""
        yield f"{where}: {''.join(parts).removeprefix('.') or 'the file'}: {message}{got}"


def _key_lines(text: str) -> Iterator[tuple[Path, int]]:
    table: Path = ()
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


def _inside(names: tuple[str, ...], seen: Counter[str]) -> Path:
    """The place of a table below arrays of tables: in the last element of each so far."""
    place: Path = ()
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
