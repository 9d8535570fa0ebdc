"""What a phone has as received against what the office holds: gaps, named once, settled when the report arrives."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import Submission
from grid_app.models.field import ReportGap
from grid_app.security.receipts import digest_of
from tests.fakes import FrozenClock
from tests.rounds_world import counted
from tests.web.api_phone import Phone, item
from tests.web.forms import FreshClient
from tests.world import World


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    app.test_client_class = FreshClient
    return lambda name: Phone(app, app_world, name)


def claim(sent: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {"id": sent["id"], "digest": digest_of(sent["content"]), **changes}


def ask(phone: Phone, *items: Any) -> list[str]:
    answer = phone.post("reports:held", json={"waiting": 2, "oldest": "2026-11-01T00:00:00Z", "items": list(items)})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return [one["held"] for one in answer.json["results"]]


def page(client) -> str:
    return client.get("/devices").get_data(as_text=True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": [{"id": "x", "digest": "0" * 64}]},
        {"items": [{"id": "-" * 36, "digest": "0" * 64}]},
        {"items": [{"id": str(uuid4()), "digest": "0"}]},
        {"items": [], "waiting": -1},
        {"items": [], "where": "here"},
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(phone_of, body: dict) -> None:
    answer = phone_of("grid_worker").post("reports:held", json=body)

    assert answer.status_code == 422
    assert answer.json["fields"]


def test_every_id_is_answered_and_only_what_has_a_receipt_makes_a_gap(phone_of) -> None:
    phone, here, missing, waiting = phone_of("grid_worker"), item(), item(), item()
    phone.sync(here)

    held = ask(phone, claim(here), claim(here, digest="0" * 64), claim(missing), claim(waiting, receipt=False))

    assert held == ["yes", "other", "no", "no"]
    with reading() as session:
        gaps = {(str(gap.report_id), gap.kind) for gap in session.scalars(select(ReportGap))}
    assert gaps == {(here["id"], "differs"), (missing["id"], "missing")}


def test_a_gap_is_named_to_the_township_of_the_phone_and_to_nobody_else(phone_of, sign_in) -> None:
    missing = item()
    ask(phone_of("grid_worker"), claim(missing))

    shown, elsewhere = page(sign_in("township_officer")), page(sign_in("other_township_lead"))

    assert "待核对" in shown
    assert missing["id"] in shown
    assert "试机" in shown
    assert "grid_worker" not in shown.split("<main")[1]
    assert "待核对" not in elsewhere


def test_asking_again_names_a_gap_once_and_the_arrival_settles_it(phone_of, sign_in, clock: FrozenClock) -> None:
    phone, missing, officer = phone_of("grid_worker"), item(), sign_in("township_officer")
    ask(phone, claim(missing))
    clock.advance(timedelta(minutes=5))
    ask(phone, claim(missing), claim(missing))

    phone.sync(missing)
    after_arrival = page(officer)
    held = ask(phone, claim(missing))

    assert counted(ReportGap) == 1
    assert "待核对" not in after_arrival
    assert held == ["yes"]
    with reading() as session:
        assert session.scalars(select(ReportGap)).one().settled_at is not None


def test_a_gap_that_was_looked_into_goes_and_comes_back_when_it_is_named_again(phone_of, sign_in) -> None:
    phone, missing, officer = phone_of("grid_worker"), item(), sign_in("township_officer")
    ask(phone, claim(missing))
    with reading() as session:
        gap = session.scalars(select(ReportGap)).one().id

    refused = sign_in("other_township_lead").post(f"/devices/gaps/{gap}/settle")
    officer.post(f"/devices/gaps/{gap}/settle")
    settled = page(officer)
    ask(phone, claim(missing))

    assert refused.status_code == 404
    assert missing["id"] not in settled
    assert missing["id"] in page(officer)


def test_a_restored_older_database_is_noticed(phone_of, sign_in) -> None:
    phone, sent = phone_of("grid_worker"), item()
    phone.sync(sent)
    with transaction() as session:
        session.delete(session.scalars(select(Submission)).one())

    assert ask(phone, claim(sent)) == ["no"]
    assert sent["id"] in page(sign_in("township_lead"))


def test_two_thousand_ids_are_answered_in_one_question_and_few_are_kept(phone_of) -> None:
    phone = phone_of("grid_worker")
    items = [{"id": str(uuid4()), "digest": "0" * 64} for _ in range(2_000)]

    assert ask(phone, *items) == ["no"] * 2_000
    assert counted(ReportGap) == 500
    assert phone.post("reports:held", json={"items": [*items, items[0]]}).status_code == 422
