"""Ladders of an installation that is upgraded: what nobody of the county changed gets the standing ladder of today."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import JSON, Boolean, Engine, Integer, String, Uuid, column, insert, select, table
from sqlalchemy.orm import Session

from grid_app.database.base import UtcDateTime, new_id
from grid_app.database.migrate import downgrade, upgrade
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.escalations import Escalation, EscalationPolicy
from grid_app.queries.ladders import ladder_versions
from grid_app.services.escalations.events import AVAILABLE, EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import DEFAULT_RUNGS, default_after, default_rungs
from grid_app.services.escalations.ladders import current_policy, seed_ladders
from tests.escalation_world import add_dispute, raise_for
from tests.world import NOW, build_world

BEFORE = "0046"
EARLY = [
    {"unit_kind": kind, "wait_minutes": 1440, "red_wait_minutes": 120, "channels": ["inbox", "webpush"]}
    for kind in ("county_office", "county_lead_office")
]
OWN = [EARLY[0] | {"red_wait_minutes": 60}, EARLY[1]]
COLUMNS = {
    "id": Uuid(), "event_kind": String(), "version": Integer(), "name": String(), "basis": String(), "rungs": JSON(),
    "idle_minutes": Integer(), "bounce_limit": Integer(), "enabled": Boolean(), "created_at": UtcDateTime(),
}  # fmt: skip
POLICIES = table("escalation_policies", *(column(name, kind) for name, kind in COLUMNS.items()))


def _add(engine: Engine, event_kind: str, version: int = 1, **given: object) -> UUID:
    """Add a version of a ladder as a program of before wrote it, and return its id."""
    row = {
        "id": new_id(), "event_kind": event_kind, "version": version, "name": EVENT_KIND_WORDS[event_kind],
        "basis": "依据", "rungs": EARLY, "idle_minutes": 0, "bounce_limit": 2, "enabled": True, "created_at": NOW,
    } | given  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(POLICIES).values(**row))
    return row["id"]


def _versions(engine: Engine, event_kind: str) -> list[int]:
    with reading(engine) as session:
        return [row.version for row in ladder_versions(session, event_kind)]


def _by_kind(session: Session, *, version: int) -> dict[str, tuple[object, ...]]:
    rows = session.scalars(select(EscalationPolicy).where(EscalationPolicy.version == version))
    return {row.event_kind: (row.rungs, row.idle_minutes, row.idle_hours, row.bounce_limit) for row in rows}


def test_an_untouched_ladder_gets_every_way_and_a_time_to_act(engine: Engine):
    downgrade(engine, BEFORE)
    for kind in ("grade_red", "finding_confirmed"):
        _add(engine, kind)

    upgrade(engine)

    with transaction(engine) as session:
        for kind in ("grade_red", "finding_confirmed"):
            policy = current_policy(session, kind, now=NOW)
            assert (policy.version, policy.basis, policy.enabled) == (2, "依据", True)
            assert policy.rungs == [asdict(rung) | {"channels": list(rung.channels)} for rung in DEFAULT_RUNGS]
            assert (policy.idle_minutes, policy.idle_hours) == (
                default_after(kind).idle_minutes, default_after(kind).idle_hours,
            )  # fmt: skip
        assert current_policy(session, "reopened", now=NOW).version == 1


def test_what_the_county_changed_or_switched_off_stays(engine: Engine):
    downgrade(engine, BEFORE)
    _add(engine, "grade_red", rungs=OWN)
    _add(engine, "finding_confirmed")
    _add(engine, "finding_confirmed", version=2, rungs=OWN)
    _add(engine, "whistle_silent", bounce_limit=1)
    _add(engine, "finding_undecided", enabled=False)

    upgrade(engine)

    assert _versions(engine, "grade_red") == [1]
    assert _versions(engine, "finding_confirmed") == [2, 1]
    assert _versions(engine, "whistle_silent") == [1]
    assert _versions(engine, "finding_undecided") == [1]


def test_a_first_version_that_the_county_saved_itself_stays(engine: Engine):
    downgrade(engine, BEFORE)
    own = _add(engine, "grade_red")
    with transaction(engine) as session:
        session.add(
            AuditEvent(number=1, at=NOW, action="ladder.saved", target_id=str(own), details={}, previous="", digest="")
        )

    upgrade(engine)

    assert _versions(engine, "grade_red") == [1]


def test_what_is_climbing_keeps_the_ladder_it_began_with(engine: Engine):
    with transaction(engine) as session:
        found = raise_for(session, add_dispute(session, build_world(session)))
    with reading(engine) as session:
        before = session.get_one(Escalation, found).ladder
    downgrade(engine, BEFORE)
    with engine.begin() as connection:
        connection.execute(POLICIES.update().values(rungs=EARLY, idle_minutes=0))

    upgrade(engine)

    with reading(engine) as session:
        row = session.get_one(Escalation, found)
        assert (row.ladder, session.get_one(EscalationPolicy, row.policy_id).version) == (before, 1)
    assert _versions(engine, "grade_red") == [2, 1]


def test_the_standing_ladders_of_the_upgrade_are_those_of_the_program(engine: Engine):
    """A kind whose standing ladder changes needs a migration of its own; this one is of the day it was made."""
    downgrade(engine, BEFORE)
    for event in AVAILABLE:
        rungs = [asdict(rung) | {"channels": ["inbox", "webpush"]} for rung in default_rungs(event.code)]
        _add(engine, event.code, rungs=rungs)

    upgrade(engine)

    with reading(engine) as session:
        upgraded = _by_kind(session, version=2)
    with transaction(engine) as session:
        session.execute(POLICIES.delete())
        seed_ladders(session, NOW)
    with reading(engine) as session:
        assert upgraded == _by_kind(session, version=1)


def test_a_ladder_of_today_gets_no_version_and_no_ladder_gets_two(engine: Engine):
    with transaction(engine) as session:
        seed_ladders(session, NOW)
    for _ in range(2):
        downgrade(engine, BEFORE)
        upgrade(engine)

    assert _versions(engine, "safety_duty") == [1]
    assert _versions(engine, "limit_near") == [2, 1]  # it had lost that its time to act counts in office hours
