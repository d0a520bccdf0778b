import csv
import hashlib
import pickle
import subprocess
import sys
from datetime import datetime, timedelta
from importlib.util import find_spec
from itertools import groupby, pairwise

import numpy as np
import pytest

from causal_gauntlet.generators.cards import Tier
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.schwingbach import Schwingbach, data_folder, measurements

DRIVER = "driver_data_site24.csv"
SOIL = "soilmoisture_site24.csv"
N_HOURS = 26304
NAMES = (
    "rain",
    "air_pressure",
    "solar_radiation",
    "humidity",
    "air_temperature",
    "wind_speed",
    "groundwater_head",
    "soil_moisture_10cm",
    "soil_moisture_25cm",
    "soil_moisture_40cm",
)
SPIKES = [4913, 4914]

needs_spotpy = pytest.mark.skipif(find_spec("spotpy") is None, reason="spotpy is not installed")


def parse(content):
    """Stamps and numbers of a file, with the csv module alone; an empty field is NaN."""
    lines = content.decode().splitlines()[1:]
    rows = list(csv.reader(line for line in lines if not line.startswith("#")))
    stamps = [datetime.fromisoformat(row[0]) for row in rows]
    return stamps, np.array([[float(field or "nan") for field in row[1:]] for row in rows])


def run_lengths(values):
    return np.concatenate([[n] * n for n in (len(list(run)) for _, run in groupby(values))])


def gaps(values):
    return [len(list(run)) for missing, run in groupby(np.isnan(values)) if missing]


@pytest.fixture(scope="module")
def contents():
    return {name: (data_folder() / name).read_bytes() for name in (DRIVER, SOIL)}


@pytest.fixture(scope="module")
def raw(contents):
    """Clock of each file, and their columns by row under the recording's names."""
    stamps, weather = parse(contents[DRIVER])
    clock, moisture = parse(contents[SOIL])
    return stamps, clock, dict(zip(NAMES, np.hstack([weather, moisture]).T, strict=True))


@pytest.fixture(scope="module")
def experiment():
    return Schwingbach().load()


@pytest.fixture(scope="module")
def columns(experiment):
    return dict(zip(experiment.recording.names, experiment.recording.values.T, strict=True))


@needs_spotpy
def test_recording_has_every_hour_of_three_years(experiment, contents, raw):
    clock = raw[1]
    hours = (datetime(2017, 1, 1) - datetime(2014, 1, 1)) // timedelta(hours=1)
    assert hours == N_HOURS
    assert clock == [datetime(2014, 1, 1) + k * timedelta(hours=1) for k in range(hours)]
    assert experiment.recording.values.shape == (hours, 10)
    assert experiment.recording.names == NAMES
    assert experiment.recording.time_step == timedelta(hours=1).total_seconds()
    assert experiment.recording.intervention_kind == "none"
    assert list(measurements(contents[DRIVER], contents[SOIL]).index) == clock


@needs_spotpy
def test_driver_swaps_day_and_month_on_days_1_to_12_and_nowhere_else(raw):
    stamps, clock, _ = raw
    early = [hour for hour in clock if hour.day <= 12]
    assert (len(early), sum(hour.day == hour.month for hour in early)) == (10368, 864)
    for stamp, hour in zip(stamps, clock, strict=True):
        assert stamp == (hour.replace(month=hour.day, day=hour.month) if hour.day <= 12 else hour)


@needs_spotpy
def test_what_no_defect_touches_is_what_the_files_say(raw, columns):
    for name in NAMES:
        if name not in ("rain", "humidity", "groundwater_head"):
            np.testing.assert_array_equal(columns[name], raw[2][name])
            assert np.isfinite(columns[name]).all()


@needs_spotpy
def test_two_rain_spikes_are_missing_and_all_other_rain_is_kept(raw, columns):
    _, clock, by_row = raw
    rain = by_row["rain"]
    assert np.flatnonzero(rain > 1000).tolist() == SPIKES
    assert rain[SPIKES].round(1).tolist() == [1755.7, 2056.5]
    assert [clock[row] for row in SPIKES] == [datetime(2014, 7, 24, 17), datetime(2014, 7, 24, 18)]
    assert np.flatnonzero(np.isnan(columns["rain"])).tolist() == SPIKES
    np.testing.assert_array_equal(np.delete(columns["rain"], SPIKES), np.delete(rain, SPIKES))


@needs_spotpy
def test_rain_spikes_are_as_odd_as_the_notes_say(raw):
    _, clock, by_row = raw
    rain, head, air = by_row["rain"], by_row["groundwater_head"], by_row["air_temperature"]
    others = np.delete(rain, SPIKES)
    assert round(others.max(), 1) == 822.8
    of_2014 = sum(amount for amount, hour in zip(rain, clock, strict=True) if hour.year == 2014) / 24
    depth = rain[SPIKES].sum() / 24
    assert (round(depth), round(100 * depth / (of_2014 - depth))) == (159, 36)
    assert round(head[SPIKES[1]] - head[SPIKES[0] - 1], 2) == 0.66
    assert round(air[SPIKES[0] - 1] - air[SPIKES[1]]) == 9


@needs_spotpy
def test_humidity_that_stands_still_for_more_than_a_day_is_missing(raw, columns):
    humidity = raw[2]["humidity"]
    lengths = run_lengths(humidity)
    stuck = lengths > 24
    assert lengths.max() == 119
    assert stuck.sum() == 936
    assert (humidity[stuck] == 100).all()
    np.testing.assert_array_equal(np.isnan(columns["humidity"]), stuck)
    np.testing.assert_array_equal(columns["humidity"][~stuck], humidity[~stuck])
    assert len(gaps(columns["humidity"])) == 21
    assert round(100 * (columns["humidity"] == 100).mean()) == 22


