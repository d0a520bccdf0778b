"""Specifications in files: what is wrong with one is a sentence, and what is left out has its default."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from command import gauntlet
from hypothesis import given, settings
from hypothesis import strategies as st

from causal_gauntlet.benchmark.command_generate import regenerate_experiment
from causal_gauntlet.benchmark.export import read_specification
from causal_gauntlet.generators import GENERATORS, VAR, Design, Do, RandomForcing, experiment_from

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
