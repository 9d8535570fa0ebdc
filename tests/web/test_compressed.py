"""Static files are compressed for who takes it, stay the same for who does not, and are told unchanged as before."""

from __future__ import annotations

import gzip
import json

import pytest

from grid_app.http.compressed import compress
from tests.web.api_phone import Phone

FILE = "/static/css/base.css"
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def client(app, app_world):
    return app.test_client()


def test_a_page_is_never_compressed(client):
    answer = client.get("/sign-in", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers


def test_the_map_is_compressed_and_its_length_differs_from_time_to_time(sign_in):
    client = sign_in("county_lead")

    answers = [client.get("/map/frame", headers={"Accept-Encoding": "gzip"}) for _ in range(30)]

    assert {answer.headers["Content-Encoding"] for answer in answers} == {"gzip"}
    assert all("地图" in gzip.decompress(answer.get_data()).decode() for answer in answers)
    lengths = {len(answer.get_data()) for answer in answers}
    assert max(lengths) - min(lengths) > 10  # of 30 draws of 1 to 100, not by its nonce alone
    assert "Content-Encoding" not in client.get("/map").headers  # who does not take it


def test_who_does_not_take_it_gets_the_file_as_it_is(client):
    with client.get(FILE) as answer:
        assert "Content-Encoding" not in answer.headers
        assert answer.headers["Vary"] == "Accept-Encoding"


def test_who_takes_it_gets_the_same_file_smaller(client):
    with client.get(FILE) as plain, client.get(FILE, headers={"Accept-Encoding": "gzip, br"}) as packed:
        content, short = plain.get_data(), packed.get_data()

    assert packed.headers["Content-Encoding"] == "gzip"
    assert int(packed.headers["Content-Length"]) == len(short) < len(content) / 2
    assert gzip.decompress(short) == content


def test_a_compressed_file_is_closed_before_its_first_byte_goes_out(app):
    with app.test_request_context(FILE, headers={"Accept-Encoding": "gzip"}):
        answer = app.send_static_file("css/base.css")
        source = answer.response
        packed = compress(answer)

    assert source.file.closed
    assert packed.headers["Content-Encoding"] == "gzip"


def test_an_unchanged_file_is_not_sent_again(client):
    with client.get(FILE, headers={"Accept-Encoding": "gzip"}) as first:
        etag = first.headers["ETag"]

    with client.get(FILE, headers={"Accept-Encoding": "gzip", "If-None-Match": etag}) as again:
        assert again.status_code == 304
        assert again.get_data() == b""


def test_a_part_of_a_file_is_given_as_it_was_asked_for(client):
    with client.get(FILE, headers={"Accept-Encoding": "gzip", "Range": "bytes=0-9"}) as answer:
        assert answer.status_code == 206
        assert len(answer.get_data()) == 10


@pytest.mark.parametrize("path", ["/api/v1/field", "/api/v1/villages?around=1&precision=full"])
def test_what_a_phone_fetches_with_its_token_is_compressed_and_told_unchanged(app, app_world, path):
    client, own = app.test_client(), Phone(app, app_world, "grid_worker").headers
    packed = client.get(path, headers=own | {"Accept-Encoding": "gzip"})
    etag = packed.headers["ETag"]

    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.get_data()))
    for known in (etag, etag.removeprefix("W/")):
        assert client.get(path, headers=own | {"If-None-Match": known}).status_code == 304


def test_what_is_asked_for_with_a_session_is_never_compressed(client):
    answer = client.get("/field/session", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers
