"""Methods and generators by name: ``granger[conditional=true]`` to its dataclass and back."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, asdict, dataclass, fields
from functools import cache, cached_property
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, TypeVar

from causal_gauntlet.baselines.method import Method
from causal_gauntlet.benchmark.method_files import class_in_file, digest_of_file, names_a_file
from causal_gauntlet.generators.catalogue import STRESSORS
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.stress import Stressor

__all__ = [
    "NamedMethod",
    "build",
    "method_class",
    "method_entry_points",
    "parse_call",
    "parse_method",
    "parse_stressor",
    "registered_twice",
    "unknown_name",
]

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

GROUP = "causal_gauntlet.methods"
NULL = r'"\u0000"'

D = TypeVar("D", bound="DataclassInstance")


@dataclass(frozen=True)
class NamedMethod:
    """A method with the name it is registered under, or with its file's.

    Parameters
    ----------
    name : str
        Such as ``granger`` or ``mine/wavelets.py:Wavelets``.
    method : Method
        With its hyperparameters.
    of : NamedMethod, optional
        The method that it works on, if it is an arm such as ``transpose[of="granger"]``.
    alias : str, optional
        Its label in tables, if it is not its own.
    """

    name: str
    method: Method
    of: NamedMethod | None = None
    alias: str | None = None

    @property
    def label(self) -> str:
        """The name, and the hyperparameters that differ from their defaults: ``granger[conditional=true]``."""
        if self.alias is not None:
            return self.alias
        defaults = {field.name: field.default for field in fields(self.method)}
        changed = {key: value for key, value in self._own_parameters().items() if value != defaults[key]}
        if self.of is not None:
            changed["of"] = self.of.label
        inner = ", ".join(f"{key}={json.dumps(value)}" for key, value in changed.items())
        return f"{self.name}[{inner}]" if inner else self.name

    def specification(self) -> dict[str, Any]:
        """JSON values that identify the method: its name and all its hyperparameters.

        One from a file has its class and what is in the file for its name, wherever the file lies.
        """
        parameters = self._own_parameters()
        if self.of is not None:
            parameters["of"] = self.of.specification()
        if self.source is None:
            return {"name": self.name, "parameters": parameters}
        name = type(self.method).__name__ if names_a_file(self.name) else self.name
        return {"name": name, "source": self.source, "parameters": parameters}

    @cached_property
    def source(self) -> str | None:
        """SHA-256 of the file that the method is from, or that it says it runs; None if there is none."""
        if names_a_file(self.name):
            return digest_of_file(self.name)
        return getattr(self.method, "source", None)

    def n_parameters(self, n_vars: int) -> int | None:
        """How many numbers the method trains for that many variables; None if it does not count them."""
        count = getattr(self.method, "n_parameters", None)
        return None if count is None else int(count(n_vars))

    def __reduce__(self) -> tuple[Any, ...]:
        # The class of a method from a file is unknown to a worker process until it has run the file.
        cls = None if names_a_file(self.name) else type(self.method)
        return _rebuilt, (cls, self.name, self._own_parameters(), self.of, self.alias, self.source)

    def _own_parameters(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self.method).items() if self.of is None or key != "of"}


def _rebuilt(
    cls: type[Method] | None,
    name: str,
    parameters: Mapping[str, Any],
    of: NamedMethod | None,
    alias: str | None,
    source: str | None,
) -> NamedMethod:
    inner = {} if of is None else {"of": of.method}
    named = NamedMethod(name, (cls or class_in_file(name))(**parameters, **inner), of, alias)
    if named.source != source:
        raise ValueError(f"{name} was changed while it ran; run again")
    return named


@cache
def method_entry_points() -> Mapping[str, Sequence[EntryPoint]]:
    """What is registered under each name, nothing of it imported; more than one if packages disagree."""
    found: dict[str, list[EntryPoint]] = {}
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        others = found.setdefault(entry.name, [])
        if entry.value not in [other.value for other in others]:
            others.append(entry)
    return found


def registered_twice(name: str, entries: Sequence[EntryPoint]) -> str:
    """Say who registers a name that can belong to one only."""
    return f"method names must differ, got {name!r} from {' and '.join(entry.value for entry in entries)}"


def method_class(name: str) -> type[Method]:
    """Load the class registered under a name, or that of ``path/to/file.py:ClassName``.

    Raises
    ------
    ValueError
        If there is none, more than one is registered, or the one that is does not load.
    MissingExtra
        If it needs a package that is not installed.
    """
    if names_a_file(name):
        return class_in_file(name)
    if name not in method_entry_points():
        raise unknown_name("method", name, method_entry_points())
    entries = method_entry_points()[name]
    if len(entries) > 1:
        raise ValueError(f"{registered_twice(name, entries)}; uninstall one of them")
    try:
        loaded: type[Method] = entries[0].load()
    except MissingExtra:
        raise
    except Exception as error:
        raise ValueError(
            f"method {name} ({entries[0].value}) does not load: {type(error).__name__}: {error}"
        ) from error
    return loaded


def parse_method(text: str) -> NamedMethod:
    """Read a name with optional hyperparameters in TOML, such as ``lasso[max_lag=3, n_folds=4]``.

    An arm that works on another method names it in the same way: ``transpose[of="lasso[max_lag=3]"]``.

    Raises
    ------
    ValueError
        If the text has another form, the name or a hyperparameter is unknown, or a value out of its range.
    """
    name, parameters = parse_call("method", text)
    cls = method_class(name)
    if not any(field.name == "of" for field in fields(cls)):
        return NamedMethod(name, build(cls, parameters, name))
    inner = parameters.get("of")
    if not isinstance(inner, str):
        raise ValueError(f'{name} needs the method that it works on, such as {name}[of="granger"], got {text!r}')
    of = parse_method(inner)
    return NamedMethod(name, build(cls, {**parameters, "of": of.method}, name), of)


def parse_call(what: str, text: str) -> tuple[str, dict[str, Any]]:
    """Split ``name[field=value, ...]`` into the name and its parameters, which are TOML, or null for none.

    Raises
    ------
    ValueError
        If the text has another form; the message says `what` it was meant to be.
    """
    name, bracket, rest = text.strip().partition("[")
    try:
        if bracket and not rest.endswith("]"):
            raise ValueError("the bracket is not closed")
        # TOML has no null: outside of quotes it becomes a text that nobody writes
        inner = re.sub(r'"(?:[^"\\]|\\.)*"|\bnull\b', lambda m: NULL if m[0] == "null" else m[0], rest[:-1])
        read = tomllib.loads(f"fields = {{{inner}}}")["fields"]
        return name, {key: None if value == "\0" else value for key, value in read.items()}
    except ValueError as error:
        raise ValueError(f"{what} must look like name[field=value, ...], got {text!r} ({error})") from None


def build(cls: type[D], parameters: Mapping[str, Any], name: str) -> D:
    """Make a dataclass from named parameters.

    Raises
    ------
    ValueError
        If a parameter is unknown, missing or out of its range.
    """
    known = [field.name for field in fields(cls)]
    for key in parameters:
        if key not in known:
            raise unknown_name(f"parameter of {name}", key, known)
    required = [field.name for field in fields(cls) if field.default is MISSING]
    missing = [key for key in required if key not in parameters]
    if missing:
        raise ValueError(f"{name} needs {', '.join(missing)}")
    return cls(**parameters)


def parse_stressor(text: str) -> Stressor:
    """Read a stressor with optional parameters in TOML, such as ``observation-noise[snr=5]``.

    Raises
    ------
    ValueError
        If the text has another form, the name or a parameter is unknown, or a value out of its range.
    """
    name, parameters = parse_call("stressor", text)
    if name not in STRESSORS:
        raise unknown_name("stressor", name, STRESSORS)
    return build(STRESSORS[name], parameters, name)


def unknown_name(kind: str, name: str, known: Iterable[str]) -> ValueError:
    """Say that a name is unknown, and which one may have been meant."""
    names = list(known)
    close = difflib.get_close_matches(name, names, n=1)
    hint = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(names) or 'none'}"
    return ValueError(f"unknown {kind} {name!r}; {hint}")
