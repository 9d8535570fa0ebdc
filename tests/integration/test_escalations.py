"""Raising, passing on and taking up escalations, on both databases."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import Engine, func, select, update
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_sql import SqlOutbox
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.models.accounts import Notice, Unit
from grid_app.models.channels import PhoneCall
from grid_app.models.disputes import Dispute
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.policy import Role
from grid_app.services.audit import first_broken_link
from grid_app.services.escalations.ladder_rows import RungRow
from grid_app.services.escalations.ladders import save_ladder, seed_ladders
from grid_app.services.escalations.steps import raise_escalation, step_up_due
from grid_app.services.handling.seals import set_seal
from grid_app.services.matters.step import Step
from tests.escalation_world import add_dispute, add_subscription, kinds_of, raise_for
from tests.world import NOW, World, build_world

MINUTE = timedelta(minutes=1)


def _units_told(session: Session, escalation_id: UUID) -> set[UUID]:
    return set(session.scalars(select(InboxItem.unit_id).where(InboxItem.escalation_id == escalation_id)))


def test_a_cause_without_a_dispute_or_finding_is_refused(session: Session, world: World):
    with pytest.raises(InvalidError, match="一件纠纷、一条苗头"):
        raise_escalation(
            session,
            event_kind="grade_red",
            division_code="990101001201",
            category="0901",
            grade="red",
            reason="危险",
            now=NOW,
        )


def test_an_unknown_event_is_refused_and_nothing_is_written(session: Session, world: World):
    dispute = add_dispute(session, world)

    with pytest.raises(InvalidError, match="没有“rain”"):
        raise_for(session, dispute, event_kind="rain")

    assert session.scalar(select(func.count()).select_from(Escalation)) == 0


def test_the_same_cause_escalates_once_per_grade(session: Session, world: World):
    dispute = add_dispute(session, world)
    first = raise_for(session, dispute)

    again = raise_for(session, dispute, now=NOW + timedelta(days=3))

    assert first is not None
    assert again is None
    assert session.scalar(select(func.count()).select_from(Escalation)) == 1
    assert session.scalar(select(func.count()).select_from(InboxItem)) == 1


def test_a_rolled_back_cause_leaves_no_escalation(engine: Engine):
    with transaction(engine) as session:
        world = build_world(session)
        dispute = add_dispute(session, world)
        add_subscription(session, world, "county_officer")

    with pytest.raises(RuntimeError), transaction(engine) as session:
        raise_for(session, dispute)
        raise RuntimeError

    with reading(engine) as session:
        for table in (Escalation, EscalationEvent, InboxItem, OutboxMessage):
            assert session.scalar(select(func.count()).select_from(table)) == 0


def test_the_county_office_is_told_and_nobody_else(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    add_subscription(session, world, "county_lead")
    add_subscription(session, world, "township_lead")
    escalation_id = raise_for(session, add_dispute(session, world))

    assert _units_told(session, escalation_id) == {world.units["county"]}
    message = session.scalars(select(OutboxMessage)).one()
    assert (message.state, message.due_at, message.channel) == ("due", NOW, "webpush")
    assert kinds_of(session, escalation_id) == ["opened", "told"]


def test_the_message_holds_the_five_facts_and_no_reason(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    dispute = add_dispute(session, world, division="990101001201J001")
    raise_for(session, dispute, division="990101001201J001", reason="王某家的墙要倒")

    message = session.scalars(select(OutboxMessage)).one().message

    assert message["title"] == "请确认收到：990101-2026-00001（红）"
    assert message["body"] == "云岭村，土地及资源权属纠纷·土地承包经营，期限：11月20日(周五) 12:00。"
    assert message["url"] == f"/inbox/{session.scalars(select(Escalation.id)).one()}"
    assert "王某" not in str(message)


def test_codes_count_up_within_county_and_year(session: Session, world: World):
    codes = []
    for number in range(3):
        raise_for(session, add_dispute(session, world, number=number + 1))
    raise_for(session, add_dispute(session, world, number=9), now=NOW + timedelta(days=60))

    codes = session.scalars(select(Escalation.code).order_by(Escalation.code)).all()

    assert codes == ["E990101-2026-00001", "E990101-2026-00002", "E990101-2026-00003", "E990101-2027-00001"]


def test_the_unit_complained_of_is_never_told(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    dispute = add_dispute(session, world, about="county")

    escalation_id = raise_for(session, dispute)

    assert _units_told(session, escalation_id) == {world.units["county_lead"]}
    assert session.scalar(select(func.count()).select_from(OutboxMessage)) == 0
    assert kinds_of(session, escalation_id) == ["opened", "nobody", "told"]


def test_a_seal_set_with_the_report_leaves_no_alert_for_the_unit_it_shuts_out(engine: Engine):
    """The next rung is asked instead, at once; and what would still lie in the outbox is stopped before it is sent."""
    with transaction(engine) as session:
        world = build_world(session)
        seed_ladders(session, NOW)
        rungs = [
            RungRow(kind, 60, 60, ("inbox", "webpush", "phone")) for kind in ("township_government", "county_office")
        ]
        save_ladder(
            session, event_kind="grade_red", rungs=rungs, basis="县里的办法", replaces=1,
            actor=world.actor(session, Role.SECURITY_ADMIN), now=NOW,
        )  # fmt: skip
        devices = {name: add_subscription(session, world, name) for name in ("township_lead", "county_officer")}
        dispute = add_dispute(session, world)
        alert = raise_for(session, dispute)
        step = Step(dispute, world.actor(session, "village_lead"), session.get_one(Dispute, dispute).version, NOW)
        set_seal(session, step, unit_id=world.units["township"], kind="conduct", reason="反映乡镇分配不公开")

    with reading(engine) as session:
        states = dict(session.execute(select(OutboxMessage.subscription_id, OutboxMessage.state)).all())
        assert states == {devices["township_lead"]: "stopped", devices["county_officer"]: "due"}
        assert _units_told(session, alert) == {world.units["county"]}
        assert session.scalars(select(PhoneCall.unit_id)).all() == [world.units["county"]]  # nobody rings it up now
        assert kinds_of(session, alert) == ["opened", "told", "shut_out", "climbed", "told"]
    with transaction(engine) as session:
        session.execute(update(OutboxMessage).values(state="due"))
    claimed = SqlOutbox(engine).claim(NOW, limit=10, lease=MINUTE, worker="one")
    assert [one.target.endpoint.rpartition("/")[2] for one in claimed] == ["county_officer"]
    with reading(engine) as session:
        assert set(session.scalars(select(OutboxMessage.state))) == {"stopped", "due"}


def test_a_sealed_matter_reaches_only_those_who_may_know(session: Session, world: World):
    add_subscription(session, world, "county_officer")
    add_subscription(session, world, "county_lead")
    dispute = add_dispute(session, world, category="1502")

    escalation_id = raise_for(session, dispute, category="1502")

    assert _units_told(session, escalation_id) == {world.units["county_lead"]}
    message = session.scalars(select(OutboxMessage)).one().message
    assert "限知悉事项" in message["body"]
    assert "干部" not in str(message)


def test_a_matter_nobody_can_be_told_of_is_exhausted_and_people_hear_of_it(session: Session, world: World):
    for key in ("county", "county_lead"):
        session.get_one(Unit, world.units[key]).closed_at = NOW - MINUTE

    escalation_id = raise_for(session, add_dispute(session, world))

    assert session.get_one(Escalation, escalation_id).state == "exhausted"
    told = set(session.scalars(select(Notice.account_id)))
    assert told == {world.accounts[Role.COUNTY_LEAD], world.accounts[Role.SECURITY_ADMIN]}


def test_nothing_climbs_before_its_time(session: Session, world: World):
    escalation_id = raise_for(session, add_dispute(session, world))

    moved = step_up_due(session, now=NOW + timedelta(minutes=119))

    assert moved == 0
    assert session.get_one(Escalation, escalation_id).rung == 0


def test_the_next_office_is_told_when_the_first_is_silent(session: Session, world: World):
    add_subscription(session, world, "county_lead")
    escalation_id = raise_for(session, add_dispute(session, world))
    later = NOW + timedelta(hours=2)

    moved = step_up_due(session, now=later)

    escalation = session.get_one(Escalation, escalation_id)
    assert (moved, escalation.rung, escalation.rung_started_at) == (1, 1, later)
    assert escalation.next_step_at == later + timedelta(hours=2)
    assert _units_told(session, escalation_id) == {world.units["county"], world.units["county_lead"]}
    assert kinds_of(session, escalation_id) == ["opened", "told", "climbed", "told"]


def test_after_a_long_sleep_each_rung_still_gets_its_time(session: Session, world: World):
    escalation_id = raise_for(session, add_dispute(session, world))
    woke = NOW + timedelta(days=5)

    moves = [step_up_due(session, now=woke + timedelta(minutes=minute)) for minute in range(0, 121, 30)]

    escalation = session.get_one(Escalation, escalation_id)
    assert moves == [1, 0, 0, 0, 1]
    assert escalation.state == "exhausted"
    at = {event.kind: event.at for event in session.scalars(select(EscalationEvent)).all()}
    assert (at["climbed"], at["exhausted"]) == (woke, woke + timedelta(hours=2))


def test_after_the_last_rung_it_stays_in_every_inbox_and_leaders_are_asked_to_call(session: Session, world: World):
    escalation_id = raise_for(session, add_dispute(session, world))
    step_up_due(session, now=NOW + timedelta(hours=2))

    step_up_due(session, now=NOW + timedelta(hours=4))

    escalation = session.get_one(Escalation, escalation_id)
    assert (escalation.state, escalation.next_step_at) == ("exhausted", None)
    assert len(_units_told(session, escalation_id)) == 2
    notice = session.scalars(select(Notice)).one()
    assert notice.account_id == world.accounts[Role.COUNTY_LEAD]
    assert "打电话" in notice.text
    assert step_up_due(session, now=NOW + timedelta(days=9)) == 0


def test_a_yellow_finding_waits_a_day_and_a_red_one_two_hours(session: Session, world: World):
    dispute, other = add_dispute(session, world), add_dispute(session, world, number=2)
    yellow = raise_for(session, dispute, event_kind="finding_confirmed", grade="yellow")
    red = raise_for(session, other, event_kind="finding_confirmed", grade="red")

    waits = [session.get_one(Escalation, each).next_step_at - NOW for each in (yellow, red)]

    assert waits == [timedelta(days=1), timedelta(hours=2)]


def test_every_step_is_in_the_audit_chain(session: Session, world: World):
    raise_for(session, add_dispute(session, world))
    step_up_due(session, now=NOW + timedelta(hours=2))

    assert first_broken_link(session) is None
