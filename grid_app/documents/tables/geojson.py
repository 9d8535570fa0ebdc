"""A table as GeoJSON (RFC 7946), one feature a line, written as it is read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import shapely

from grid_app.documents.tables.content import CHINA, Row, Table, Tell, Value, clean, told

DIGITS: Final = 6
"""Six places of a degree are 11 cm."""
GRID: Final = 1e-6


def write_geojson(path: Path, table: Table, *, about: Mapping[str, str], tell: Tell | None) -> int:
    """Write a feature collection with the keys of the columns; return how many features were written."""
    count = 0
    with path.open("w", encoding="utf-8") as file:
        head = {"type": "FeatureCollection", "name": table.name, **about}
        file.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "features": [')
        for row in told(table.rows, tell):
            file.write(",\n" if count else "\n")
            file.write(json.dumps(_feature(table, row), ensure_ascii=False, separators=(",", ":")))
            count += 1
        file.write("\n]}\n")
    return count


def _feature(table: Table, row: Row) -> dict[str, Any]:
    properties = {column.key: _said(value) for column, value in zip(table.columns, row.values, strict=True)}
    return {"type": "Feature", "geometry": _shape(row.shape), "properties": properties}


def _shape(wkb: bytes | None) -> Any:  # noqa: ANN401 - any geometry object of RFC 7946
    if wkb is None:
        return None
    shape = shapely.from_wkb(wkb)
    fine = shape if shape.geom_type == "Point" else shapely.orient_polygons(shapely.set_precision(shape, GRID))
    return _rounded(json.loads(shapely.to_geojson(fine)))


def _rounded(value: Any) -> Any:  # noqa: ANN401 - as above
    if isinstance(value, float):
        return round(value, DIGITS)
    if isinstance(value, list):
        return [_rounded(one) for one in value]
    return {key: _rounded(one) for key, one in value.items()} if isinstance(value, dict) else value


def _said(value: Value) -> Value:
    if isinstance(value, datetime):
        return value.astimezone(CHINA).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    return clean(value) if isinstance(value, str) else value
