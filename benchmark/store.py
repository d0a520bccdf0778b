"""Results on disk: one JSON file a cell, named by the hash of what determines it."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path

from causal_gauntlet.benchmark.cells import Cell, Result
from causal_gauntlet.generators.randomness import canonical_json

__all__ = ["Store", "check_folder", "write_atomically"]


class Store:
    """A folder of results, safe to share between processes and to interrupt.

    Parameters
    ----------
    root : Path
        Made when the first result is saved.

    Raises
    ------
    ValueError
        If no such folder can be made, because a file is in its place.
    """

    def __init__(self, root: Path) -> None:
        check_folder("store", root)
        self.root = root

    def path(self, cell: Cell) -> Path:
        """File that holds or will hold the cell's result."""
        return self.root / "results" / f"{cell.key}.json"

    def __contains__(self, cell: Cell) -> bool:
        return self.path(cell).exists()

    def load(self, cell: Cell) -> Result:
        """Read a result.

        Raises
        ------
        FileNotFoundError
            If the cell was not computed.
        ValueError
            If the file does not hold the result of this cell.
        """
        path = self.path(cell)
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            result = Result(held["determined"], held["measured"])
            intact = result.determined["specification"] == cell.specification
        except (ValueError, KeyError, TypeError):
            intact = False
        if not intact:
            raise ValueError(f"{path} does not hold the result that its name promises; delete it and run again")
        return result

    def save(self, cell: Cell, result: Result) -> None:
        """Write a result, so that at any moment the file holds all of it or is not there."""
        held = {"determined": result.determined, "measured": result.measured}
        write_atomically(self.path(cell), canonical_json(held) + "\n")


def check_folder(purpose: str, folder: Path) -> None:
    """Refuse a folder that is a file, or within one, before any work is done for it.

    Parameters
    ----------
    purpose : str
        What the folder is for, as the user calls it.
    folder : Path
        There or not.

    Raises
    ------
    ValueError
        If it cannot be a folder.
    """
    there = next(part for part in (folder, *folder.absolute().parents) if part.exists())
    if not there.is_dir():
        raise ValueError(f"{purpose} must be a folder, got {str(folder)!r}, but {there} is a file; name another place")


def write_atomically(path: Path, text: str) -> None:
    """Write a text file so that a reader, or a crash, finds the old content or the new, and nothing between."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".tmp")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fchmod(descriptor, 0o644)  # a temporary file is for its owner alone
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
