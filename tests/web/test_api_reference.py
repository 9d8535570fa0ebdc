"""Reference data for phones through the real API: lists, own villages, similar disputes, the description."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from openapi_spec_validator import validate
from shapely import MultiPolygon, Polygon, to_wkt
from shapely.geometry import shape
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary
from tests.web.api_phone import Phone, item
from tests.world import World

GIVEN = {"category": "0901", "lon": "111.05", "lat": "29.02", "text": "三组几户反映去年的土地租金没有给"}


@pytest.fixture
def phone_of(app: Flask, app_world: World) -> Callable[[str], Phone]:
    return lambda name: Phone(app, app_world, name)


def hints(phone: Phone, **changes: str) -> list[dict[str, Any]]:
    answer = phone.get("nearby", query_string={**GIVEN, **changes})
    assert answer.status_code == 200, answer.json
    return answer.json["hints"]


# --- similar disputes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"category": "0877"}, "category"),
        ({"category": ""}, "category"),
        ({"lon": "here"}, "lon"),
        ({"lat": ""}, "lon"),
        ({"lat": "nan"}, "lon"),
        ({"crs": "mars"}, "lon"),
        ({"text": "字" * 2_001}, "text"),
        ({"text": "a\x00b"}, "text"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_by_field(phone_of, changes: dict[str, str], field: str) -> None:
    answer = phone_of("grid_worker").get("nearby", query_string={**GIVEN, **changes})

    assert answer.status_code == 422
    assert field in answer.json["fields"]


def test_another_townships_disputes_give_no_hint(phone_of) -> None:
    phone_of("grid_worker").sync(item())

    assert hints(phone_of("other_township_lead")) == []


@pytest.mark.parametrize(
    "changes",
    [{"category": "0799"}, {"lon": "111.15", "village": "990101001202"}, {"text": "邻居的狗夜里一直叫得人睡不着"}],
)
def test_another_category_place_or_matter_gives_no_hint(phone_of, changes: dict[str, str]) -> None:
    phone = phone_of("township_lead")
    phone.sync(item())

    assert hints(phone, **changes) == []


def test_a_sealed_report_gives_no_hint_below_the_county(phone_of) -> None:
    phone_of("county_lead").sync(item(category="1502"))

    assert hints(phone_of("township_lead"), category="1502") == []
    assert len(hints(phone_of("county_lead"), category="1502")) == 1


def test_a_closed_or_old_dispute_gives_no_hint(phone_of) -> None:
    phone = phone_of("township_lead")
    phone.sync(item(captured_at="2026-07-01T08:00:00+08:00"), item())
    with transaction() as session:
        newer = session.query(Dispute).order_by(Dispute.noted_on.desc()).first()
        newer.state = "closed"

    assert hints(phone) == []


def test_a_similar_open_dispute_is_shown_masked_with_its_place(phone_of) -> None:
    phone = phone_of("township_lead")
    sent = item(summary=GIVEN["text"] + "电话13812345678")
    accepted = phone.sync(sent)[0]

    found = hints(phone)

    assert [one["id"] for one in found] == [sent["id"]]
    assert found[0]["case_code"] == accepted["case_code"]
    assert found[0]["place"] == "云岭村"
    assert found[0]["since"] == "2026-11-20"
    assert "138****5678" in found[0]["excerpt"]
    assert found[0]["score"] > 0.5


def test_a_matter_just_across_the_village_border_is_near(phone_of) -> None:
    phone = phone_of("township_lead")
    phone.sync(item(lon=111.0995))

    assert len(hints(phone, lon="111.1005")) == 1


def test_without_a_point_the_village_decides(phone_of) -> None:
    phone = phone_of("township_lead")
    phone.sync(item())

    assert len(hints(phone, lon="", lat="", village="990101001201")) == 1
    assert hints(phone, lon="", lat="", village="990101001202") == []
    assert hints(phone, lon="", lat="") == []


def test_a_point_of_a_chinese_map_is_shifted_back(phone_of) -> None:
    phone = phone_of("township_lead")
    phone.sync(item(lon=111.05, lat=29.02))

    as_gcj02 = {"lon": "111.05525", "lat": "29.01699", "crs": "gcj02"}

    assert len(hints(phone, **as_gcj02)) == 1


# --- villages and lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("grid_worker", ["990101001201"]),
        ("village_lead", ["990101001201"]),
        ("township_lead", ["990101001201", "990101001202"]),
        ("county_officer", ["990101001201", "990101001202", "990101002201", "990101002202"]),
    ],
)
def test_everybody_gets_the_villages_of_the_own_area(phone_of, name: str, codes: list[str]) -> None:
    answer = phone_of(name).get("villages")

    features = answer.json["features"]
    assert answer.mimetype == "application/geo+json"
    assert [one["properties"]["code"] for one in features] == codes
    assert all(one["geometry"]["type"] == "Polygon" for one in features)


def test_the_neighbours_come_only_when_asked_for(phone_of) -> None:
    around = phone_of("grid_worker").get("villages?around=1").json

    assert [one["properties"]["code"] for one in around["features"]] == ["990101001201", "990101001202"]


def test_own_villages_are_named_and_their_grids_drawn_only_when_asked_for(phone_of) -> None:
    plain, whole = (phone_of("grid_worker").get(f"villages?around=1{more}").json for more in ("", "&grids=1"))

    assert "own" not in plain
    assert whole["own"] == ["990101001201"]
    assert [one["properties"]["name"] for one in whole["grids"]] == ["云岭村第1网格", "云岭村第2网格"]
    assert whole["features"] == plain["features"]


def test_exact_borders_keep_every_digit_and_drawn_ones_say_how_far_they_may_lie_beside(phone_of) -> None:
    phone = phone_of("grid_worker")
    code, crooked = (
        "990101001201",
        Polygon([(111.0, 29.0), (111.1, 29.0), (111.1, 29.1), (111.0500001234567, 29.10001)]),
    )
    with transaction() as session:
        row = session.scalars(select(Boundary).where(Boundary.code == code)).one()
        row.polygon = f"SRID=4326;{to_wkt(MultiPolygon([crooked]), rounding_precision=-1)}"

    exact, light = phone.get("villages?precision=full").json, phone.get("villages").json

    assert (exact["precision"], exact["border_tolerance_m"]) == ("full", 0)
    assert shape(exact["features"][0]["geometry"]).equals_exact(crooked, 0)
    assert light["precision"] == "light"
    assert light["border_tolerance_m"] >= 1


def test_an_exact_answer_is_not_mistaken_for_a_drawn_one(phone_of) -> None:
    phone = phone_of("grid_worker")

    tags = {phone.get(f"villages{asked}").headers["ETag"] for asked in ("", "?around=1", "?precision=full", "?grids=1")}

    assert len(tags) == 4


def test_unchanged_villages_are_not_sent_again(phone_of) -> None:
    phone = phone_of("grid_worker")
    first = phone.get("villages")

    again = phone.get("villages", headers={"If-None-Match": first.headers["ETag"]})

    assert (again.status_code, again.data) == (304, b"")
    assert "no-store" not in first.headers["Cache-Control"]


def test_two_areas_never_share_a_tag(phone_of) -> None:
    tags = {phone_of(name).get("villages").headers["ETag"] for name in ("grid_worker", "township_lead")}

    assert len(tags) == 2


def test_the_code_list_says_what_may_be_chosen_in_the_field(phone_of) -> None:
    answer = phone_of("grid_worker").get("categories").json

    field = {one["code"]: one["field"] for one in answer["categories"]}
    assert len(answer["tiles"]) == 12
    assert (field["0901"], field["99"], field["1401"], field["1502"], field["1601"]) == (
        True,
        True,
        False,
        False,
        False,
    )
    assert all(field[one["code"]] for one in answer["tiles"])


# --- the description --------------------------------------------------------------------------------------------


def test_the_description_is_a_valid_openapi_document(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/openapi.json")

    validate(answer.json)


def test_every_route_of_the_api_is_described_and_nothing_else(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json["paths"]

    known = {
        (method.lower(), re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(method, path) for path, methods in described.items() for method in methods} == known
