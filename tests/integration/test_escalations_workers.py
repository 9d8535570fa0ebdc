"""Several workers at once: raised once, climbed once, taken up once, on both databases."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from threading import Barrier
from uuid import UUID

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError
from grid_app.models.channels import PhoneCall
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem, OutboxMessage
from grid_app.policy import Role
from grid_app.services.audit import first_broken_link
from grid_app.services.escalations.answering import CallNote, hand_over, record_call
from grid_app.services.escalations.steps import step_up_due
from grid_app.services.escalations.taking import acknowledge
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.world import NOW, World, build_world

WORKERS = 4


def _together(engine: Engine, work: Callable[[Session], object]) -> list[object]:
    """Run the same work in four transactions that begin at the same moment."""
    barrier = Barrier(WORKERS)

    def one(_number: int) -> object:
        barrier.wait(timeout=60)
        with transaction(engine) as session:
            return work(session)

    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(one, range(WORKERS)))


def _county(engine: Engine, disputes: int = 1) -> tuple[World, list[UUID]]:
    with transaction(engine) as session:
        world = build_world(session)
        for name in ("county_officer", "county_lead"):
            add_subscription(session, world, name)
        return world, [add_dispute(session, world, number=number + 1) for number in range(disputes)]


def _count(session: Session, table: type, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def test_the_same_cause_at_the_same_moment_escalates_once(engine: Engine):
    _world, (dispute,) = _county(engine)

    raised = _together(engine, lambda session: raise_for(session, dispute))

    assert sum(each is not None for each in raised) == 1
    with reading(engine) as session:
        assert (_count(session, Escalation), _count(session, InboxItem), _count(session, OutboxMessage)) == (1, 1, 1)
        assert first_broken_link(session) is None


def test_many_causes_at_the_same_moment_get_a_number_each(engine: Engine):
    _world, disputes = _county(engine, disputes=12)

    def all_of_them(session: Session) -> int:
        return sum(raise_for(session, dispute) is not None for dispute in disputes)

    raised = _together(engine, all_of_them)

    assert sum(raised) == 12
    with reading(engine) as session:
        codes = session.scalars(select(Escalation.code).order_by(Escalation.code)).all()
        assert codes == [f"E990101-2026-{number:05d}" for number in range(1, 13)]


def test_four_workers_climb_each_rung_once(engine: Engine):
    _world, disputes = _county(engine, disputes=20)
    with transaction(engine) as session:
        for dispute in disputes:  # danger: what is none is capped at a dozen pushes a day
            raise_for(session, dispute, event_kind="safety_duty")

    moved = _together(engine, lambda session: step_up_due(session, now=NOW + timedelta(hours=2)))
    moved += _together(engine, lambda session: step_up_due(session, now=NOW + timedelta(hours=3)))

    with reading(engine) as session:
        left = step_up_due(session, now=NOW + timedelta(hours=3))
        assert sum(moved) + left == 20
        assert left == 0
        assert _count(session, EscalationEvent, EscalationEvent.kind == "climbed") == 20
        assert _count(session, InboxItem) == 40
        assert _count(session, OutboxMessage) == 40
        assert first_broken_link(session) is None


def test_two_answers_at_the_same_moment_are_one(engine: Engine):
    world, (dispute,) = _county(engine)
    with transaction(engine) as session:
        escalation_id = raise_for(session, dispute)
        actor = world.actor(session, Role.COUNTY_OFFICER)

    answers = _together(engine, lambda session: acknowledge(session, escalation_id=escalation_id, actor=actor, now=NOW))

    assert sum(answer.first for answer in answers) == 1
    with reading(engine) as session:
        assert _count(session, EscalationEvent, EscalationEvent.kind == "acknowledged") == 1


def test_offices_at_the_same_moment_pass_it_on_no_oftener_than_the_ladder_allows(engine: Engine):
    world, (dispute,) = _county(engine)
    with transaction(engine) as session:
        escalation_id = raise_for(session, dispute)
        actor = world.actor(session, Role.COUNTY_OFFICER)

    def pass_on(session: Session) -> bool:
        with suppress(ConflictError):
            hand_over(
                session, escalation_id=escalation_id, to_unit=world.units["township"], reason="属于乡镇职责",
                actor=actor, now=NOW,
            )  # fmt: skip
            return True
        return False

    assert sum(_together(engine, pass_on)) == 2
    with reading(engine) as session:
        assert session.get_one(Escalation, escalation_id).bounces == 2


def test_a_call_is_recorded_once(engine: Engine):
    world, (dispute,) = _county(engine)
    with transaction(engine) as session:
        raise_for(session, dispute, now=NOW)
        session.add(PhoneCall(escalation_id=session.scalars(select(Escalation.id)).one(),
                              unit_id=world.units["county"], rung=0, asked_at=NOW))  # fmt: skip
        actor = world.actor(session, Role.COUNTY_OFFICER)

    def record(session: Session) -> bool:
        call_id = session.scalars(select(PhoneCall.id).order_by(PhoneCall.id).limit(1)).one()
        with suppress(ConflictError):
            record_call(session, call_id=call_id, note=CallNote("no_answer", "", NOW), actor=actor, now=NOW)
            return True
        return False

    assert sum(_together(engine, record)) == 1
    with reading(engine) as session:
        assert _count(session, PhoneCall) == 2  # the one that nobody answered, and the one asked for again


def test_an_answer_and_a_climb_at_the_same_moment_leave_one_clear_state(engine: Engine):
    world, (dispute,) = _county(engine)
    with transaction(engine) as session:
        escalation_id = raise_for(session, dispute)
        actor = world.actor(session, Role.COUNTY_OFFICER)
    later, turns = NOW + timedelta(hours=2), iter(range(WORKERS))

    def climb_or_answer(session: Session) -> object:
        if next(turns) % 2:
            return step_up_due(session, now=later)
        return acknowledge(session, escalation_id=escalation_id, actor=actor, now=later)

    _together(engine, climb_or_answer)

    with reading(engine) as session:
        escalation = session.get_one(Escalation, escalation_id)
        assert (escalation.state, escalation.next_step_at) == ("acknowledged", later + timedelta(hours=4))
        assert _count(session, EscalationEvent, EscalationEvent.kind == "climbed") == escalation.rung
