"""The shell of the field app, what the phone keeps of it, and registering a phone from a signed-in page."""

from __future__ import annotations

import gzip
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from grid_app.database.transaction import reading
from grid_app.models.accounts import DeviceToken
from grid_app.security.certificates import ensure_certificate, own_authority
from tests.world import NOW

FIRST_SCREEN_BYTES = 150_000
"""The bound of the first usable screen, compressed, everything it loads counted."""
WHOLE_APP_BYTES = 200_000
"""The bound of every screen together, which the worker fetches behind the first one."""
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
pytestmark = on_sqlite


@pytest.fixture
def anybody(app, app_world):
    return app.test_client()


def test_the_shell_is_the_same_for_everybody_and_names_nobody(anybody, sign_in):
    strange, known = anybody.get("/field/"), sign_in("grid_worker").get("/field/")

    assert strange.data == known.data
    assert b"csrf" not in known.data
    assert b"nonce" not in known.data
    assert "Set-Cookie" not in strange.headers
    assert "unsafe" not in strange.headers["Content-Security-Policy"]
    assert 'href="/report"' in strange.get_data(as_text=True)


def test_every_listed_file_is_there_for_strangers_and_is_what_the_list_says(anybody):
    listed = anybody.get("/field/assets.json").json

    for path in listed["files"]:
        with anybody.get(path) as answer:
            assert answer.status_code == 200, path
            assert hashlib.sha256(answer.get_data()).hexdigest() == listed["sha256"][path], path


def test_whatever_a_listed_file_names_is_listed(anybody):
    listed = set(anybody.get("/field/assets.json").json["files"])
    missing = set()
    for path in listed:
        with anybody.get(path) as answer:
            text = answer.get_data(as_text=True)
        if path.endswith(".js"):
            folder, text = Path(path).parent, re.sub(r"/\*\*.*?\*/", "", text, flags=re.DOTALL)
            named = re.findall(r"""^(?:import|export)\b[^;]*?["'](\.[^"']+)["']""", text, re.MULTILINE)
            named += re.findall(r"""=> import\(["'](\.[^"']+)["']\)""", text)
            missing |= {str((Path("/") / folder / one).resolve()) for one in named} - listed
        if path == "/field/":
            missing |= set(re.findall(r"""(?:src|href)="(/(?:static|field)/[^"]+)""", text)) - listed

    assert {path for path in missing if (Path("grid_app") / path[1:]).is_file()} == set()


def test_the_first_screen_is_small_enough_for_a_slow_network(anybody):
    shell = anybody.get("/field/").get_data(as_text=True)
    needed = {"/field/", "/field/manifest.webmanifest", "/static/icon.svg", "/static/vendor/idb/index.js"}
    needed |= set(re.findall(r"""(?:src|href)="(/static/[^"]+)""", shell))

    assert len(needed) > 30
    assert _packed_bytes(anybody, needed) < FIRST_SCREEN_BYTES


def test_the_whole_app_is_small_enough_to_be_kept_over_a_slow_network(anybody):
    assert _packed_bytes(anybody, anybody.get("/field/assets.json").json["files"]) < WHOLE_APP_BYTES


def _packed_bytes(anybody, paths) -> int:
    total = 0
    for path in paths:
        with anybody.get(path) as answer:
            assert answer.status_code == 200, path
            total += len(gzip.compress(answer.get_data(), 6))
    return total


def test_the_worker_begins_with_the_version_of_the_list_and_is_asked_for_anew(anybody):
    version, worker = anybody.get("/field/assets.json").json["version"], anybody.get("/sw.js")

    assert worker.get_data(as_text=True).startswith(f'self.GRID_VERSION = "{version}";')
    assert worker.headers["Service-Worker-Allowed"] == "/"
    assert worker.headers["Cache-Control"] == "no-cache"
    assert worker.content_type.startswith("text/javascript")


def test_the_manifest_opens_the_app(anybody):
    manifest = anybody.get("/field/manifest.webmanifest")

    assert manifest.get_json(force=True)["start_url"] == "/field/"
    assert "离线上报" in manifest.get_json(force=True)["name"]
    assert manifest.content_type.startswith("application/manifest+json")


