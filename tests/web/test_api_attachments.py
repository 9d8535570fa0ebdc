"""Photos and voice notes through the real API, on both databases: what is refused, resumed and repeated."""

from __future__ import annotations

import stat
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.accounts import AuditEvent
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from tests.web.api_phone import Phone
from tests.web.attachments import BEGINNINGS, CHUNK, announced, files_of, made, put, report_with, send, send_rest, state
from tests.world import NOW, World

BODY = made()


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    return Phone(app, app_world, "grid_worker")


@pytest.fixture
def told(phone: Phone) -> dict:
    """Announce ``BODY`` by a stored report."""
    photo = announced(BODY)
    assert phone.sync(report_with(photo))[0]["outcome"] == "accepted"
    return photo


def row_of(told: dict) -> Attachment:
    with reading() as session:
        found = session.get(Attachment, UUID(told["id"]))
        assert found is not None
        session.expunge(found)
        return found


# --- what is refused --------------------------------------------------------------------------------------------


def test_nobody_sends_or_asks_without_a_token(app: Flask, told: dict) -> None:
    address = f"/api/v1/attachments/{told['id']}?offset=0"

    assert app.test_client().put(address, data=BODY).status_code == 401
    assert app.test_client().get(address).status_code == 401


def test_what_no_report_announced_waits(phone: Phone) -> None:
    answer = put(phone, {"id": str(uuid4())}, 0, BODY)

    assert (answer.status_code, answer.json["code"]) == (404, "not_announced")
    assert "不会丢" in answer.json["detail"]


@pytest.mark.parametrize("name", ["second_grid_worker", "township_officer", "county_lead"])
def test_another_account_neither_sends_nor_asks(app: Flask, app_world: World, told: dict, name: str) -> None:
    other = Phone(app, app_world, name)

    assert put(other, told, 0, BODY).json["code"] == "not_announced"
    assert other.get(f"attachments/{told['id']}").status_code == 404
    assert row_of(told).received == 0


def test_an_id_that_another_report_announced_is_refused_with_a_sentence(phone: Phone, told: dict) -> None:
    later, fresh = report_with(told), report_with(announced(BODY))

    answers = phone.sync(later, fresh)

    assert [one["outcome"] for one in answers] == ["rejected", "accepted"]
    assert "另一件" in answers[0]["fields"]["attachments"]


def test_one_id_in_two_reports_of_a_batch_belongs_to_the_first(phone: Phone) -> None:
    photo = announced(BODY)

    outcomes = [one["outcome"] for one in phone.sync(report_with(photo), report_with(photo))]

    assert outcomes == ["accepted", "rejected"]


@pytest.mark.parametrize("offset", ["", "-1", "x", "1.5", "٣", "9" * 30])
def test_an_offset_that_is_no_number_is_refused(phone: Phone, told: dict, offset: str) -> None:
    answer = put(phone, told, offset, BODY)

    assert (answer.status_code, answer.json["code"]) == (422, "invalid")
    assert "offset" in answer.json["fields"]


@pytest.mark.parametrize("offset", [1, CHUNK, 999_999])
def test_a_wrong_offset_is_told_where_to_go_on(phone: Phone, told: dict, offset: int) -> None:
    answer = put(phone, told, offset, BODY[:CHUNK])

    assert (answer.status_code, answer.json["code"], answer.json["received"]) == (409, "wrong_offset", 0)
    assert state(phone, told)["received"] == 0


def test_a_chunk_beyond_the_limit_is_not_read(phone: Phone) -> None:
    body = made(size=1024 * 1024 + 1)
    photo = announced(body)
    phone.sync(report_with(photo))

    answer = put(phone, photo, 0, body)

    assert (answer.status_code, answer.json["code"]) == (413, "http_413")
    assert state(phone, photo)["received"] == 0


def test_more_than_was_announced_is_refused_and_changes_nothing(phone: Phone, told: dict) -> None:
    put(phone, told, 0, BODY[:CHUNK])

    answer = put(phone, told, CHUNK, BODY[CHUNK:] + b"x")

    assert (answer.status_code, answer.json["code"], answer.json["received"]) == (422, "too_long", CHUNK)
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


