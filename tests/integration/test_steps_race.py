"""Undoing an import, recording a mediation, reviewing and reopening, each by two at the very same moment."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from grid_app.database.transaction import reading, transaction
from grid_app.errors import Refusal
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.handling import OpinionReview, ReviewRecord
from grid_app.models.intake import ImportSheet
from grid_app.policy import Role
from grid_app.services.audit import first_broken_link
from grid_app.services.handling import steps as handling
from grid_app.services.handling.chain import ask_review
from grid_app.services.handling.opinions import Delivery, deliver_opinion, draft_opinion
from grid_app.services.handling.reviews import Closing, propose_closing, review_closing
from grid_app.services.handling.steps import Closure, Step
from grid_app.services.intake.batches import undo_sheet
from grid_app.services.mediation.sessions import Plan, hold_session, plan_session
from tests.builders import add_dispute
from tests.handling_world import TODAY, step_of
from tests.integration.test_intake_sheets import chosen, imported
from tests.leading_world import OPINION
from tests.mediation_world import at_step, mediating, meeting_of
from tests.sheets import ledger
from tests.world import COUNTY, NOW, add_account, build_world

DONE = "done"


def at_once(engine: Engine, *acts: Callable[[Session], object]) -> list[str]:
    """Let each act in a transaction of its own, all beginning together; return ``done`` or the sentence of each."""
    start = Barrier(len(acts))

    def one(act: Callable[[Session], object]) -> str:
        start.wait()
        try:
            with transaction(engine) as session:
                act(session)
        except Refusal as refusal:
            return refusal.sentence
        return DONE

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(one, acts))


def loser(answers: list[str]) -> str:
    """Return what the one was told who was not first."""
    assert answers.count(DONE) == 1, answers
    return next(answer for answer in answers if answer != DONE)


def test_of_two_who_undo_a_batch_one_does_and_whoever_handles_one_of_its_matters_is_told_or_keeps_it(engine):
    with transaction(engine) as session:
        world = build_world(session)
        first = chosen(session, world, ledger())
        imported(session, world, first)
        officers = [world.actor(session, who) for who in ("township_officer", "township_lead")]
    undo = [
        lambda session, actor=actor: undo_sheet(session, sheet_id=first.id, actor=actor, now=NOW) for actor in officers
    ]

    assert "已经撤销了" in loser(at_once(engine, *undo))

    with transaction(engine) as session:
        again = chosen(session, world, ledger())
        imported(session, world, again)
        session.flush()
        dispute = session.scalars(select(Dispute).where(Dispute.state == "reported")).first()
        step = Step(dispute.id, officers[1], dispute.version, NOW)
    answers = at_once(
        engine,
        lambda session: undo_sheet(session, sheet_id=again.id, actor=officers[0], now=NOW),
        lambda session: handling.accept(session, step, note="马上派人去看"),
    )
    told = loser(answers)
    with reading(engine) as session:
        kept = session.get(Dispute, dispute.id)
        if answers[0] == DONE:
            assert (kept, "没有这件事" in told) == (None, True)
        else:
            assert (kept.state, session.get_one(ImportSheet, again.id).state) == ("accepted", "done")
            assert dispute.case_code in told
        assert first_broken_link(session) is None


def test_of_two_mediators_who_record_one_meeting_one_does_and_the_other_learns_who(engine):
    with transaction(engine) as session:
        world = build_world(session)
        add_account(session, world, "second_mediator", Role.MEDIATOR, "mediation", "990101001201")
        dispute = mediating(session, world)
        plan_session(session, at_step(session, world, dispute), plan=Plan(NOW, place="田边"))
        meeting = meeting_of(session, dispute)
        steps = [at_step(session, world, dispute, who=who) for who in ("mediator", "second_mediator")]

    def hold(step: Step) -> Callable[[Session], object]:
        words = f"{step.actor.display_name}记的:两家谈到谁来改排水。"
        return lambda session: hold_session(session, step, session_id=meeting, record=words)

    told = loser(at_once(engine, *map(hold, steps)))

    assert "刚才填写的内容还在下面" in told
    with reading(engine) as session:
        written = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "session_held")).one()
    winner = next(step.actor for step in steps if written.startswith(step.actor.display_name))
    assert told.startswith(f"{winner.display_name}({winner.unit_name})")


def test_of_two_who_give_the_same_review_one_does_and_the_other_learns_which_unit_was_first(engine):
    with transaction(engine) as session:
        world = build_world(session)
        add_account(session, world, "second_county_officer", Role.COUNTY_OFFICER, "county", COUNTY)
        dispute = add_dispute(session, world, state="handling")
        dispute.grade = dispute.grade_raised_to = "yellow"
        closing = Closing("agreement_performed", "人民调解法第三十一条", "租金已付清,双方签收。")
        propose_closing(session, step_of(session, world, "township_officer", dispute), closing=closing)
        steps = [step_of(session, world, who, dispute) for who in ("county_officer", "second_county_officer")]

    def review(step: Step) -> Callable[[Session], object]:
        side = "coordinating_office"
        return lambda session: review_closing(session, step, side=side, agrees=True, note="看过协议,问过双方")

    told = loser(at_once(engine, *map(review, steps)))

    assert "刚才已经审核过了" in told
    with reading(engine) as session:
        assert session.scalar(select(func.count()).select_from(ReviewRecord)) == 1


def test_a_request_for_review_and_a_reopening_at_once_do_not_both_count(engine):
    with transaction(engine) as session:
        world = build_world(session)
        dispute = add_dispute(session, world, state="handling")
        draft_opinion(session, step_of(session, world, "township_officer", dispute), draft=OPINION)
        delivery = Delivery("in_person", TODAY)
        deliver_opinion(session, step_of(session, world, "township_officer", dispute), delivery=delivery)
        session.flush()
        closure = Closure("opinion_carried_out", "信访工作条例第三十六条", "租金已经付清,双方签收")
        handling.close(session, step_of(session, world, "township_officer", dispute), closure=closure)
        asking, reopening = (step_of(session, world, who, dispute) for who in ("county_officer", "township_lead"))

    answers = at_once(
        engine,
        lambda session: ask_review(session, asking, asked_on=TODAY, organ="县人民政府"),
        lambda session: handling.reopen(session, reopening, reason="又有一户说没有收到"),
    )

    told = loser(answers)
    assert "刚才填写的内容还在下面" in told
    with reading(engine) as session:
        asked = session.scalar(select(func.count()).select_from(OpinionReview))
        state = session.get_one(Dispute, dispute.id).state
    assert (asked, state) == ((1, "closed") if answers[0] == DONE else (0, "reopened"))
