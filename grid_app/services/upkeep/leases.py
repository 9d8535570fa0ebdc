"""Leases: one row says which process leads, until when; and what each job did last."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import or_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.models.accounts import JobLease

OUTCOME_LENGTH = 200


def take_lease(session: Session, *, name: str, holder: str, lease: timedelta, now: datetime) -> bool:
    """Take or renew the lease ``name`` and say whether ``holder`` has it now.

    It is given when nobody has it, when it ran out, or when ``holder`` has it already; two processes that ask at
    the same moment are told apart by the database. One that ends later than twice its length from now was written
    while a clock was ahead, and counts for nothing: else nobody would lead until that time comes.
    """
    _make_row(session, name)
    taken = session.execute(
        update(JobLease)
        .where(
            JobLease.name == name,
            or_(
                JobLease.holder == holder,
                JobLease.leased_until.is_(None),
                JobLease.leased_until <= now,
                JobLease.leased_until > now + 2 * lease,
            ),
        )
        .values(holder=holder, leased_until=now + lease)
        .execution_options(synchronize_session=False)
        .returning(JobLease.name)
    )
    return taken.first() is not None


def give_up_lease(session: Session, *, name: str, holder: str) -> None:
    """End the lease at once, so that another process need not wait; nothing happens when somebody else has it."""
    session.execute(
        update(JobLease)
        .where(JobLease.name == name, JobLease.holder == holder)
        .values(leased_until=None, holder="")
        .execution_options(synchronize_session=False)
    )


def note_run(
    session: Session, *, name: str, holder: str, started_at: datetime, finished_at: datetime, outcome: str
) -> None:
    """Keep when a job ran last, where, and how it ended; ``outcome`` holds counts and codes, no personal words."""
    _make_row(session, name)
    session.execute(
        update(JobLease)
        .where(JobLease.name == name)
        .values(
            holder=holder,
            last_started_at=started_at,
            last_finished_at=finished_at,
            last_outcome=outcome[:OUTCOME_LENGTH],
        )
        .execution_options(synchronize_session=False)
    )


def _make_row(session: Session, name: str) -> None:
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    row = {"name": name, "holder": "", "last_outcome": ""}
    session.execute(insert(JobLease).values(row).on_conflict_do_nothing())
