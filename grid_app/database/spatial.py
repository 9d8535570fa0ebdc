"""The spatial functions GeoAlchemy2's SQLite dialect calls, answered by Shapely; needs no loadable extension.

Geometries are stored as EWKB blobs. Only what the platform uses is here: plane geometry in EPSG:4326; distances in
metres are `geo`'s work. See docs/decisions/0002 for why.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from uuid import UUID

import shapely
from shapely.geometry.base import BaseGeometry

SRID = 4326


def _load(blob: bytes) -> BaseGeometry:
    return shapely.from_wkb(blob)


def _dump(shape: BaseGeometry, srid: int = SRID) -> bytes:
    return bytes(shapely.to_wkb(shapely.set_srid(shape, srid), include_srid=True))


def geom_from_ewkt(text: str | None) -> bytes | None:
    """Return the EWKB blob of an EWKT text such as ``SRID=4326;POINT(111 29)``."""
    if text is None:
        return None
    head, _, body = text.rpartition(";")
    srid = int(head.partition("=")[2]) if head else SRID
    return _dump(shapely.from_wkt(body), srid)


def geom_from_wkb(blob: bytes | None, srid: int = SRID) -> bytes | None:
    """Return the EWKB blob of a WKB blob."""
    return None if blob is None else _dump(_load(blob), srid)


def geom_from_ewkb(value: bytes | str | None) -> bytes | None:
    """Return the blob of an EWKB given as bytes or hexadecimal."""
    if value is None:
        return None
    shape = shapely.from_wkb(value)
    return _dump(shape, int(shapely.get_srid(shape)) or SRID)


def as_ewkb(blob: bytes | None) -> str | None:
    """Return a stored geometry as hexadecimal EWKB, the form GeoAlchemy2 reads."""
    return None if blob is None else blob.hex()


def as_geojson(blob: bytes | None) -> str | None:
    """Return a stored geometry as a GeoJSON text."""
    return None if blob is None else str(shapely.to_geojson(_load(blob)))


def _relation(name: str) -> Callable[..., int | None]:
    compare = getattr(shapely, name)

    def answer(left: bytes | None, right: bytes | None) -> int | None:
        if left is None or right is None:
            return None
        return int(bool(compare(_load(left), _load(right))))

    return answer


def _bound(index: int) -> Callable[[bytes | None], float | None]:
    def answer(blob: bytes | None) -> float | None:
        return None if blob is None else float(_load(blob).bounds[index])

    return answer


def make_envelope(west: float, south: float, east: float, north: float, srid: int = SRID) -> bytes:
    """Return the EWKB blob of a box."""
    return _dump(shapely.box(west, south, east, north), srid)


def row_key(identity: str) -> int:
    """Return a 63-bit key of a row for the R*Tree table, from its UUID; stable under VACUUM, unlike a rowid."""
    return UUID(identity).int & ((1 << 63) - 1)


def _one(*_: object) -> int:
    return 1


def _none(*_: object) -> None:
    return None


Value = str | bytes | int | float | None

FUNCTIONS: tuple[tuple[str, int, Callable[..., Value]], ...] = (
    ("GeomFromEWKT", 1, geom_from_ewkt),
    ("GeomFromWKB", 1, geom_from_wkb),
    ("GeomFromWKB", 2, geom_from_wkb),
    ("GeomFromEWKB", 1, geom_from_ewkb),
    ("AsEWKB", 1, as_ewkb),
    ("AsBinary", 1, lambda blob: None if blob is None else bytes(shapely.to_wkb(_load(blob)))),
    ("AsGeoJSON", 1, as_geojson),
    ("ST_Contains", 2, _relation("contains")),
    ("ST_Within", 2, _relation("within")),
    ("ST_Intersects", 2, _relation("intersects")),
    ("ST_X", 1, lambda blob: None if blob is None else float(shapely.get_x(_load(blob)))),
    ("ST_Y", 1, lambda blob: None if blob is None else float(shapely.get_y(_load(blob)))),
    ("ST_XMin", 1, _bound(0)),
    ("ST_YMin", 1, _bound(1)),
    ("ST_XMax", 1, _bound(2)),
    ("ST_YMax", 1, _bound(3)),
    ("ST_MakeEnvelope", 5, make_envelope),
    ("ST_IsValid", 1, lambda blob: None if blob is None else int(bool(shapely.is_valid(_load(blob))))),
    ("RowKey", 1, row_key),
    ("RecoverGeometryColumn", 5, _one),
    ("DiscardGeometryColumn", 2, _one),
    ("CheckSpatialIndex", 2, _none),
    ("CreateSpatialIndex", 2, _one),
    ("DisableSpatialIndex", 2, _one),
)


def register_spatial_functions(connection: sqlite3.Connection) -> None:
    """Register every function of ``FUNCTIONS`` on one SQLite connection, as deterministic."""
    for name, arguments, function in FUNCTIONS:
        connection.create_function(name, arguments, function, deterministic=True)
