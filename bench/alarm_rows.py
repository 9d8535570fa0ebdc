"""The figures of the alarms as rows of a table, beside the bars."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row

MOST_EPISODES = {"100": 3.6, "365": 1.5}
LEAST_FOUND = {"7": 0.85, "14": 1.0}
BARRED_WORLD, BARRED_RISE = "towns and villages", 2


def alarms_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return episodes a year without any rise, the share of rises found in time, and how long it took."""
    rows = [row for one in found["null"] for row in _null_rows(one)]
    rows += [row for one in found["rises"] for row in _rise_rows(one)]
    return [*rows, Row("CPU seconds of all, one core", f"{found['seconds']:g}")]


def _null_rows(one: Mapping[str, Any]) -> list[Row]:
    entry = "one row each"
    if one["doubled"]:
        entry = f"{one['rows'] / one['incidents']:.2f} rows each, merged to {one['counted'] / one['incidents']:.2f}"
    what = f"no rise, {one['a_day']:g} a day, {entry}"
    days = " / ".join(f"{count:g}" for count in one["signal_days"].values())
    rows = [Row(f"{what}: days a year with a signal at RI 30 / 100 / 365", days)]
    for interval, episodes in one["episodes"].items():
        most = MOST_EPISODES.get(interval)
        bar, met = ("", None) if most is None else (f"<= {most:g}", episodes <= most)
        rows.append(Row(f"{what}: episodes a year at RI {interval}", f"{episodes:g}", bar, met))
    return rows


def _rise_rows(one: Mapping[str, Any]) -> list[Row]:
    is_barred = one["world"] == BARRED_WORLD and one["a_day"] == BARRED_RISE and not one["poisson"]
    pace = "a day on average (Poisson)" if one["poisson"] else "each day"
    rows = []
    for days, share in one["found"].items():
        least = LEAST_FOUND.get(days) if is_barred else None
        what = f"{one['world']}, +{one['a_day']} {pace}, {one['times']} rises: found within {days} days at RI 100"
        bar, met = ("", None) if least is None else (f">= {least:g}", share >= least)
        rows.append(Row(what, f"{share:g}", bar, met))
    return rows
