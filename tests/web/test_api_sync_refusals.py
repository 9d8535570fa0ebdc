"""What the sync API refuses, on both databases: every refusal has a sentence and blocks nothing else."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from grid_app.database.transaction import transaction
from grid_app.models.places import Division
from tests.fakes import FrozenClock
from tests.web.api_phone import Phone, item, report, stored
from tests.world import World


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    return Phone(app, app_world, "grid_worker")


# --- who may send -----------------------------------------------------------------------------------------------


def test_nobody_sends_without_a_token(app: Flask, app_world: World) -> None:
    answer = app.test_client().post("/api/v1/disputes:sync", json={"items": [item()]})

    assert answer.status_code == 401
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == "not_signed_in"
    assert stored() == 0


def test_a_page_cookie_alone_may_not_write(sign_in, app: Flask) -> None:
    answer = sign_in("township_lead").post("/api/v1/disputes:sync", json={"items": [item()]})

    assert answer.status_code == 401


def test_a_revoked_role_sends_nothing(phone: Phone, clock: FrozenClock) -> None:
    clock.advance(timedelta(days=31))

    answer = phone.post("disputes:sync", json={"items": [item()]})

    assert answer.status_code == 401
    assert "不会丢" in answer.json["detail"] or "都还在" in answer.json["detail"]


# --- a body that cannot be read ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (json.dumps({"items": [item()]}).encode()[:-20], "not_json"),  # a truncated upload
        (b"", "not_json"),
        (b'{"items": [\x00]}', "not_json"),
        ('{"items": "é"}'.encode("latin-1"), "not_json"),
        (b"[" * 100_000, "not_json"),
        (b"[1, 2]", "not_object"),
        (b'"text"', "not_object"),
        (b'{"items": 5}', "invalid"),
        (b'{"item": []}', "invalid"),
    ],
)
def test_a_body_that_is_no_batch_is_refused_with_a_sentence(phone: Phone, body: bytes, code: str) -> None:
    answer = phone.post("disputes:sync", data=body, content_type="application/json")

    assert answer.status_code in (400, 422)
    assert answer.content_type == "application/problem+json"
    assert answer.json["code"] == code
    assert "什么也没有登记" in answer.json["detail"]
    assert stored() == 0


def test_a_ten_megabyte_text_is_refused_before_it_is_parsed(phone: Phone) -> None:
    body = json.dumps({"items": [item(summary="长" * 3_500_000)]}, ensure_ascii=False).encode()

    answer = phone.post("disputes:sync", data=body, content_type="application/json")

    assert len(body) > 10_000_000
    assert answer.status_code == 413
    assert "拆小后重发" in answer.json["detail"]


def test_a_body_that_is_not_declared_as_json_is_refused(phone: Phone) -> None:
    answer = phone.post("disputes:sync", data=b"{}", content_type="text/plain")

    assert answer.status_code == 415


def test_more_than_500_reports_are_refused_whole(phone: Phone) -> None:
    answer = phone.post("disputes:sync", json={"items": [item()] * 501})

    assert answer.status_code == 422
    assert answer.json["code"] == "too_many"
    assert stored() == 0


# --- one item that cannot be taken ------------------------------------------------------------------------------

REFUSED = [
    ({"summary": "带\u0000空字符"}, "summary", "控制字符"),
    ({"summary": "带\u001b转义"}, "summary", "控制字符"),
    ({"summary": "   "}, "summary", "不能是空的"),
    ({"summary": "字" * 2_001}, "summary", "最多 2000 个字"),
    ({"summary": 5}, "summary", "文字"),
    ({"summary": None}, "summary", "缺少"),
    ({"category": "0877"}, "category", "没有 0877 这个类别"),
    ({"category": "abcd"}, "category", "代码"),
    ({"category": "1403"}, "category", "县级"),
    ({"category": "1502"}, "category", "县级"),
    ({"category": "1601"}, "category", "县级"),
    ({"category": "1307"}, "category", "导入"),
    ({"danger": "no"}, "danger", "是或否"),
    ({"danger": None}, "danger", "缺少"),
    ({"captured_at": "2026-11-20T09:30:00"}, "captured_at", "时区"),
    ({"captured_at": "昨天"}, "captured_at", "2026-11-20T10:00:00"),
    ({"captured_at": 1_700_000_000}, "captured_at", "文字"),
    ({"captured_at": "9999-12-31T23:59:59+00:00"}, "captured_at", "日期"),
    ({"form": "dispute/9"}, "form", "dispute/1"),
    ({"form": None}, "form", "dispute/1"),
    ({"priority": "high"}, "priority", "没有这一项"),
    ({"crs": "mars"}, "crs", "wgs84"),
    ({"lat": None}, "content", "经度和纬度"),
    ({"lon": 200.0}, "lon", "最大是 180"),
    ({"lon": "111"}, "lon", "数字"),
    ({"accuracy_m": -1}, "accuracy_m", "最小是 0"),
    ({"household_band": "7"}, "household_band", "10-29"),
    ({"household_band": "30-49", "band_status": "confirmed"}, "band_status", "乡镇核实"),
    ({"band_status": "known"}, "content", "户数"),
    ({"since_when": "2026-13-01"}, "since_when", "日期"),
    ({"since_when": "0206-01-01"}, "since_when", "太早"),
    ({"since_when": "2027-01-01"}, "since_when", "将来"),
    ({"link_to": "0198f3a2-0000-7000-8000-000000000000"}, "content", "关系"),
    ({"parties": [{"id_number": "1"}]}, "parties.0.id_number", "没有这一项"),
    ({"lon": 112.5, "lat": 28.0}, "lon", "不在任何一个村"),
    ({"lon": None, "lat": None}, "village_code", "选一个村"),
    ({"lon": None, "lat": None, "village_code": "990101009999"}, "village_code", "没有代码"),
]


@pytest.mark.parametrize(("changes", "field", "words"), REFUSED)
def test_a_wrong_field_is_named_with_a_sentence_and_its_neighbour_is_taken(
    phone: Phone, changes: dict, field: str, words: str
) -> None:
    poison, good = item(**changes), item()

    refused, taken = phone.sync(poison, good)

    assert refused["outcome"] == "rejected"
    assert words in refused["fields"][field]
    assert refused["detail"]
    assert refused["receipt"] is None
    assert taken["outcome"] == "accepted"
    assert stored() == 1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (5, "bad_item"),
        (None, "bad_item"),
        ({"id": "x", "content": report()}, "bad_item"),
        ({"id": "00000000-0000-0000-0000-000000000000", "content": report()}, "bad_item"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001"}, "bad_item"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": [1]}, "bad_item"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": report(), "\ud800": 1}, "bad_item"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": report(summary="\ud800")}, "not_canonical"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": report(lon=2**70)}, "not_canonical"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": report(project="x" * 50_000)}, "too_big"),
        ({"id": "0198f3a2-1111-7000-8000-000000000001", "content": report(), "digest": "0" * 64}, "digest_mismatch"),
    ],
)
def test_an_item_of_the_wrong_form_never_blocks_the_next_one(phone: Phone, sent: object, code: str) -> None:
    refused, taken = phone.sync(sent, item())

    assert (refused["outcome"], refused["code"]) == ("rejected", code)
    assert taken["outcome"] == "accepted"


def test_a_name_that_stands_twice_in_a_content_is_refused_for_that_item_only(phone: Phone) -> None:
    twice = json.dumps(item()).replace('"danger": false', '"danger": false, "danger": true')
    body = f'{{"items": [{twice}, {json.dumps(item())}]}}'

    answer = phone.post("disputes:sync", data=body.encode(), content_type="application/json")

    assert [one["outcome"] for one in answer.json["results"]] == ["rejected", "accepted"]


def test_a_place_in_another_county_is_refused(phone: Phone, app_world: World) -> None:
    with transaction() as session:
        since = datetime(2026, 1, 1, tzinfo=UTC).date()
        session.add(Division(code="990102", level="county", name="邻县", path="/990102/", valid_from=since))

    refused = phone.sync(item(lon=None, lat=None, village_code="990102"))[0]

    assert "不在本县" in refused["detail"]
