"""R*Tree indexes beside the geometry columns on SQLite; PostGIS has its GiST indexes already.

The R*Tree key is made from the row's UUID (function RowKey), not the rowid, which VACUUM may change.
"""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"

INDEXED = (("boundaries", "polygon"), ("disputes", "point"), ("mediation_rooms", "point"))


def _fill(table: str, column: str, row: str) -> str:
    box = ", ".join(f"ST_{edge}({row}.{column})" for edge in ("XMin", "XMax", "YMin", "YMax"))
    return f"INSERT OR REPLACE INTO rt_{table} VALUES (RowKey({row}.id), {box}, {row}.id);"


def upgrade() -> None:
    """Create one R*Tree table and three triggers per geometry column, on SQLite only."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, column in INDEXED:
        op.execute(f"CREATE VIRTUAL TABLE rt_{table} USING rtree(key, west, east, south, north, +id TEXT)")
        fill = _fill(table, column, "NEW")
        drop = f"DELETE FROM rt_{table} WHERE key = RowKey(OLD.id);"
        there = f"WHEN NEW.{column} IS NOT NULL"
        op.execute(f"CREATE TRIGGER rt_{table}_add AFTER INSERT ON {table} {there} BEGIN {fill} END")
        op.execute(f"CREATE TRIGGER rt_{table}_move AFTER UPDATE OF {column} ON {table} {there} BEGIN {fill} END")
        op.execute(f"CREATE TRIGGER rt_{table}_drop AFTER DELETE ON {table} BEGIN {drop} END")


def downgrade() -> None:
    """Drop the R*Tree tables and their triggers."""
    if op.get_bind().dialect.name != "sqlite":
        return
    for table, _ in INDEXED:
        for name in ("add", "move", "drop"):
            op.execute(f"DROP TRIGGER rt_{table}_{name}")
        op.execute(f"DROP TABLE rt_{table}")
