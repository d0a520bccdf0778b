"""A user's CSV file as a recording."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from causal_gauntlet.generators.recording import Recording

__all__ = ["read_recording"]


def read_recording(path: Path, drop: Sequence[str] = ()) -> tuple[Recording, list[str]]:
    """Read a CSV file with a header, a column a variable and a row a sample.

    A first column of dates is the clock and is left out; so are the columns to drop. Empty cells are missing values.

    Parameters
    ----------
    path : Path
        The file.
    drop : sequence of str
        Columns to leave out.

    Returns
    -------
    recording : Recording
        What was read.
    remarks : list of str
        What the user should know: what was left out, how much is missing.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file has no header or rows, a column is text, constant or empty, or fewer than two variables are left.
    """
    table = _read_table(path)
    for name in drop:
        if name not in table.columns:
            raise ValueError(f"drop must name a column of {path}, got {name!r}; it has {', '.join(table.columns)}")
    table = table.drop(columns=list(drop))
    remarks = []
    if len(table.columns) and _is_clock(table.iloc[:, 0]):
        remarks.append(f"Column {table.columns[0]!r} holds dates: taken as the clock and left out.")
        table = table.iloc[:, 1:]
    if len(table.columns) < 2:
        raise ValueError(f"{path} must hold at least two variables, got {len(table.columns)}")
    values = np.column_stack([_numbers(table[name], path) for name in table.columns])
    n_missing = int(np.isnan(values).sum())
    if n_missing:
        remarks.append(
            f"{n_missing} of {values.size} values are missing: rows that touch them within the lags are left out."
        )
    return Recording(values, tuple(table.columns)), remarks


def _read_table(path: Path) -> pd.DataFrame:
    if not path.is_file():
        raise FileNotFoundError(f"no file {str(path)!r}")
    try:
        table = pd.read_csv(path, skipinitialspace=True, dtype=str, keep_default_na=True)
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a readable CSV file: {error}") from None
    if not len(table):
        raise ValueError(f"{path} must hold rows below its header, got none")
    if not any(_is_text(str(name)) for name in table.columns):
        raise ValueError(f"{path} must begin with a header of names, got {', '.join(table.columns[:4])}")
    return table


def _is_text(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return True
    return False


def _is_clock(column: pd.Series[str]) -> bool:
    if pd.to_numeric(column, errors="coerce").notna().any():
        return False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return bool(pd.to_datetime(column, errors="coerce").notna().all())


def _numbers(column: pd.Series[str], path: Path) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64)
    text = np.isnan(numbers) & column.notna().to_numpy()
    remedy = f"mend it, or leave the column out with --drop {column.name!r}"
    if text.any():
        row = int(np.argmax(text))
        raise ValueError(
            f"{path}: column {column.name!r} must hold numbers, got {column.iloc[row]!r} in line {row + 2}; {remedy}"
        )
    if np.isinf(numbers).any():
        row = int(np.argmax(np.isinf(numbers)))
        raise ValueError(f"{path}: column {column.name!r} must be finite, got infinity in line {row + 2}; {remedy}")
    known = numbers[~np.isnan(numbers)]
    if not len(known) or known.min() == known.max():
        found = f"{known[0]:g} in all {len(known)} rows" if len(known) else "no value at all"
        raise ValueError(f"{path}: column {column.name!r} must vary, got {found}; {remedy}")
    return numbers
