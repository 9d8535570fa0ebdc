"""docs/sync-protocol.md is true: every request on it gets the answer below it, and it is enough to write a client."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from grid_app.api.openapi_routes import ROUTES
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.security.office_keys import parse_office_keys, seal_to
from grid_app.services.reports.attachments import SENTENCES
from grid_app.settings import Settings
from tests.fakes import FrozenClock
from tests.web import page_crypto
from tests.web.api_phone import stored
from tests.web.attachments import announced, made
from tests.web.page_client import PageClient, canonical, digest_of, export_of, item_of
from tests.web.protocol_page import OFFICE_KEYS, PAGE, RECEIPT_KEY, Example, build_office, examples, shown_json
from tests.world import PASSWORD

DRAWN = {"token", "device_id", "assignment_id", "tracking_code"}
"""What an office draws by lot: only its kind is compared."""
CUT = {"tiles", "categories", "ways"}
"""Lists of which the page shows the beginning and says so."""
INFO = b"grid-export/1"
CODE = Path(__file__).parents[2] / "grid_app"


@pytest.fixture
def office(db_url: str, tmp_path: Path, clock: FrozenClock) -> Iterator[Flask]:
    settings = Settings(
        instance_dir=tmp_path / "instance", database_url=db_url, receipt_key=RECEIPT_KEY, office_keys=OFFICE_KEYS
    )
    made_app = create_app(settings, clock=clock)
    with made_app.app_context():
        with transaction() as session:
            build_office(session, made_app.extensions["grid"].keys.fields)
        yield made_app
        made_app.extensions["grid"].engine.dispose()


# --- the examples -----------------------------------------------------------------------------------------------


def differences(shown: Any, real: Any, where: str) -> list[str]:
    """Return where an answer is another than the page shows: in members, kinds or values."""
    name = where.rpartition(".")[2]
    if type(shown) is not type(real):
        return [f"{where}: {shown!r} on the page, {real!r} answered"]
    if isinstance(shown, dict):
        odd = [f"{where}.{key}: on one side only" for key in sorted(shown.keys() ^ real.keys())]
        return odd + [
            line for key in shown.keys() & real.keys() for line in differences(shown[key], real[key], f"{where}.{key}")
        ]
    if isinstance(shown, list):
        odd = [] if len(shown) == len(real) or name in CUT else [f"{where}: {len(shown)} shown, {len(real)} answered"]
        return odd + [
            line for one, two in zip(shown, real, strict=False) for line in differences(one, two, f"{where}[]")
        ]
    return [] if shown == real or name in DRAWN else [f"{where}: {shown!r} on the page, {real!r} answered"]


class Reader:
    """Sends the examples in order; the token of the page stands for the one that was answered."""

    def __init__(self, client: FlaskClient) -> None:
        self._client = client
        self._tokens = ("", "")

    def send(self, example: Example) -> list[str]:
        headers = {name: value.replace(*self._tokens) for name, value in example.asked.headers.items()}
        answer = self._client.open(example.address, method=example.method, headers=headers, data=example.sent)
        where = f"{example.method} {example.address}"
        if answer.status_code != example.status:
            return [f"{where}: {answer.status_code} {answer.get_data(as_text=True)}"]
        if example.address.endswith("/devices"):
            self._tokens = (example.answered.json["token"], answer.json["token"])
        media = example.answered.headers["Content-Type"]
        wrong = [] if media == answer.content_type else [f"{where}: {answer.content_type}"]
        return wrong + differences(example.answered.json, answer.json, where)


def test_every_request_of_the_page_gets_the_answer_below_it(office: Flask) -> None:
    reader = Reader(office.test_client())

    assert [line for example in examples() for line in reader.send(example)] == []


def test_every_call_is_shown_with_its_answer() -> None:
    shown = {(one.method, one.address.partition("?")[0]) for one in examples() if one.status < 300}

    missing = [
        f"{route.method} {route.path}"
        for route in ROUTES
        if route.path != "/openapi.json"
        and not any(
            method == route.method.upper() and re.fullmatch("/api/v1" + re.sub(r"{\w+}", "[^/]+", route.path), path)
            for method, path in shown
        )
    ]

    assert missing == []


def test_nothing_on_the_page_is_left_out_with_dots() -> None:
    assert "…" not in PAGE.read_text("utf-8")


def test_every_digest_of_an_item_is_the_one_of_its_content() -> None:
    items = [item for one in examples() if one.address.endswith(":sync") for item in one.asked.json["items"]]
    told = {item["id"]: item["digest"] for item in items if "digest" in item}

    assert len(told) == 4
    assert told == {item["id"]: digest_of(item["content"]) for item in items if "digest" in item}
    undigested = next(item for item in items if "digest" not in item)
    assert canonical(undigested["content"]) == shown_json()[0]


def test_every_outcome_and_warning_that_the_office_knows_is_explained() -> None:
    text = "\n".join(path.read_text("utf-8") for path in (CODE / "services").rglob("*.py"))
    warnings = set(re.findall(r'Caution\(\s*"([a-z_]+)"', text))

    assert len(warnings) > 5
    assert {word for word in warnings | set(SENTENCES) if f"`{word}`" not in PAGE.read_text("utf-8")} == set()


def test_the_worked_export_is_true_step_by_step() -> None:
    page, plain = PAGE.read_text("utf-8"), shown_json()[1]
    file = next(one for one in examples() if one.address.endswith("/exports")).asked.json
    keys = parse_office_keys(OFFICE_KEYS)
    secret, shared, key = (
        re.search(rf"{words} `([0-9a-f]{{64}})`", page)[1]
        for words in ("secret number was", "the ECDH secret is", "the key")
    )
    parts = {name: base64.b64decode(file[name]) for name in ("ephemeral", "iv", "data")}

    opened = keys.open(
        number=file["office_key"], ephemeral=parts["ephemeral"], nonce=parts["iv"], sealed=parts["data"], info=INFO
    )

    assert json.loads(opened) == json.loads(plain)
    assert page_crypto.public_key(int(secret, 16)) == parts["ephemeral"]
    assert page_crypto.shared_secret(int(secret, 16), base64.b64decode(keys.spki)).hex() == shared
    assert page_crypto.derived(bytes.fromhex(shared), INFO).hex() == key
    assert page_crypto.seal(bytes.fromhex(key), parts["iv"], opened) == parts["data"]


# --- a client that knows nothing but the page -------------------------------------------------------------------


@pytest.mark.parametrize("length", [0, 1, 16, 33, 1000])
def test_what_the_client_seals_the_office_opens(length: int) -> None:
    keys, plain = parse_office_keys(OFFICE_KEYS), secrets.token_bytes(length)
    secret, nonce = secrets.randbelow(page_crypto.ORDER - 1) + 1, secrets.token_bytes(12)
    key = page_crypto.derived(page_crypto.shared_secret(secret, base64.b64decode(keys.spki)), INFO)

    sealed = page_crypto.seal(key, nonce, plain)

    given = {"ephemeral": page_crypto.public_key(secret), "nonce": nonce, "sealed": sealed}
    assert keys.open(number="1", info=INFO, **given) == plain
    assert len(seal_to(keys.spki, plain, info=INFO)[2]) == len(sealed)


@pytest.mark.parametrize(
    ("value", "form"),
    [
        ({"€": 1, "\r": 2, "\ufb33": 3, "1": 4, "😀": 5, "\x80": 6, "ö": 7},
         '{"\\r":2,"1":4,"\x80":6,"ö":7,"€":1,"😀":5,"\ufb33":3}'),
        ([333333333.33333329, 1e30, 4.5, 2e-3, 1e-27, 12.0, 1e16, 1e-6, 1e-7, -0.0],
         "[333333333.3333333,1e+30,4.5,0.002,1e-27,12,10000000000000000,0.000001,1e-7,0]"),
        ('a"\\\b\x01\x7f/', '"a\\"\\\\\\b\\u0001\x7f/"'),
    ],
)  # fmt: skip
def test_the_client_writes_the_canonical_form_of_the_standard(value: Any, form: str) -> None:
    assert canonical(value) == form


class LossyLine:
    """Carries requests to the office and loses every third answer after it was given."""

    def __init__(self, client: FlaskClient) -> None:
        self._client, self._carried = client, 0

    def __call__(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        answer = self._client.open(path, method=method, headers=headers, data=body)
        self._carried += 1
        if self._carried % 3 == 0:
            raise ConnectionError
        return answer.status_code, answer.get_data()


def told(**more: Any) -> dict[str, Any]:
    content = {"form": "dispute/1", "captured_at": "2026-11-20T09:00:00+08:00", "category": "0901", "danger": False}
    return content | {"summary": "土地租金没有给", "lon": 111.05, "lat": 29.07} | more


def test_a_client_written_from_the_page_alone_loses_nothing(office: Flask) -> None:
    client, photo = PageClient(LossyLine(office.test_client())), made(size=10_000)
    picture = announced(photo)
    client.register("wangge01", PASSWORD, "2580")
    _, bundle = client.call("GET", "field")
    reports = [item_of(told()), item_of(told(form="dispute/2", summary="水渠被堵", attachments=[picture]))]
    assert set(client.hand_in("disputes:sync", reports)) <= {"accepted", "already_have"}
    assert client.upload(picture, photo, chunk=4096)
    place = next(one["division_code"] for one in bundle["rounds"] if not one["answered"])
    moment = {"captured_at": "2026-11-20T09:30:00+08:00"}
    zero = {"form": "return/1", **moment, "division_code": place, "zero": True, "ways": ["visit"], "note": ""}
    assert set(client.hand_in("returns:sync", [item_of(zero)])) <= {"accepted", "already_have"}
    _, due = client.call("GET", "follow-ups")
    visit = {"form": "follow-up/1", **moment, "follow_up_id": due["items"][0]["id"], "way": "visit"}
    heard = item_of(visit | {"outcome": "settled", "note": ""})
    assert set(client.hand_in("follow-ups:sync", [heard])) <= {"accepted", "already_have"}
    later = announced(photo)
    waiting = item_of(told(form="dispute/2", summary="路灯坏了", attachments=[later]))
    blob = {"id": later["id"], "report_id": waiting["id"], "kind": "photo", "type": "image/jpeg"}
    blob |= {"sha256": hashlib.sha256(photo).hexdigest(), "data": base64.b64encode(photo).decode()}
    plain = {"owner": bundle["account"]["id"], "made_at": bundle["server_time"], "blobs": [blob]}
    file = export_of(plain | {"items": [waiting | {"kind": "report"}]}, bundle["office_key"])
    _, answer = client.call("POST", "exports", file)
    client.keep([waiting], answer["results"])

    assert len(client.receipts) == 5
    assert client.held() == {"yes"}
    assert [client.genuine(one) for one in client.receipts] == [{"genuine": True, "known": True}] * 5
    assert client.call("GET", f"attachments/{later['id']}")[1]["complete"] is True
    assert stored() == 4
