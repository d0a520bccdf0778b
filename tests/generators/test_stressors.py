"""Stressors: what each does to the recording, and what it leaves alone."""

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from strategies import few, seeds

import causal_gauntlet.generators as gen
from causal_gauntlet.generators import GENERATORS, STRESSORS, Design, Do, Experiment, RandomForcing, SoftNoise, Stressed
from causal_gauntlet.generators.stability import spectral_radius

KINDS = (None, Do(1.0, 40), SoftNoise(0.5, 1.0, 40), RandomForcing(1.0, "gaussian", 40))
REFUSED = {
    ("lorenz96", "heavy-tails"),
    ("lorenz96", "internally-standardised"),
    ("logisticmaps", "internally-standardised"),
}
#: These transform a recording as a whole, and their docstrings say so.
AS_A_WHOLE = ("z-scored", "surrogate")
PAIRS = [(f, s) for f in GENERATORS for s in STRESSORS if (f, s) not in REFUSED]

each_pair = pytest.mark.parametrize(("family", "kind"), PAIRS, ids=lambda name: str(name))


def stressor(kind: str) -> gen.Stressor:
    return gen.RegimeChange(every=25) if kind == "regime-change" else STRESSORS[kind]()


def record(family: gen.Generator, *stressors: gen.Stressor, design: Design | None = None, seed: int = 4) -> Experiment:
    drawn = Stressed(family, stressors) if stressors else family
    return drawn.draw(3).run(design or Design(60), seed)


def values(family: gen.Generator, *stressors: gen.Stressor, design: Design | None = None) -> NDArray[np.float64]:
    return record(family, *stressors, design=design).recording.values


@each_pair
@pytest.mark.parametrize("intervention", KINDS, ids=lambda i: "none" if i is None else i.kind)
def test_every_stressor_composes_with_every_family_and_survives_json(
    family: str, kind: str, intervention: gen.Intervention | None
) -> None:
    if kind == "surrogate" and intervention is not None:
        with pytest.raises(ValueError, match=r"^stressors must leave out surrogate where there are interventions"):
            record(GENERATORS[family](n_vars=5), stressor(kind), design=Design(60, intervention))
        return
    experiment = record(GENERATORS[family](n_vars=5), stressor(kind), design=Design(60, intervention))
    again = gen.experiment_from(json.loads(json.dumps(experiment.specification)))
    assert again.recording.values.tobytes() == experiment.recording.values.tobytes()
    assert again.specification == json.loads(json.dumps(experiment.specification))
    assert again.truth == experiment.truth
    plain = record(GENERATORS[family](n_vars=5), design=Design(60, intervention))
    assert experiment.recording.episodes == plain.recording.episodes
    assert len(experiment.card.notes) == len(plain.card.notes) + 1
    if kind not in ("subsampled", "surrogate"):
        assert experiment.truth == plain.truth


@pytest.mark.parametrize(("family", "kind"), [pair for pair in PAIRS if pair[1] not in AS_A_WHOLE], ids=str)
def test_a_longer_recording_begins_with_the_shorter(family: str, kind: str) -> None:
    short, long = (values(GENERATORS[family](n_vars=5), stressor(kind), design=Design(n)) for n in (60, 90))
    assert long[:60].tobytes() == short.tobytes()


@pytest.mark.parametrize(("family", "kind"), sorted(REFUSED))
def test_a_trouble_that_a_family_cannot_have_is_refused(family: str, kind: str) -> None:
    with pytest.raises(ValueError, match=r"^stressors must .*\(Stressed\.stressors\)"):
        record(GENERATORS[family](n_vars=5), stressor(kind))


@few
@given(st.permutations(sorted(STRESSORS)), seeds)
def test_stressors_stack_in_any_order_within_their_stage(kinds: list[str], seed: int) -> None:
    chosen = [stressor(kind) for kind in kinds if kind not in ("surrogate", "internally-standardised")]
    ordered = tuple(sorted(chosen, key=lambda s: s.stage == "measurement"))
    experiment = Stressed(gen.VAR(n_vars=4), ordered).draw(seed).run(Design(60, Do(1.0, 40)), seed)
    assert [s["kind"] for s in experiment.specification["system"]["stressors"]] == [s.kind for s in ordered]
    assert np.isnan(experiment.recording.values).any()
    backwards = tuple(sorted(chosen, key=lambda s: s.stage == "process"))
    with pytest.raises(ValueError, match=r"^stressors must be in order"):
        Stressed(gen.VAR(n_vars=4), backwards)


