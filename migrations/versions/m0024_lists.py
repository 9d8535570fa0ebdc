"""What lists are sorted and searched by: the next dates of a dispute, and its words by pairs of signs.

On PostgreSQL a function and a GIN index hold the pairs, on SQLite an FTS5 table that triggers keep. The columns of
disputes that are there already are filled at the next start, in batches.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"

MOMENT = sa.DateTime(timezone=True)
HAS_DUE, HAS_LIMIT = sa.text("due_at IS NOT NULL"), sa.text("statutory_due_at IS NOT NULL")
RECEIVED = {"category": "category", "owner": "owner_unit_id", "channel": "channel"}
WORDS = "ft_disputes"
# The cost tells the planner that looking at the pairs of a row is dear, so that it asks the index for them.
PAIRS = """
CREATE FUNCTION dispute_pairs(said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 10000 AS $$
  SELECT coalesce(array_agg(DISTINCT one || two), '{}')
  FROM unnest(string_to_array(said, NULL), string_to_array(substr(said, 2), NULL)) AS pair(one, two)
  WHERE one NOT IN (' ', E'\\n') AND two NOT IN (' ', E'\\n')
$$
"""


def upgrade() -> None:
    """Add the columns, their indexes, and the index of words."""
    op.add_column("disputes", sa.Column("due_at", MOMENT, nullable=True))
    op.add_column("disputes", sa.Column("statutory_due_at", MOMENT, nullable=True))
    op.add_column("disputes", sa.Column("said", sa.Text(), nullable=True))
    op.create_index("ix_disputes_due", "disputes", ["due_at", "id"], sqlite_where=HAS_DUE, postgresql_where=HAS_DUE)
    op.create_index(
        "ix_disputes_statutory", "disputes", ["statutory_due_at"], sqlite_where=HAS_LIMIT, postgresql_where=HAS_LIMIT
    )
    for name, column in RECEIVED.items():
        op.create_index(f"ix_disputes_{name}_received", "disputes", [column, "received_at"])
    if op.get_bind().dialect.name == "sqlite":
        _words_on_sqlite()
        return
    op.execute(PAIRS)
    op.execute("CREATE INDEX ix_disputes_pairs ON disputes USING gin (dispute_pairs(said))")


def _words_on_sqlite() -> None:
    op.execute(f"CREATE VIRTUAL TABLE {WORDS} USING fts5(pairs, id UNINDEXED, tokenize='unicode61')")
    fill = f"INSERT INTO {WORDS} (rowid, pairs, id) VALUES (RowKey(NEW.id), WordPairs(NEW.said), NEW.id);"
    drop = f"DELETE FROM {WORDS} WHERE rowid = RowKey(OLD.id);"
    op.execute(f"CREATE TRIGGER {WORDS}_add AFTER INSERT ON disputes BEGIN {fill} END")
    op.execute(f"CREATE TRIGGER {WORDS}_change AFTER UPDATE OF said ON disputes BEGIN {drop} {fill} END")
    op.execute(f"CREATE TRIGGER {WORDS}_drop AFTER DELETE ON disputes BEGIN {drop} END")


def downgrade() -> None:
    """Drop what was added."""
    if op.get_bind().dialect.name == "sqlite":
        for name in ("add", "change", "drop"):
            op.execute(f"DROP TRIGGER {WORDS}_{name}")
        op.execute(f"DROP TABLE {WORDS}")
    else:
        op.drop_index("ix_disputes_pairs", "disputes")
        op.execute("DROP FUNCTION dispute_pairs(text)")
    for name in RECEIVED:
        op.drop_index(f"ix_disputes_{name}_received", "disputes")
    op.drop_index("ix_disputes_statutory", "disputes")
    op.drop_index("ix_disputes_due", "disputes")
    for column in ("said", "statutory_due_at", "due_at"):
        op.drop_column("disputes", column)
