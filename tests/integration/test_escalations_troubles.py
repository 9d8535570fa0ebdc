"""Escalations in trouble: nobody who may be told, a ladder that is nonsense, a fault nobody thought of."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Notice, Unit
from grid_app.models.channels import Alarm
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.services.escalations import steps
from grid_app.services.escalations.auditing import audit_some
from grid_app.services.escalations.steps import step_up_due
from tests.escalation_world import add_dispute, kinds_of, raise_for
from tests.questions import asked
from tests.world import NOW, World

MINUTE = timedelta(minutes=1)


def test_a_matter_nobody_could_be_told_of_is_told_once_an_office_is_there(session: Session, world: World):
    for key in ("county", "county_lead"):
        session.get_one(Unit, world.units[key]).closed_at = NOW - MINUTE
    escalation_id = raise_for(session, add_dispute(session, world))
    notices = session.scalar(select(func.count()).select_from(Notice))

    assert step_up_due(session, now=NOW + timedelta(hours=1)) == 0
    assert session.scalar(select(func.count()).select_from(Notice)) == notices  # nobody is told the same every hour
    session.get_one(Unit, world.units["county_lead"]).closed_at = None
    assert step_up_due(session, now=NOW + timedelta(minutes=119)) == 0
    assert step_up_due(session, now=NOW + timedelta(hours=2)) == 1

    escalation = session.get_one(Escalation, escalation_id)
    assert (escalation.state, escalation.rung) == ("open", 1)
    told = session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation_id)).all()
    assert told == [world.units["county_lead"]]
    assert session.scalars(select(Alarm.cleared_why).where(Alarm.kind == "exhausted")).all() == ["已有单位可以通知"]
    assert audit_some(session, now=NOW + timedelta(hours=2)).found == 0


def test_matters_of_places_without_any_office_are_put_off_by_a_few_questions_for_all(
    session: Session, engine: Engine, world: World
):
    for key in ("county", "county_lead"):
        session.get_one(Unit, world.units[key]).closed_at = NOW - MINUTE
    raised = [raise_for(session, add_dispute(session, world, number=number)) for number in range(1, 9)]
    session.flush()

    with asked(engine) as statements:
        assert step_up_due(session, now=NOW + timedelta(hours=1)) == 0

    assert len(statements) <= 3, statements
    escalations = [session.get_one(Escalation, one) for one in raised]
    assert {one.next_step_at for one in escalations} == {NOW + timedelta(hours=2)}
    assert {one.state for one in escalations} == {"exhausted"}


@pytest.mark.parametrize(
    "rungs", [[{"unit_kind": "county_office"}], None, ["county_office"], [{"red_wait_minutes": "120"}, {}]]
)
def test_a_ladder_that_was_broken_by_hand_holds_up_no_other(session: Session, world: World, rungs: object):
    broken = raise_for(session, add_dispute(session, world, number=1), event_kind="finding_confirmed")
    sound = raise_for(session, add_dispute(session, world, number=2))
    session.get_one(Escalation, broken).ladder = {"rungs": rungs}

    moved = step_up_due(session, now=NOW + timedelta(hours=2))

    assert moved == 2
    assert session.get_one(Escalation, broken).state == "exhausted"
    assert session.get_one(Escalation, sound).rung == 1


def test_a_matter_that_cannot_be_moved_at_all_holds_up_no_other(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
):
    hopeless = raise_for(session, add_dispute(session, world, number=1))
    sound = raise_for(session, add_dispute(session, world, number=2))
    two_hours, tell = NOW + timedelta(hours=2), steps.tell_from

    def fail_for_one(session: Session, escalation: Escalation, **given: object) -> None:
        tell(session, escalation, **given)
        if escalation.id == hopeless:
            raise RuntimeError("something nobody thought of")

    monkeypatch.setattr(steps, "tell_from", fail_for_one)

    assert step_up_due(session, now=two_hours) == 1

    session.expire_all()
    assert session.get_one(Escalation, sound).rung == 1
    assert kinds_of(session, hopeless) == ["opened", "told"]  # nothing half done
    assert session.get_one(Escalation, hopeless).next_step_at == two_hours + timedelta(minutes=5)
    monkeypatch.undo()
    assert step_up_due(session, now=two_hours + timedelta(minutes=5)) == 1
