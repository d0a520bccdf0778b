"""What a registered method says of itself, read from its source without running it."""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import EntryPoint
from pathlib import Path

from causal_gauntlet.benchmark.names import registered_twice

__all__ = ["MethodSummary", "summarise_method"]


@dataclass(frozen=True)
class MethodSummary:
    """One line about a method.

    Parameters
    ----------
    line : str
        First line of its documentation, or what is wrong with it.
    citation : str
        First entry of its references; empty if it has none.
    tracks : tuple of str
        ``default`` and, if its class lists values to tune over in `grid`, ``tuned``; empty if it is broken.
    extras : tuple of str
        Extras of its distribution that it needs.
    """

    line: str
    citation: str = ""
    tracks: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()


def summarise_method(name: str, entries: Sequence[EntryPoint]) -> MethodSummary:
    """Read what is registered under a name; what cannot be read is said in place of the summary."""
    entry = entries[0]
    if len(entries) > 1:
        return MethodSummary(f"broken: {registered_twice(name, entries)}")
    try:
        definition = _class_definition(entry)
    except (OSError, SyntaxError, ValueError) as error:
        return MethodSummary(f"broken: {error}")
    documentation = inspect.cleandoc(ast.get_docstring(definition) or "")
    tracks = ("default", "tuned") if _assigns(definition, "grid") else ("default",)
    return MethodSummary(
        documentation.partition("\n")[0], _first_reference(documentation), tracks, tuple(sorted(entry.extras))
    )


def _class_definition(entry: EntryPoint) -> ast.ClassDef:
    tree = ast.parse(_source_file(entry.module).read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and node.name == entry.attr:
            return node
    raise ValueError(f"{entry.module} defines no class {entry.attr}")


def _source_file(module: str) -> Path:
    """Find a module's file, asking the finders themselves: the usual way would import the packages around it."""
    path: Sequence[str] | None = None
    parts = module.split(".")
    for depth in range(1, len(parts) + 1):
        name = ".".join(parts[:depth])
        found = (finder.find_spec(name, path) for finder in sys.meta_path if hasattr(finder, "find_spec"))
        spec = next((spec for spec in found if spec is not None), None)
        if spec is None:
            raise ValueError(f"there is no module {name}")
        path = spec.submodule_search_locations
    if spec is None or not spec.has_location or spec.origin is None:
        raise ValueError(f"{module} has no source file")
    return Path(spec.origin)


def _assigns(definition: ast.ClassDef, name: str) -> bool:
    annotated = [node.target for node in definition.body if isinstance(node, ast.AnnAssign)]
    plain = [target for node in definition.body if isinstance(node, ast.Assign) for target in node.targets]
    return any(isinstance(target, ast.Name) and target.id == name for target in (*annotated, *plain))


def _first_reference(documentation: str) -> str:
    """The first entry of the section on references, without what it is cited for."""
    section = re.search(r"^References\n-+\n(.*?)(\n\n|\Z)", documentation, re.DOTALL | re.MULTILINE)
    if section is None:
        return ""
    first = " ".join(section[1].split()).partition(";")[0]
    until_source = re.match(r".*?(?:doi:|arXiv:)\S*[^\s.,;)]", first)
    return until_source[0] if until_source else first.removesuffix(".")
