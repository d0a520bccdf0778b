"""Schwingbach: three years of hourly weather, soil moisture and groundwater from a creek valley in Hesse, Germany."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from causal_gauntlet.generators.cards import EdgeCard, ProvenanceCard, Tier
from causal_gauntlet.generators.experiment import Experiment
from causal_gauntlet.generators.extras import MissingExtra
from causal_gauntlet.generators.graphs import LaggedGraph
from causal_gauntlet.generators.recording import Recording

__all__ = ["Schwingbach", "data_folder", "measurements"]

DRIVER_FILE = "driver_data_site24.csv"
SOIL_FILE = "soilmoisture_site24.csv"

#: The first line of each file, column by column.
DRIVER_COLUMNS = (
    "time",
    "rain_mmday",
    "airpressure_hPa",
    "solarrad_Wm2",
    "relhum_perc",
    "airtemp_degC",
    "windspeed_ms",
    "gwhead_m",
)
SOIL_COLUMNS = ("# time", "soil_moisture_10cm", "soil_moisture_25cm", "soil_moisture_40cm")

SOIL_MOISTURE = SOIL_COLUMNS[1:]
NAMES = (
    "rain",
    "air_pressure",
    "solar_radiation",
    "humidity",
    "air_temperature",
    "wind_speed",
    "groundwater_head",
    *SOIL_MOISTURE,
)

N_HOURS = 26304
LAST_SWAPPED_DAY = 12
LARGEST_RAIN = 1000.0
LONGEST_REPEAT = 24

INFILTRATION = "Rain that falls on soil infiltrates and wets it (conservation of mass); soil water cannot make rain."
HEATING = "Sunlight heats the ground, and the ground the air above it (conservation of energy)."
ABOVE_THE_GROUND = {
    "solar_radiation": "Sunlight at the ground is set by the sun's height and by the clouds and haze on its way; "
    "the water below one field cannot move them within hours.",
    "air_pressure": "Air pressure is the weight of the whole air column, which the weather over hundreds of "
    "kilometres sets; the water below one field cannot change it within hours.",
}

EDGES = (
    *(EdgeCard("rain", depth, True, Tier.PHYSICAL_LAW, INFILTRATION) for depth in SOIL_MOISTURE),
    EdgeCard("solar_radiation", "air_temperature", True, Tier.PHYSICAL_LAW, HEATING),
    *(
        EdgeCard(water, air, False, Tier.PHYSICAL_LAW, evidence)
        for water in (*SOIL_MOISTURE, "groundwater_head")
        for air, evidence in ABOVE_THE_GROUND.items()
    ),
)

NOTES = (
    "Source: driver_data_site24.csv and soilmoisture_site24.csv in spotpy/examples/cmf_data, read from the installed "
    "package. Data courtesy of the Chair of Landscape, Water and Biogeochemical Cycles, Justus Liebig University "
    "Giessen. The weather station is near Rechtenbach, the soil profile near Vollnkirchen: not the same spot.",
    "Licence, from the files: any purpose, with proper references in publications; provided as is, with no guarantee "
    "of correctness.",
    "Citation: Houska, Kraft, Chamorro-Chavez, Breuer (2015), SPOTting model parameters using a ready-made Python "
    "package, PLoS ONE 10(12), e0145180, doi:10.1371/journal.pone.0145180.",
    "Clock: 2014-01-01 00:00 to 2016-12-31 23:00, hourly, from the soil file, which names no time zone. The centre of "
    "the daily sunlight stays near 12:00 all year, so there is no summer time; spotpy's model of the site takes UTC+1.",
    "Driver clock: the driver file swaps day and month on days 1 to 12 of every month (10,368 of 26,304 rows, of which "
    "864 are unchanged by it). Its rows are in true order, so the weather is joined to the soil by row.",
    "Groundwater head, order: it does follow the driver file's swapped stamps, not its rows; by row it jumps at the "
    "midnights of days 1 to 12, by a median of 83 mm against 1 mm in other hours, and by stamp it is smooth. It is "
    "therefore joined by stamp.",
    "Groundwater head, gaps: 3,012 values are missing, in 41 runs by row and in 8 once in order, the longest of 1,587 "
    "h. They stay missing.",
    "Rain: 1755.7 and 2056.5 mm/day in the consecutive hours 2014-07-24 17:00 and 18:00 are set to missing. A storm "
    "did pass (the groundwater rose by 0.66 m, and the air cooled by 9 K), so they are not zero; but 159 mm in two "
    "hours is 36 % of the rest of the year's rain, and the next largest hour of the record is 822.8 mm/day.",
    "Humidity: a reading repeated for more than 24 h is set to missing from its first hour on, 936 values in 21 runs "
    "of up to 119 h. All are 100 %: a sensor that is stuck or at its limit, where it shows no change any more. The "
    "rule is ours. Shorter runs stay, so that 22 % of the hours still read 100 %.",
    "Left as it is: zeros of sunlight at night and of rain in dry hours are real; soil moisture is recorded in steps "
    "of 0.001; at 25 cm it hardly answers to rain in the next hours, at 10 and 40 cm it does.",
    "Cards: 4 edges and 8 non-edges; every other pair is unknown. Lags are not known; lag 1 stands for them. The "
    "seasons and the hour of the day drive most of these variables at once, and are not among them.",
)


@dataclass(frozen=True)
class Schwingbach:
    """Hourly measurements at the Schwingbach, 2014 to 2016, with the pairs that physics decides.

    The recording has T = 26,304 hours, from 2014-01-01 00:00 to 2016-12-31 23:00 on the soil file's clock, whose time
    zone is not stated (it keeps no summer time), and N = 10 variables:

    ========================= ======= ================================
    ``rain``                  mm/day  rate over the hour
    ``air_pressure``          hPa
    ``solar_radiation``       W/m^2
    ``humidity``              %       relative
    ``air_temperature``       deg C
    ``wind_speed``            m/s
    ``groundwater_head``      m       the datum is not stated
    ``soil_moisture_10cm``    1       volume of water, at 10 cm depth
    ``soil_moisture_25cm``    1       at 25 cm
    ``soil_moisture_40cm``    1       at 40 cm
    ========================= ======= ================================

    Known edges are rain to each soil moisture, and sunlight to air temperature; known non-edges are each soil moisture
    and the groundwater head to sunlight and to air pressure. The files' defects, and what is done about each, are the
    notes of the card.

    The files are part of the package spotpy: ``pip install 'causal-gauntlet[real]'``.

    References
    ----------
    Houska, Kraft, Chamorro-Chavez, Breuer (2015), doi:10.1371/journal.pone.0145180. Data courtesy of the Chair of
    Landscape, Water and Biogeochemical Cycles, Justus Liebig University Giessen.
    """

    @property
    def card(self) -> ProvenanceCard:
        """The pairs that physics decides, and what was found and done about the files' defects."""
        return ProvenanceCard(EDGES, NOTES)

    @property
    def specification(self) -> dict[str, Any]:
        """JSON values that identify the experiment, with the SHA-256 of each file.

        Raises
        ------
        MissingExtra
            If spotpy is not installed.
        """
        folder = data_folder()
        hashes = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in (DRIVER_FILE, SOIL_FILE)}
        return {"dataset": "schwingbach", "parameters": asdict(self), "files": hashes}

    def load(self) -> Experiment:
        """Read the measurements.

        Raises
        ------
        MissingExtra
            If spotpy is not installed.
        ValueError
            If its files are not the ones that the cards and notes describe.
        """
        folder = data_folder()
        frame = measurements((folder / DRIVER_FILE).read_bytes(), (folder / SOIL_FILE).read_bytes())
        adjacency = np.zeros((len(NAMES), len(NAMES), 2), dtype=bool)
        for card in EDGES:
            adjacency[NAMES.index(card.source), NAMES.index(card.target), 1] = card.is_edge
        return Experiment(
            recording=Recording(frame.to_numpy(dtype=np.float64), NAMES, time_step=3600.0),
            truth=LaggedGraph(adjacency),
            card=self.card,
            specification=self.specification,
        )


