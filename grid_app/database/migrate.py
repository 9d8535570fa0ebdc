"""Running the Alembic chain on a given engine, without an alembic.ini."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

import migrations
from grid_app.database.engine import WRITES


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database up to ``revision`` in one transaction; nothing happens when it is there."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.upgrade(_config(connection), revision)


def downgrade(engine: Engine, revision: str = "base") -> None:
    """Take the database down to ``revision``; data of the removed tables is lost."""
    with engine.connect().execution_options(**{WRITES: True}) as connection, connection.begin():
        command.downgrade(_config(connection), revision)


def revision_of(engine: Engine) -> str | None:
    """Return the database's current revision, or ``None`` when it is empty."""
    with engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str:
    """Return the newest revision of the chain; two heads are an error."""
    head = ScriptDirectory.from_config(_config()).get_current_head()
    return head or ""
