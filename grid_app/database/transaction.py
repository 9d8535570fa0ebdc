"""The transaction edge: the only place that commits, rolls back or opens a session."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from grid_app.database.base import db
from grid_app.database.engine import WRITES


@contextmanager
def transaction(engine: Engine | None = None) -> Iterator[Session]:
    """Give a session that writes; commit at the end, roll back on any exception.

    Parameters
    ----------
    engine : Engine or None
        The database; ``None`` means the current application's.
    """
    with Session(engine or db.engine, expire_on_commit=False) as session:
        session.connection(execution_options={WRITES: True})
        try:
            yield session
            session.commit()
        except BaseException:
            session.rollback()
            raise


@contextmanager
def reading(engine: Engine | None = None) -> Iterator[Session]:
    """Give a session for questions; whatever it changed is thrown away."""
    with Session(engine or db.engine, autoflush=False) as session:
        try:
            yield session
        finally:
            session.rollback()


def give_back(session: Session) -> None:
    """Return the connection of a reading session, which goes on and takes one again when it asks the next thing."""
    session.rollback()