@needs_spotpy
def test_groundwater_misses_3012_values_in_41_runs_by_row_and_in_8_in_order(raw, columns):
    by_row = gaps(raw[2]["groundwater_head"])
    in_order = gaps(columns["groundwater_head"])
    assert (sum(by_row), len(by_row)) == (3012, 41)
    assert (sum(in_order), len(in_order), max(in_order)) == (3012, 8, 1587)


@needs_spotpy
def test_groundwater_is_joined_by_the_stamp_and_is_smooth_only_so(raw, columns):
    """The steps over the midnights that a swap of day and month would break, against the steps of all other hours."""
    stamps, clock, by_row = raw
    of_stamp = dict(zip(stamps, by_row["groundwater_head"], strict=True))
    np.testing.assert_array_equal(columns["groundwater_head"], [of_stamp[hour] for hour in clock])

    midnight = np.array([b.hour == 0 and min(a.day, b.day) <= 12 for a, b in pairwise(clock)])

    def ratio(values):
        steps = np.abs(np.diff(values))
        return np.nanmedian(steps[midnight]) / np.nanmedian(steps[~midnight])

    assert ratio(by_row["groundwater_head"]) > 50
    assert ratio(columns["groundwater_head"]) < 1.5
    for name in ("air_pressure", "air_temperature"):
        assert ratio(columns[name]) < 1.5


@needs_spotpy
def test_known_pairs_are_these_and_no_others(experiment):
    soils = NAMES[-3:]
    edges = {("rain", soil) for soil in soils} | {("solar_radiation", "air_temperature")}
    below = (*soils, "groundwater_head")
    non_edges = {(water, air) for water in below for air in ("solar_radiation", "air_pressure")}
    cards = experiment.card.edges
    assert {(card.source, card.target) for card in cards if card.is_edge} == edges
    assert {(card.source, card.target) for card in cards if not card.is_edge} == non_edges
    assert {card.tier for card in cards} == {Tier.PHYSICAL_LAW}
    assert all(card.evidence and card.lags == () for card in cards)

    scored = experiment.card.scored(NAMES)
    assert {(NAMES[i], NAMES[j]) for i, j in np.argwhere(scored)} == edges | non_edges
    assert {(NAMES[i], NAMES[j]) for i, j in np.argwhere(experiment.truth.summary)} == edges
    assert experiment.truth.max_lag == 1
    assert not experiment.truth.adjacency[..., 0].any()


@needs_spotpy
def test_wetting_follows_rain(columns):
    """The edge that is easiest to see: after an hour of more than 5 mm the soil at 10 and 40 cm is wetter."""
    heavy = np.flatnonzero(np.nan_to_num(columns["rain"][:-3]) > 120)
    assert len(heavy) > 20
    for soil in ("soil_moisture_10cm", "soil_moisture_40cm"):
        assert np.median(columns[soil][heavy + 3] - columns[soil][heavy - 1]) > 0


@needs_spotpy
def test_specification_names_the_files_by_their_contents(experiment, contents):
    files = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    assert experiment.specification == {"dataset": "schwingbach", "parameters": {}, "files": files}


@needs_spotpy
@pytest.mark.parametrize(
    ("name", "old", "new", "complaint"),
    [
        (DRIVER, b"rain_mmday", b"rain_mmh", "the first line"),
        (DRIVER, b"\n2014-01-01 05:00:00", b"\n#2014-01-01 05:00:00", "the shape"),
        (DRIVER, b"\n2014-02-01 00:00:00", b"\n2014-01-02 00:00:00", "day and month swapped"),
        (DRIVER, b",1755.65", b",175.565", "rain above"),
        (DRIVER, b",238.033129\n", b",\n", "missing groundwater heads"),
        (SOIL, b"# time", b"time", "the first line"),
        (SOIL, b"\n2014-01-01 01:00:00", b"\n2014-01-01 01:30:00", "off the hourly clock"),
        (SOIL, b"0.253,0.318,0.344\n", b"0.253,,0.344\n", "missing values"),
    ],
)
def test_another_file_is_refused_by_name(contents, name, old, new, complaint):
    changed = contents | {name: contents[name].replace(old, new, 1)}
    assert changed[name] != contents[name]
    with pytest.raises(ValueError, match=complaint) as caught:
        measurements(changed[DRIVER], changed[SOIL])
    assert str(caught.value).startswith(name)


@needs_spotpy
def test_loading_does_not_import_spotpy():
    code = (
        "import sys; from causal_gauntlet.generators.schwingbach import Schwingbach; Schwingbach().load(); "
        "sys.exit('spotpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_missing_spotpy_is_said_with_the_remedy(monkeypatch):
    monkeypatch.setitem(sys.modules, "spotpy", None)  # as Python itself marks a package that must not be found
    with pytest.raises(MissingExtra) as caught:
        Schwingbach().load()
    assert isinstance(caught.value, ImportError)
    assert caught.value.name == "spotpy"
    assert str(caught.value) == (
        "schwingbach needs spotpy, which is not installed: pip install 'causal-gauntlet[real]'"
    )


def test_missing_extra_survives_the_way_back_from_a_worker():
    error = MissingExtra("schwingbach", "spotpy", "real")
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
    assert (type(again), str(again), again.name) == (MissingExtra, str(error), "spotpy")
