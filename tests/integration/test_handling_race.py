"""People who act at the very same moment: one is first, the other learns it, and nothing is done twice or half."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.services.audit import first_broken_link
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Closure, Step
from tests.builders import add_dispute
from tests.world import NOW, build_world

PEOPLE = ("township_lead", "township_officer", "county_officer", "county_lead")


def test_of_four_who_close_at_once_one_closes_and_three_learn_it(engine):
    with transaction(engine) as session:
        world = build_world(session)
        dispute = add_dispute(session, world, state="handling")
        steps = [Step(dispute.id, world.actor(session, who), dispute.version, NOW) for who in PEOPLE]
    start = Barrier(len(steps))

    def close(step: Step) -> str:
        start.wait()
        closure = Closure("agreement_performed", "人民调解法第三十一条", f"由{step.actor.unit_name}谈妥")
        try:
            with transaction(engine) as session:
                handling.close(session, step, closure=closure)
        except ConflictError as refusal:
            return refusal.sentence
        return "closed"

    with ThreadPoolExecutor(len(steps)) as pool:
        answers = list(pool.map(close, steps))

    assert answers.count("closed") == 1
    assert sum("做了“办结”" in answer for answer in answers) == 3
    with reading(engine) as session:
        assert session.get_one(Dispute, dispute.id).state == "closed"
        closings = select(func.count()).select_from(DisputeEvent).where(DisputeEvent.kind == "closed")
        assert session.scalar(closings) == 1
        assert first_broken_link(session) is None


def test_work_recorded_at_once_is_kept_from_everybody_with_numbers_of_its_own(engine):
    with transaction(engine) as session:
        world = build_world(session)
        dispute = add_dispute(session, world, state="accepted")
        steps = [Step(dispute.id, world.actor(session, who), dispute.version, NOW) for who in PEOPLE]
    start = Barrier(len(steps))

    def record(step: Step) -> None:
        start.wait()
        with transaction(engine) as session:
            handling.record_work(session, step, note=f"{step.actor.unit_name}打了电话")

    with ThreadPoolExecutor(len(steps)) as pool:
        list(pool.map(record, steps))

    with reading(engine) as session:
        numbers = session.scalars(
            select(DisputeEvent.number).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
        ).all()
        kept = session.scalar(
            select(func.count()).select_from(DisputeEvent).where(DisputeEvent.kind == "work_recorded")
        )
    assert numbers == list(range(1, len(numbers) + 1))
    assert kept == len(PEOPLE)
