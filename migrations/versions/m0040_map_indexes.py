"""What every map asks first, from an index: the villages of an area, and which of them have a boundary.

Without them a database reads the grids beside the villages, and the outlines beside the codes.
"""

from __future__ import annotations

from alembic import op

revision = "0040"
down_revision = "0039"

DIVISIONS, BOUNDARIES = "ix_divisions_level_path", "ix_boundaries_level"


def upgrade() -> None:
    """Create the indexes."""
    op.create_index(DIVISIONS, "divisions", ["level", "path"], postgresql_ops={"path": "varchar_pattern_ops"})
    op.create_index(BOUNDARIES, "boundaries", ["generation_id", "level", "code"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index(BOUNDARIES, table_name="boundaries")
    op.drop_index(DIVISIONS, table_name="divisions")