@pytest.mark.parametrize("size", [0, 1, 1023])
def test_a_tiny_chunk_that_is_not_the_last_is_refused(phone: Phone, told: dict, size: int) -> None:
    assert put(phone, told, 0, BODY[:size]).json["code"] == "too_short"


@pytest.mark.parametrize("media", sorted(BEGINNINGS))
def test_what_begins_as_something_else_is_refused(phone: Phone, media: str) -> None:
    body = b"<svg onload=alert(1)>" + b" " * 2_000
    lie = announced(body, media)
    phone.sync(report_with(lie))

    answer = put(phone, lie, 0, body)

    assert (answer.status_code, answer.json["code"], answer.json["received"]) == (422, "wrong_type", 0)


def test_what_was_damaged_on_the_way_is_thrown_away_and_sent_anew(phone: Phone, told: dict, app: Flask) -> None:
    put(phone, told, 0, BODY[:CHUNK])
    broken = bytearray(BODY[CHUNK:])
    broken[100] ^= 1

    answer = put(phone, told, CHUNK, bytes(broken))

    assert (answer.status_code, answer.json["code"], answer.json["received"]) == (422, "damaged", 0)
    assert files_of(app) == []
    assert state(phone, told) | {"received": 0, "complete": False} == state(phone, told)
    assert send(phone, told, BODY)["outcome"] == "accepted"


# --- the plain way ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("media", sorted(BEGINNINGS))
def test_every_kind_arrives_in_chunks_and_is_answered_by_id_and_digest(phone: Phone, media: str) -> None:
    body = made(media)
    photo = announced(body, media)
    phone.sync(report_with(photo))

    answer = send(phone, photo, body)

    assert (answer["outcome"], answer["id"], answer["sha256"]) == ("accepted", photo["id"], photo["sha256"])
    assert (answer["complete"], answer["received"], answer["bytes"]) == (True, len(body), len(body))
    assert state(phone, photo) == answer | {"outcome": ""}


def test_the_dispute_is_there_before_its_photos(phone: Phone) -> None:
    answer = phone.sync(report_with(announced(BODY), phone_village="990101001202"))[0]

    with reading() as session:
        kept = session.get(Dispute, UUID(answer["dispute_id"]))
        assert (kept.state, kept.division_code[:12], kept.phone_village) == ("reported", "990101001201", "990101001202")


def test_a_replayed_last_chunk_is_had_already(phone: Phone, told: dict) -> None:
    send(phone, told, BODY)

    again = [
        put(phone, told, offset, BODY[offset : offset + CHUNK]).json["outcome"] for offset in (0, CHUNK, 2 * CHUNK)
    ]

    assert again == ["already_have"] * 3


def test_a_replayed_middle_chunk_is_told_where_to_go_on(phone: Phone, told: dict) -> None:
    put(phone, told, 0, BODY[:CHUNK])

    assert put(phone, told, 0, BODY[:CHUNK]).json["received"] == CHUNK
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


def test_a_replayed_report_leaves_its_attachments_as_they_are(phone: Phone) -> None:
    photo = announced(BODY)
    report = report_with(photo)
    phone.sync(report)
    put(phone, photo, 0, BODY[:CHUNK])

    assert phone.sync(report)[0]["outcome"] == "already_have"
    assert state(phone, photo)["received"] == CHUNK


def test_nothing_on_the_disk_can_be_read_without_the_key(phone: Phone, told: dict, app: Flask) -> None:
    put(phone, told, 0, BODY[:CHUNK])
    partly = files_of(app)
    send_rest(phone, told, BODY)
    wholly = files_of(app)

    assert len(partly) == len(wholly) == 1
    folder = app.extensions["grid"].settings.instance_dir / "attachments"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(wholly[0].stat().st_mode) == 0o600
    assert BODY[50:90] not in wholly[0].read_bytes()
    assert app.extensions["grid"].files.whole(UUID(told["id"])) == BODY
    assert (row_of(told).completed_at, row_of(told).key_number) == (NOW, 1)


def test_arrival_is_one_link_of_the_audit_trail(phone: Phone, told: dict) -> None:
    send(phone, told, BODY)

    with reading() as session:
        links = session.scalars(select(AuditEvent).where(AuditEvent.action == "attachment.received")).all()
        assert [link.details for link in links] == [{"number": 1, "kind": "photo", "bytes": len(BODY)}]
