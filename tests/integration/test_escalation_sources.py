"""What raises an escalation: safety duties, limits of the law, rounds with silent villages, matters reopened."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation
from grid_app.models.places import Division
from grid_app.services.escalations.events import AVAILABLE, EVENTS
from grid_app.services.matters.alerts import LONG_PAST, NEAR, escalate_red, escalate_reopened, raise_limits
from grid_app.services.rounds.steps import close_round
from tests.escalation_world import add_dispute
from tests.rounds_world import closed_round
from tests.world import NOW, VILLAGES, World

DAY = timedelta(days=1)
OTHER_VILLAGE = "990101002201"


def _dispute(session: Session, world: World, number: int = 1, **facts: object) -> Dispute:
    dispute = session.get_one(Dispute, add_dispute(session, world, number=number))
    for name, value in facts.items():
        setattr(dispute, name, value)
    session.flush()
    return dispute


def _kinds(session: Session) -> list[tuple[str, UUID | None]]:
    return [
        (kind, key)
        for kind, key in session.execute(select(Escalation.event_kind, Escalation.dispute_id).order_by(Escalation.code))
    ]


def test_a_limit_is_raised_three_days_before_and_when_it_has_passed_each_once(session: Session, world: World):
    dispute = _dispute(session, world, statutory_due_at=NOW + 5 * DAY)

    raised = [raise_limits(session, now=NOW + days * DAY) for days in (0, 1, 2, 3, 5, 6, 20)]

    assert raised == [0, 0, 1, 0, 1, 0, 0]
    assert _kinds(session) == [("limit_near", dispute.id), ("limit_passed", dispute.id)]
    reasons = session.scalars(select(Escalation.reason).order_by(Escalation.code)).all()
    assert "快到了" in reasons[0]
    assert "已经过了:11月25日" in reasons[1]


def test_a_limit_that_was_put_off_is_near_anew(session: Session, world: World):
    dispute = _dispute(session, world, statutory_due_at=NOW + DAY)
    raise_limits(session, now=NOW)
    dispute.statutory_due_at = NOW + 30 * DAY
    session.flush()

    assert raise_limits(session, now=NOW + 26 * DAY) == 0
    assert raise_limits(session, now=NOW + 27 * DAY) == 1


def test_closed_matters_and_limits_long_past_raise_nothing(session: Session, world: World):
    _dispute(session, world, 1, statutory_due_at=NOW, state="closed")
    _dispute(session, world, 2, statutory_due_at=NOW - LONG_PAST - DAY)
    _dispute(session, world, 3, statutory_due_at=None)
    _dispute(session, world, 4, statutory_due_at=NOW + NEAR + timedelta(minutes=1))

    assert raise_limits(session, now=NOW) == 0


def test_many_limits_are_raised_some_at_a_time_and_none_is_left_out(session: Session, world: World):
    for number in range(1, 6):
        _dispute(session, world, number, statutory_due_at=NOW + DAY)

    assert [raise_limits(session, now=NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]


def test_a_limit_that_cannot_be_raised_holds_up_no_other(session: Session, world: World):
    bad = _dispute(session, world, 1, statutory_due_at=NOW, division_code=OTHER_VILLAGE)
    good = [_dispute(session, world, number, statutory_due_at=NOW + DAY) for number in (2, 3)]
    place = session.get_one(Division, OTHER_VILLAGE)
    path, place.path = place.path, ""  # a place that lies nowhere: nobody can be told of it

    assert [raise_limits(session, now=NOW, limit=1) for _ in range(3)] == [1, 1, 0]
    assert _kinds(session) == [("limit_near", one.id) for one in good]
    session.get_one(Division, OTHER_VILLAGE).path = path
    assert raise_limits(session, now=NOW) == 1
    assert _kinds(session)[-1] == ("limit_passed", bad.id)


def test_a_duty_of_safety_is_raised_instead_of_the_colour_and_breaks_the_night(session: Session, world: World):
    plain, violent = _dispute(session, world, 1), _dispute(session, world, 2, safety_present=True)

    for one in (plain, violent):
        escalate_red(session, one, now=NOW)

    found = session.execute(select(Escalation.event_kind, Escalation.urgency).order_by(Escalation.code)).all()
    assert [tuple(row) for row in found] == [("grade_red", "normal"), ("safety_duty", "danger")]


def test_present_danger_is_red_and_breaks_the_night(session: Session, world: World):
    escalate_red(session, _dispute(session, world, danger=True), now=NOW)

    assert session.scalars(select(Escalation.urgency)).all() == ["danger"]


def test_each_reopening_is_raised(session: Session, world: World):
    dispute = _dispute(session, world)

    escalate_reopened(session, dispute, now=NOW)
    escalate_reopened(session, dispute, now=NOW)
    dispute.version += 2
    escalate_reopened(session, dispute, now=NOW)

    assert _kinds(session) == [("reopened", dispute.id)] * 2


def test_a_round_that_ends_with_silent_villages_is_raised_once(session: Session, world: World):
    round_id = closed_round(session, now=NOW)

    found = session.scalars(select(Escalation)).one()

    assert (found.division_code, found.round_id) == ("990101", round_id)
    assert f"还有 {len(VILLAGES)} 个村(社区)没有回报:东河镇 2 个、西山乡 2 个" in found.reason
    close_round(session, round_id=round_id, actor=None, now=NOW + DAY)
    assert len(session.scalars(select(Escalation)).all()) == 1


def test_every_kind_that_is_offered_has_a_source_and_the_others_say_why_not():
    assert {event.code for event in AVAILABLE} == {
        "grade_red", "limit_near", "limit_passed", "finding_confirmed", "finding_undecided", "whistle_silent",
        "safety_duty", "incident_first_report", "round_missing", "reopened",
    }  # fmt: skip
    assert all(event.missing.endswith("。") for event in EVENTS if not event.is_available)
