"""The same tile by ST_AsMVT on PostGIS in the same run; nothing where PostGIS is not installed."""

from __future__ import annotations

import gzip
import time

import psycopg
import shapely

from grid_app.queries.tiles import TileShape
from tests.postgres import Cluster, PostgresMissingError

ROUNDS = 15
Asked = tuple[str, int, int, int]
QUESTION = """
SELECT ST_AsMVT(found, 'area', 4096, 'shape') FROM (
  SELECT code AS c, name AS n, parent AS p, place AS i,
    ST_AsMVTGeom(shape, ST_TileEnvelope(%(z)s, %(x)s, %(y)s), 4096, 64, true) AS shape
  FROM area WHERE level = %(level)s AND shape && ST_TileEnvelope(%(z)s, %(x)s, %(y)s, margin => 64.0 / 4096)
) AS found WHERE shape IS NOT NULL
"""


def asked(shapes: list[TileShape], tiles: list[Asked]) -> list[tuple[float, int]]:
    """Return for each tile (level, zoom, column, row) the median milliseconds and the bytes compressed."""
    try:
        cluster = Cluster().start()
    except PostgresMissingError:
        return []
    try:
        return _measured(cluster, shapes, tiles)
    finally:
        cluster.stop()


def _measured(cluster: Cluster, shapes: list[TileShape], tiles: list[Asked]) -> list[tuple[float, int]]:
    with psycopg.connect(cluster.url("postgres").replace("+psycopg", ""), autocommit=True) as line:
        line.execute("CREATE EXTENSION IF NOT EXISTS postgis")
        line.execute("CREATE TABLE area (level text, code text, name text, parent text, place int, shape geometry)")
        with line.cursor().copy("COPY area FROM STDIN") as rows:
            for one in shapes:
                rows.write_row(
                    (one.level, one.code, one.name, one.parent, one.index, shapely.to_wkb(one.polygon, hex=True))
                )
        line.execute("UPDATE area SET shape = ST_Transform(ST_SetSRID(shape, 4326), 3857)")
        line.execute("CREATE INDEX ON area USING gist (shape)")
        line.execute("VACUUM ANALYZE area")
        return [_timed(line, *tile) for tile in tiles]


def _timed(line: psycopg.Connection, level: str, zoom: int, column: int, row: int) -> tuple[float, int]:
    values = {"level": level, "z": zoom, "x": column, "y": row}
    spent, data = [], b""
    for _ in range(ROUNDS):
        began = time.perf_counter()
        data = line.execute(QUESTION, values).fetchone()[0]
        spent.append(time.perf_counter() - began)
    return round(1000 * sorted(spent)[ROUNDS // 2], 2), len(gzip.compress(bytes(data), 6))
