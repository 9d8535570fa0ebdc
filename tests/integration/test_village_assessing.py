"""The month's assessment beside people at work: whoever writes never waits for what it reads."""

from __future__ import annotations

import pytest
from sqlalchemy import select, text

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.places import Division
from grid_app.models.villages import VillageMonth
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import take_turn
from grid_app.services.villages import assessing
from tests.world import NOW

MONTH = assessing.month_now(NOW)


def villages() -> set[str]:
    with reading() as session:
        return set(session.scalars(select(Division.code).where(Division.level == "village")))


def recorded() -> list[str]:
    with reading() as session:
        return list(session.scalars(select(VillageMonth.village_code)))


def write_at_once() -> None:
    """Write as every step of a person does; whoever holds the turn or the database makes this fail soon."""
    with transaction() as session:
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("SET LOCAL lock_timeout = '2s'"))
        take_turn(session)
        record_audit(session, None, "sign_in.opened", now=NOW)


@pytest.mark.usefixtures("app_world")
def test_a_person_writes_while_a_month_is_being_read(monkeypatch, app):
    wrote = []

    def read_slowly(session, **asked):
        found = facts_in(session, **asked)
        write_at_once()
        wrote.append(asked["path"])
        return found

    facts_in = assessing.facts_in
    monkeypatch.setattr(assessing, "facts_in", read_slowly)

    assert assess_villages_job() == len(villages())

    assert len(wrote) == 2  # one township after the other
    assert sorted(recorded()) == sorted(villages())


@pytest.mark.usefixtures("app_world")
def test_rows_that_somebody_recorded_meanwhile_are_left_out(app):
    with transaction() as session:
        assessing.begin_month(session, month=MONTH, now=NOW)
    with reading() as session:
        first = assessing.draft_next(session, month=MONTH)
    with reading() as session:
        again = assessing.draft_next(session, month=MONTH)
    for rows in (first, again):
        with transaction() as session:
            progress = assessing.record_rows(session, rows, month=MONTH, now=NOW)

    assert 0 < progress.done == len(first) == len(again) < progress.total
    assert assess_villages_job() == progress.total == len(set(recorded())) == len(recorded())
