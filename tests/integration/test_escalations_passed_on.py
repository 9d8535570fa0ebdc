"""What an office does with an escalation besides taking it up: hands it over, rings somebody up."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.accounts import Unit
from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import Escalation, EscalationEvent, EscalationPolicy, OutboxMessage
from grid_app.policy import Role
from grid_app.services.escalations.answering import CallNote, hand_over, offices_for, record_call, waiting_calls
from grid_app.services.escalations.ladder_rows import DEFAULT_RUNGS, AfterTaking
from grid_app.services.escalations.ladders import save_ladder, seed_ladders
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.world import NOW, World

HOUR = timedelta(hours=1)


def _raised(session: Session, world: World) -> Escalation:
    found = raise_for(session, add_dispute(session, world))
    assert found is not None
    return session.get_one(Escalation, found)


def _take(session: Session, world: World, escalation: Escalation, *, at: datetime) -> None:
    acknowledge(session, escalation_id=escalation.id, actor=world.actor(session, Role.COUNTY_OFFICER), now=at)
    session.refresh(escalation)


def _policy(session: Session, world: World, *, after: AfterTaking) -> None:
    seed_ladders(session, NOW)
    newest = session.scalar(select(func.max(EscalationPolicy.version)).filter_by(event_kind="grade_red")) or 0
    save_ladder(
        session, event_kind="grade_red", rungs=DEFAULT_RUNGS, basis="本县规定", replaces=newest,
        actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW, after=after,
    )  # fmt: skip


def _queued(session: Session, escalation: Escalation) -> list[OutboxMessage]:
    return list(session.scalars(select(OutboxMessage).where(OutboxMessage.escalation_id == escalation.id)))


def test_an_office_hands_over_with_a_reason_and_the_time_begins_anew(session: Session, world: World):
    add_subscription(session, world, "township_lead")
    escalation = _raised(session, world)
    officer, later = world.actor(session, Role.COUNTY_OFFICER), NOW + HOUR
    _take(session, world, escalation, at=later)

    name = hand_over(
        session, escalation_id=escalation.id, to_unit=world.units["township"], reason=" 属于乡镇职责 ", actor=officer,
        now=later,
    )  # fmt: skip

    assert name == session.get_one(Unit, world.units["township"]).name
    assert (escalation.state, escalation.bounces, escalation.acknowledged_unit_id) == ("open", 1, None)
    assert escalation.next_step_at == later + 2 * HOUR
    event = session.scalars(select(EscalationEvent).where(EscalationEvent.kind == "handed_over")).one()
    assert (event.details["reason"], event.unit_id) == ("属于乡镇职责", world.units["county"])
    assert len(_queued(session, escalation)) == 1
    lead = world.actor(session, Role.TOWNSHIP_LEAD)
    assert acknowledge(session, escalation_id=escalation.id, actor=lead, now=later).unit_name == name


def test_it_is_not_handed_to_and_fro_for_ever(session: Session, world: World):
    _policy(session, world, after=AfterTaking(bounce_limit=1))
    escalation = _raised(session, world)
    officer = world.actor(session, Role.COUNTY_OFFICER)
    there = {"escalation_id": escalation.id, "to_unit": world.units["township"], "reason": "属于乡镇职责", "now": NOW}
    hand_over(session, actor=officer, **there)

    with pytest.raises(ConflictError, match="已经转交 1 次"):
        hand_over(
            session, actor=world.actor(session, Role.TOWNSHIP_LEAD),
            **there | {"to_unit": world.units["county"], "reason": "县里办"},
        )  # fmt: skip


def test_what_another_office_took_up_is_passed_on_by_that_office_or_a_county_lead(session: Session, world: World):
    escalation = _raised(session, world)
    step_up_due(session, now=NOW + 2 * HOUR)
    _take(session, world, escalation, at=NOW + 2 * HOUR)
    there = {"escalation_id": escalation.id, "to_unit": world.units["township"], "reason": "属于乡镇职责", "now": NOW}
    other = replace(world.actor(session, Role.COUNTY_OFFICER), unit_id=world.units["county_lead"])

    with pytest.raises(ConflictError, match="由那个单位转交"):
        hand_over(session, actor=other, **there)
    assert escalation.acknowledged_unit_id == world.units["county"]

    hand_over(session, actor=world.actor(session, Role.COUNTY_LEAD), **there)
    assert escalation.state == "open"


@pytest.mark.parametrize("reason", ["", "  ", "请打13812345678", "很" * 201])
def test_a_reason_that_is_none_or_holds_a_number_changes_nothing(session: Session, world: World, reason: str):
    escalation = _raised(session, world)

    with pytest.raises(InvalidError):
        hand_over(
            session, escalation_id=escalation.id, to_unit=world.units["township"], reason=reason,
            actor=world.actor(session, Role.COUNTY_OFFICER), now=NOW,
        )  # fmt: skip

    assert escalation.bounces == 0


def test_it_cannot_be_handed_to_an_office_that_may_not_know(session: Session, world: World):
    about_township = raise_for(session, add_dispute(session, world, about="township"))
    officer = world.actor(session, Role.COUNTY_OFFICER)

    offered = {unit.id for unit in offices_for(session, escalation_id=about_township, actor=officer, now=NOW)}

    assert world.units["township"] not in offered
    for unit in (world.units["township"], new_id()):
        with pytest.raises(NotFoundError):
            hand_over(session, escalation_id=about_township, to_unit=unit, reason="属于乡镇", actor=officer, now=NOW)


def test_an_office_that_nothing_reaches_is_to_be_rung_up(session: Session, world: World):
    escalation = _raised(session, world)

    [(call, unit)] = waiting_calls(session, escalation.id, now=NOW)

    assert (unit.id, call.rung, call.outcome) == (world.units["county"], 0, "")


def test_nobody_is_rung_up_at_night_unless_there_is_danger(session: Session, world: World):
    night, morning = NOW + 13 * HOUR, NOW + 22 * HOUR  # Friday 23:00 and Saturday 8:00 in Shanghai
    found = [raise_for(session, add_dispute(session, world, number=n), now=night, danger=n == 2) for n in (1, 2)]

    assert [len(waiting_calls(session, one, now=night)) for one in found] == [0, 1]
    assert [len(waiting_calls(session, one, now=morning)) for one in found] == [1, 1]


def test_a_call_nobody_answered_is_asked_for_again_and_an_answered_one_is_proof(session: Session, world: World):
    escalation = _raised(session, world)
    officer, later = world.actor(session, Role.COUNTY_OFFICER), NOW + HOUR
    [(first, _)] = waiting_calls(session, escalation.id, now=NOW)

    record_call(session, call_id=first.id, note=CallNote("no_answer", "", later), actor=officer, now=later)
    [(second, _)] = waiting_calls(session, escalation.id, now=later)
    record_call(session, call_id=second.id, note=CallNote("answered", "值班员", later), actor=officer, now=later)

    assert waiting_calls(session, escalation.id, now=later) == []
    assert kinds_of(session, escalation.id)[-2:] == ["called", "called"]
    assert escalation.state == "open"
    with pytest.raises(ConflictError, match="已经有人记录"):
        record_call(session, call_id=first.id, note=CallNote("answered", "值班员", later), actor=officer, now=later)


@pytest.mark.parametrize(
    ("note", "field"),
    [
        (CallNote("maybe", "", NOW), "outcome"),
        (CallNote("answered", " ", NOW), "answered_by"),
        (CallNote("answered", "值班员", NOW + timedelta(minutes=1)), "called_at"),
        (CallNote("answered", "值班员", NOW - timedelta(minutes=1)), "called_at"),
        (CallNote("answered", "13812345678", NOW), "reason"),
        (CallNote("answered", "值" * 61, NOW), "answered_by"),
    ],
)
def test_a_call_that_cannot_be_is_not_recorded(session: Session, world: World, note: CallNote, field: str):
    escalation = _raised(session, world)
    [(call, _)] = waiting_calls(session, escalation.id, now=NOW)

    with pytest.raises(InvalidError) as refused:
        record_call(session, call_id=call.id, note=note, actor=world.actor(session, Role.COUNTY_OFFICER), now=NOW)

    assert field in refused.value.fields
    assert session.get_one(PhoneCall, call.id).outcome == ""