def test_a_stranger_may_not_register_a_phone_and_is_told_in_json(anybody):
    answer = anybody.post("/field/device", json={"pin": "2580", "label": "手机"})

    assert answer.status_code == 401
    assert answer.json["code"] == "not_signed_in"
    assert anybody.get("/field/session").json == {
        "signed_in": False, "may_register": False, "password_change_due": False, "csrf": ""
    }  # fmt: skip


@pytest.mark.parametrize("body", [None, [], {}, {"pin": 2580}, {"pin": "2580", "label": 7}, {"pin": "1111"}])
def test_a_phone_with_a_bad_pin_or_body_is_refused_with_a_sentence(sign_in, body):
    answer = sign_in("grid_worker").post("/field/device", json=body)

    assert answer.status_code == 422
    assert "口令" in answer.json["fields"]["pin"]


def test_an_administrator_has_nothing_to_do_on_a_phone(sign_in):
    client = sign_in("sysadmin")

    assert client.get("/field/session").json["may_register"] is False
    assert client.post("/field/device", json={"pin": "2580"}).status_code == 403


def test_without_its_mark_a_registration_is_refused(app, sign_in):
    client = sign_in("grid_worker")
    app.config["WTF_CSRF_ENABLED"] = True

    refused = client.post("/field/device", json={"pin": "2580"})
    mark = client.get("/field/session").json["csrf"]
    taken = client.post("/field/device", json={"pin": "2580"}, headers={"X-CSRFToken": mark})

    assert (refused.status_code, refused.json["code"]) == (400, "page_expired")
    assert taken.status_code == 201


def test_a_signed_in_worker_registers_this_phone_and_its_token_works(app, sign_in):
    answer = sign_in("grid_worker").post("/field/device", json={"pin": "2580", "label": " 安卓手机 "})

    token = answer.json["token"]
    sent = app.test_client().post(
        "/api/v1/devices/pin", json={"pin": "2580"}, headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.status_code == 201
    assert set(answer.json) == {"token", "expires_at", "device_id"}
    assert datetime.fromisoformat(answer.json["expires_at"]) > NOW
    assert sent.json["right"] is True
    with reading() as session:
        assert session.query(DeviceToken).one().label == "安卓手机"


def test_field_roles_find_the_app_on_their_start_page_and_offices_do_not(sign_in):
    for role in ("grid_worker", "mediator", "village_lead"):
        assert 'href="/field/"' in sign_in(role).get("/").get_data(as_text=True)
    assert 'href="/field/"' not in sign_in("township_officer").get("/").get_data(as_text=True)


def test_without_an_own_authority_the_trust_page_says_that_nothing_is_to_be_installed(anybody):
    assert anybody.get("/field/ca.crt").headers["Location"] == "/field/trust"
    assert "不用安装" in anybody.get("/field/trust").get_data(as_text=True)


def test_the_own_authority_is_given_without_its_key_and_with_its_fingerprint(app, anybody):
    folder = app.extensions["grid"].settings.instance_dir
    ensure_certificate(folder, asked="", names=["localhost"], now=datetime.now(UTC))

    answer, page = anybody.get("/field/ca.crt"), anybody.get("/field/trust").get_data(as_text=True)

    digest = hashlib.sha256(answer.data).hexdigest().upper()
    assert answer.content_type == "application/x-x509-ca-cert"
    assert b"PRIVATE" not in answer.data
    assert b"PRIVATE" not in own_authority(folder).read_bytes()
    assert ":".join(digest[at : at + 2] for at in range(0, 64, 2)) in page


def test_the_first_screen_asks_for_all_its_modules_at_once_and_for_no_other_screen(anybody):
    shell, listed = anybody.get("/field/").get_data(as_text=True), anybody.get("/field/assets.json").json["files"]
    asked = re.findall(r'rel="modulepreload" href="([^"]+)"', shell)

    assert {"/static/field/app.js", "/static/field/store.js", "/static/field/screens/home.js"} <= set(asked)
    assert set(asked) <= set(listed)
    assert "/static/field/screens/report.js" not in asked