def test_observation_noise_has_its_ratio_and_is_on_held_samples_too() -> None:
    """8 x 10,000 samples: the noise's standard deviation within 6 of its standard errors, 1 seed in 10^7."""
    design = Design(9_000, Do(1.0, 1_000))
    family = gen.VAR(n_vars=8)
    noise = values(family, gen.ObservationNoise(snr=4.0), design=design) - values(family, design=design)
    std = family.draw(3).scale[1]
    np.testing.assert_allclose(noise.std(axis=0), std / 2.0, rtol=6.0 / np.sqrt(2 * 10_000))
    correlation = np.corrcoef(noise.T) - np.eye(8)
    assert np.abs(correlation).max() < 6.0 / np.sqrt(10_000)
    assert (noise != 0.0).all()


def test_noise_is_in_proportion_to_what_is_shown() -> None:
    """In another unit the noise is larger by the same factor."""
    family, noisy = gen.VAR(n_vars=4), gen.ObservationNoise(snr=10.0)
    unit = gen.Rescaled(low=50.0, high=50.0)
    rescaled = values(family, unit, noisy) - values(family, unit)
    assert rescaled.std() == pytest.approx(50.0 * (values(family, noisy) - values(family)).std(), rel=0.2)


@few
@given(st.floats(0.0, 0.6), st.integers(1, 40), seeds)
def test_missing_values_have_their_share_and_blocks_their_length(share: float, length: int, seed: int) -> None:
    """40,000 values; the share within 6 standard errors of that many blocks, 1 example in 10^8."""
    family = gen.WhiteNoise(n_vars=4)
    design = Design(10_000)
    plain = family.draw(3).run(design, seed).recording.values
    for trouble, independent in (
        (gen.MissingAtRandom(share), 40_000),
        (gen.MissingBlocks(share, length), 40_000 / (2 * length)),
    ):
        x = Stressed(family, (trouble,)).draw(3).run(design, seed).recording.values
        gone = np.isnan(x)
        assert abs(gone.mean() - share) <= 6.0 * np.sqrt(share * (1.0 - share) / independent) + 1e-12
        np.testing.assert_array_equal(x[~gone], plain[~gone])
    edges = np.diff(np.pad(gone.astype(int), ((1, 1), (0, 0))), axis=0)
    for i in range(4):
        runs = np.flatnonzero(edges[:, i] == -1) - np.flatnonzero(edges[:, i] == 1)
        inside = runs[1:-1]
        assert (inside >= length).all()


@pytest.mark.parametrize("every", [2, 3])
def test_subsampling_keeps_every_kth_sample_of_the_process(every: int) -> None:
    """Under interventions too: each target is held or forced k times as long, at the same values."""
    fine = values(gen.VAR(n_vars=4), design=Design(60 * every))
    np.testing.assert_array_equal(values(gen.VAR(n_vars=4), gen.Subsampled(every)), fine[::every])
    experiment = record(gen.VAR(n_vars=4), gen.Subsampled(every), design=Design(60, Do(1.5, 40)))
    recording = experiment.recording
    level = 1.5 * gen.VAR(n_vars=4).draw(3).scale[1]
    expected = np.broadcast_to(level, recording.values.shape)
    np.testing.assert_array_equal(recording.values[recording.intervened], expected[recording.intervened])
    assert recording.time_step == every


@few
@given(st.integers(2, 5), st.integers(1, 6), seeds)
def test_a_coarser_clock_rounds_lags_up_and_loses_no_edge(every: int, max_lag: int, seed: int) -> None:
    family = gen.VAR(n_vars=5, max_lag=max_lag, contemporaneous=0.25)
    fine, coarse = family.draw(seed).graph, Stressed(family, (gen.Subsampled(every),)).draw(seed).graph
    np.testing.assert_array_equal(fine.summary, coarse.summary)
    for i, j in np.ndindex(5, 5):
        assert set(coarse.lags(i, j)) == {int(np.ceil(lag / every)) for lag in fine.lags(i, j)}


