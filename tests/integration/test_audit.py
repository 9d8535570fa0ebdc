"""The audit chain: a changed, missing, added or rewritten link is found; verification is remembered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import AuditEvent
from grid_app.policy import Action, as_used
from grid_app.queries.audit import AuditFilter, audit_export, audit_page, known_actions
from grid_app.services.audit import (
    FIRST_LINK,
    digest_of_event,
    last_verification,
    record_audit,
    remember_verification,
    verify_chain,
)
from tests.world import NOW, World


def grow(session: Session, world: World, count: int) -> None:
    actor = world.actor(session, "township_officer")
    for number in range(1, count + 1):
        record_audit(
            session, actor, "dispute.accepted" if number % 2 else "party.revealed",
            now=NOW + timedelta(days=number), target=("dispute", f"d{number}"), details={"figure": number},
        )  # fmt: skip
    session.flush()


def link(session: Session, number: int) -> AuditEvent:
    return session.get_one(AuditEvent, number)


def rewrite_from(session: Session, number: int) -> None:
    """Compute every digest anew from ``number`` on, as somebody with the database in hand could."""
    previous = link(session, number - 1).digest if number > 1 else FIRST_LINK
    for event in session.scalars(select(AuditEvent).where(AuditEvent.number >= number).order_by(AuditEvent.number)):
        event.previous = previous
        event.digest = previous = digest_of_event(event)
    session.flush()


@pytest.mark.parametrize("change", ["action", "target_id", "succeeded", "at", "details", "account_id"])
def test_a_changed_link_is_found(session, world, change):
    grow(session, world, 5)
    event = link(session, 3)
    values = {"action": "x", "target_id": "d9", "succeeded": False, "at": NOW, "details": {}, "account_id": None}
    setattr(event, change, values[change])
    session.flush()

    assert verify_chain(session).broken_at == 3


def test_a_missing_link_is_found(session, world):
    grow(session, world, 5)
    session.execute(delete(AuditEvent).where(AuditEvent.number == 2))

    assert (verify_chain(session).number, verify_chain(session).broken_at) == (1, 2)


def test_a_chain_cut_at_its_end_is_found_once_it_was_verified(session, world):
    grow(session, world, 5)
    remember_verification(session, verify_chain(session), actor=None, now=NOW)
    session.flush()
    session.execute(delete(AuditEvent).where(AuditEvent.number >= 4))

    assert verify_chain(session).broken_at == 4


def test_a_chain_written_anew_as_a_whole_is_found_once_it_was_verified(session, world):
    grow(session, world, 5)
    remember_verification(session, verify_chain(session), actor=None, now=NOW)
    link(session, 2).target_id = "another"
    rewrite_from(session, 2)

    assert verify_chain(session).broken_at == 5


def test_a_broken_chain_keeps_what_was_whole_before(session, world):
    grow(session, world, 5)
    remember_verification(session, verify_chain(session), actor=None, now=NOW)
    link(session, 1).action = "x"
    session.flush()
    remember_verification(session, verify_chain(session), actor=None, now=NOW + timedelta(days=1))
    session.flush()

    assert last_verification(session).number == 5
    assert session.scalars(select(AuditEvent.succeeded).order_by(AuditEvent.number)).all()[-1] is False


def test_an_empty_chain_is_whole(session, world):
    assert (verify_chain(session).number, verify_chain(session).broken_at) == (0, None)
    assert last_verification(session) is None


def test_a_whole_chain_is_verified_to_its_end_and_again_after_it_grew(session, world):
    grow(session, world, 5)
    first = verify_chain(session)
    remember_verification(session, first, actor=world.actor(session, "auditor"), now=NOW)
    session.flush()

    again = verify_chain(session)
    assert (first.number, first.broken_at) == (5, None)
    assert (again.number, again.broken_at) == (6, None)
    assert last_verification(session).digest == link(session, 5).digest


def test_the_trail_is_searched_by_day_action_and_target(session, world):
    grow(session, world, 6)

    by_day = audit_page(session, AuditFilter(first_day=date(2026, 11, 22), last_day=date(2026, 11, 23)), page=1)
    by_action = audit_page(session, AuditFilter(action="party.revealed"), page=1)
    by_target = audit_page(session, AuditFilter(target="d4"), page=1)

    assert [row.number for row in by_day.rows] == [3, 2]
    assert [row.number for row in by_action.rows] == [6, 4, 2]
    assert [row.number for row in by_target.rows] == [4]
    assert by_target.rows[0].person == "township_officer甲"
    assert known_actions(session) == ["dispute.accepted", "party.revealed"]


def test_pages_follow_each_other(session, world):
    grow(session, world, 53)

    pages = [audit_page(session, AuditFilter(), page=page) for page in (1, 2, 3)]

    assert [len(page.rows) for page in pages] == [50, 3, 0]
    assert {page.total for page in pages} == {53}
    assert [row.number for row in audit_export(session, AuditFilter())] == list(range(1, 54))


def test_a_lent_action_shows_both_names(session, world):
    officer = replace(
        world.actor(session, "township_officer"),
        delegated=frozenset({Action.DECIDE_FINDING}),
        lent_by=((Action.DECIDE_FINDING, world.assignments["township_lead"]),),
    )
    record_audit(session, as_used(officer, Action.DECIDE_FINDING), "finding.confirmed", now=NOW)
    record_audit(session, None, "escalation.climbed", now=NOW)
    session.flush()

    rows = audit_export(session, AuditFilter())
    assert [(row.person, row.in_the_name_of) for row in rows] == [
        ("township_officer甲", "township_lead甲"),
        ("", ""),
    ]
