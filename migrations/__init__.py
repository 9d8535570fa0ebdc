"""The one Alembic chain; rules in docs/operations.md: numbered, one idea each, no model imports."""
