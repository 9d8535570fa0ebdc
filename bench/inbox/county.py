"""A county of townships with offices, people who have just signed in, and many escalations that are long over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import Flask
from sqlalchemy import Connection, insert, text
from sqlalchemy.orm import Session

from bench.rush.people import cookie_of, signed_in
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Unit
from grid_app.models.escalations import Escalation, EscalationEvent, EscalationPolicy, InboxItem
from grid_app.models.places import Division
from grid_app.policy import Role

COUNTY, TOWNSHIPS = "990101", 190
COUNTY_DESKS, LEADS = 40, 10
WAITING_EACH = 3
AGO = timedelta(days=30)
OLD = """
INSERT INTO escalations (id, code, event_kind, dedupe_key, policy_id, division_code, category, grade, reason, state,
  opened_at, rung, rung_started_at, acknowledged_at, ladder, urgency, bounces)
SELECT {id}, 'E' || n, 'grade_red', 'old' || n, :policy, '990101' || lpad(CAST(1 + n % :townships AS text), 3, '0'),
  '0901', 'red', '', 'acknowledged', :at, 0, :at, :at, '{{}}', 'normal', 0 FROM generate_series(1, :number) AS n
"""
LAIN = """
INSERT INTO inbox_items (id, escalation_id, unit_id, rung, created_at)
SELECT {id}, {id}, units.id, 0, :at FROM generate_series(1, :number) AS n
JOIN units ON units.division_code = '990101' || lpad(CAST(1 + n % :townships AS text), 3, '0')
"""
STEPS = """
INSERT INTO escalation_events (id, escalation_id, at, kind, rung, unit_id, details)
SELECT {id}, {id}, :at, 'acknowledged', 0, NULL, '{{}}' FROM generate_series(1, :number) AS n
"""
OLD_ID = "CAST('00000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0') AS uuid)"
"""Before every id of today, as those of old rows are."""


@dataclass(frozen=True)
class Reader:
    """Somebody with an open inbox; ``unit`` is ``None`` for a county lead, who hears of all."""

    cookie: str
    unit: UUID | None


@dataclass(frozen=True)
class Places:
    """The offices that are told of something; the townships' with their codes."""

    office: UUID
    lead_office: UUID
    townships: tuple[tuple[str, UUID], ...]


@dataclass(frozen=True)
class Filled:
    """The offices, who reads, and the ladder that escalations begin with."""

    places: Places
    readers: tuple[Reader, ...]
    policy: UUID


def fill(app: Flask, *, readers: int, escalations: int, now: datetime) -> Filled:
    """Fill an empty database; old escalations are written on PostgreSQL alone."""
    engine = app.extensions["grid"].engine
    upgrade(engine)
    with app.app_context(), transaction(engine) as session:
        places = _places(session, now)
        policy = EscalationPolicy(
            id=new_id(), event_kind="bench", version=1, name="试", rungs=[], enabled=False, created_at=now
        )
        session.add(policy)
        session.flush()  # escalations name it
        people = tuple(_reader(app, session, at, places, now=now) for at in range(readers))
        filled = Filled(places, people, policy.id)
        for code, unit in places.townships * WAITING_EACH:
            raise_one(session, filled, unit, code, now=now)
    if engine.dialect.name == "postgresql" and escalations:
        with engine.begin() as connection:
            _fill_old(connection, policy.id, escalations, now - AGO)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    return filled


def raise_one(session: Session, filled: Filled, unit: UUID, code: str, *, now: datetime, grade: str = "red") -> UUID:
    """Put a new escalation into the inbox of a unit, with the rows that raising one writes."""
    escalation = new_id()
    session.execute(
        insert(Escalation).values(
            id=escalation, code=f"E{escalation.hex[:20]}", event_kind="grade_red", dedupe_key=escalation.hex,
            policy_id=filled.policy, division_code=code, category="0901", grade=grade, reason="有人身危险",
            state="open", opened_at=now, rung=0, rung_started_at=now, next_step_at=now + AGO, ladder={},
            urgency="normal", bounces=0,
        )
    )  # fmt: skip
    session.execute(
        insert(InboxItem).values(id=new_id(), escalation_id=escalation, unit_id=unit, rung=0, created_at=now)
    )
    for kind, told in (("opened", None), ("told", unit)):
        session.execute(
            insert(EscalationEvent).values(
                id=new_id(), escalation_id=escalation, at=now, kind=kind, rung=0, unit_id=told, details={}
            )
        )
    return escalation


def _places(session: Session, now: datetime) -> Places:
    since = now.date()
    session.add(Division(code=COUNTY, level="county", name="青溪县", path=f"/{COUNTY}/", valid_from=since))
    session.flush()  # townships name it
    codes = [f"{COUNTY}{at:03}" for at in range(1, TOWNSHIPS + 1)]
    session.add_all(
        Division(
            code=code, level="township", name=f"镇{code}", parent_code=COUNTY, path=f"/{COUNTY}/{code}/",
            valid_from=since,
        )
        for code in codes
    )  # fmt: skip
    session.flush()  # units name them
    made = {
        kind: Unit(id=new_id(), name=kind, kind=kind, division_code=COUNTY)
        for kind in ("county_office", "county_lead_office")
    }
    governments = [
        Unit(id=new_id(), name=f"{code}政府", kind="township_government", division_code=code) for code in codes
    ]
    session.add_all([*made.values(), *governments])
    session.flush()  # assignments name them
    townships = tuple((unit.division_code, unit.id) for unit in governments)
    return Places(made["county_office"].id, made["county_lead_office"].id, townships)


def _reader(app: Flask, session: Session, at: int, places: Places, *, now: datetime) -> Reader:
    if at < LEADS:
        secret = signed_in(session, at, places.lead_office, COUNTY, role=Role.COUNTY_LEAD, now=now)
        return Reader(cookie_of(app, secret), None)
    of_county = at < LEADS + COUNTY_DESKS
    code, unit = (COUNTY, places.office) if of_county else places.townships[at % len(places.townships)]
    role = Role.COUNTY_OFFICER if of_county else Role.TOWNSHIP_OFFICER
    return Reader(cookie_of(app, signed_in(session, at, unit, code, role=role, now=now)), unit)


def _fill_old(connection: Connection, policy: UUID, number: int, at: datetime) -> None:
    told = {"policy": policy, "townships": TOWNSHIPS, "number": number, "at": at}
    for statement in (OLD, LAIN, STEPS):
        asked = text(statement.format(id=OLD_ID))
        connection.execute(asked, {name: told[name] for name in asked.compile().params})
