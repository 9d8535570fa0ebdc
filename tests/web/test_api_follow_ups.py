"""Follow-up visits through the real API, on both databases: refusals, contacts, repetitions, what each outcome does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUpVisit
from tests.fakes import FrozenClock
from tests.follow_ups_world import (
    audited,
    close_yesterday,
    dispute_now,
    follow_ups,
    history,
    send,
    states,
    visit,
)
from tests.rounds_world import counted
from tests.web.api_phone import Phone
from tests.world import World


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


@pytest.fixture
def closed(app: Flask, app_world: World):
    return close_yesterday(app_world)


# --- refusals ---------------------------------------------------------------------------------------------------


def test_an_administrator_and_a_stranger_are_refused(app: Flask, app_world: World) -> None:
    assert app.test_client().get("/api/v1/follow-ups").status_code == 401
    assert app.test_client().post("/api/v1/follow-ups:sync", json={"items": []}).status_code == 401


@pytest.mark.parametrize("body", [{}, {"items": 3}, {"items": [], "more": 1}, {"items": [{}] * 101}])
def test_a_body_that_is_no_batch_is_refused_whole(phone_of, body: dict) -> None:
    assert phone_of("grid_worker").post("follow-ups:sync", json=body).status_code == 422


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"form": "follow-up/9"}, "unknown_form", "form"),
        ({"captured_at": "yesterday"}, "invalid", "captured_at"),
        ({"follow_up_id": "x"}, "invalid", "follow_up_id"),
        ({"way": "letter"}, "invalid", "way"),
        ({"outcome": "happy"}, "invalid", "outcome"),
        ({"note": "字" * 501}, "invalid", "note"),
        ({"note": "\x00"}, "invalid", "note"),
        ({"outcome": "relapsed", "note": "又吵了"}, "invalid", "note"),
        ({"note": "他承诺永不上访"}, "waiver", "note"),
        ({"more": 1}, "invalid", "more"),
    ],
)
def test_what_cannot_be_taken_is_named_by_field_and_leaves_no_trace(phone_of, closed, changes, code, field) -> None:
    answer = send(phone_of("grid_worker"), visit(follow_ups()[1], **changes))[0]

    assert (answer["outcome"], answer["code"], answer["receipt"]) == ("rejected", code, None)
    assert field in answer["fields"]
    assert counted(FollowUpVisit) == 0
    assert states() == {1: "due", 3: "due", 7: "due", 30: "due"}


def test_a_damaged_or_broken_item_never_blocks_its_neighbours(phone_of, closed) -> None:
    due = follow_ups()[1]
    damaged = visit(due) | {"digest": "0" * 64}

    answers = send(phone_of("grid_worker"), 7, {"id": "x"}, damaged, visit(due))

    assert [one["code"] for one in answers] == ["bad_item", "bad_item", "digest_mismatch", ""]


def test_somebody_elses_visit_is_forbidden_in_view_and_unknown_outside(phone_of, closed) -> None:
    due = follow_ups()[1]

    seen = send(phone_of("village_lead"), visit(due))[0]
    unseen = send(phone_of("other_grid_worker"), visit(due))[0]

    assert (seen["outcome"], seen["code"]) == ("rejected", "forbidden")
    assert (unseen["outcome"], unseen["code"]) == ("rejected", "not_found")
    assert counted(FollowUpVisit) == 0


def test_a_visit_that_does_not_exist_is_not_found(phone_of, closed) -> None:
    answer = send(phone_of("grid_worker"), visit(follow_ups()[1], follow_up_id="0198f3a2-0000-7000-8000-000000000000"))

    assert answer[0]["code"] == "not_found"


# --- the list and its contacts ----------------------------------------------------------------------------------


def test_the_own_visits_of_a_week_come_with_contacts_and_are_logged_once_a_day(phone_of, closed, clock) -> None:
    phone = phone_of("grid_worker")

    answer = phone.get("follow-ups")
    phone.get("follow-ups")

    assert answer.headers["Cache-Control"] == "no-store"
    items = answer.json["items"]
    assert [one["day"] for one in items] == [1, 3, 7]
    first = items[0]
    assert first["contacts"] == [{"label": "当事人A", "name": "王某甲", "phone": "13800000000"}]
    assert (first["due_on"], first["overdue"]) == ("2026-11-20", False)
    assert (first["place"], first["house_hint"]) == ("东河镇 云岭村第1网格", "村口第二家")
    assert first["dispute_id"] == str(closed)
    logged = audited("follow_up.contacts_given")
    assert [(one.target_id, one.details) for one in logged] == [(str(closed), {"parties": 1})]
    clock.advance(timedelta(days=1))
    assert phone.get("follow-ups").json["items"][0]["overdue"] is True
    assert len(audited("follow_up.contacts_given")) == 2


def test_the_cookie_of_a_page_gets_the_list_without_contacts(app: Flask, closed) -> None:
    client = app.test_client()
    client.post("/sign-in", data={"login": "grid_worker", "password": "Correct-Horse-9"})

    items = client.get("/api/v1/follow-ups").json["items"]

    assert [one["contacts"] for one in items] == [[], [], []]
    assert not audited("follow_up.contacts_given")


def test_nobody_else_gets_them_and_long_past_ones_come_without_contacts(phone_of, closed, clock: FrozenClock) -> None:
    phone = phone_of("grid_worker")
    assert phone_of("second_grid_worker").get("follow-ups").json["items"] == []
    clock.advance(timedelta(days=16))

    contacts = {one["day"]: len(one["contacts"]) for one in phone.get("follow-ups").json["items"]}

    assert contacts == {1: 0, 3: 1, 7: 1}


def test_sealed_and_county_only_matters_and_those_of_the_own_unit_never_go_out(phone_of, closed, app_world) -> None:
    phone = phone_of("grid_worker")
    for changes in ({"category": "1501"}, {"category": "1601"}, {"about_unit_id": app_world.units["village"]}):
        with transaction() as session:
            dispute = session.get_one(Dispute, closed)
            dispute.category, dispute.about_unit_id = "0299", None
            for name, value in changes.items():
                setattr(dispute, name, value)
        assert phone.get("follow-ups").json["items"] == []
        assert send(phone, visit(follow_ups()[1]))[0]["code"] == "not_found"


# --- what each outcome does -------------------------------------------------------------------------------------


def test_settled_ends_this_one_and_those_due_until_the_day_of_the_visit(phone_of, closed, clock: FrozenClock) -> None:
    phone = phone_of("grid_worker")
    clock.advance(timedelta(days=3))
    sent = visit(follow_ups()[3], captured_at="2026-11-23T09:00:00+08:00", note="租金都收到了")

    answer = send(phone, sent)[0]

    assert (answer["outcome"], answer["digest"], answer["id"]) == ("accepted", sent["digest"], sent["id"])
    assert states() == {1: "missed", 3: "settled", 7: "due", 30: "due"}
    kind, note, details = history(closed)[-1]
    assert (kind, note) == ("followed_up", "租金都收到了")
    assert (details["day"], details["way"], details["outcome"]) == (3, "visit", "settled")
    assert audited("dispute.followed_up")[0].target_id == str(closed)
    verdict = phone.post("receipts:verify", json={"id": sent["id"], "digest": answer["digest"], **answer["receipt"]})
    assert verdict.json == {"genuine": True, "known": True}
    held = phone.post("reports:held", json={"items": [{"id": sent["id"], "digest": sent["digest"]}]})
    assert held.json["results"][0]["held"] == "yes"


def test_a_relapse_opens_the_dispute_again_with_its_words_and_cancels_the_rest(phone_of, closed) -> None:
    answer = send(phone_of("grid_worker"), visit(follow_ups()[1], outcome="relapsed", note="水沟又被堵上了"))[0]

    assert answer["outcome"] == "accepted"
    assert states() == {1: "relapsed", 3: "cancelled", 7: "cancelled", 30: "cancelled"}
    assert dispute_now(closed).state == "reopened"
    told = [(kind, note) for kind, note, _ in history(closed) if kind in ("followed_up", "reopened")]
    assert told == [("followed_up", ""), ("reopened", "水沟又被堵上了")]
    assert len(audited("dispute.reopened")) == 1


def test_not_reached_is_a_try_and_it_stays_due(phone_of, closed) -> None:
    phone = phone_of("grid_worker")

    answers = send(phone, visit(follow_ups()[1], outcome="not_reached", way="phone"))

    assert answers[0]["outcome"] == "accepted"
    assert states()[1] == "due"
    assert len(phone.get("follow-ups").json["items"]) == 3
    assert history(closed)[-1][2]["outcome"] == "not_reached"


def test_whoever_declines_is_not_visited_again(phone_of, closed) -> None:
    phone = phone_of("grid_worker")

    send(phone, visit(follow_ups()[1], outcome="declined"))

    assert set(states().values()) == {"declined"}
    assert phone.get("follow-ups").json["items"] == []
    assert dispute_now(closed).state == "closed"
