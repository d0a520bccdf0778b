"""Claims: what a file may say, what its contestants are, and what comes of planted ones."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from command import gauntlet

from causal_gauntlet.benchmark.cells import Cell
from causal_gauntlet.benchmark.claim_ledger import amendments_of
from causal_gauntlet.benchmark.claim_plan import Plan
from causal_gauntlet.benchmark.claim_run import contestant_text, looks, run_claim
from causal_gauntlet.benchmark.claims import Claim, ClaimFile, load_claim, shipped_claims
from causal_gauntlet.benchmark.outcome import Outcome
from causal_gauntlet.benchmark.runner import run_missing
from causal_gauntlet.benchmark.store import Store
from causal_gauntlet.generators import Design, Do

PLANTED = """
id = "planted"
statement = "Granger causality beats chance by 0.1."
source = "planted"
seed = 1
metric = "auroc"
margin = 0.1
n_systems = { min = 6, max = 16 }

[systems]
generator = "VAR"
n_vars = [4, 5]

[candidate]
method = "granger[max_lag=2]"
design = { n_samples = 200 }

[[arms]]
name = "chance"
isolates = "luck"
method = "random"
matched = "samples"

[controls.negative.candidate]
method = 'circular-shift[of="granger[max_lag=2]"]'

[controls.positive]
candidate = { method = "pcmci[max_lag=2]" }
arms = [{ name = "ties", isolates = "ties", method = "constant" }]
"""
CONTRAST = """
id = "contrast"
statement = "Interventions help Granger causality beyond their number."
source = "planted"
seed = 2
metric = "auroc"
margin = 0.02
n_systems = { min = 6, max = 8 }
systems = { generator = "VAR", n_vars = 8 }

[candidate]
method = "granger[max_lag=2]"
design = { n_samples = 60, intervention = "do", intervened = 0.5 }
minus = { design = "observational-part" }

[[arms]]
name = "size-matched"
isolates = "sample size"
design = "size-matched"
matched = "samples"

[[arms]]
name = "another method"
isolates = "the method"
method = "pcmci[max_lag=2]"

[[arms]]
name = "another semantics"
isolates = "the semantics"
design = { n_samples = 60, intervention = "random-forcing" }

[controls.negative.candidate]
method = "random"

