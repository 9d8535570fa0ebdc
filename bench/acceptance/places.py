"""The polygons: counties, townships and villages by the command line, and two drawn grids in one village."""

from __future__ import annotations

import json
from pathlib import Path

from shapely import box, intersection, to_geojson
from shapely.geometry import shape

from bench.acceptance.ledger import Ledger
from bench.acceptance.site import Site

SECTION = "boundaries"
EXPECTED = {"county": 9, "township": 178, "village": 2273, "grid": 2}
FILES = {"county": "counties.geojson", "township": "towns.geojson", "village": "villages.geojson"}
WITHOUT_POLYGON = "430771"
GRID_VILLAGE = "430702200212"
"""The village of stream (a) that is divided into two grids, so that a return assembles itself."""
GRIDS = (f"{GRID_VILLAGE}J001", f"{GRID_VILLAGE}J002")


def set_up_places(site: Site, data: Path, ledger: Ledger) -> None:
    """Import, check and activate every level by the command line, and count what came in."""
    files = {level: data / "changde" / name for level, name in FILES.items()}
    files["grid"] = _draw_grids(files["village"], site.folder / "grids.geojson")
    unknown: list[str] = []
    for level, path in files.items():
        words = ("boundaries", "import", str(path), "--level", level, "--source-crs", "wgs84")
        told = json.loads(site.program(*words, "--json")) if level == "village" else site.command(*words)
        ledger.put(SECTION, f"{level}: polygons imported", told["loaded"])
        ledger.must_add_up(f"{level} polygons", told["loaded"], {"expected": EXPECTED[level]})
        unknown += told["unknown_parents"]
    tree = json.loads(site.program("boundaries", "activate", "--json"))["tree"]
    ledger.put(SECTION, "divisions in the tree", tree["added"])
    ledger.put(SECTION, "divisions created without a polygon", len(tree["created_parents"]))
    ledger.must_add_up("divisions", tree["added"], {"with polygon": sum(EXPECTED.values()), "without": 1})
    reported = unknown == tree["created_parents"] == [WITHOUT_POLYGON]
    ledger.must_be_true(f"{WITHOUT_POLYGON} alone was missing, reported and created", reported, str(unknown))


def _draw_grids(villages: Path, path: Path) -> Path:
    """Write the two halves of one village, cut along the middle of its extent, as a file of grids."""
    features = json.loads(villages.read_text("utf-8"))["features"]
    village = shape(next(one["geometry"] for one in features if one["properties"]["code"] == GRID_VILLAGE))
    west, south, east, north = village.bounds
    middle = (west + east) / 2
    halves = (box(west, south, middle, north), box(middle, south, east, north))
    grids = [
        {
            "type": "Feature",
            "properties": {"code": code, "name": f"第{number}网格"},
            "geometry": json.loads(to_geojson(intersection(village, half))),
        }
        for number, (code, half) in enumerate(zip(GRIDS, halves, strict=True), 1)
    ]
    path.write_text(json.dumps({"type": "FeatureCollection", "features": grids}, ensure_ascii=False), "utf-8")
    return path