def test_trend_and_season_are_what_their_parameters_say() -> None:
    family, design = gen.VAR(n_vars=4), Design(1000, Do(1.0, 200))
    std = family.draw(3).scale[1]
    stressed = record(family, gen.TrendAndSeason(trend=2.0, amplitude=0.0), design=design)
    added = (stressed.recording.values - values(family, design=design)) / std
    free = ~stressed.recording.intervened
    time = np.arange(1200)[:, None] / 1000.0
    np.testing.assert_allclose(np.abs(added)[free], np.broadcast_to(2.0 * time, added.shape)[free], atol=1e-9)
    assert not added[~free].any()
    season = (values(family, gen.TrendAndSeason(trend=0.0, amplitude=3.0, period=40.0)) - values(family)) / std
    np.testing.assert_allclose(season[40:], season[:20], atol=1e-9)
    np.testing.assert_allclose(season[20:40], -season[:20], atol=1e-9)
    assert np.abs(values(family, gen.TrendAndSeason(0.0, 0.0)) - values(family)).max() == 0.0


def test_rescaling_multiplies_each_variable_within_its_bounds() -> None:
    factor = values(gen.VAR(n_vars=30), gen.Rescaled(0.1, 10.0)) / values(gen.VAR(n_vars=30))
    np.testing.assert_allclose(factor, np.broadcast_to(factor[0], factor.shape), rtol=1e-12)
    assert factor.min() >= 0.1 - 1e-12
    assert factor.max() <= 10.0 + 1e-12
    assert len(np.unique(np.round(factor[0], 9))) == 30


def test_z_scores_have_mean_0_and_variance_1_over_the_observational_samples() -> None:
    for intervention in KINDS:
        recording = record(gen.VAR(n_vars=4), gen.ZScored(), design=Design(60, intervention)).recording
        observed = recording.values[~recording.intervened.any(axis=1)]
        np.testing.assert_allclose(observed.mean(axis=0), 0.0, atol=1e-12)
        np.testing.assert_allclose(observed.std(axis=0), 1.0, atol=1e-12)


