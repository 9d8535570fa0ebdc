"""Layers for other programs as they are asked for: a page for people at the start, boxes against a search of all."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from shapely.geometry import box, shape
from sqlalchemy import select

from grid_app.database.transaction import transaction
from grid_app.models.rounds import Finding
from tests.web.test_maps import add_finding
from tests.web.test_ogc_features import found, links_of

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_people_read_at_the_start_what_there_is_and_how_to_connect(app, sign_in, app_world):
    client = sign_in("county_lead")
    browser = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}

    page = client.get("/ogc/", headers=browser)
    text = page.get_data(as_text=True)

    assert page.mimetype == "text/html"
    assert "Accept" in page.headers["Vary"]
    assert "http://localhost/ogc/" in text
    assert all(word in text for word in ("村(社区)", "已确认的苗头提示", "程序密码", "QGIS"))
    assert "已确认的苗头提示" not in sign_in("village_lead").get("/ogc/?f=html").get_data(as_text=True)
    assert client.get("/ogc/?f=html").mimetype == "text/html"
    for address, accept in (("/ogc/?f=json", browser["Accept"]), ("/ogc/", "*/*"), ("/ogc/", "application/json")):
        assert client.get(address, headers={"Accept": accept}).mimetype == "application/json"
    assert client.get("/ogc/?f=gml").status_code == 400
    assert app.test_client().get("/ogc/?f=html").status_code == 401
    (alternate,) = links_of(found(client, "/ogc/"), "alternate")
    assert alternate["type"] == "text/html"


def test_findings_hold_from_their_day_on_and_a_time_or_a_box_leaves_others_out(sign_in, app_world):
    """Requirement fc-time-response, on the layer that has a time: since 10 and 20 November."""
    with transaction() as session:
        for number, (code, day) in enumerate((("990101001201", 10), ("990101002201", 20))):
            add_finding(session, number, code)
            session.flush()  # the row is looked up below
            session.scalars(select(Finding).where(Finding.code == f"F{number}")).one().since = date(2026, 11, day)
    client = sign_in("county_lead")

    def codes(query: str) -> list[str]:
        page = found(client, f"/ogc/collections/findings/items?{query}", "application/geo+json")
        assert page["numberMatched"] == page["numberReturned"] == len(page["features"])
        return [one["properties"]["code"] for one in page["features"]]

    assert codes("datetime=2026-11-09T15:59:59Z") == []  # the tenth begins in Shanghai a second later
    assert codes("datetime=2026-11-09T16:00:00Z") == ["F0"]
    assert codes("datetime=2026-11-19T00:00:00Z/2026-11-19T12:00:00Z") == ["F0"]
    assert codes("datetime=2026-11-12T00:00:00Z/..") == codes("datetime=2026-11-20T00:00:00Z") == ["F0", "F1"]
    assert codes("datetime=../2026-11-12T00:00:00Z") == ["F0"]
    assert codes("bbox=111.25,29.05,111.26,29.06") == ["F1"]
    assert codes("bbox=111.25,29.05,111.26,29.06&datetime=2026-11-12T00:00:00Z") == []


@pytest.mark.parametrize("seed", range(5))
def test_a_box_finds_what_a_search_of_every_shape_finds(seed, sign_in, app_world):
    client, rng = sign_in("county_lead"), np.random.default_rng(seed)
    for layer in ("villages", "grids"):
        every = found(client, f"/ogc/collections/{layer}/items?limit=2000", "application/geo+json")["features"]
        for _ in range(20):
            west, south = rng.uniform((110.95, 28.95), (111.4, 29.1))
            east, north = west + rng.uniform(0, 0.3), south + rng.uniform(0, 0.1)
            asked = "?limit=2000&bbox=" + ",".join(str(float(side)) for side in (west, south, east, north))
            answer = found(client, f"/ogc/collections/{layer}/items{asked}", "application/geo+json")
            touching = [one["id"] for one in every if shape(one["geometry"]).intersects(box(west, south, east, north))]
            assert [one["id"] for one in answer["features"]] == touching
            assert answer["numberMatched"] == len(touching)
