"""The figures of the map in a browser as rows of a table, beside the bar each has to meet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench.report_rows import Row, below

KB_BAR, NODES_BAR = 300, 300
SECONDS_BAR = {("villages", 1): 1.0, ("villages", 4): 2.0, ("grids", 1): 1.0, ("grids", 4): 2.5}
SHOWN = {"villages": "2,000 villages, the whole county", "grids": "30,000 grids, opened at zoom 12.5"}


def map_rows(found: Mapping[str, Any]) -> list[Row]:
    """Return how soon the map can be used, what travels, and how many elements it has, beside plain folium."""
    rows = [Row("2,000 villages: the very first opening after the server has started", f"{found['first']} s")]
    for run in found["runs"]:
        what, speed = run["what"], run["slower"]
        name = f"{SHOWN[what]}, processor x{speed}"
        rows.append(below(f"{name}: until it can be used", run["seconds"], SECONDS_BAR[what, speed], "s"))
        rows.append(Row(f"{name}: plain folium GeoJson in the same run", f"{run['folium_seconds']} s"))
        if speed == 1:
            rows.append(
                below(f"{SHOWN[what]}: everything that travels", run["kb"], KB_BAR, "KB")
                if what == "villages"
                else Row(f"{SHOWN[what]}: everything that travels", f"{run['kb']} KB")
            )
            rows.append(Row(f"{SHOWN[what]}: plain folium GeoJson, gzip", f"{run['folium_kb']} KB"))
            rows.append(below(f"{SHOWN[what]}: elements of the map", run["nodes"], NODES_BAR, ""))
    return rows
