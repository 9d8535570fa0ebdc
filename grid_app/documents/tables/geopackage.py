"""Tables as the layers of one GeoPackage (OGC 12-128r18), each with its style stored beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

import numpy as np
from pyogrio import raw

from grid_app.documents.tables.content import Column, Row, Table, Tell, Value, clean
from grid_app.documents.tables.styles import qml_of, sld_of

PORTION: Final = 5_000
CRS: Final = "EPSG:4490"
"""CGCS2000, the national system; what the platform keeps agrees with it to the centimetre."""
READ_BY_OLD_ONES: Final = "1.2"
"""Nothing newer is used, and the QGIS of an office may be years old."""
UTC_OFFSET: Final = 100
"""GDAL's mark of a moment in UTC."""
SHAPE: Final = "geom"
_STYLES: Final = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30),
  update_time DATETIME DEFAULT CURRENT_TIMESTAMP)
"""
_ATTRIBUTES: Final = (
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) "
    "VALUES ('layer_styles', 'attributes', 'layer_styles', '', 0)"
)
_ONE_STYLE: Final = (
    "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, "
    "styleSLD, useAsDefault, description, owner) VALUES ('', '', ?, ?, ?, ?, ?, 1, ?, '')"
)


def write_geopackage(path: Path, tables: Sequence[Table], *, about: str, tell: Tell | None) -> int:
    """Write a layer per table, in portions, then the styles; return how many features were written."""
    written = 0
    for table in tables:
        for rows in _portions(table.rows):
            _append(path, table, rows, about=about)
            written += len(rows)
            if tell is not None:
                tell(written)
    _add_styles(path, tables)
    return written


def _portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Give the rows in portions; where there are none, one empty portion, so that the layer stands in the file."""
    left = iter(rows)
    yield list(islice(left, PORTION))
    while portion := list(islice(left, PORTION)):
        yield portion


def _append(path: Path, table: Table, rows: Sequence[Row], *, about: str) -> None:
    is_new = not _has_layer(path, table.name)
    shapes = np.empty(len(rows), dtype=object)
    shapes[:] = [row.shape for row in rows]
    columns = [[row.values[at] for row in rows] for at in range(len(table.columns))]
    cells = [_cells(column, values) for column, values in zip(table.columns, columns, strict=True)]
    raw.write(
        path, shapes, [values for values, _ in cells], [column.key for column in table.columns],
        field_mask=[mask for _, mask in cells], layer=table.name, driver="GPKG", geometry_type=table.geometry, crs=CRS,
        append=path.exists() and not is_new, dataset_options=None if path.exists() else {"VERSION": READ_BY_OLD_ONES},
        layer_options=_new_layer(table, about) if is_new else None,
        gdal_tz_offsets={
            column.key: np.full(len(rows), UTC_OFFSET) for column in table.columns if column.kind == "moment"
        },
    )  # fmt: skip


def _new_layer(table: Table, about: str) -> dict[str, str]:
    return {"GEOMETRY_NAME": SHAPE, "IDENTIFIER": table.title, "DESCRIPTION": clean(about)}


def _has_layer(path: Path, name: str) -> bool:
    if not path.exists():
        return False
    with closing(sqlite3.connect(path)) as file:
        return bool(file.execute("SELECT 1 FROM gpkg_contents WHERE table_name = ?", (name,)).fetchone())


def _cells(column: Column, values: Sequence[Value]) -> tuple[Any, Any]:
    """Return the values of a column as an array of its kind, and where nothing stands."""
    mask = np.array([value is None or value == "" for value in values], dtype=bool)
    if column.kind == "date":
        return np.array([np.datetime64("NaT") if value is None else value for value in values], "datetime64[D]"), mask
    if column.kind == "moment":
        return np.array([_utc(value) for value in values], "datetime64[s]"), mask
    if column.kind == "number":
        return np.array([0 if value in (None, "") else value for value in values], "int64"), mask
    if column.kind == "decimal":
        return np.array([np.nan if value in (None, "") else value for value in values], "float64"), mask
    texts = np.empty(len(values), dtype=object)
    texts[:] = [clean(str(value)) if value is not None else None for value in values]
    return texts, mask


def _utc(value: Value) -> Any:  # noqa: ANN401 - a moment of numpy or none
    if not isinstance(value, datetime):
        return np.datetime64("NaT")
    return np.datetime64(value.astimezone(UTC).replace(tzinfo=None), "s")


def _add_styles(path: Path, tables: Sequence[Table]) -> None:
    with closing(sqlite3.connect(path)) as file, file:
        file.execute(_STYLES)
        file.execute(_ATTRIBUTES)
        for table in tables:
            if table.classes:
                told = (table.name, SHAPE, table.title, qml_of(table), sld_of(table), table.title)
                file.execute(_ONE_STYLE, told)
