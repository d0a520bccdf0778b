"""Methods from a file, and methods registered by others: found without being run, told apart by what they hold."""

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from causal_gauntlet.benchmark import names
from causal_gauntlet.benchmark.method_sources import summarise_method
from causal_gauntlet.benchmark.names import method_class, method_entry_points, parse_method
from causal_gauntlet.benchmark.runner import run_missing
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.benchmark.suites import load_suite

MINE = """
from dataclasses import dataclass
import numpy as np
from causal_gauntlet.baselines import EdgeScores
from helper_beside import slope

@dataclass(frozen=True)
class Mine:
    '''Slopes of neighbours.'''
    power: float = 1.0

    def discover(self, recording, rng=None):
        return EdgeScores(slope(recording.values) ** self.power)

class NoMethod:
    pass
"""
HELPER = """
import numpy as np
def slope(x):
    x = np.nan_to_num(x)
    return np.abs(np.corrcoef(x[:-1].T, x[1:].T)[: x.shape[1], x.shape[1] :])
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    (tmp_path / "helper_beside.py").write_text(HELPER)
    (tmp_path / "mine.py").write_text(MINE)
    return tmp_path / "mine.py"


def gauntlet(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    command = [Path(sys.executable).parent / "gauntlet", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **variables})


def test_a_file_gives_its_class_with_hyperparameters(mine: Path) -> None:
    named = parse_method(f"{mine}:Mine[power=2.0]")
    assert type(named.method).__name__ == "Mine"
    assert named.method == type(named.method)(power=2.0)
    assert named.label == f"{mine}:Mine[power=2.0]"
    assert parse_method(named.label) == named
    assert pickle.loads(pickle.dumps(named)) == named  # noqa: S301 - what a worker process gets


def test_the_content_of_a_file_identifies_it_and_its_place_does_not(mine: Path, tmp_path: Path) -> None:
    before = parse_method(f"{mine}:Mine").specification()
    (tmp_path / "moved.py").write_text(MINE)
    assert parse_method(f"{tmp_path / 'moved.py'}:Mine").specification() == before
    mine.write_text(MINE + "\n# another version\n")
    after = parse_method(f"{mine}:Mine").specification()
    assert after["source"] != before["source"]
    assert {**after, "source": ""} == {**before, "source": ""}


def test_a_file_runs_alike_on_one_process_and_on_two(mine: Path, tmp_path: Path) -> None:
    """Alone, and as the method that an arm works on."""
    methods = [parse_method(f"{mine}:Mine"), parse_method(f'transpose[of="{mine}:Mine"]')]
    cells = load_suite("quick").cells(methods)[:8]
    one, two = Store(tmp_path / "one"), Store(tmp_path / "two")
    assert sum(run_missing(cells, one, 1, 60.0)) == sum(run_missing(cells, two, 2, 60.0)) == 8
    for cell in cells:
        assert one.load(cell).determined == two.load(cell).determined
        assert not one.load(cell).failed


@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("nowhere.py:Mine", r"method file .*nowhere\.py cannot be read: No such file"),
        ("mine.py:Yours", r"mine\.py has no class 'Yours'; its methods are Mine"),
        ("mine.py:NoMethod", r"NoMethod in .* is no method; it must be a frozen dataclass with discover"),
        ("broken.py:Mine", r"method file .*broken\.py does not run: ZeroDivisionError: division by zero"),
        ("mine.py:Mine[powers=2]", r"unknown parameter of .*mine\.py:Mine 'powers'; did you mean 'power'"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(mine: Path, name: str, complaint: str) -> None:
    (mine.parent / "broken.py").write_text("1 / 0")
    with pytest.raises(ValueError, match=complaint):
        parse_method(f"{mine.parent}/{name}")


def test_the_command_line_runs_a_file(mine: Path, tmp_path: Path) -> None:
    done = gauntlet("run", "quick", "--method", f"{mine}:Mine", "--store", tmp_path / "store", COLUMNS="200")
    assert done.returncode == 0, done.stderr
    assert f"{mine}:Mine" in done.stdout
    bad = gauntlet("run", "quick", "--method", f"{mine}:Yours", "--store", tmp_path / "store")
    assert bad.returncode == 2
    assert "its methods are Mine" in bad.stderr


@pytest.fixture
def third_parties(tmp_path: Path) -> Path:
    """A folder as pip would leave it, with a good method and three that are broken in different ways."""
    (tmp_path / "others.py").write_text(MINE.replace("from helper_beside import slope", "slope = abs"))
    (tmp_path / "broken.py").write_text("import there_is_no_such_module\nclass Method:\n    '''Broken.'''\n")
    info = tmp_path / "others-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        "[causal_gauntlet.methods]\nmine = others:Mine\nbroken = broken:Method\n"
        "gone = gone.away:Method\ngranger = others:Mine\n"
    )
    return tmp_path


def test_broken_third_parties_are_reported_and_nothing_is_imported(third_parties: Path) -> None:
    listed = gauntlet("list", "methods", PYTHONPATH=f"{third_parties}:{os.environ.get('PYTHONPATH', '')}")
    assert listed.returncode == 0, listed.stderr
    text = " ".join(listed.stdout.split())
    assert "mine tracks: default Slopes of neighbours." in text
    assert "broken tracks: default Broken." in text  # nothing ran, so nothing was found out
    assert "gone broken: there is no module gone" in text
    assert "granger broken: method names must differ, got 'granger' from " in text
    assert "lasso tracks: default, tuned" in text


def test_a_broken_third_party_stops_only_who_asks_for_it(third_parties: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(third_parties)
    method_entry_points.cache_clear()
    try:
        assert method_class("lasso").__name__ == "Lasso"
        with pytest.raises(ValueError, match=r"broken \(broken:Method\) does not load: ModuleNotFoundError: No module"):
            method_class("broken")
        with pytest.raises(ValueError, match=r"names must differ, got 'granger' from .* and .*; uninstall one"):
            method_class("granger")
    finally:
        monkeypatch.undo()
        names.method_entry_points.cache_clear()


def test_every_method_of_ours_says_what_it_is_and_most_where_it_is_from() -> None:
    import inspect

    for name, entries in method_entry_points().items():
        summary = summarise_method(name, entries)
        assert not summary.line.startswith("broken")
        assert summary.line.endswith((".", ":")), name
        cls = method_class(name)
        assert (inspect.getdoc(cls) or "").startswith(summary.line)
        assert ("tuned" in summary.tracks) == hasattr(cls, "grid")
        if "References" in (inspect.getdoc(cls) or ""):
            assert any(mark in summary.citation for mark in ("doi:", "arXiv:", "JMLR")), name


def test_listing_methods_imports_none_of_them() -> None:
    code = (
        "import sys\n"
        "from causal_gauntlet.benchmark.command_list import list_members\n"
        "list_members('methods')\n"
        "print([m for m in sys.modules if m == 'torch' or m.startswith('causal_gauntlet.control_arms')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.endswith("\n[]\n")
