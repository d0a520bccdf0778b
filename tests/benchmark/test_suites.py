"""Suites and names: what they expand to, and how they complain."""

from pathlib import Path

import pytest

from causal_gauntlet.benchmark.names import parse_method
from causal_gauntlet.benchmark.suites import load_suite, shipped_suites
from causal_gauntlet.control_arms import Granger, Lasso
from causal_gauntlet.generators import experiment_from

SUITE = """
name = "small"
seed = 1
n_systems = 2
repetitions = 3

[[systems]]
generator = "VAR"
n_vars = [3, 4]
density = 0.5

[[designs]]
n_samples = [60, 80]
intervention = ["none", "do", "soft-noise", "random-forcing"]

[methods]
include = ["granger[max_lag=2]", "constant"]
"""


@pytest.mark.parametrize("name", shipped_suites())
def test_shipped_suites_have_a_cell_for_each_combination(name: str) -> None:
    suite = load_suite(name)
    cells = suite.cells()
    assert suite.name == name
    assert len({cell.key for cell in cells}) == len(cells)
    n_generators = sum(len(block.generators) for block in suite.systems)
    n_designs = sum(len(block.designs) for block in suite.designs)
    n_synthetic = n_generators * n_designs * suite.n_systems * suite.repetitions
    assert len(cells) == (n_synthetic + len(suite.datasets)) * len(suite.methods.include)


@pytest.mark.parametrize("name", shipped_suites())
def test_every_system_of_a_shipped_suite_can_be_drawn_and_recorded(name: str) -> None:
    suite = load_suite(name)
    for generator in (generator for block in suite.systems for generator in block.generators):
        system = generator.draw(suite.seed)
        for design in (design for block in suite.designs for design in block.designs):
            assert system.run(design, seed=0).recording.n_samples == design.n_total


def test_a_suite_is_the_product_of_its_lists(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(SUITE)
    cells = load_suite(str(file)).cells()
    assert len(cells) == 2 * 2 * 2 * 4 * 3 * 2
    assert len({cell.system for cell in cells}) == 4
    for cell in cells:
        design = cell.experiment["design"]
        intervened = design["intervention"]["n_samples"] if design["intervention"] else 0
        assert design["n_samples"] + intervened in (60, 80)
    assert {cell.kind for cell in cells} == {"none", "do", "soft-noise", "random-forcing"}


def test_a_suite_may_stress_its_systems(tmp_path: Path) -> None:
    stressors = 'density = 0.5\nstressors = ["hidden-driver", "observation-noise[snr=5]"]'
    (tmp_path / "stressed.toml").write_text(SUITE.replace("density = 0.5", stressors))
    cells = load_suite(str(tmp_path / "stressed.toml")).cells()
    assert {cell.family for cell in cells} == {"var+hidden-driver+observation-noise"}
    experiment = experiment_from(cells[0].experiment)
    assert experiment.specification == cells[0].experiment
    assert len(experiment.card.notes) == 3


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("density = 0.5", 'stressors = ["noise"]', r"systems\[0\]: unknown stressor 'noise'"),
        ("density = 0.5", 'stressors = ["rescaled[low=-1]"]', r"low must be in \[1e-6, 100\].*\(Rescaled\.low\)"),
        ('"random-forcing"]', '"do"]\nschedule = { washouts = 3 }', r"unknown parameter of schedule 'washouts'"),
        ('"VAR"', '"VARR"', r"systems\[0\]\.generator: unknown generator 'VARR'"),
        ("density = 0.5", "density = 1.7", r"systems\[0\]: density must be in \[0, 1\], got 1\.7 \(VAR\.density\)"),
        ("density = 0.5", "densty = 0.5", r"systems\[0\]: unknown parameter of var 'densty'; did you mean 'density'\?"),
        ("seed = 1", "seed = -1", r"seed: .*greater than or equal to 0 \(got -1\)"),
        ("seed = 1", 'seed = "one"', r"seed: .*\(got 'one'\)"),
        ("n_systems = 2", "n_system = 2", r"n_system: Extra inputs are not permitted"),
        ("[60, 80]", "[60, 1]", r"designs\[0\]\.n_samples\[1\]: .*\(got 1\)"),
        ('"do"', '"du"', r"designs\[0\]\.intervention\[1\]: .*\(got 'du'\)"),
        (
            "n_samples = [60, 80]",
            "n_samples = 60\ndo = { level = 'a' }",
            r"designs\[0\]: level must be .*\(Do\.level\)",
        ),
        ('"constant"', '"constan"', r"methods: unknown method 'constan'; did you mean 'constant'\?"),
        ("max_lag=2", "max_lag=0", r"methods: max_lag must be .* got 0 \(Granger\.max_lag\)"),
        ("[methods]", "datasets = 3\n[methods]", r"designs\[0\]\.datasets"),
        ("[[designs]]", "[[design]]", r"design: Extra inputs"),
        ('name = "small"', "name = ", r"not valid TOML"),
    ],
)
def test_a_fault_is_told_by_its_key(tmp_path: Path, old: str, new: str, complaint: str) -> None:
    file = tmp_path / "faulty.toml"
    assert old in SUITE
    file.write_text(SUITE.replace(old, new, 1))
    with pytest.raises(ValueError, match=complaint):
        load_suite(str(file))


def test_a_suite_that_runs_nothing_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.toml"
    file.write_text('name = "x"\nseed = 1\nmethods = { include = ["constant"] }')
    with pytest.raises(ValueError, match="needs systems with designs, or datasets"):
        load_suite(str(file))
    file.write_text('name = "x"\nseed = 1\ndatasets = ["atlantis"]\nmethods = { include = ["constant"] }')
    with pytest.raises(ValueError, match=r"datasets: unknown dataset 'atlantis'"):
        load_suite(str(file))
    with pytest.raises(FileNotFoundError, match="neither a file nor one of paper, quick, standard"):
        load_suite("qick")


@pytest.mark.parametrize(
    "text",
    [
        "granger",
        "granger[conditional=true]",
        "lasso[max_lag=3, n_folds=4]",
        "pcmci[max_lag=3, pc_alpha=null]",
        r'transpose[of="pcmci[pc_alpha=null, fdr=true]"]',
    ],
)
def test_a_method_name_is_read_and_printed_alike(text: str) -> None:
    assert parse_method(text).label == text


def test_a_method_name_carries_its_hyperparameters() -> None:
    assert parse_method("granger[conditional=true, max_lag=3]").method == Granger(max_lag=3, conditional=True)
    assert parse_method(" lasso ").method == Lasso()
    assert parse_method("random").specification() == {"name": "random", "parameters": {}}
    assert parse_method("lasso[max_lag=5]").label == "lasso"


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("grangr", "unknown method 'grangr'; did you mean 'granger'"),
        ("granger[max_lags=3]", "unknown parameter of granger 'max_lags'; did you mean 'max_lag'"),
        ("granger[max_lag=3", "must look like"),
        ("granger[max_lag]", "must look like"),
        ("granger[max_lag=0]", r"max_lag must be .* got 0 \(Granger.max_lag\)"),
        ("granger[conditional=1]", r"conditional must be true or false, got 1"),
    ],
)
def test_a_wrong_method_name_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse_method(text)