def data_folder() -> Path:
    """The folder of spotpy that holds the two files; spotpy itself is not imported.

    Raises
    ------
    MissingExtra
        If spotpy is not installed.
    """
    spec = find_spec("spotpy")
    if spec is None or not spec.submodule_search_locations:
        raise MissingExtra("schwingbach", "spotpy", "real")
    return Path(spec.submodule_search_locations[0]) / "examples" / "cmf_data"


def measurements(driver: bytes, soil: bytes) -> pd.DataFrame:
    """Join the contents of the two files into one table, with the defects treated as the card's notes say.

    Parameters
    ----------
    driver, soil : bytes
        Contents of ``driver_data_site24.csv`` and ``soilmoisture_site24.csv``.

    Returns
    -------
    DataFrame, shape (26304, 10)
        One column a variable, indexed by the soil file's clock; NaN where a value is missing.

    Raises
    ------
    ValueError
        If a file is not the one that the cards and notes describe.
    """
    weather = _read(DRIVER_FILE, driver, DRIVER_COLUMNS)
    moisture = _read(SOIL_FILE, soil, SOIL_COLUMNS)
    clock = pd.date_range("2014-01-01", periods=N_HOURS, freq="h", name="time")
    stamps = _check_clocks(weather, moisture, clock)
    _check_values(weather, moisture)

    # The weather goes by row, the groundwater head by the driver's own stamp: see the notes.
    head = weather.set_index("time")["gwhead_m"].reindex(stamps)
    frame = pd.concat([weather.drop(columns="time"), moisture[list(SOIL_MOISTURE)]], axis=1)
    frame["gwhead_m"] = head.to_numpy()
    frame.columns = pd.Index(NAMES)
    frame["rain"] = frame["rain"].mask(frame["rain"] > LARGEST_RAIN)
    frame["humidity"] = frame["humidity"].mask(_run_lengths(frame["humidity"]) > LONGEST_REPEAT)
    return frame.set_index(clock)


