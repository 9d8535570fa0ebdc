"""Programs read layers: by an application password, the own area alone, with small numbers, and by GDAL."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import threading
from datetime import timedelta

import pyogrio
import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.application_passwords import ApplicationPassword
from grid_app.queries.layers import LAYERS
from tests.dispute_rows import add_dispute
from tests.serving import server_of
from tests.web.forms import FreshClient
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
ITEMS = "/ogc/collections/{}/items"


def made_password(client) -> str:
    answer = client.post("/application-passwords", data={"label": "办公室电脑上的 QGIS", "days": "30"})
    assert answer.status_code == 200
    return re.search(r"<code>([a-z2-9]{6}-\w{12})</code>", answer.get_data(as_text=True)).group(1)


def basic(login: str, password: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()}


def test_a_password_reads_in_its_role_until_it_is_revoked(app, sign_in, app_world):
    app.test_client_class = FreshClient
    town, stranger = sign_in("township_lead"), app.test_client()
    password = made_password(town)

    def asked(login: str = "township_lead", secret: str = password):
        return stranger.get(ITEMS.format("villages"), headers=basic(login, secret))

    first = asked()
    assert first.status_code == 200
    assert [one["id"] for one in first.get_json(force=True)["features"]] == ["990101001201", "990101001202"]
    assert asked().status_code == 200
    for login, secret in (("township_lead", password[:-1]), ("county_lead", password), ("x", "y"), ("", "")):
        refused = asked(login, secret)
        assert refused.status_code == 401
        assert refused.headers["WWW-Authenticate"].startswith("Basic ")
    assert stranger.get("/map", headers=basic("township_lead", password)).status_code == 302  # opens no page
    with reading() as session:
        row = session.scalars(select(ApplicationPassword)).one()
        made, kept = row.id, row.secret_hash
    assert password[7:] not in kept
    assert town.post(f"/application-passwords/{made}/revoke").status_code == 302
    assert asked().status_code == 401
    with reading() as session:
        events = session.scalars(select(AuditEvent.action).where(AuditEvent.target_kind == "application_password"))
        assert sorted(events) == [f"application_password.{word}" for word in ("made", "revoked", "used")]

    third = made_password(town)
    reset = sign_in("security_admin").post(f"/accounts/{app_world.accounts['township_lead']}/password")
    assert reset.status_code == 200
    assert asked(secret=third).status_code == 401


def test_a_password_ends_by_itself(app, sign_in, app_world):
    stranger, other = app.test_client(), made_password(sign_in("township_lead"))

    def asked(secret: str):
        return stranger.get(ITEMS.format("villages"), headers=basic("township_lead", secret))

    assert asked(other).status_code == 200
    with transaction() as session:
        row = session.scalars(select(ApplicationPassword).where(ApplicationPassword.selector == other[:6])).one()
        row.expires_at = NOW - timedelta(seconds=1)
    assert asked(other).status_code == 401


def test_what_is_typed_wrong_stays_and_others_passwords_are_not_revoked(sign_in, app_world):
    town, county = sign_in("township_lead"), sign_in("county_lead")

    wrong = town.post("/application-passwords", data={"label": "长" * 61, "days": "9" * 5_000})

    assert wrong.status_code == 422
    assert "长" * 61 in wrong.get_data(as_text=True)
    assert "请选择有效期" in wrong.get_data(as_text=True)
    made_password(town)
    with reading() as session:
        row = session.scalars(select(ApplicationPassword.id)).one()
    assert county.post(f"/application-passwords/{row}/revoke").status_code == 404
    for _ in range(4):
        made_password(town)
    assert town.post("/application-passwords", data={"label": "第六个", "days": "30"}).status_code == 409


def test_a_layer_holds_the_own_area_with_small_numbers_and_no_dispute(sign_in, app_world):
    with transaction() as session:
        for number in range(3):
            add_dispute(session, number, village="990101001201")
    county, village = sign_in("county_lead"), sign_in("village_lead")

    rows = {
        one["id"]: one["properties"] for one in county.get(ITEMS.format("villages")).get_json(force=True)["features"]
    }

    assert rows["990101001201"]["open_disputes"] == "<5"
    assert rows["990101001202"]["open_disputes"] == "0"
    assert set(rows["990101001201"]) == {
        "code", "name", "parent_code", "households", "naming", "service_status", "room_coverage", "open_disputes",
    }  # fmt: skip
    assert [one["id"] for one in village.get(ITEMS.format("villages")).get_json(force=True)["features"]] == [
        "990101001201"
    ]
    assert village.get(ITEMS.format("villages") + "/990101001202").status_code == 404
    assert village.get(ITEMS.format("findings")).status_code == 404
    assert "findings" not in json.dumps(village.get("/ogc/collections").get_json(force=True))
    assert sign_in("grid_worker").get("/ogc/").status_code == 403
    assert sign_in("sysadmin").get("/ogc/").status_code == 403


READ = """
import json, sys
import pyogrio
address = sys.argv[1]
names = [name for name, _ in pyogrio.list_layers(address)]
counts = {name: len(pyogrio.raw.read(address, layer=name, PAGE_SIZE="3")[2]) for name in names}
_, _, shapes, values = pyogrio.raw.read(address, layer="villages", bbox=(111.15, 29.05, 111.16, 29.06))
print(json.dumps([counts, len(shapes), [str(column[0]) for column in values]]))
"""


@pytest.mark.skipif("OAPIF" not in pyogrio.list_drivers(), reason="this GDAL has no OAPIF driver")
def test_gdal_reads_every_layer_with_equal_counts(app, sign_in, app_world):
    client = sign_in("county_lead")
    password = made_password(client)
    counts = {name: client.get(ITEMS.format(name)).get_json(force=True)["numberMatched"] for name in LAYERS}
    server = server_of(app)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    # In a process of its own: GDAL holds the interpreter while it waits for the server in this one.
    done = subprocess.run(
        [sys.executable, "-c", READ, f"OAPIF:http://127.0.0.1:{server.server_port}/ogc"],
        env={**os.environ, "GDAL_HTTP_AUTH": "BASIC", "GDAL_HTTP_USERPWD": f"county_lead:{password}"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    server.shutdown()
    thread.join()
    server.server_close()

    assert done.returncode == 0, done.stderr
    read, touching, values = json.loads(done.stdout)
    assert read == counts
    assert (counts["villages"], counts["grids"]) == (4, 8)
    assert touching == 1
    assert "柳湾村" in values
