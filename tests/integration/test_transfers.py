"""Transfers between units: receipt, objection in five working days, return, the ruling after two. On both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import Unit
from grid_app.models.clocks import Deadline
from grid_app.models.handling import Transfer
from grid_app.services.handling.board import unit_figures
from grid_app.services.handling.transfers import Sending, decide_objection, object_to, receive, transfer
from tests.builders import add_dispute
from tests.handling_world import TODAY, step_of, talk
from tests.world import NOW

WORDS = "灌溉渠属于村里管护,请村委会修复并答复。"
NOT_OURS = "这段渠由水利站管护,依据管护协议第二条。"


@pytest.fixture
def dispute(session, world):
    return add_dispute(session, world, state="accepted")


def send(session, world, dispute, unit="village", *, who="township_officer", talks=True, **more):
    if talks:
        talk(session, world, dispute, unit=world.units[unit], who=who)
    step = step_of(session, world, who, dispute)
    transfer(session, step, sending=Sending(world.units[unit], WORDS, **more))


def bounce(session, world, dispute):
    send(session, world, dispute)
    object_to(session, step_of(session, world, "village_lead", dispute), reason=NOT_OURS)
    step = step_of(session, world, "township_officer", dispute)
    decide_objection(session, step, agree=True, reason="核对协议,确实不属于村里")


def states(session):
    return list(session.scalars(select(Transfer.state).order_by(Transfer.id)))


def test_a_transfer_reaches_the_unit_at_once_and_is_signed_for(session, world, dispute):
    send(session, world, dispute, asked_due_on=TODAY + timedelta(days=10))
    assert dispute.owner_unit_id == world.units["village"]
    clock = session.scalars(select(Deadline).where(Deadline.rule_code == "objection")).one()
    assert clock.started_at == NOW

    receive(session, step_of(session, world, "village_lead", dispute))

    assert states(session) == ["received"]
    with pytest.raises(ConflictError, match="已经签收过"):
        receive(session, step_of(session, world, "village_lead", dispute))


def test_no_transfer_without_both_talks(session, world, dispute):
    with pytest.raises(InvalidError) as refused:
        send(session, world, dispute, talks=False)

    assert refused.value.code == "contacts_missing"
    assert "单位之间转办" in refused.value.sentence


@pytest.mark.parametrize(("unit", "told"), [("township", "不能转给自己"), ("village2", "请从列表里选")])
def test_a_transfer_to_oneself_or_elsewhere_is_refused(session, world, dispute, unit, told):
    with pytest.raises(InvalidError) as refused:
        send(session, world, dispute, unit)

    assert told in refused.value.fields["unit"]


def test_a_unit_that_has_ended_is_refused_with_its_name(session, world, dispute):
    talk(session, world, dispute, unit=world.units["village"])
    session.get_one(Unit, world.units["village"]).closed_at = NOW - timedelta(days=1)

    with pytest.raises(InvalidError) as refused:
        send(session, world, dispute, talks=False)

    assert "云岭村村民委员会”已经撤销" in refused.value.fields["unit"]


def test_another_township_that_could_not_even_see_the_matter_is_refused(session, world, dispute):
    with pytest.raises(InvalidError) as refused:
        send(session, world, dispute, "township2", who="county_officer")

    assert "看不到别处的事项" in refused.value.fields["unit"]


def test_a_unit_complained_of_gets_nothing(session, world, dispute):
    talk(session, world, dispute, unit=world.units["village"])
    dispute.about_unit_id = world.units["village"]

    with pytest.raises(InvalidError) as refused:
        send(session, world, dispute, talks=False)

    assert "应当回避" in refused.value.fields["unit"]


def test_only_the_receiving_unit_signs_and_objects(session, world, dispute):
    send(session, world, dispute)

    for act in (receive, lambda one, step: object_to(one, step, reason=NOT_OURS)):
        with pytest.raises(ForbiddenError):
            act(session, step_of(session, world, "county_officer", dispute))


def test_an_objection_with_reasons_brings_it_back_after_the_sender_agrees(session, world, dispute):
    send(session, world, dispute)
    object_to(session, step_of(session, world, "village_lead", dispute), reason=NOT_OURS)
    assert dispute.owner_unit_id == world.units["village"]
    clock = session.scalars(select(Deadline).where(Deadline.rule_code == "objection")).one()
    assert clock.ended == "done"

    step = step_of(session, world, "township_officer", dispute)
    decide_objection(session, step, agree=True, reason="核对协议,确实不属于村里")

    assert dispute.owner_unit_id == world.units["township"]
    assert states(session) == ["returned"]


def test_an_objection_that_is_not_agreed_to_leaves_it_there(session, world, dispute):
    send(session, world, dispute)
    object_to(session, step_of(session, world, "village_lead", dispute), reason=NOT_OURS)

    step = step_of(session, world, "township_lead", dispute)
    decide_objection(session, step, agree=False, reason="协议已经到期,由村里管护")

    assert dispute.owner_unit_id == world.units["village"]
    assert states(session) == ["kept"]


def test_after_five_working_days_nobody_objects(session, world, dispute):
    send(session, world, dispute)

    step = step_of(session, world, "village_lead", dispute, now=NOW + timedelta(days=8))
    with pytest.raises(ConflictError, match="五个工作日已经过了"):
        object_to(session, step, reason=NOT_OURS)


def test_while_an_objection_waits_nothing_is_sent_on(session, world, dispute):
    send(session, world, dispute)
    object_to(session, step_of(session, world, "village_lead", dispute), reason=NOT_OURS)

    with pytest.raises(ConflictError, match="上一次转办还没有结果"):
        send(session, world, dispute, "county", talks=False)


def test_after_two_returns_the_county_rules_and_nobody_objects(session, world, dispute):
    bounce(session, world, dispute)
    bounce(session, world, dispute)
    with pytest.raises(ForbiddenError, match="由县级裁定"):
        send(session, world, dispute)

    send(session, world, dispute, who="county_officer", talks=False)

    assert dispute.owner_unit_id == world.units["village"]
    with pytest.raises(ConflictError, match="县级裁定"):
        object_to(session, step_of(session, world, "village_lead", dispute), reason=NOT_OURS)


def test_idle_rounds_are_a_figure_of_the_unit_only(session, world, dispute):
    bounce(session, world, dispute)
    bounce(session, world, dispute)
    send(session, world, dispute, who="county_officer", talks=False)

    found = unit_figures(session, world.units["township"])

    assert (found.sent, found.idle) == (3, 1)
    assert unit_figures(session, world.units["village"]).returned_by_us == 2
