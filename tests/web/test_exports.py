"""The encrypted file of a phone that could not send: what opens it, whose it becomes, and what is never doubled."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Account, Assignment, AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.security.office_keys import first_office_key, parse_office_keys, seal_to
from grid_app.security.receipts import digest_of
from tests.follow_ups_world import close_yesterday, dispute_now, follow_ups, history, visit
from tests.rounds_world import closed_round
from tests.web.api_phone import Phone, item, stored
from tests.web.attachments import announced, damaged, made, put, report_with, state
from tests.web.forms import FreshClient
from tests.world import NOW, World

INFO = b"grid-export/1"
GRID = "990101001201J001"


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    app.test_client_class = FreshClient
    return lambda name: Phone(app, app_world, name)


@pytest.fixture
def exported(app: Flask, app_world: World) -> Callable[..., dict[str, Any]]:
    """Give a function that exports items as the phone of the grid worker does."""
    office = app.extensions["grid"].keys.office

    def export(*items: Any, owner: str = "", spki: str = "", **more: Any) -> dict[str, Any]:
        plain = {"owner": owner or str(app_world.accounts["grid_worker"]), "made_at": "2026-11-20T00:00:00Z"}
        body = json.dumps(plain | {"items": list(items), "blobs": []} | more).encode()
        ephemeral, nonce, data = seal_to(spki or office.spki, body, info=INFO)
        sealed = {"ephemeral": ephemeral, "iv": nonce, "data": data}
        coded = {name: base64.b64encode(part).decode() for name, part in sealed.items()}
        return {"format": "grid-export/1", "office_key": office.current} | coded

    return export


def report(**changes: Any) -> dict[str, Any]:
    made = item(**changes)
    return {**made, "digest": digest_of(made["content"]), "kind": "report"}


def zero_return() -> dict[str, Any]:
    content = {
        "form": "return/1", "captured_at": "2026-11-20T09:30:00+08:00", "division_code": GRID, "zero": True,
        "ways": ["visit"], "note": "",
    }  # fmt: skip
    return {"id": str(uuid4()), "digest": digest_of(content), "content": content, "kind": "return"}


def hand_in(phone: Phone, file: dict[str, Any]) -> list[dict[str, Any]]:
    answer = phone.post("exports", json=file)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json["results"]


def events(sent: dict[str, Any]) -> list[DisputeEvent]:
    with reading() as session:
        found = session.scalars(select(DisputeEvent).where(DisputeEvent.kind == "handed_in")).all()
        session.expunge_all()
    return [one for one in found if str(one.dispute_id) == sent["id"]]


# --- files that cannot be opened --------------------------------------------------------------------------------


def spoiled(file: dict[str, Any], name: str) -> dict[str, Any]:
    raw = bytearray(base64.b64decode(file[name]))
    raw[len(raw) // 2] ^= 1
    return file | {name: base64.b64encode(bytes(raw)).decode()}


def test_a_tampered_truncated_or_foreign_file_is_refused_and_nothing_is_stored(phone_of, exported) -> None:
    phone, good = phone_of("grid_worker"), exported(report())
    other = parse_office_keys(first_office_key())
    bad = {
        "damaged": [
            spoiled(good, "data"),
            spoiled(good, "iv"),
            good | {"data": good["data"][:40]},
            good | {"data": "???"},
            good | {"ephemeral": base64.b64encode(b"no key").decode()},
            exported(report(), spki=other.spki),
        ],
        "unknown_key": [good | {"office_key": "9"}, good | {"office_key": "1' or"}],
        "not_export": [{}, good | {"format": "zip"}, good | {"data": 7}, exported(owner="nobody"), exported(items="x")],
    }

    for code, files in bad.items():
        for file in files:
            answer = phone.post("exports", json=file)
            assert (answer.status_code, answer.json["code"]) == (422, code)
            assert "不会丢" in answer.json["detail"]
    cut = json.dumps(good).encode()[:-30]
    broken = phone.post("exports", data=cut, content_type="application/json")
    assert (broken.status_code, broken.json["code"]) == (422, "not_export")
    assert stored() == 0


def test_another_media_type_and_an_unknown_owner_are_refused(phone_of, exported) -> None:
    phone = phone_of("grid_worker")

    assert phone.post("exports", data=json.dumps(exported(report()))).status_code == 415
    stranger = phone.post("exports", json=exported(report(), owner=str(uuid4())))
    assert (stranger.status_code, stranger.json["code"]) == (422, "unknown_owner")
    assert stored() == 0


def test_a_broken_item_never_blocks_its_neighbours(phone_of, exported) -> None:
    file = exported(7, {"kind": "photo"}, report() | {"digest": "0" * 64}, report(category="0000"), report())

    answers = hand_in(phone_of("grid_worker"), file)

    assert [one["code"] for one in answers] == ["bad_item", "bad_item", "digest_mismatch", "invalid", ""]
    assert stored() == 1


# --- taken in ---------------------------------------------------------------------------------------------------


def test_a_colleague_hands_in_and_the_owner_has_reported(phone_of, exported, app_world: World) -> None:
    sent = report()

    answer = hand_in(phone_of("village_lead"), exported(sent))[0]

    assert (answer["outcome"], answer["id"], answer["digest"]) == ("accepted", sent["id"], sent["digest"])
    assert (answer["tracking_code"], len(answer["receipt"]["signature"])) == ("", 64)
    with reading() as session:
        reporter = session.scalars(select(Dispute.reported_by)).one()
        audits = set(session.scalars(select(AuditEvent.account_id).where(AuditEvent.action == "export.handed_in")))
    assert reporter == app_world.assignments["grid_worker"]
    assert audits == {app_world.accounts["village_lead"]}
    assert [one.assignment_id for one in events(sent)] == [app_world.assignments["village_lead"]]


def test_the_same_file_again_or_what_was_synced_before_is_never_doubled(phone_of, exported) -> None:
    phone, synced, waiting = phone_of("grid_worker"), report(), report()
    phone.sync({name: synced[name] for name in ("id", "digest", "content")})
    file = exported(synced, waiting)

    first, again = hand_in(phone, file), hand_in(phone, file)

    assert [one["outcome"] for one in first] == ["already_have", "accepted"]
    assert [one["outcome"] for one in again] == ["already_have"] * 2
    assert again[1]["receipt"] == first[1]["receipt"]
    assert stored() == 2
    assert len(events(waiting)) == 1


def test_the_phone_that_sends_later_gets_the_receipt_of_the_file(phone_of, exported) -> None:
    phone, sent = phone_of("grid_worker"), report()
    handed = hand_in(phone_of("township_officer"), exported(sent))[0]

    answer = phone.sync({name: sent[name] for name in ("id", "digest", "content")})[0]

    assert (answer["outcome"], answer["receipt"]) == ("already_have", handed["receipt"])


def test_a_visit_in_a_file_is_recorded_as_its_owners_and_the_history_says_who_brought_it(
    phone_of, exported, app_world: World
) -> None:
    closed = close_yesterday(app_world)
    file = exported(visit(follow_ups()[1], outcome="relapsed", note="水沟又被堵上了") | {"kind": "visit"})

    first, again = (hand_in(phone_of("village_lead"), file)[0] for _ in range(2))

    assert (first["outcome"], again["outcome"]) == ("accepted", "already_have")
    assert (first["warnings"], first["receipt"]) == ([], again["receipt"])
    assert dispute_now(closed).state == "reopened"
    assert [kind for kind, _, _ in history(closed)].count("handed_in") == 1


def test_a_return_in_a_file_answers_the_round(phone_of, exported) -> None:
    with transaction() as session:
        closed_round(session, now=NOW, due=NOW.date(), closed=False)
    phone = phone_of("grid_worker")

    answers = hand_in(phone, exported(zero_return(), report(), zero_return() | {"content": {"form": "return/9"}}))

    assert [one["outcome"] for one in answers] == ["accepted", "accepted", "rejected"]
    assert [one["code"] for one in answers] == ["", "", "digest_mismatch"]
    assert [one["code"] for one in answers[0]["warnings"]] == ["entries_added"]


def test_what_somebody_who_left_wrote_is_still_taken_in_with_a_note(phone_of, exported, app_world: World) -> None:
    with transaction() as session:
        session.get(Account, app_world.accounts["grid_worker"]).disabled_at = NOW
        session.get(Assignment, app_world.assignments["grid_worker"]).valid_to = NOW
    sent = report()

    answer = hand_in(phone_of("township_officer"), exported(sent))[0]

    assert answer["outcome"] == "accepted"
    assert "owner_left" in [one["code"] for one in answer["warnings"]]
    assert "已不在原来的岗位" in events(sent)[0].note
    with reading() as session:
        assert session.scalars(select(Dispute)).one().owner_unit_id == app_world.units["village"]


def test_what_lies_outside_the_owners_present_area_goes_to_the_office_of_the_place(
    phone_of, exported, app_world: World
) -> None:
    with transaction() as session:
        session.get(Assignment, app_world.assignments["grid_worker"]).division_code = "990101002202J001"
    sent = report()

    answer = hand_in(phone_of("township_officer"), exported(sent))[0]

    assert [one["code"] for one in answer["warnings"]] == ["out_of_area"]
    with reading() as session:
        assert session.scalars(select(Dispute)).one().owner_unit_id == app_world.units["village"]


def test_photos_and_voice_in_a_file_arrive_with_their_report_and_a_damaged_one_waits_for_the_phone(
    phone_of, exported
) -> None:
    photo, voice = made(size=2_000_000), made("audio/ogg")
    whole, hurt = announced(photo), announced(voice, "audio/ogg")
    sent = report_with(whole, hurt)
    sent |= {"digest": digest_of(sent["content"]), "kind": "report"}
    blobs = [
        {"id": whole["id"], "report_id": sent["id"], "data": base64.b64encode(photo).decode()},
        {"id": hurt["id"], "report_id": sent["id"], "data": base64.b64encode(damaged(voice)).decode()},
        {"id": str(uuid4()), "data": "AAAA"},
        7,
    ]
    phone, file = phone_of("grid_worker"), exported(sent, blobs=blobs)

    for _ in range(2):
        assert hand_in(phone, file)[0]["id"] == sent["id"]

    assert (state(phone, whole)["complete"], state(phone, hurt)["complete"]) == (True, False)
    assert put(phone, hurt, state(phone, hurt)["received"], voice).json["outcome"] == "accepted"


# --- the page ---------------------------------------------------------------------------------------------------


def upload(client, file: bytes):
    head = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="grid.json"\r\n\r\n'
    body = head + file + b"\r\n--edge--\r\n"
    return client.post("/field/export", data=body, content_type="multipart/form-data; boundary=edge")


def test_a_stranger_signs_in_first_and_a_wrong_file_is_named_on_the_page(app, phone_of, sign_in, exported) -> None:
    worker = sign_in("grid_worker")

    assert app.test_client().get("/field/export").status_code == 302
    assert worker.post("/field/export", data={}).status_code == 422
    wrong = upload(worker, b"%PDF-1.7 not ours")
    assert wrong.status_code == 422
    assert "这不是手机导出的文件" in wrong.get_data(as_text=True)


def test_anyone_signed_in_hands_in_and_sees_receipts_but_no_content(phone_of, sign_in, exported) -> None:
    sent = report(summary="三组的地界没有说清楚")

    page = upload(sign_in("sysadmin"), json.dumps(exported(sent, report(category="0000"))).encode())

    shown = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "990101-2026-000001" in shown
    assert sent["id"] in shown
    assert "2 件里有 1 件已经在平台里" in shown
    assert "地界" not in shown
    assert "没有登记" in shown


def test_a_file_larger_than_other_forms_is_read(phone_of, sign_in, exported) -> None:
    big = exported(report(), filler="x" * 17 * 1024 * 1024)

    assert upload(sign_in("grid_worker"), json.dumps(big).encode()).status_code == 200
    assert phone_of("grid_worker").post("exports", json=big).status_code == 200
    assert stored() == 1
