"""Returns from a phone through the real API, on both databases: refusals, repetitions, receipts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from threading import Thread
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Assignment
from grid_app.models.field import ReturnSubmission
from grid_app.models.rounds import ScreeningReturn
from grid_app.policy import Role
from grid_app.security.receipts import digest_of
from grid_app.services.rounds.steps import close_round
from tests.fakes import FrozenClock
from tests.rounds_world import closed_round, counted
from tests.web.api_phone import Phone, item
from tests.world import NOW, World, add_account

GRID = "990101001201J001"
ZERO: dict[str, Any] = {
    "form": "return/1",
    "captured_at": "2026-11-20T09:30:00+08:00",
    "division_code": GRID,
    "zero": True,
    "ways": ["visit"],
    "note": "走访三个组",
}


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


@pytest.fixture
def open_round(app_world: World):
    with transaction() as session:
        return closed_round(session, now=NOW, due=NOW.date() + timedelta(days=3), closed=False)


def returned(**changes: Any) -> dict[str, Any]:
    content = ZERO | changes
    return {"id": str(uuid4()), "digest": digest_of(content), "content": content}


def send(phone: Phone, *items: Any) -> list[dict[str, Any]]:
    answer = phone.post("returns:sync", json={"items": list(items)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["results"]


# --- refusals ---------------------------------------------------------------------------------------------------


def test_a_role_without_returns_and_a_stranger_are_refused(phone_of, app: Flask, app_world: World) -> None:
    assert phone_of("mediator").post("returns:sync", json={"items": []}).status_code == 403
    assert app.test_client().post("/api/v1/returns:sync", json={"items": []}).status_code == 401


@pytest.mark.parametrize("body", [{}, {"items": 3}, {"items": [], "more": 1}, {"items": [{}] * 101}])
def test_a_body_that_is_no_batch_is_refused_whole(phone_of, body: dict) -> None:
    assert phone_of("grid_worker").post("returns:sync", json=body).status_code == 422


@pytest.mark.parametrize(
    ("changes", "code", "field"),
    [
        ({"form": "return/9"}, "unknown_form", "form"),
        ({"zero": "yes"}, "invalid", "zero"),
        ({"captured_at": "yesterday"}, "invalid", "captured_at"),
        ({"division_code": "x"}, "invalid", "division_code"),
        ({"ways": ["<b>"]}, "invalid", "ways.0"),
        ({"note": "字" * 301}, "invalid", "note"),
        ({"ways": [], "note": " "}, "invalid", "note"),
        ({"more": 1}, "invalid", "more"),
    ],
)
def test_what_cannot_be_taken_is_named_by_field(phone_of, open_round, changes, code, field) -> None:
    answer = send(phone_of("grid_worker"), returned(**changes))[0]

    assert (answer["outcome"], answer["code"], answer["receipt"]) == ("rejected", code, None)
    assert field in answer["fields"]
    assert counted(ReturnSubmission) == 0


def test_a_damaged_or_broken_item_never_blocks_its_neighbours(phone_of, open_round) -> None:
    damaged = returned() | {"digest": "0" * 64}

    answers = send(phone_of("grid_worker"), 7, {"id": "x"}, damaged, returned())

    assert [one["code"] for one in answers] == ["bad_item", "bad_item", "digest_mismatch", ""]
    assert answers[3]["outcome"] == "accepted"


@pytest.mark.parametrize(
    ("code", "refused"),
    [("990101002201J001", "forbidden"), ("990101001201J009", "not_found"), ("990101001", "not_found")],
)
def test_somebody_elses_or_no_place_is_refused_and_leaves_no_trace(phone_of, open_round, code, refused) -> None:
    answer = send(phone_of("grid_worker"), returned(division_code=code))[0]

    assert (answer["outcome"], answer["code"]) == ("rejected", refused)
    assert (counted(ReturnSubmission), counted(ScreeningReturn)) == (0, 0)


def test_a_round_that_closed_meanwhile_is_named_and_nothing_is_written(phone_of, open_round) -> None:
    with transaction() as session:
        close_round(session, round_id=open_round, actor=None, now=NOW)

    answer = send(phone_of("grid_worker"), returned())[0]

    assert (answer["outcome"], answer["code"]) == ("rejected", "round_closed")
    assert counted(ReturnSubmission) == 0


def test_a_zero_return_over_something_logged_is_taken_as_a_return_with_entries(phone_of, open_round) -> None:
    phone = phone_of("grid_worker")
    phone.sync(item())

    answer = send(phone, returned())[0]

    assert answer["outcome"] == "accepted"
    assert [one["code"] for one in answer["warnings"]] == ["entries_added"]
    assert "1 件" in answer["warnings"][0]["sentence"]
    with reading() as session:
        kept = session.scalars(select(ScreeningReturn)).one()
        assert (kept.zero, len(kept.entries)) == (False, 1)


def test_entries_that_the_last_return_named_already_are_confirmed_again(phone_of, open_round) -> None:
    phone = phone_of("grid_worker")
    phone.sync(item())
    send(phone, returned(zero=False))
    with transaction() as session:
        closed_round(session, now=NOW, due=NOW.date() + timedelta(days=1), closed=False)

    answer = send(phone, returned(zero=False))[0]

    assert answer["outcome"] == "accepted"
    assert [one["code"] for one in answer["warnings"]] == ["named_before"]


def test_a_phone_that_never_heard_of_its_report_may_confirm_after_a_zero_return(phone_of, open_round) -> None:
    phone = phone_of("grid_worker")
    phone.sync(item())
    send(phone, returned(zero=False))
    for days in (1, 2):  # a round that was answered with zero, then one for which the phone still counts its report
        with transaction() as session:
            closed_round(session, now=NOW, due=NOW.date() + timedelta(days=days), closed=False)
        answer = send(phone, returned(zero=days == 1))[0]

    assert answer["outcome"] == "accepted"
    assert [one["code"] for one in answer["warnings"]] == ["named_before"]


def test_an_empty_confirmation_is_refused_with_what_to_do(phone_of, open_round) -> None:
    answer = send(phone_of("grid_worker"), returned(zero=False))[0]

    assert (answer["outcome"], answer["code"]) == ("rejected", "nothing_logged")
    assert "零报告" in answer["detail"]


# --- sent again -------------------------------------------------------------------------------------------------


def test_a_replayed_return_gets_its_first_receipt_even_after_the_round_closed(
    phone_of, open_round, clock: FrozenClock
) -> None:
    phone, sent = phone_of("grid_worker"), returned()
    first = send(phone, sent)[0]
    clock.advance(timedelta(hours=5))
    with transaction() as session:
        close_round(session, round_id=open_round, actor=None, now=clock.now())

    again = send(phone, sent, sent)

    assert [one["outcome"] for one in again] == ["already_have"] * 2
    assert [one["receipt"] for one in again] == [first["receipt"]] * 2
    assert (counted(ReturnSubmission), counted(ScreeningReturn)) == (1, 1)


def test_other_content_under_a_known_id_is_a_conflict(phone_of, open_round) -> None:
    phone, sent = phone_of("grid_worker"), returned()
    send(phone, sent)

    other = send(phone, {"id": sent["id"], "content": ZERO | {"note": "别的"}})[0]

    assert (other["outcome"], other["receipt"]) == ("conflict", None)


def test_one_id_from_two_places_at_once_is_stored_once(phone_of, open_round) -> None:
    phones, sent, outcomes = [phone_of("grid_worker"), phone_of("village_lead")], returned(), []

    def deliver(phone: Phone) -> None:
        outcomes.append(send(phone, sent)[0]["outcome"])

    threads = [Thread(target=deliver, args=[phone]) for phone in phones]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["accepted", "already_have"]
    assert (counted(ReturnSubmission), counted(ScreeningReturn)) == (1, 1)


# --- the plain way ----------------------------------------------------------------------------------------------


def test_a_return_answers_the_round_and_its_receipt_can_be_proved(phone_of, open_round) -> None:
    phone, sent = phone_of("grid_worker"), returned()

    answer = send(phone, sent)[0]

    assert (answer["outcome"], answer["digest"], answer["id"]) == ("accepted", sent["digest"], sent["id"])
    verdict = phone.post("receipts:verify", json={"id": sent["id"], "digest": answer["digest"], **answer["receipt"]})
    assert verdict.json == {"genuine": True, "known": True}
    with transaction() as session:
        kept = session.query(ScreeningReturn).one()
        assert (kept.zero, kept.method_note) == (True, "入户走访、走访三个组")
    assert phone.get("field").json["rounds"][0]["answered"] is True


def test_a_round_answered_before_takes_the_return_in_without_counting_it_twice(phone_of, open_round) -> None:
    phone = phone_of("grid_worker")
    send(phone, returned())

    answer = send(phone, returned())[0]

    assert answer["outcome"] == "accepted"
    assert [one["code"] for one in answer["warnings"]] == ["answered_before"]
    assert counted(ScreeningReturn) == 1


def test_a_worker_with_two_grids_answers_for_both_from_one_phone(app, phone_of, app_world: World, open_round) -> None:
    with transaction() as session:
        add_account(session, app_world, "helper", Role.GRID_WORKER, "village2", "990101002201J002")
        second = session.get(Assignment, app_world.assignments["helper"])
        second.account_id = app_world.accounts["grid_worker"]

    answers = send(phone_of("grid_worker"), returned(), returned(division_code="990101002201J002"))

    assert [one["outcome"] for one in answers] == ["accepted", "accepted"]
