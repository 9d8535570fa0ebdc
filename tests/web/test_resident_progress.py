"""Asking by code and tail: one answer to everything that does not fit, limits, nobody's data shown."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.web.report_pages import page_of
from tests.web.resident_pages import PHONE, ask, report, tracking_of

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_code_and_tail_show_stage_unit_and_date_and_nobodys_name(resident):
    code = tracking_of(report(resident, name="王小明", phone=PHONE, summary="隔壁李大山家的水"))

    page = page_of(ask(resident, code.lower(), " 1234 "))

    for word in ("等受理", "云岭村村民委员会", "最晚到"):
        assert word in page
    for secret in ("王小明", PHONE, "李大山", "township_officer甲"):
        assert secret not in page


def test_without_a_phone_the_code_shows_the_stage_alone(resident):
    page = page_of(ask(resident, tracking_of(report(resident))))

    assert "等受理" in page
    assert "最晚到" not in page
    assert "看、改、删我的信息" not in page


def test_a_wrong_code_and_a_wrong_tail_get_the_same_bytes(resident):
    code = tracking_of(report(resident, phone=PHONE)).replace(" ", "")
    wrong = "22222" + code[5:] if not code.startswith("22222") else "33333" + code[5:]

    answers = [ask(resident, code, "9999"), ask(resident, code), ask(resident, wrong, "1234"), ask(resident, wrong)]

    assert {one.status_code for one in answers} == {422}
    bodies = {one.get_data().replace(code.encode(), b"?").replace(wrong.encode(), b"?") for one in answers}
    assert len(bodies) == 1
    assert len({one.headers["Content-Length"] for one in answers}) == 1


def test_five_wrong_tails_close_a_code_for_a_while_even_to_the_right_one(resident, clock):
    code = tracking_of(report(resident, phone=PHONE))
    assert [ask(resident, code, "0000").status_code for _ in range(6)] == [422] * 5 + [429]
    assert ask(resident, code, "1234").status_code == 429

    clock.advance(timedelta(minutes=16))

    assert ask(resident, code, "1234").status_code == 200


def test_a_code_that_does_not_exist_is_limited_alike(resident):
    assert [ask(resident, "ABCDEFGHJK", "0000").status_code for _ in range(6)] == [422] * 5 + [429]


def test_guessing_many_codes_from_one_address_ends(resident):
    answers = [ask(resident, f"ABCDEFG{number:03d}", "0000").status_code for number in range(32)]

    assert answers[:30] == [422] * 30
    assert answers[30:] == [429, 429]


def test_as_much_is_opened_for_a_code_that_does_not_exist(resident, monkeypatch):
    code = tracking_of(report(resident, phone=PHONE))
    cipher, opened = wired().keys.fields, []
    really = cipher.decrypt
    monkeypatch.setattr(cipher, "decrypt", lambda *given, **named: (opened.append(1), really(*given, **named))[1])

    counts = []
    for asked in (code, "ABCDEFGHJK"):
        opened.clear()
        ask(resident, asked, "0000")
        counts.append(len(opened))

    assert counts[0] == counts[1] > 0


def test_no_page_finds_a_matter_by_phone_or_name(resident):
    report(resident, phone=PHONE, name="王小明")

    assert ask(resident, PHONE, "1234").status_code == 422
    assert ask(resident, "王小明", "1234").status_code == 422


def test_a_matter_a_worker_reported_is_found_by_its_code_too(resident, app_world):
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="handling")
        dispute.tracking_code = "ABCDE23456"

    assert "正在办理" in page_of(ask(resident, "abcde 23456"))


def test_what_was_tried_is_kept_without_the_address(resident):
    ask(resident, "ABCDEFGHJK", "0000")

    with reading() as session:
        rows = session.connection().exec_driver_sql("SELECT kind, key FROM resident_tries").all()
        assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0
    assert rows
    assert "127.0.0.1" not in str(rows)
    assert "ABCDEFGHJK" not in str(rows)
