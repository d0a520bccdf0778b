"""Which texts of a claim were run in a store, so that one changed after its results were seen is shown as amended."""

from __future__ import annotations

import difflib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from causal_gauntlet.benchmark.claims import ClaimFile
from causal_gauntlet.benchmark.outcome import Amendment
from causal_gauntlet.benchmark.store import Store, write_atomically

__all__ = ["amendments_of", "enter"]


def amendments_of(file: ClaimFile, store: Store) -> list[Amendment]:
    """Earlier texts of the claim that were run in the store, the oldest first."""
    return [
        Amendment(
            sha256=entry["sha256"], first_run=entry["first_run"], difference=_difference(entry["text"], file.text)
        )
        for entry in _entries(file, store)
        if entry["sha256"] != file.sha256
    ]


def enter(file: ClaimFile, store: Store) -> None:
    """Write down that this text is run, unless it was before."""
    entries = _entries(file, store)
    if any(entry["sha256"] == file.sha256 for entry in entries):
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entries.append({"sha256": file.sha256, "first_run": now, "text": file.text})
    write_atomically(_path(file, store), json.dumps(entries, indent=1) + "\n")


def _entries(file: ClaimFile, store: Store) -> list[dict[str, Any]]:
    path = _path(file, store)
    if not path.exists():
        return []
    try:
        entries: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
        if not all({"sha256", "first_run", "text"} <= entry.keys() for entry in entries):
            raise ValueError
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"{path} is not a record of runs; delete it to lose what it knows of earlier texts") from None
    return entries


def _path(file: ClaimFile, store: Store) -> Path:
    return store.root / "claims" / f"{file.claim.id}.json"


def _difference(before: str, after: str) -> str:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), "earlier", "now", lineterm="", n=1)
    return "\n".join(lines)