[controls.positive]
candidate = { design = { n_samples = 600 }, minus = { design = { n_samples = 30 } } }
arms = [{ name = "nothing more", isolates = "chance", design = { n_samples = 30 } }]
"""


def claim_file(tmp_path: Path, text: str = PLANTED) -> ClaimFile:
    (tmp_path / "claim.toml").write_text(text)
    return load_claim(str(tmp_path / "claim.toml"))


def outcome_of(file: ClaimFile, store: Store, sequential: bool = False) -> Outcome:
    def compute(_: str, cells: Sequence[Cell]) -> None:
        list(run_missing(cells, store, 1, 60.0))

    return run_claim(file, store, compute, "gauntlet claim run", sequential=sequential)


def swapped(text: str) -> str:
    """The reverse of the planted claim."""
    return (
        text.replace('method = "granger[max_lag=2]"', 'method = "HERE"')
        .replace('method = "random"', 'method = "granger[max_lag=2]"')
        .replace("HERE", "random")
    )


@pytest.mark.parametrize("sequential", [False, True], ids=["fixed", "sequential"])
def test_a_planted_claim_survives_and_its_reverse_is_falsified(tmp_path: Path, sequential: bool) -> None:
    store = Store(tmp_path / "store")
    text = PLANTED.replace("max = 16", "max = 48") if sequential else PLANTED
    survives = outcome_of(claim_file(tmp_path, text), store, sequential)
    assert (survives.verdict, survives.reason) == ("survives", "every arm is beaten: chance")
    reverse = outcome_of(claim_file(tmp_path, swapped(text)), store, sequential)
    assert (reverse.verdict, reverse.reason) == ("falsified", "the candidate is worse than chance")
    (ours,), (theirs,) = survives.comparisons[0].arms, reverse.comparisons[0].arms
    n = min(len(ours.differences), len(theirs.differences))
    np.testing.assert_allclose(ours.differences[:n], np.negative(theirs.differences[:n]))
    if sequential:
        assert survives.n_systems < 48


def test_an_underpowered_claim_says_how_many_systems_decide_it_and_they_do(tmp_path: Path) -> None:
    """Granger against Lasso, whose difference is small beside its spread; the seed is fixed."""
    text = PLANTED.replace("max = 16", "max = 8").replace('method = "random"', 'method = "lasso[max_lag=2]"')
    text = text.replace("margin = 0.1", "margin = 0.02").replace("n_samples = 200", "n_samples = 60")
    store = Store(tmp_path / "store")
    undecided = outcome_of(claim_file(tmp_path, text), store)
    assert undecided.verdict == "undecided"
    needed = undecided.comparisons[0].arms[0].n_needed
    assert needed is not None
    assert 8 < needed < 400
    decided = outcome_of(claim_file(tmp_path, text.replace("max = 8", f"max = {needed}")), store)
    assert decided.verdict in ("survives", "falsified")
    assert decided.comparisons[0].arms[0].differences[:8] == undecided.comparisons[0].arms[0].differences


def test_all_contestants_see_the_same_systems_with_the_same_seeds(tmp_path: Path) -> None:
    plan = Plan(claim_file(tmp_path, CONTRAST).claim)
    store = Store(tmp_path / "store")
    systems: set[tuple[str, ...]] = set()
    for condition in plan.conditions:
        cells = plan._cells(condition, store, 8)
        systems.add(tuple(f"{cell.system} {cell.experiment['seed']}" for cell in cells))
    assert len(systems) == 1
    assert len(set(*systems)) == 8


def test_a_contrast_and_its_arms_are_what_the_file_leaves_out(tmp_path: Path) -> None:
    claim = claim_file(tmp_path, CONTRAST).claim
    candidate, size, method, semantics = claim.contestants()
    do = Design(30, Do(n_samples=30))
    assert candidate.condition.design == do
    assert candidate.minus is not None
    assert candidate.minus.design == Design(30)
    assert size.condition.design == Design(60)
    assert size.minus == candidate.minus
    assert method.condition.design == do
    assert method.condition.method.name == "pcmci"
    assert method.minus is not None
    assert (method.minus.method.name, method.minus.design) == ("pcmci", Design(30))
    assert semantics.condition.design.kind == "random-forcing"
    assert semantics.minus == candidate.minus
    negative, *arms = claim.contestants(claim.controls.negative)
    assert negative.minus is not None
    assert negative.minus.method.name == negative.condition.method.name == "random"
    assert arms == [size, method, semantics]
    positive, nothing = claim.contestants(claim.controls.positive)
    assert (positive.condition.design.n_total, positive.minus and positive.minus.design.n_total) == (600, 30)
    assert nothing.minus is not None
    assert nothing.condition.design == nothing.minus.design


def test_a_contrast_is_the_difference_of_its_two_recordings(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    file = claim_file(tmp_path, CONTRAST)
    outcome = outcome_of(file, store)
    plan = Plan(file.claim)
    candidate, size, *_ = file.claim.contestants()
    values = plan.values(candidate, store, 8) - plan.values(size, store, 8)
    defined = ~np.isnan(values)
    np.testing.assert_allclose(outcome.comparisons[0].arms[0].differences, values[defined])
    assert outcome.comparisons[2].verdict == "survives"
    ours, *_ = outcome.decompositions
    assert ours.contestant == "granger[max_lag=2], do, 60 samples; minus granger[max_lag=2], observational, 30 samples"
    assert len(outcome.decompositions) == 3  # the candidate and the arms that intervene
    assert ours.residual.value == pytest.approx(outcome.comparisons[0].arms[0].difference)
    assert ours.raw.value == pytest.approx(outcome.comparisons[0].mean)


def test_what_ran_is_told_apart_by_its_strength(tmp_path: Path) -> None:
    file = claim_file(tmp_path, CONTRAST.replace('"do", intervened', '"do", do = { level = 4.0 }, intervened'))
    assert contestant_text(file.claim.contestants()[0]).startswith(
        "granger[max_lag=2], do (level=4.0), 60 samples; minus"
    )


def test_a_control_that_fails_withholds_the_verdict(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    blind = PLANTED.replace('candidate = { method = "pcmci[max_lag=2]" }', 'candidate = { method = "constant" }')
    outcome = outcome_of(claim_file(tmp_path, blind), store)
    assert outcome.verdict == "withheld"
    assert "does not see a planted effect" in outcome.reason
    leaky = PLANTED.replace("""'circular-shift[of="granger[max_lag=2]"]'""", "'lasso[max_lag=2]'")
    outcome = outcome_of(claim_file(tmp_path, leaky), store)
    assert outcome.verdict == "withheld"
    assert "lets through what it must not" in outcome.reason


def test_smaller_is_better_where_the_claim_says_so_and_a_failure_is_worst(tmp_path: Path) -> None:
    """False positives of Granger on a null: fewer than those of a method that claims everything or crashes."""
    text = PLANTED.replace('metric = "auroc"', 'metric = "fpr"\ndirection = "smaller"')
    text = text.replace('generator = "VAR"\nn_vars = [4, 5]', 'generator = "whitenoise"\nn_vars = 4')
    crash = tmp_path / "crash.py"
    crash.write_text(
        "from dataclasses import dataclass\n@dataclass(frozen=True)\nclass Crash:\n"
        "    def discover(self, recording, rng=None):\n        raise RuntimeError('no')\n"
    )
    text = text.replace('method = "random"\nmatched', f'method = "{crash}:Crash"\nmatched')
    text = text.replace('method = "constant"', f'method = "{crash}:Crash"').replace(
        """'circular-shift[of="granger[max_lag=2]"]'""", f'"{crash}:Crash"'
    )
    outcome = outcome_of(claim_file(tmp_path, text), Store(tmp_path / "store"))
    (arm,) = outcome.comparisons[0].arms
    assert arm.mean == 1.0
    assert arm.n_failures == 16
    assert outcome.comparisons[0].mean < 0.2
    assert outcome.verdict == "survives"


def test_a_metric_without_a_value_anywhere_is_an_error(tmp_path: Path) -> None:
    text = PLANTED.replace('generator = "VAR"\nn_vars = [4, 5]', 'generator = "whitenoise"\nn_vars = 4')
    with pytest.raises(ValueError, match="auroc, which is undefined on all 16 systems of the claim"):
        outcome_of(claim_file(tmp_path, text), Store(tmp_path / "store"))


def test_a_tuned_contestant_is_tuned_on_other_systems(tmp_path: Path) -> None:
    text = PLANTED.replace('method = "granger[max_lag=2]"\ndesign', 'method = "granger"\ntrack = "tuned"\ndesign')
    file, store = claim_file(tmp_path, text), Store(tmp_path / "store")
    outcome = outcome_of(file, store)
    assert outcome.comparisons[0].candidate == "granger (tuned), observational, 200 samples"
    plan = Plan(file.claim)
    trials = {cell.system for cell in plan.trials()}
    assert len(trials) == 2 * 8
    assert not trials & {cell.system for cell in plan.cells(store, 16)}


def test_a_claim_that_was_changed_after_its_run_is_shown_as_amended(tmp_path: Path) -> None:
    store = Store(tmp_path / "store")
    first = claim_file(tmp_path)
    assert outcome_of(first, store).amendments == []
    assert outcome_of(first, store).amendments == []
    second = claim_file(tmp_path, PLANTED.replace("margin = 0.1", "margin = 0.3"))
    (amendment,) = outcome_of(second, store).amendments
    assert amendment.sha256 == first.sha256
    assert "-margin = 0.1\n+margin = 0.3" in amendment.difference
    assert [entry.sha256 for entry in amendments_of(first, store)] == [second.sha256]


def test_looks_begin_with_the_least_and_end_with_the_most() -> None:
    assert looks(6, 20, sequential=True) == [6, 12, 18, 20]
    assert looks(6, 6, sequential=True) == [6]
    assert looks(6, 20, sequential=False) == [20]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('method = "random"', 'method = "randm"', r"line 21: arms\[0\]\.method: unknown method 'randm'; did you mean"),
        ("margin = 0.1", "margin = -0.1", r"line 7: margin: Input should be greater than 0 \(got -0\.1\)"),
        ('metric = "auroc"', 'metric = "aurocc"', r"line 6: metric: unknown metric 'aurocc'; did you mean 'auroc'"),
        ("min = 6", "min = 5", r"line 8: n_systems\.min: Input should be greater than or equal to 6 \(got 5\)"),
        ("min = 6", "min = 60", r"line 8: n_systems: min must not be above max, got 60 and 16"),
        ('isolates = "luck"', "", r"line 18: arms\[0\]\.isolates: Field required"),
        (
            'method = "random"\n',
            'method = "random"\ndesign = { n_samples = 100 }\n',
            r"arm 'chance' must have as many samples as the candidate, got 100 and 200; write design = .size-matched",
        ),
        ('matched = "samples"', 'matched = "parameters"', r"as many parameters as the candidate within 10 %, got None"),
        ("n_samples = 200", "n_samples = [200, 300]", r"a claim has one design, got 2"),
        ("n_vars = [4, 5]", "n_vras = 4", r"line 10: systems: unknown parameter of var 'n_vras'; did you mean"),
        ("[controls.positive]", "[controls.positve]", r"controls\.positive: Field required"),
        ('source = "planted"', "", r"source: Field required"),
        ("seed = 1", "seed = ", r"not valid TOML.*line 5"),
        ('method = "granger[max_lag=2]"\ndesign', "design", r"candidate must have a method and a design"),
        ('id = "planted"', 'id = "Not good"', r"line 2: id: String should match pattern"),
        (
            'name = "chance"',
            'name = "chance"\nminus = { design = "observational-part" }',
            r"arm 'chance' and the candidate must both have a minus",
        ),
    ],
)
def test_a_malformed_claim_is_refused_with_its_line_and_a_remedy(
    tmp_path: Path, old: str, new: str, complaint: str
) -> None:
    assert old in PLANTED
    with pytest.raises(ValueError, match=complaint):
        claim_file(tmp_path, PLANTED.replace(old, new, 1))


@pytest.mark.parametrize("name", shipped_claims())
def test_a_shipped_claim_is_valid_and_guarded(name: str) -> None:
    claim = load_claim(name).claim
    assert claim.id == name
    negative, positive = Plan(claim).comparisons[1:]
    assert negative.candidate.condition != Plan(claim).comparisons[0].candidate.condition
    assert positive.arms


def test_the_schemas_are_those_of_the_models() -> None:
    folder = Path(__file__).parents[2] / "benchmark" / "schemas"
    for name, model in (("claim", Claim), ("verdict", Outcome)):
        schema = json.loads((folder / f"{name}.schema.json").read_text())
        assert schema.pop("$schema") == "https://json-schema.org/draft/2020-12/schema"
        assert schema == model.model_json_schema()


def test_the_command_line_says_the_verdict_in_its_exit_code_and_its_files(tmp_path: Path) -> None:
    (tmp_path / "good.toml").write_text(PLANTED.replace('name = "chance"', 'name = "chance[p=0.5]"'))
    (tmp_path / "bad.toml").write_text(swapped(PLANTED))
    good = gauntlet("claim", "run", "good.toml", "--report", "out", folder=tmp_path)
    assert good.returncode == 0, good.stderr
    assert "survives: every arm is beaten: chance[p=0.5]" in good.stdout
    written = Outcome.model_validate_json((tmp_path / "out" / "verdict.json").read_text())
    assert written.verdict == "survives"
    assert written.command == "gauntlet claim run good.toml --report out"
    page = (tmp_path / "out" / "report.html").read_text()
    assert written.sha256 in page
    assert "http" not in page.replace("http://www.w3.org", "").replace("http://purl.org", "").replace(
        "http://creativecommons.org", ""
    )
    again = gauntlet("claim", "run", "good.toml", "--report", "again", folder=tmp_path)
    assert again.returncode == 0
    repeated = Outcome.model_validate_json((tmp_path / "again" / "verdict.json").read_text())
    assert repeated.comparisons == written.comparisons
    assert gauntlet("claim", "run", "bad.toml", folder=tmp_path).returncode == 1
    (tmp_path / "open.toml").write_text(PLANTED.replace("margin = 0.1", "margin = 0.9"))
    assert gauntlet("claim", "run", "broken.toml", folder=tmp_path).returncode == 2
    checked = gauntlet("claim", "check", "good.toml", folder=tmp_path)
    assert checked.returncode == 0
    assert "cells, 0 of them to compute, about 0 s" in checked.stdout
    (tmp_path / "broken.toml").write_text(PLANTED.replace("margin", "margn"))
    refused = gauntlet("claim", "check", "broken.toml", folder=tmp_path)
    assert refused.returncode == 2
    assert "broken.toml, line 7: margn: Extra inputs are not permitted" in refused.stderr
    misplaced = gauntlet("claim", "run", "good.toml", "--report", "good.toml", folder=tmp_path)
    assert misplaced.returncode == 2
    assert "report must be a folder, got 'good.toml', but good.toml is a file" in misplaced.stderr
    listed = gauntlet("claim", "list", folder=tmp_path).stdout
    assert all(name in listed for name in shipped_claims())