def innovations(x: NDArray[np.float64], coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    max_lag = coefficients.shape[2] - 1
    past = sum(x[max_lag - lag : len(x) - lag] @ coefficients[..., lag] for lag in range(1, max_lag + 1))
    return np.asarray(x[max_lag:] - past)


def test_heavy_tails_make_gaussian_innovations_students_t() -> None:
    """40,000 innovations; Kolmogorov-Smirnov at 1e-5: fails by chance in 1 seed of 100,000."""
    family = gen.VAR(n_vars=4)
    coefficients = gen.VAR(n_vars=4).draw(3).coefficients
    left = innovations(values(family, gen.HeavyTails(3.0), design=Design(10_000)), coefficients)
    assert stats.kstest(left.ravel(), stats.t(3, scale=np.sqrt(1.0 / 3.0)).cdf).pvalue > 1e-5
    assert stats.kstest(left.ravel(), stats.norm.cdf).pvalue < 1e-5


def test_a_change_of_regime_draws_new_coefficients_on_the_same_graph() -> None:
    """Least squares in each regime finds that regime's coefficients within 6 of their standard errors."""
    family = gen.VAR(n_vars=4, max_lag=1, density=0.5)
    system = Stressed(family, (gen.RegimeChange(every=4_000),)).draw(3)
    x = system.run(Design(12_000), seed=4).recording.values
    np.testing.assert_array_equal(x[:4_000], values(family, design=Design(4_000)))
    seen = []
    for k in range(3):
        part = x[4_000 * k : 4_000 * (k + 1)]
        weights = np.linalg.lstsq(part[:-1], part[1:], rcond=None)[0]
        regime = system.regime(k)
        error = np.sqrt(np.linalg.inv(part[:-1].T @ part[:-1]).diagonal())
        assert (np.abs(weights - regime.coefficients[..., 1]) < 6.0 * error[:, None]).all()
        assert regime.graph == system.graph
        assert spectral_radius(regime.coefficients) == pytest.approx(0.9, abs=1e-9)
        seen.append(regime.coefficients[..., 1])
    assert np.abs(seen[0] - seen[1]).max() > 0.1
    assert np.abs(seen[1] - seen[2]).max() > 0.1


def test_a_hidden_driver_moves_its_children_and_what_they_drive_and_nothing_else() -> None:
    """Paired with the system without it: variables that no child reaches are the same bit by bit."""
    moved_at_all = 0
    for seed in range(10):
        family = gen.VAR(n_vars=6, density=0.1)
        system = Stressed(family, (gen.HiddenDriver(),)).draw(seed)
        difference = system.run(Design(50), 1).recording.values - family.draw(seed).run(Design(50), 1).recording.values
        reach = np.linalg.matrix_power(system.graph.summary.astype(float) + np.eye(6), 6) > 0.0
        reached = reach[system.children].any(axis=0)
        assert np.abs(difference[:, reached]).max(axis=0).min() > 0.0
        assert not difference[:, ~reached].any()
        moved_at_all += (~reached).sum()
    assert moved_at_all > 0


def test_a_hidden_driver_is_its_autoregression_with_the_stated_strength() -> None:
    """White noise plus the driver: variance 1 + 2^2 and autocorrelation of the driver, 6 standard errors by batches."""
    family = gen.WhiteNoise(n_vars=3)
    system = Stressed(family, (gen.HiddenDriver(n_children=2, strength=2.0, autocorrelation=0.7),)).draw(0)
    x = system.run(Design(200_000), 1).recording.values[:, system.children]
    batches = x.reshape(200, 1000, 2)
    for statistic, expected in (
        (batches.var(axis=1), 5.0),
        ((batches[:, 1:] * batches[:, :-1]).mean(axis=1), 4.0 * 0.7),
    ):
        error = statistic.std(axis=0, ddof=1) / np.sqrt(200)
        assert (np.abs(statistic.mean(axis=0) - expected) < 6.0 * error + 0.02).all()
    shift = int(system.delays[0] - system.delays[1])
    together = (x[max(shift, 0) :, 0][:199_000] * x[max(-shift, 0) :, 1][:199_000]).mean()
    assert together == pytest.approx(4.0, abs=0.15)


@few
@given(st.integers(2, 6), st.integers(1, 3), st.floats(0.3, 0.95), seeds)
def test_an_internally_standardised_var_has_unit_variances_on_the_same_graph(
    n_vars: int, max_lag: int, radius: float, seed: int
) -> None:
    family = gen.VAR(n_vars=n_vars, max_lag=max_lag, spectral_radius=radius)
    system = Stressed(family, (gen.InternallyStandardised(),)).draw(seed)
    np.testing.assert_allclose(system.inner.covariance.diagonal(), 1.0, atol=1e-10)
    np.testing.assert_array_equal(system.inner.coefficients != 0.0, system.graph.adjacency)
    ratio = family.draw(seed).coefficients / system.inner.innovation_std[:, None] ** -1
    np.testing.assert_allclose(system.inner.coefficients, ratio, atol=1e-12)


def test_an_internally_standardised_nonlinear_system_has_unit_variances_on_its_reference_run() -> None:
    for seed in range(3):
        inner = Stressed(gen.CauseMe(n_vars=5), (gen.InternallyStandardised(),)).draw(seed).inner
        mean, std = inner.scale
        np.testing.assert_allclose(mean, 0.0, atol=0.05)
        np.testing.assert_allclose(std, 1.0, atol=0.05)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: gen.ObservationNoise(snr=0.0), r"^snr must be in \[0\.001, 1e6\], got 0\.0 \(ObservationNoise\.snr\)"),
        (lambda: gen.MissingAtRandom(share=1.0), r"^share must be in \[0, 0\.99\], got 1\.0"),
        (lambda: gen.MissingBlocks(length=0), r"^length must be a whole number of at least 1, got 0"),
        (lambda: gen.Subsampled(every=1), r"^every must be a whole number of at least 2, got 1"),
        (lambda: gen.RegimeChange(every=0), r"^every must be a whole number of at least 1, got 0"),
        (lambda: gen.Rescaled(low=2.0, high=1.0), r"^low must be in \[1e-6, 1\], the upper bound, got 2\.0"),
        (lambda: gen.HiddenDriver(n_children=1), r"^n_children must be a whole number of at least 2, got 1"),
        (lambda: gen.HeavyTails(degrees_of_freedom=2.0), r"^degrees_of_freedom must be in \[2\.1, 100\], got 2\.0"),
        (lambda: gen.TrendAndSeason(period=1.0), r"^period must be in \[2, 1e6\] samples, got 1\.0"),
        (lambda: gen.Surrogate("bootstrap"), r"^method must be circular-shift or phase-randomised, got 'bootstrap'"),
        (lambda: Stressed(gen.VAR(), ()), r"^stressors must be at least one stressor, got \(\)"),
        (lambda: record(gen.VAR(n_vars=3), gen.HiddenDriver(5)), r"^n_children must be in \[2, 3\].*got 5"),
        (lambda: record(gen.VAR(max_lag=3), gen.RegimeChange(2)), r"^every must be at least 3, .*got 2"),
    ],
)
def test_what_cannot_be_is_refused_by_name(make: Any, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        make()
