"""Whose map it is: no address gives anything of another township, and what is empty for lack of rights says so."""

from __future__ import annotations

import gzip
import io
import json
from urllib.parse import urlencode
from uuid import UUID

import mapbox_vector_tile
import pytest
from flask import Flask
from pypdf import PdfReader

from grid_app.database.transaction import transaction
from grid_app.http.guard import action_of
from grid_app.http.tiles import cut
from grid_app.models.places import MediationRoom, VillageNaming
from grid_app.policy import PERMITTED, Action, Role
from grid_app.queries.map_facts import LAYERS
from grid_app.web.maps.asked import NEEDS
from grid_app.web.maps.layers import LAYER_WORDS
from tests.dispute_rows import add_dispute
from tests.web.test_maps import add_finding, soup_of
from tests.world import COUNTY, NOW, VILLAGES

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, FAR, TOWN, OTHER_TOWN = "990101001201", "990101002201", "990101001", "990101002"
FOREIGN_WORDS = ("西山", "石桥", "白沙", "990101-2026-000009", "西信〔2026〕9号")
FOREIGN_CODES = (OTHER_TOWN, "111.25,29.05")
FAR_ROOM = UUID(int=9)
EVERYWHERE = {"bbox": "110.9,28.9,111.5,29.2", "squares": "1"}
LIVE = {"maps.events", "maps.version"}
"""They tell versions, numbers without a place."""
LEADERS = ("township_lead", "village_lead")


@pytest.fixture
def far_matters(app: Flask, app_world) -> None:
    """Put into the other township one of everything that a map may show."""
    with app.app_context():
        cut(app_world.generation_id)
    with transaction() as session:
        add_dispute(session, 1, village=WEST, grade="blue")
        add_dispute(session, 9, village=FAR, grade="red", point=(111.25, 29.05), kind="chosen")
        session.add(
            MediationRoom(
                id=FAR_ROOM, code="R9", name="石桥调解室", division_code=FAR, lon=111.25, lat=29.05,
                point="SRID=4326;POINT(111.25 29.05)", opening_hours="周三 09:00-12:00", mediators=1,
            )
        )  # fmt: skip
        session.add(
            VillageNaming(division_code=FAR, document_number="西信〔2026〕9号", named_on=NOW.date(), recorded_at=NOW)
        )
        add_finding(session, 9, FAR)


def addresses(app: Flask, generation: object, place: str) -> list[str]:
    """Return every address of what shows the map's facts, with a place in each part that names one."""
    values = {
        "generation": generation, "root": place, "layer": "villages", "zoom": 9, "column": 413, "row": 212,
        "code": place, "room_id": FAR_ROOM, "name": "villages", "feature_id": place,
    }  # fmt: skip
    adapter = app.url_map.bind("localhost")
    made = []
    for rule in app.url_map.iter_rules():
        if "GET" not in rule.methods or action_of(rule.endpoint) is not Action.READ_MAP or rule.endpoint in LIVE:
            continue
        made.append(adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}))
    return made


def words_of(answer) -> str:
    """Return what an answer says, whatever it is written in."""
    body = answer.get_data()
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if answer.mimetype == "application/pdf":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages)
    if answer.mimetype == "application/vnd.mapbox-vector-tile":
        return json.dumps(mapbox_vector_tile.decode(body), ensure_ascii=False)
    return body.decode()


@pytest.mark.parametrize("role", LEADERS)
def test_no_address_of_the_map_gives_a_leader_anything_of_another_township(app, app_world, sign_in, far_matters, role):
    client = sign_in(role)
    seen, own = 0, TOWN if role.startswith("township") else WEST
    for place in (OTHER_TOWN, COUNTY, FAR, own):
        questions = [
            *(EVERYWHERE | {"layer": layer, "root": place} for layer in LAYERS),
            *(
                EVERYWHERE | more
                for more in ({"place": place}, {"q": "shiqiao"}, {"layer": "status", "filter": "disagree"})
            ),
        ]
        for path in addresses(app, app_world.generation_id, place):
            for question in questions:
                answer = client.get(f"{path}?{urlencode(question)}")
                told = words_of(answer)
                seen += answer.status_code == 200
                assert not [word for word in FOREIGN_WORDS if word in told], (path, question)
                if place == own:
                    assert not [code for code in FOREIGN_CODES if code in told], (path, question)
    assert seen > 100  # it was really shown something


def test_the_same_walk_shows_the_county_what_is_there(app, app_world, sign_in, far_matters):
    client = sign_in("county_lead")
    told = "".join(
        words_of(client.get(f"{path}?{urlencode(EVERYWHERE | {'layer': layer, 'root': place})}"))
        for place in (FAR, OTHER_TOWN)
        for path in addresses(app, app_world.generation_id, place)
        for layer in ("disputes", "namings")
    )

    assert [word for word in FOREIGN_WORDS if word not in told] == []


def test_files_asked_for_by_a_township_hold_its_own_villages_alone(sign_in, far_matters):
    officer = sign_in("township_officer")
    for kind in ("villages", "statuses", "rooms"):
        at = officer.post("/exports", data={"kind": kind, "form": "geojson"}).location
        with officer.get(f"{at}/file") as answer:
            told = json.dumps(json.loads(answer.data), ensure_ascii=False)
        assert "云岭" in told, kind
        assert not [word for word in (*FOREIGN_WORDS, *FOREIGN_CODES) if word in told], kind


@pytest.mark.parametrize("role", list(Role))
def test_what_a_role_may_not_see_is_said_in_every_layer_and_never_looks_like_nothing(sign_in, app_world, role: Role):
    client = sign_in(str(role))
    for layer in LAYERS:
        page, facts = client.get(f"/map?layer={layer}"), client.get(f"/map/facts.json?layer={layer}")
        if role not in PERMITTED[Action.READ_MAP]:
            assert (page.status_code, facts.status_code) == (403, 403)
            assert "您现在的身份不能做这件事" in page.get_data(as_text=True)
            continue
        told, empty = soup_of(page).select_one("main").get_text(), facts.get_json().get("empty", "")
        refusal, may = f"不能看“{LAYER_WORDS[layer]}”", role in PERMITTED[NEEDS[layer]]
        assert (refusal in told) is not may, layer
        assert (refusal in empty) is not may, layer
        assert f"地图:{LAYER_WORDS[layer if may else facts.get_json()['layer']]}" in told
        foreign = client.get(f"/map?layer={layer}&root=420000000")
        assert foreign.status_code == 404
        assert "不在您的辖区" in foreign.get_data(as_text=True)


def test_the_panel_names_the_parts_that_a_role_may_not_see(sign_in, app_world):
    lead, office = sign_in("village_lead"), sign_in("township_lead")

    told = soup_of(lead.get(f"/map/village/{WEST}")).select_one("#village").get_text()
    whole = soup_of(office.get(f"/map/village/{WEST}")).select_one("#village").get_text()

    assert "您现在的身份看不到:已确认的苗头提示" in told
    assert "您现在的身份看不到" not in whole
    assert {code[:9] for code in VILLAGES} == {TOWN, OTHER_TOWN}
