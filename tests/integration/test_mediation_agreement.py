"""Agreements of mediation: what they must and may not say, when they take effect, performance, courts, routes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.models.mediation import JudicialConfirmation
from grid_app.policy import dispute_scope
from grid_app.queries.mediation_work import count_due_terms, due_terms, under_way
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling import steps as handling
from grid_app.services.handling.steps import Closure
from grid_app.services.mediation.agreement import conclude_agreement, draft_agreement, record_performance
from grid_app.services.mediation.court import ask_court, note_court_answer, note_court_decision
from grid_app.services.mediation.sessions import Plan, plan_session
from grid_app.services.mediation.steps import (
    take_pathway,
    terminate_mediation,
)
from tests.mediation_world import (
    BOTH,
    DUE,
    TODAY,
    a_draft,
    agreed,
    at_step,
    case_of,
    mediating,
    met,
    offered,
    promises,
    signed,
    terms_of,
)
from tests.world import NOW

DAY = timedelta(days=1)
PERFORMED = Closure("agreement_performed", "人民调解法第三十一条", "约定的事都做完了。")


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


def running(session, dispute) -> dict[str, Deadline]:
    session.flush()
    rows = session.scalars(select(Deadline).where(Deadline.dispute_id == dispute.id, Deadline.done_at.is_(None)))
    return {row.rule_code: row for row in rows}


def kinds(session, dispute) -> list[str]:
    rows = select(DisputeEvent.kind).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return list(session.scalars(rows))


@pytest.mark.parametrize("field", ["facts", "issues", "responsibility", "performance_method", "what_1"])
def test_no_part_of_an_agreement_signs_a_right_away(session, world, field):
    dispute = mediating(session, world)
    waiver = "以后不再上访,也不起诉,永不追究。"
    changes = {"promises": (promises()[0].__class__("当事人A", waiver, DUE),)} if field == "what_1" else {field: waiver}

    with pytest.raises(InvalidError) as refused:
        draft_agreement(session, at_step(session, world, dispute), draft=a_draft(**changes))

    assert refused.value.code == "waiver"
    assert set(refused.value.fields) == {field}


@pytest.mark.parametrize(
    ("columns", "changes", "needed"),
    [
        ({}, {"promises": promises(TODAY)}, False),
        ({}, {"promises": promises(TODAY), "asked_written": True}, True),
        ({}, {"promises": promises(DUE)}, True),
        ({"complexity": "complex"}, {"promises": promises(TODAY)}, True),
        ({"household_band": "10-29"}, {"promises": promises(TODAY)}, True),
    ],
)
def test_when_an_agreement_must_be_written(session, world, columns, changes, needed):
    dispute = mediating(session, world, **columns)
    step = at_step(session, world, dispute)
    oral = a_draft(form="oral", **changes)

    if not needed:
        draft_agreement(session, step, draft=oral)
        conclude_agreement(session, at_step(session, world, dispute), conclusion=signed(sealed=False))
        assert dispute.state == "agreed"
        return
    with pytest.raises(InvalidError) as refused:
        draft_agreement(session, step, draft=oral)
    assert "要写成书面协议" in refused.value.fields["form"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"signed_by": BOTH[:1]}, "signed"), ({"mediator_signed": False}, "mediator_signed"),
        ({"sealed": False}, "sealed"), ({"effective_on": None}, "day"), ({"effective_on": TODAY + DAY}, "day"),
        ({"effective_on": TODAY - DAY}, "day"),
    ],
)  # fmt: skip
def test_an_agreement_takes_effect_only_when_everybody_signed(session, world, changes, field):
    dispute = mediating(session, world)
    draft_agreement(session, at_step(session, world, dispute), draft=a_draft())

    with pytest.raises(InvalidError) as refused:
        conclude_agreement(session, at_step(session, world, dispute), conclusion=signed(**changes))

    assert set(refused.value.fields) == {field}
    assert dispute.state == "mediating"


def test_a_draft_may_be_changed_until_it_is_concluded(session, world):
    dispute = mediating(session, world)
    draft_agreement(session, at_step(session, world, dispute), draft=a_draft(DUE, DUE, DUE))
    draft_agreement(session, at_step(session, world, dispute), draft=a_draft(DUE))

    assert [term.number for term in terms_of(session, dispute)] == [1]


def test_the_thirty_days_for_the_court_run_from_the_day_of_effect(session, world):
    dispute = agreed(session, world)

    clock = running(session, dispute)["judicial_confirmation_apply"]
    assert local_date(clock.due_at) == date(2026, 12, 21)  # the thirtieth day, 20 December, is a Sunday
    assert "mediation" not in running(session, dispute)


def test_both_parties_ask_the_court_together_and_in_time(session, world):
    dispute = agreed(session, world)
    late = at_step(session, world, dispute, now=NOW + 40 * DAY)

    with pytest.raises(InvalidError) as alone:
        ask_court(session, at_step(session, world, dispute), court="青溪县人民法院", applied_on=TODAY, together=False)
    with pytest.raises(InvalidError) as too_late:
        ask_court(session, late, court="青溪县人民法院", applied_on=date(2026, 12, 22), together=True)

    assert set(alone.value.fields) == {"together"}
    assert "12月21日为止" in too_late.value.fields["day"]


def test_the_court_confirms(session, world):
    dispute = agreed(session, world)
    ask_court(session, at_step(session, world, dispute), court="青溪县人民法院", applied_on=TODAY, together=True)
    assert "judicial_confirmation_apply" not in running(session, dispute)
    later = local_date(NOW + 9 * DAY)

    note_court_answer(
        session, at_step(session, world, dispute, now=NOW + 9 * DAY), accepted=True, answered_on=later - DAY
    )
    note_court_decision(
        session, at_step(session, world, dispute, now=NOW + 9 * DAY), result="confirmed", decided_on=later,
        document_no="(2026)演民特12号",
    )  # fmt: skip

    found = session.scalars(select(JudicialConfirmation)).one()
    assert (found.accepted, found.result, found.decided_on) == (True, "confirmed", later)


def test_an_agreement_is_no_ground_until_every_promise_was_kept(session, world):
    dispute = agreed(session, world, DUE, DUE)
    first = terms_of(session, dispute)[0]
    record_performance(session, at_step(session, world, dispute), term_id=first.id, done_on=TODAY, evidence="看过")

    assert dispute.state == "agreed"
    dispute.state = "handling"  # whatever way it came there
    with pytest.raises(InvalidError) as refused:
        handling.close(session, at_step(session, world, dispute, who="township_officer"), closure=PERFORMED)

    assert refused.value.code == "not_performed"
    assert "第 2 条" in refused.value.fields["ground"]


def test_what_is_not_performed_may_go_to_court(session, world):
    dispute = agreed(session, world)

    take_pathway(session, at_step(session, world, dispute, now=NOW + 9 * DAY), route="court", note="到法院起诉了")

    assert dispute.state == "on_legal_pathway"
    assert case_of(session, dispute).state == "pathway"


def test_a_route_that_is_not_for_this_matter_is_refused(session, world):
    dispute = mediating(session, world)
    terminate_mediation(session, at_step(session, world, dispute), why="no_agreement", told=True)

    with pytest.raises(InvalidError):
        take_pathway(session, at_step(session, world, dispute, who="township_officer"), route="labour_arbitration")


def test_terminating_counts_as_one_failed_attempt_for_the_grade(session, world):
    dispute = mediating(session, world)
    terminate_mediation(session, at_step(session, world, dispute), why="no_agreement")

    assert any("调解" in reason for reason in dispute.grade_reasons) or dispute.grade != "green"
    assert case_of(session, dispute).told_on is None


def test_promises_that_fall_due_are_counted_for_the_committee_without_persons(session, world):
    near = agreed(session, world, DUE, TODAY + 60 * DAY)
    actor = world.actor(session, "mediator")
    until = TODAY + 7 * DAY

    assert count_due_terms(session, actor, dispute_scope(actor), until=until) == 1
    (line,) = due_terms(session, actor, dispute_scope(actor), until=until)
    assert (line.dispute_id, line.number, line.due_on) == (near.id, 1, DUE)
    assert [one.state for one in under_way(session, actor, dispute_scope(actor))] == ["agreed"]
    office = world.actor(session, "township_officer")
    assert count_due_terms(session, office, dispute_scope(office), until=until) == 0


def test_a_closed_matter_leaves_no_mediation_open(session, world):
    dispute = offered(session, world, state="handling")

    handling.close(
        session, at_step(session, world, dispute, who="township_officer"),
        closure=Closure("agreement_performed", "人民调解法第三十一条", "两家自己商量好了,已经做完。"),
    )  # fmt: skip

    assert case_of(session, dispute).state == "dropped"


def test_meetings_and_agreements_stop_when_mediation_ended(session, world):
    dispute = mediating(session, world)
    met(session, world, dispute)
    terminate_mediation(session, at_step(session, world, dispute), why="stopped")

    office = at_step(session, world, dispute, who="township_officer")
    for act in (
        lambda: plan_session(session, office, plan=Plan(NOW + DAY, place="村部")),
        lambda: draft_agreement(session, office, draft=a_draft()),
        lambda: conclude_agreement(session, office, conclusion=signed()),
    ):
        with pytest.raises(ConflictError):
            act()
