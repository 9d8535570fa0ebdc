"""OGC API - Features part 1 (OGC 17-069r4): one check for each requirement of the classes core and geojson."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from urllib.parse import urlsplit

import pytest
from openapi_spec_validator import validate
from shapely.geometry import shape

from tests.boundary_files import VILLAGES
from tests.world import COUNTY

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
CRS84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
ITEMS = "/ogc/collections/villages/items"
CODES = [code for code, _, _ in VILLAGES]
Client = Callable[..., object]


def links_of(document: dict, rel: str) -> list[dict]:
    return [one for one in document["links"] if one["rel"] == rel]


def found(client, address: str, media: str = "application/json") -> dict:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.get_data(as_text=True)[:300])
    assert answer.headers["Content-Type"].startswith(media)
    return json.loads(answer.get_data())


def items(client, query: str = "") -> dict:
    return found(client, f"{ITEMS}{query}", "application/geo+json")


def codes(client, query: str) -> list[str]:
    return [feature["id"] for feature in items(client, query)["features"]]


def root(client):
    landing = found(client, "/ogc/")

    for rel in ("service-desc", "conformance", "data"):
        (one,) = links_of(landing, rel)
        assert client.get(urlsplit(one["href"]).path).status_code == 200


def api_definition(client):
    (one,) = links_of(found(client, "/ogc/"), "service-desc")

    answer = client.get(urlsplit(one["href"]).path)

    assert answer.headers["Content-Type"] == one["type"] == "application/vnd.oai.openapi+json;version=3.0"
    validate(answer.get_json(force=True))


def conformance(client):
    assert found(client, "/ogc/conformance")["conformsTo"] == [
        f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{name}" for name in ("core", "geojson")
    ]


def http_status(client):
    assert client.get("/ogc/collections/none").status_code == 404
    assert client.post("/ogc/").status_code == 405
    assert client.head("/ogc/").status_code == 200


def unknown_parameter(client):
    for address in ("", "conformance", "api", "collections", "collections/villages", "collections/villages/items"):
        assert client.get(f"/ogc/{address}?colour=red").status_code == 400
    assert client.get(f"{ITEMS}/{CODES[0]}?limit=1").status_code == 400


def invalid_parameter(client):
    wrong = [
        "limit=0", "limit=-1", "limit=many", "limit=", "limit=1.5", "limit=٣", "offset=-1",
        "bbox=1,2,3", "bbox=a,b,c,d", "bbox=1,9,2,8", "bbox=nan,1,2,3", "bbox=1,1,2,91", "bbox=",
        "datetime=yesterday", "datetime=2026-13-01T00:00:00Z", "datetime=", "datetime=../..", "datetime=2026-01-01",
        "datetime=2026-02-01T00:00:00Z/2026-01-01T00:00:00Z",
    ]  # fmt: skip
    for query in wrong:
        answer = client.get(f"{ITEMS}?{query}")
        assert (query, answer.status_code) == (query, 400)
        assert answer.get_json(force=True)["detail"]


def crs84(client):
    west, south, east, north = shape(items(client)["features"][0]["geometry"]).bounds
    assert (west, south, east, north) == pytest.approx((111.0, 29.0, 111.1, 29.1))
    assert found(client, "/ogc/collections/villages")["crs"] == [CRS84]


def collections(client):
    document = found(client, "/ogc/collections")

    (own,) = links_of(document, "self")
    assert own["type"] == "application/json"
    assert [one["id"] for one in document["collections"]] == ["villages", "townships", "grids", "rooms", "findings"]


def collections_items_links(client):
    for one in found(client, "/ogc/collections")["collections"]:
        (link,) = links_of(one, "items")
        assert link["type"] == "application/geo+json"
        assert client.get(urlsplit(link["href"]).path).status_code == 200


def extent(client):
    spatial = found(client, "/ogc/collections/villages")["extent"]["spatial"]

    assert spatial == {"bbox": [[111.0, 29.0, 111.4, 29.1]], "crs": CRS84}


def collection(client):
    listed = {one["id"]: one for one in found(client, "/ogc/collections")["collections"]}

    for name, one in listed.items():
        assert found(client, f"/ogc/collections/{name}") == one


def features(client):
    assert codes(client, "") == CODES


def limit_definition(client):
    parameters = _parameters(client)

    assert parameters["limit"]["schema"]["minimum"] == 1
    assert parameters["limit"]["schema"]["default"] == 10
    assert {"in": "query", "required": False, "style": "form", "explode": False}.items() <= parameters["limit"].items()


def limit_response(client):
    assert codes(client, "?limit=1") == CODES[:1]
    assert codes(client, "?limit=999999") == CODES


def bbox_definition(client):
    schema = _parameters(client)["bbox"]["schema"]

    assert (schema["type"], schema["items"]["type"]) == ("array", "number")
    assert schema["oneOf"] == [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}]


def bbox_response(client):
    assert codes(client, "?bbox=111.15,29.05,111.25,29.06") == CODES[1:3]
    assert codes(client, "?bbox=111.1,29.0,111.1,29.0") == CODES[:2]  # the border belongs to both
    assert codes(client, "?bbox=111.15,29.05,-10,111.16,29.06,900") == CODES[1:2]
    assert codes(client, "?bbox=170,20,111.05,40") == CODES[:1]  # across the 180th meridian
    assert codes(client, "?bbox=0,0,1,1") == []


def time_definition(client):
    assert _parameters(client)["datetime"]["schema"]["type"] == "string"


def time_response(client):
    for when in (
        "2018-02-12T23:20:52Z",
        "2018-02-12T00:00:00%2B08:00/..",
        "../2018-03-18T12:31:12.5Z",
        "/2018-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",  # both ends of the calendar, which some programs write for "ever"
        "0001-01-01T00:00:00%2B23:59/..",
    ):
        assert codes(client, f"?datetime={when}") == CODES  # villages have no time: every time is theirs


def response_is_a_collection(client):
    assert items(client)["type"] == "FeatureCollection"


def page_links(client):
    page, seen, pages = items(client, "?limit=3&bbox=111,29,111.4,29.1"), [], 0
    while True:
        (own,) = links_of(page, "self")
        assert own["type"] == "application/geo+json"
        seen += [one["id"] for one in page["features"]]
        pages += 1
        following = links_of(page, "next")
        if not following:
            break
        parts = urlsplit(following[0]["href"])
        page = found(client, f"{parts.path}?{parts.query}", "application/geo+json")
    assert (seen, pages) == (CODES, 2)
    assert links_of(page, "prev")


def links_have_rel_and_type(client):
    for document in (
        items(client),
        found(client, "/ogc/"),
        found(client, f"{ITEMS}/{CODES[0]}", "application/geo+json"),
    ):
        assert all(one["rel"] and one["type"] for one in document["links"])


def time_stamp(client):
    stamp = items(client)["timeStamp"]
    assert stamp.endswith("Z")
    assert datetime.fromisoformat(stamp)


def number_matched(client):
    assert items(client, "?limit=1")["numberMatched"] == 4
    assert items(client, "?limit=1&bbox=111.15,29.05,111.16,29.06")["numberMatched"] == 1


def number_returned(client):
    page = items(client, "?limit=3&offset=2")
    assert page["numberReturned"] == len(page["features"]) == 2


def feature(client):
    document = found(client, f"{ITEMS}/{CODES[1]}", "application/geo+json")

    assert document["id"] == CODES[1]
    assert document == {**items(client)["features"][1], "links": document["links"]}


def feature_links(client):
    document = found(client, f"{ITEMS}/{CODES[1]}", "application/geo+json")

    assert links_of(document, "self")[0]["type"] == "application/geo+json"
    assert links_of(document, "collection")[0]["href"].endswith("/ogc/collections/villages")
    assert client.get(f"{ITEMS}/{COUNTY}").status_code == 404


def geojson_definition(client):
    answers = _definition(client)["paths"]["/collections/villages/items"]["get"]["responses"]

    assert list(answers["200"]["content"]) == ["application/geo+json"]


def geojson_content(client):
    for name in ("villages", "townships", "grids", "rooms", "findings"):
        document = found(client, f"/ogc/collections/{name}/items", "application/geo+json")
        assert document["type"] == "FeatureCollection"
        for one in document["features"]:
            assert one["type"] == "Feature"
            assert shape(one["geometry"]).is_valid
            outer = one["geometry"]["coordinates"][0]
            if one["geometry"]["type"] == "MultiPolygon":
                assert shape({"type": "Polygon", "coordinates": outer}).exterior.is_ccw  # RFC 7946 3.1.6


def _definition(client) -> dict:
    return json.loads(client.get("/ogc/api").get_data())


def _parameters(client) -> dict[str, dict]:
    listed = _definition(client)["paths"]["/collections/villages/items"]["get"]["parameters"]
    return {one["name"]: one for one in listed}


CORE = {
    "core/root-op, root-success": root,
    "core/api-definition-op, api-definition-success": api_definition,
    "core/conformance-op, conformance-success": conformance,
    "core/http": http_status,
    "core/query-param-unknown": unknown_parameter,
    "core/query-param-invalid": invalid_parameter,
    "core/crs84": crs84,
    "core/fc-md-op, fc-md-success, fc-md-links, fc-md-items": collections,
    "core/fc-md-items-links": collections_items_links,
    "core/fc-md-extent": extent,
    "core/sfc-md-op, sfc-md-success": collection,
    "core/fc-op": features,
    "core/fc-limit-definition": limit_definition,
    "core/fc-limit-response-1": limit_response,
    "core/fc-bbox-definition": bbox_definition,
    "core/fc-bbox-response": bbox_response,
    "core/fc-time-definition": time_definition,
    "core/fc-time-response": time_response,
    "core/fc-response": response_is_a_collection,
    "core/fc-links": page_links,
    "core/fc-rel-type": links_have_rel_and_type,
    "core/fc-timeStamp": time_stamp,
    "core/fc-numberMatched": number_matched,
    "core/fc-numberReturned": number_returned,
    "core/f-op, f-success": feature,
    "core/f-links": feature_links,
    "geojson/definition": geojson_definition,
    "geojson/content": geojson_content,
}


@pytest.mark.parametrize("requirement", CORE)
def test_requirement(requirement, sign_in, app_world):
    CORE[requirement](sign_in("county_lead"))
