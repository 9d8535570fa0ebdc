"""Delegation: who may be lent what, for how long, and both names in the record."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent, Notice
from grid_app.policy import Action, Actor, Role, acting_for, allows, as_used
from grid_app.services.accounts.actors import actor_of
from grid_app.services.accounts.assignments import end_assignment
from grid_app.services.accounts.delegations import (
    WantedDelegation,
    delegate,
    lendable,
    revoke_delegation,
    wanted_delegation,
)
from grid_app.services.audit import record_audit
from tests.world import COUNTY, NOW, World, add_account

TODAY = date(2026, 11, 20)
DECIDE = frozenset({Action.DECIDE_FINDING})


@pytest.fixture
def leader(session: Session, world: World) -> Actor:
    return world.actor(session, Role.TOWNSHIP_LEAD)


def lend(session, world, leader, *, to="township_officer", actions=DECIDE, first=TODAY, last=TODAY, now=NOW):
    wanted = WantedDelegation(world.assignments[to], actions, first, last)
    return delegate(session, wanted=wanted, actor=leader, now=now)


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"to": "somebody"}, "to"),
        ({"actions": []}, "actions"),
        ({"actions": ["account.manage"]}, "actions"),
        ({"first_day": "2026-11-19"}, "first_day"),
        ({"first_day": "tomorrow"}, "first_day"),
        ({"last_day": "2026-11-19"}, "last_day"),
        ({"last_day": "2027-11-20"}, "last_day"),
        ({"last_day": ""}, "last_day"),
    ],
)
def test_a_form_that_cannot_be_names_its_field(world: World, form, field):
    filled = {
        "to": str(world.assignments["township_officer"]),
        "actions": ["finding.decide"],
        "first_day": "2026-11-20",
        "last_day": "2026-11-20",
        **form,
    }

    with pytest.raises(InvalidError) as refused:
        wanted_delegation(**filled, today=TODAY)

    assert list(refused.value.fields) == [field]


@pytest.mark.parametrize("to", ["other_township_lead", "village_lead", "township_lead", "auditor"])
def test_only_a_colleague_of_the_own_unit_can_be_lent_to(session, world, leader, to):
    with pytest.raises(InvalidError) as refused:
        lend(session, world, leader, to=to)

    assert list(refused.value.fields) == ["to"]


def test_an_administrator_of_the_own_unit_cannot_be_lent_to(session, world):
    add_account(session, world, "office_lead", Role.COUNTY_LEAD, "county", COUNTY)

    with pytest.raises(InvalidError):
        lend(session, world, world.actor(session, "office_lead"), to="security_admin")


def test_what_was_lent_cannot_be_lent_on(session, world, leader):
    add_account(session, world, "second_officer", Role.TOWNSHIP_OFFICER, "township", "990101001")
    lend(session, world, leader)
    officer = world.actor(session, "township_officer")

    assert Action.DECIDE_FINDING not in lendable(officer)
    with pytest.raises(InvalidError):
        lend(session, world, officer, to="second_officer")


def test_the_same_action_is_not_lent_twice_for_the_same_days(session, world, leader):
    lend(session, world, leader, last=TODAY + timedelta(days=3))

    with pytest.raises(ConflictError):
        lend(session, world, leader, first=TODAY + timedelta(days=3), last=TODAY + timedelta(days=5))
    lend(session, world, leader, first=TODAY + timedelta(days=4), last=TODAY + timedelta(days=5))


def test_a_lent_action_lasts_to_the_end_of_its_last_day(session, world, leader):
    lend(session, world, leader)
    assignment = world.assignments["township_officer"]
    midnight = NOW.replace(hour=16)  # 00:00 of the next day in Shanghai

    during = world.actor(session, "township_officer")
    assert allows(during, Action.DECIDE_FINDING)
    assert during.delegated == DECIDE
    assert allows(_actor(session, assignment, midnight - timedelta(seconds=1)), Action.DECIDE_FINDING)
    assert not allows(_actor(session, assignment, midnight), Action.DECIDE_FINDING)


def _actor(session, assignment, now) -> Actor:
    found = actor_of(session, assignment, now=now)
    assert found is not None
    return found


def test_a_delegation_for_later_gives_nothing_today(session, world, leader):
    lend(session, world, leader, first=TODAY + timedelta(days=1), last=TODAY + timedelta(days=1))

    assert not allows(world.actor(session, "township_officer"), Action.DECIDE_FINDING)


def test_a_delegation_taken_back_is_over_at_once(session, world, leader):
    lent = lend(session, world, leader)
    with pytest.raises(NotFoundError):
        revoke_delegation(session, delegation_id=lent, actor=world.actor(session, "other_township_lead"), now=NOW)

    revoke_delegation(session, delegation_id=lent, actor=leader, now=NOW)
    revoke_delegation(session, delegation_id=lent, actor=leader, now=NOW)

    assert not allows(world.actor(session, "township_officer"), Action.DECIDE_FINDING)


def test_a_delegation_ends_with_the_leader_who_gave_it(session, world, leader):
    lend(session, world, leader, last=TODAY + timedelta(days=9))
    end_assignment(
        session, assignment_id=leader.assignment_id, actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW
    )

    later = NOW + timedelta(seconds=1)
    assert not allows(_actor(session, world.assignments["township_officer"], later), Action.DECIDE_FINDING)


def test_both_names_are_recorded_and_the_colleague_is_told(session, world, leader):
    lend(session, world, leader)
    officer = world.actor(session, "township_officer")
    record_audit(session, as_used(officer, Action.DECIDE_FINDING), "finding.confirmed", now=NOW)
    record_audit(session, as_used(officer, Action.HANDLE_DISPUTE), "dispute.accepted", now=NOW)
    session.flush()

    events = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
    told = session.scalars(select(Notice.account_id)).all()
    assert [(event.action, event.acting_for) for event in events] == [
        ("delegation.granted", None),
        ("finding.confirmed", leader.assignment_id),
        ("dispute.accepted", None),
    ]
    assert told == [world.accounts["township_officer"]]


def test_two_leaders_who_lend_different_actions_are_told_apart(session, world, leader):
    add_account(session, world, "deputy", Role.TOWNSHIP_LEAD, "township", "990101001")
    deputy = world.actor(session, "deputy")
    add_account(session, world, "room", Role.MEDIATOR, "township", "990101001")
    lend(session, world, leader, to="room", actions=DECIDE)
    lend(session, world, deputy, to="room", actions=frozenset({Action.HANDLE_DISPUTE}))

    mediator = world.actor(session, "room")
    assert acting_for(mediator, Action.DECIDE_FINDING) == leader.assignment_id
    assert acting_for(mediator, Action.HANDLE_DISPUTE) == deputy.assignment_id
