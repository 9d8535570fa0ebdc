"""More time: asked for, approved once by another person who leads, refused after the limit has passed."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from grid_app.clock import local_date
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import DisputeEvent
from grid_app.services.clocks.running import start_clock
from grid_app.services.escalations.ladders import seed_ladders
from grid_app.services.handling import steps as handling
from grid_app.services.handling.extensions import Extension, ask_extension, decide_extension
from grid_app.services.handling.sorting import sort_dispute
from grid_app.services.handling.steps import Step
from tests.builders import add_dispute
from tests.handling_world import CONSIDERED
from tests.world import NOW

WANTED = Extension("petition_finish", 20, "涉及三个单位的档案,还要核对")
DUE = date(2027, 1, 19)


@pytest.fixture(autouse=True)
def ladders(session):
    seed_ladders(session, NOW)


@pytest.fixture
def petition(session, world):
    """Give an accepted matter of the petition track, sixty days from ``NOW``."""
    dispute = add_dispute(session, world)
    step = step_of(session, world, "township_officer", dispute)
    sort_dispute(session, step, track="petition", complexity="complex", considered=CONSIDERED)
    handling.accept(session, step_of(session, world, "township_officer", dispute))
    return dispute


def step_of(session, world, who, dispute, *, now=NOW) -> Step:
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def clock_of(session, dispute, code="petition_finish") -> Deadline:
    return session.scalars(select(Deadline).filter_by(dispute_id=dispute.id, rule_code=code)).one()


def ask(session, world, dispute, *, who="township_officer", wanted=WANTED, now=NOW):
    ask_extension(session, step_of(session, world, who, dispute, now=now), wanted=wanted)


def decide(session, world, dispute, *, who="township_lead", approve=True, note="", now=NOW):
    step = step_of(session, world, who, dispute, now=now)
    decide_extension(session, step, code="petition_finish", approve=approve, note=note)


@pytest.mark.parametrize("who", ["grid_worker", "mediator", "village_lead"])
def test_who_does_not_handle_cannot_ask(session, world, petition, who):
    with pytest.raises(ForbiddenError):
        ask(session, world, petition, who=who)


@pytest.mark.parametrize("days", [0, -5, 31])
def test_more_days_than_the_rule_gives_are_refused(session, world, petition, days):
    with pytest.raises(InvalidError) as refused:
        ask(session, world, petition, wanted=Extension("petition_finish", days, "还要核对档案材料"))

    assert "最多延长 30 天" in refused.value.fields["days"]


def test_a_request_without_a_reason_is_refused(session, world, petition):
    with pytest.raises(InvalidError):
        ask(session, world, petition, wanted=Extension("petition_finish", 20, " "))


def test_a_limit_that_cannot_be_extended_says_so(session, world, petition):
    with pytest.raises(InvalidError, match="不能延长"):
        ask(session, world, petition, wanted=Extension("finish_target", 5, "还要核对档案材料"))


def test_a_clock_that_does_not_run_is_not_found(session, world, petition):
    with pytest.raises(NotFoundError):
        ask(session, world, petition, wanted=Extension("recheck_answer", 5, "还要核对档案材料"))


def test_after_the_limit_nobody_asks_and_the_words_say_when_it_passed(session, world, petition):
    with pytest.raises(ConflictError, match="2027 年 1 月 19 日已经过了,不能再延长") as refused:
        ask(session, world, petition, now=NOW + timedelta(days=61))

    assert refused.value.code == "limit_passed"
    assert clock_of(session, petition).extension_asked_at is None


def test_asking_alone_moves_nothing(session, world, petition):
    ask(session, world, petition)

    clock = clock_of(session, petition)
    assert local_date(clock.due_at) == DUE
    assert (clock.extension_days, clock.extended_at) == (20, None)


def test_asking_twice_is_refused(session, world, petition):
    ask(session, world, petition)

    with pytest.raises(ConflictError, match="已经有人申请"):
        ask(session, world, petition, who="county_officer", wanted=Extension("petition_finish", 5, "另外一个理由"))


@pytest.mark.parametrize("who", ["township_officer", "county_officer"])
def test_an_officer_cannot_approve(session, world, petition, who):
    ask(session, world, petition)

    with pytest.raises(ForbiddenError, match="领导"):
        decide(session, world, petition, who=who)


def test_nobody_approves_the_own_request(session, world, petition):
    ask(session, world, petition, who="township_lead")

    with pytest.raises(ForbiddenError, match="自己"):
        decide(session, world, petition)


def test_where_there_is_no_second_person_the_county_approves(session, world, petition):
    ask(session, world, petition, who="township_lead")

    decide(session, world, petition, who="county_lead")

    assert local_date(clock_of(session, petition).due_at) == DUE + timedelta(days=20)


def test_an_approved_extension_counts_on_from_the_last_day_and_explains_itself(session, world, petition):
    ask(session, world, petition)

    decide(session, world, petition, note="同意")

    clock = clock_of(session, petition)
    assert local_date(clock.due_at) == date(2027, 2, 8)
    assert clock.explanation["extra_days"] == 20
    assert clock.extended_by == world.assignments["township_officer"]
    assert clock.extension_approver == world.assignments["township_lead"]
    kinds = session.scalars(select(DisputeEvent.kind).where(DisputeEvent.dispute_id == petition.id)).all()
    assert {"extension_asked", "extension_approved"} <= set(kinds)


def test_only_once(session, world, petition):
    ask(session, world, petition)
    decide(session, world, petition)

    with pytest.raises(ConflictError, match="只能延长一次"):
        ask(session, world, petition, wanted=Extension("petition_finish", 10, "还要再核对一次"))


def test_a_request_is_not_approved_after_the_limit_passed_while_it_waited(session, world, petition):
    ask(session, world, petition)

    with pytest.raises(ConflictError, match="不能再延长"):
        decide(session, world, petition, now=NOW + timedelta(days=61))

    assert local_date(clock_of(session, petition).due_at) == DUE


def test_a_refusal_leaves_the_limit_and_another_request_is_possible(session, world, petition):
    ask(session, world, petition)

    decide(session, world, petition, approve=False, note="档案已经齐了,不需要延长")
    ask(session, world, petition, wanted=Extension("petition_finish", 10, "新找到一份档案要核对"))

    clock = clock_of(session, petition)
    assert local_date(clock.due_at) == DUE
    assert clock.extension_days == 10


def test_what_nobody_asked_for_is_not_approved(session, world, petition):
    with pytest.raises(ConflictError, match="没有待批"):
        decide(session, world, petition)


def test_the_parties_of_a_mediation_agree_and_it_counts_at_once(session, world, petition):
    start_clock(session, dispute=petition, code="mediation", started_at=NOW, now=NOW)
    session.flush()

    ask(session, world, petition, wanted=Extension("mediation", 30, "甲方乙方当面都同意再调解一个月"))

    clock = clock_of(session, petition, "mediation")
    assert local_date(clock.due_at) == date(2027, 1, 19)
    assert clock.extension_approver is None
    assert clock.extended_at == NOW
    with pytest.raises(ConflictError, match="只能延长一次"):
        ask(session, world, petition, wanted=Extension("mediation", 10, "又都同意再延长几天"))
