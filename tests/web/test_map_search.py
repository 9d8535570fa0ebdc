"""A place is found by its name as anybody may type it, in the own area only; equal names are told apart."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import transaction
from grid_app.models.places import Division
from grid_app.queries.spelling import fits_at, plain
from tests.world import NOW

WEST = "990101001201"


@pytest.mark.parametrize(
    ("name", "typed", "at"),
    [
        ("云岭村", "云岭", 0), ("云岭村", "yunling", 0), ("云岭村", "yl", 0), ("云岭村", "YunL", 0),
        ("云岭村", "岭", 1), ("云岭村", "yun岭", 0), ("云岭村", "ｙｌ", 0), ("云岭村", "yunlingc", 0),
        ("重阳村", "chongyang", 0), ("重阳村", "zhongyang", 0), ("长乐坪", "zhangyue", 0),
        ("长乐坪", "clp", 0), ("石桥村", "shq", 0), ("石桥村", "sq", 0), ("吕家湾", "lvjiawan", 0),
        ("吕家湾", "lujia", 0), ("云岭村", "yx", None), ("云岭村", "", None),
    ],
)  # fmt: skip
def test_a_name_is_spelled_by_signs_pinyin_initials_and_any_reading(name, typed, at):
    assert fits_at(name, plain(typed)) == at


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_equal_names_are_told_apart_and_nothing_outside_the_own_area_is_found(sign_in, app_world):
    with transaction() as session:
        session.add(
            Division(
                code="990101002209", level="village", name="云岭村", parent_code="990101002", valid_from=NOW.date(),
                path="/990101/990101002/990101002209/",
            )
        )  # fmt: skip
    county, village = sign_in("county_lead"), sign_in("village_lead")

    def told(client, typed):
        places = client.get("/map/places.json", query_string={"q": typed}).get_json()["places"]
        return [(one["name"], one["township"]) for one in places]

    assert told(county, "yunling") == [("云岭村", "东河镇"), ("云岭村", "西山乡")]
    assert told(county, "xishan yunling") == [("云岭村", "西山乡")]
    assert told(county, "西山乡云岭村") == [("云岭村", "西山乡")]
    assert told(county, WEST)[0] == ("云岭村", "东河镇")
    assert told(county, "云岭村第2")[0] == ("云岭村第2网格", "东河镇云岭村")
    assert told(village, "yunling") == [("云岭村", "东河镇")]
    assert told(village, "石桥") == told(county, " ' ") == told(county, "x" * 5_000) == []
    page = county.get("/map/search", query_string={"q": "yl"}).get_data(as_text=True)
    assert "云岭村(东河镇)" in page
    assert "云岭村(西山乡)" in page
    assert "没有找到“😀”" in county.get("/map/search?q=😀").get_data(as_text=True)
