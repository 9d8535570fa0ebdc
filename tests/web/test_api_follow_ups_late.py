"""Visits that come late, again, or from two phones at once, on both databases: nothing that was heard is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread

import pytest
from flask import Flask

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUpVisit
from grid_app.services.handling.steps import Step, close, reopen
from grid_app.services.matters.follow_up_plans import name_carrier
from tests.follow_ups_world import SETTLED, close_yesterday, dispute_now, follow_ups, history, send, states, visit
from tests.rounds_world import counted
from tests.web.api_phone import Phone
from tests.world import NOW, World


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


@pytest.fixture
def closed(app: Flask, app_world: World):
    return close_yesterday(app_world)


def test_a_visit_that_had_its_result_is_received_and_told(phone_of, closed) -> None:
    phone = phone_of("grid_worker")
    send(phone, visit(follow_ups()[1]))

    late = send(phone, visit(follow_ups()[1], note="又去了一次,都好"))[0]

    assert (late["outcome"], [one["code"] for one in late["warnings"]]) == ("accepted", ["answered_before"])
    assert history(closed)[-1][1] == "又去了一次,都好"


def test_a_relapse_heard_before_the_office_had_another_result_still_opens_the_dispute(phone_of, closed) -> None:
    send(phone_of("township_officer"), visit(follow_ups()[1], way="phone"))

    late = send(phone_of("grid_worker"), visit(follow_ups()[1], outcome="relapsed", note="水沟又被堵上了"))[0]

    assert [one["code"] for one in late["warnings"]] == ["answered_before"]
    assert dispute_now(closed).state == "reopened"


def test_a_relapse_of_an_earlier_closing_opens_nothing(phone_of, closed, app_world: World) -> None:
    earlier = follow_ups()[1]
    with transaction() as session:
        officer, dispute = world_officer(session, app_world), session.get_one(Dispute, closed)
        reopen(session, Step(closed, officer, dispute.version, NOW), reason="当事人又来反映了")
        dispute.state = "handling"
        session.flush()
        close(session, Step(closed, officer, dispute.version, NOW), closure=SETTLED)

    late = send(phone_of("grid_worker"), visit(earlier, outcome="relapsed", note="水沟又被堵上了"))[0]

    assert [one["code"] for one in late["warnings"]] == ["answered_before"]
    assert dispute_now(closed).state == "closed"
    assert history(closed)[-1][:2] == ("followed_up", "水沟又被堵上了")


def world_officer(session, world: World):
    return world.actor(session, "township_officer")


def test_a_replayed_visit_gets_its_first_receipt_and_other_content_is_a_conflict(phone_of, closed, clock) -> None:
    phone, sent = phone_of("grid_worker"), visit(follow_ups()[1])
    first = send(phone, sent)[0]
    clock.advance(timedelta(hours=5))

    again = send(phone, sent, sent)
    other = send(phone, {"id": sent["id"], "content": sent["content"] | {"note": "别的"}})[0]

    assert [one["outcome"] for one in again] == ["already_have"] * 2
    assert [one["receipt"] for one in again] == [first["receipt"]] * 2
    assert (other["outcome"], other["receipt"]) == ("conflict", None)
    assert counted(FollowUpVisit) == 1


def test_one_id_from_two_phones_at_once_is_stored_once(phone_of, closed) -> None:
    phones, sent, outcomes = [phone_of("grid_worker"), phone_of("township_officer")], visit(follow_ups()[1]), []

    def deliver(phone: Phone) -> None:
        outcomes.append(send(phone, sent)[0]["outcome"])

    threads = [Thread(target=deliver, args=[phone]) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["accepted", "already_have"]
    assert counted(FollowUpVisit) == 1


def test_who_was_relieved_of_a_visit_still_hands_in_what_was_heard_before(phone_of, closed, app_world: World) -> None:
    with transaction() as session:
        step = Step(closed, world_officer(session, app_world), 0, NOW)
        name_carrier(session, step, carrier_id=app_world.assignments["second_grid_worker"])

    answer = send(phone_of("grid_worker"), visit(follow_ups()[1]))[0]

    assert answer["outcome"] == "accepted"
    assert states()[1] == "settled"