def _read(name: str, content: bytes, columns: tuple[str, ...]) -> pd.DataFrame:
    """Read one file; its first line must name `columns`, which one of the files writes as a comment."""
    _expect(name, "the first line", content.partition(b"\n")[0].decode(errors="replace").strip(), ",".join(columns))
    rows = content.partition(b"\n")[2]
    frame = pd.read_csv(BytesIO(rows), comment="#", header=None, dtype=str)
    _expect(name, "the shape", frame.shape, (N_HOURS, len(columns)))
    frame.columns = pd.Index(("time", *columns[1:]))
    # From strings, because pandas' own parser of numbers is off by a last digit in some versions.
    return frame.set_index("time").astype(np.float64).reset_index()


def _check_clocks(weather: pd.DataFrame, moisture: pd.DataFrame, clock: pd.DatetimeIndex) -> pd.Index[str]:
    """Check both files' stamps against the clock, and give it as they write it."""
    stamps = clock.strftime("%Y-%m-%d %H:%M:%S")
    swapped = np.where(clock.day <= LAST_SWAPPED_DAY, clock.strftime("%Y-%d-%m %H:%M:%S"), stamps)
    _expect(SOIL_FILE, "rows off the hourly clock from 2014-01-01:", int((moisture["time"] != stamps).sum()), 0)
    off = int((weather["time"] != swapped).sum())
    _expect(DRIVER_FILE, "rows off that clock with day and month swapped on days 1 to 12:", off, 0)
    return stamps


def _check_values(weather: pd.DataFrame, moisture: pd.DataFrame) -> None:
    """Check that the files have the defects that the notes tell of, and no gaps beside them."""
    rain, gap = weather["rain_mmday"], weather["gwhead_m"].isna()
    spikes = [round(float(value), 1) for value in rain[rain > LARGEST_RAIN]]
    _expect(DRIVER_FILE, f"rain above {LARGEST_RAIN:g} mm/day:", spikes, [1755.7, 2056.5])
    runs = _run_lengths(weather["relhum_perc"])
    _expect(DRIVER_FILE, "the longest run of one humidity, in hours:", int(runs.max()), 119)
    _expect(DRIVER_FILE, "hours in too long runs of one humidity:", int((runs > LONGEST_REPEAT).sum()), 936)
    _expect(DRIVER_FILE, "missing groundwater heads:", int(gap.sum()), 3012)
    _expect(DRIVER_FILE, "runs of them:", int((gap & ~gap.shift(fill_value=False)).sum()), 41)
    _expect(DRIVER_FILE, "other missing values:", int(weather.drop(columns="gwhead_m").isna().sum().sum()), 0)
    _expect(SOIL_FILE, "missing values:", int(moisture.isna().sum().sum()), 0)


def _run_lengths(series: pd.Series[float]) -> pd.Series[int]:
    """For each value, the length of the run of equal values that it belongs to."""
    run = series.ne(series.shift()).cumsum()
    return run.map(run.value_counts())


def _expect(name: str, what: str, got: object, expected: object) -> None:
    """Refuse a file that is not the one that the cards and notes describe."""
    if got != expected:
        raise ValueError(f"{name} must have {what} {expected!r}, got {got!r} (Schwingbach.load)")
