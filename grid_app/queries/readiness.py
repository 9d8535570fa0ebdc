"""Whether the database behind a session answers, and whether its tables are of this version."""

from __future__ import annotations

from enum import StrEnum

from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from grid_app.database.migrate import head_revision


class Readiness(StrEnum):
    """What a monitor may know of the database."""

    READY = "ready"
    NOT_MIGRATED = "database is not migrated"
    UNREACHABLE = "database does not answer"


def readiness(session: Session) -> Readiness:
    """Return whether the database answers and stands at the newest revision; a fault is an answer, not an error."""
    try:
        present = MigrationContext.configure(session.connection()).get_current_revision()
    except SQLAlchemyError:
        return Readiness.UNREACHABLE
    return Readiness.READY if present == head_revision() else Readiness.NOT_MIGRATED
