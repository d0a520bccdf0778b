"""``gauntlet list`` and ``gauntlet show``."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import MISSING, fields

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from causal_gauntlet.benchmark.method_sources import summarise_method
from causal_gauntlet.benchmark.names import method_class, method_entry_points, unknown_name
from causal_gauntlet.benchmark.suites import load_suite, shipped_suites
from causal_gauntlet.generators.cards import ProvenanceCard
from causal_gauntlet.generators.catalogue import DATASETS, GENERATORS, STRESSORS

__all__ = ["list_members", "show_member"]


def list_members(what: str) -> None:
    """Print one line a member; see ``gauntlet list --help``."""
    listings: dict[str, Callable[[], dict[str, str]]] = {
        "systems": lambda: {name: _summary(family) for name, family in GENERATORS.items()},
        "stressors": lambda: {name: _summary(stressor) for name, stressor in STRESSORS.items()},
        "suites": lambda: {name: text.splitlines()[0].lstrip("# ") for name, text in shipped_suites().items()},
        "datasets": lambda: {name: _summary(dataset) for name, dataset in DATASETS.items()},
    }
    if what == "methods":
        _list_methods()
        return
    if what not in listings:
        raise unknown_name("listing", what, ["methods", *listings])
    table = Table(box=None, show_header=False, pad_edge=False)
    table.add_column(no_wrap=True, style="bold")
    for name, line in listings[what]().items():
        table.add_row(name, line)
    Console().print(table)


def _list_methods() -> None:
    console = Console()
    for name, entries in method_entry_points().items():
        summary = summarise_method(name, entries)
        needs = f"needs the extra {', '.join(summary.extras)}" if summary.extras else ""
        tracks = f"tracks: {', '.join(summary.tracks)}" if summary.tracks else ""
        head = Text.assemble((name, "bold"), ("  " + "; ".join(filter(None, (tracks, needs))), "dim"))
        console.print(head, soft_wrap=True)
        for line in filter(None, (summary.line, summary.citation)):
            console.print(Padding(Text(line), (0, 0, 0, 4), expand=False))


def show_member(name: str) -> None:
    """Print the documentation and the parameters of a member; see ``gauntlet show --help``."""
    console = Console()
    if name in shipped_suites():
        console.print(shipped_suites()[name].rstrip(), markup=False, highlight=False)
        console.print(f"\n{len(load_suite(name).cells())} cells", highlight=False)
        return
    described = _class_named(name)
    console.print(f"[bold]{name}[/]  {described.__module__}.{described.__qualname__}\n", highlight=False)
    console.print(inspect.getdoc(described) or "", markup=False, highlight=False, soft_wrap=True)
    if name in DATASETS:
        _print_card(console, DATASETS[name]().card)
    defaults = ", ".join(
        field.name if field.default is MISSING else f"{field.name}={field.default!r}" for field in fields(described)
    )
    console.print(f"\n[bold]Defaults:[/] {defaults or 'no parameters'}", highlight=False)


def _print_card(console: Console, card: ProvenanceCard) -> None:
    console.print("\n[bold]Known pairs[/]")
    for edge in card.edges:
        relation = "drives" if edge.is_edge else "does not drive"
        line = f"  {edge.source} {relation} {edge.target} ({edge.tier}): {edge.evidence}"
        console.print(line, markup=False, highlight=False)
    console.print("\n[bold]Notes[/]")
    for note in card.notes:
        console.print(f"  {note}", markup=False, highlight=False)


def _class_named(name: str) -> type:
    if name.lower() in GENERATORS:
        return GENERATORS[name.lower()]
    if name in STRESSORS:
        return STRESSORS[name]
    if name in DATASETS:
        return DATASETS[name]
    if name in method_entry_points():
        return method_class(name)
    raise unknown_name("name", name, [*GENERATORS, *STRESSORS, *DATASETS, *method_entry_points(), *shipped_suites()])


def _summary(described: type) -> str:
    return (inspect.getdoc(described) or "").partition("\n")[0]
