"""The command ``gauntlet``; what a subcommand needs is imported when it is called."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

__all__ = ["app", "main"]

app = typer.Typer(
    name="gauntlet",
    help="Run claims of causal discovery from time series against plain methods and deliberate nulls.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

claim_app = typer.Typer(help="Put a claim to the test, or see which there are.", no_args_is_help=True)
app.add_typer(claim_app, name="claim")

N_CORES = os.cpu_count() or 1
STORE = Path(".gauntlet")

StoreOption = Annotated[Path, typer.Option(help="Folder that keeps every result.")]
JobsOption = Annotated[int, typer.Option(min=1, help="Processes.", show_default="all cores")]
ClaimArgument = Annotated[
    str, typer.Argument(metavar="CLAIM", help="A shipped claim (gauntlet claim list) or the path of a TOML file.")
]


def main() -> None:
    """Run the command; an error is one red sentence and exit code 2, never a traceback."""
    try:
        app()
    except (ValueError, OSError, ImportError) as error:
        Console(stderr=True, soft_wrap=True).print(f"[bold red]Error:[/] [red]{escape(str(error))}[/]", highlight=False)
        sys.exit(2)
    except Exception:
        # Python's own exit code would be 1, which says that a claim is falsified
        Console(stderr=True).print_exception()
        sys.exit(2)


@app.command()
def run(
    suite: Annotated[str, typer.Argument(help="quick, standard, paper, or the path of a suite's TOML file.")],
    store: StoreOption = STORE,
    jobs: JobsOption = N_CORES,
    method: Annotated[
        list[str] | None, typer.Option(help="Run this method instead of the suite's; repeatable: 'lasso[max_lag=3]'.")
    ] = None,
    track: Annotated[
        str, typer.Option(help="default, or tuned: hyperparameters chosen on held-out systems of the same family.")
    ] = "default",
    json: Annotated[Path | None, typer.Option(help="Write the table as JSON to this file.")] = None,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the table as a picture to this file (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """Run a suite: every method on every system, and a table of how well each found the graph."""
    from causal_gauntlet.benchmark.command_run import run_suite

    run_suite(suite, store, jobs, method, track, json, plot)


@app.command(name="list")
def list_names(
    what: Annotated[str, typer.Argument(help="systems, stressors, methods, suites or datasets.", metavar="WHAT")],
) -> None:
    """List systems, stressors, methods, suites or datasets."""
    from causal_gauntlet.benchmark.command_list import list_members

    list_members(what)


@app.command()
def show(name: Annotated[str, typer.Argument(help="A system, stressor, method, suite or dataset.")]) -> None:
    """Show what something is, its parameters with their defaults, and where it comes from."""
    from causal_gauntlet.benchmark.command_list import show_member

    show_member(name)


@app.command()
def generate(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="Folder to write to; must not exist or be empty.")],
    system: Annotated[
        str | None,
        typer.Argument(
            help="A family of systems (gauntlet list systems), a preset such as nonlinear-VAR_N-10_T-300, or none with "
            "--from."
        ),
    ] = None,
    n_vars: Annotated[int | None, typer.Option(help="Number of variables.", show_default="10")] = None,
    n_samples: Annotated[
        int | None,
        typer.Option(help="Samples, half of them under the intervention if there is one.", show_default="1000"),
    ] = None,
    intervention: Annotated[str, typer.Option(help="none, do, soft-noise or random-forcing.")] = "none",
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same system and recording.")] = 0,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Another parameter of the family; repeatable."),
    ] = None,
    stress: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A stressor, such as 'observation-noise[snr=5]'; repeatable, in order."),
    ] = None,
    strength: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A parameter of the intervention, such as level=1.5; repeatable."),
    ] = None,
    schedule: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="Of its episodes, such as targets=[0,2] or washout=10; repeatable."),
    ] = None,
    from_: Annotated[
        Path | None,
        typer.Option("--from", metavar="SPEC.JSON", help="Make what this specification says, in place of all above."),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", help="Of the recording: csv, npz or parquet (needs the extra parquet).")
    ] = "csv",
    causeme: Annotated[bool, typer.Option("--causeme", help="Write the recording in CauseMe's layout too.")] = False,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the recording above its graph to this file (.png, .svg, .pdf).")
    ] = None,
) -> None:
    """Simulate a system and write the recording, the truth, the provenance cards and the specification.

    The specification makes all files again, byte for byte: gauntlet generate --from DIR/spec.json --out DIR2.
    """
    from causal_gauntlet.benchmark.command_generate import (
        Choices,
        regenerate_experiment,
        report_experiment,
        simulate_experiment,
    )
    from causal_gauntlet.benchmark.export import check_target

    check_target(out, format_)
    if plot is not None:
        from causal_gauntlet.benchmark.figures import check_format

        check_format(plot)
    if from_ is not None:
        choices = ("system", "n_vars", "n_samples", "intervention", "seed", "set_", "stress", "strength", "schedule")
        options = {parameter.name: parameter.opts[0] for parameter in context.command.params}
        sources = {name: context.get_parameter_source(name) for name in choices}
        given = [options[name] for name, source in sources.items() if source is not None and source.name != "DEFAULT"]
        experiment = regenerate_experiment(from_, given)
    elif system is not None:
        lists = (set_ or [], strength or [], schedule or [], stress or [])
        experiment = simulate_experiment(Choices(system, n_vars, n_samples, intervention, seed, *lists))
    else:
        raise ValueError("generate needs a family of systems, such as var, or --from SPEC.JSON")
    report_experiment(experiment, out, format_, causeme, plot)


@app.command()
def discover(
    file: Annotated[Path, typer.Argument(help="A CSV file: a header, a column a variable, a row a sample.")],
    method: Annotated[str, typer.Option(help="A method, such as pcmci or 'granger[conditional=true]'.")],
    max_lag: Annotated[int | None, typer.Option(help="Largest lag, in samples.", show_default="the method's")] = None,
    drop: Annotated[list[str] | None, typer.Option(help="Leave out this column; repeatable.")] = None,
    out: Annotated[Path | None, typer.Option(help="Write all scores as JSON to this file.")] = None,
    plot: Annotated[Path | None, typer.Option(help="Draw the scores to this file (.png, .svg, .pdf).")] = None,
) -> None:
    """Run one method on your own CSV file and rank the edges.

    A first column of dates is the clock and is left out. Rows in which a value is missing within the lags are left out.
    A column of text or without variation is an error.
    """
    from causal_gauntlet.benchmark.command_discover import discover_in_file

    discover_in_file(file, method, max_lag, drop or [], out, plot)


@app.command()
def reproduce(
    paper: Annotated[str, typer.Argument(help="prediction-bottlenecks, sortability, or a folder.")],
    scale: Annotated[str, typer.Option(help="How much is run: quick, standard, paper.")] = "quick",
    store: StoreOption = STORE,
    jobs: JobsOption = N_CORES,
    report: Annotated[Path | None, typer.Option(help="Write a page, tables and figures to this folder.")] = None,
) -> None:
    """Walk a paper's findings: run the claims they rest on, and say which of them our numbers bear out."""
    from causal_gauntlet.benchmark.command_reproduce import reproduce_paper

    reproduce_paper(paper, scale, store, jobs, report)


@claim_app.command("run")
def claim_run(
    claim: ClaimArgument,
    store: StoreOption = STORE,
    jobs: JobsOption = N_CORES,
    sequential: Annotated[
        bool, typer.Option("--sequential", help="Add systems in blocks until every arm is decided; keeps alpha.")
    ] = False,
    report: Annotated[Path | None, typer.Option(help="Write verdict.json and a page, report.html, here.")] = None,
) -> None:
    """Run a claim against its arms and controls. Exit code 0: survives, 1: falsified, 3: undecided, 2: error."""
    from causal_gauntlet.benchmark.command_claim import run_claim_file

    run_claim_file(claim, store, jobs, sequential, report)


@claim_app.command("check")
def claim_check(
    claim: ClaimArgument,
    store: StoreOption = STORE,
) -> None:
    """Validate a claim and show what it runs, and for about how long; one cell of each method is timed and kept."""
    from causal_gauntlet.benchmark.command_claim import check_claim

    check_claim(claim, store)


@claim_app.command("list")
def claim_list() -> None:
    """List the claims that come with the package."""
    from causal_gauntlet.benchmark.command_claim import list_claims

    list_claims()
