"""What is kept for the next who opens the map: the same for the same rights, never for others, gone with a change."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from contextvars import Context

import pytest
from flask import current_app
from sqlalchemy import event, text

from grid_app.adapters.map_feed import feed_of
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import DisputeEvent
from grid_app.policy import Role
from grid_app.web.maps.kept import KEPT_SECONDS, remembering
from tests.dispute_rows import add_dispute
from tests.world import NOW, add_account

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
VILLAGE, TOWN = "990101001201", "990101001"
ADDRESSES = (
    "/map/facts.json?level=villages",
    "/map/facts.json?level=townships",
    "/map/facts.json?layer=clocks&level=grids",
    "/map/facts.json?layer=namings",
    "/map",
    "/map/frame",
)


@pytest.fixture
def kept(app):
    """Keep answers for longer than any test takes."""
    app.config[KEPT_SECONDS] = 3_600


@pytest.fixture
def disputes(app_world):
    """Put open, sealed and county-only matters into one village, one about the township's own unit."""
    kinds = [("0299", None)] * 6 + [("1501", None)] * 2 + [("1602", None)] * 3
    kinds += [("0299", app_world.units["township"])] * 7
    with transaction() as session:
        for number, (category, about) in enumerate(kinds):
            add_dispute(session, number, village=VILLAGE, category=category, about_unit_id=about)


@contextmanager
def questions(about):
    """Give a list that gathers what the database is asked about a table."""
    found = []

    def note(_connection, _cursor, statement, *_more):
        if f"FROM {about}" in statement:
            found.append(statement)

    engine = current_app.extensions["grid"].engine
    event.listen(engine, "before_cursor_execute", note)
    yield found
    event.remove(engine, "before_cursor_execute", note)


def told(client, address="/map/facts.json?level=townships"):
    return json.loads(client.get(address).get_data())


def added(number):
    with transaction() as session:
        dispute = add_dispute(session, number, village=VILLAGE)
        session.add(DisputeEvent(id=new_id(), dispute_id=dispute, number=1, at=NOW, kind="reported", details={}))


@pytest.mark.usefixtures("kept", "disputes")
def test_leaders_of_the_same_rights_cost_one_count(sign_in, app_world):
    with transaction() as session:
        for number in range(3):
            add_account(session, app_world, f"leader{number}", Role.COUNTY_LEAD, "county_lead", "990101")
    clients = [sign_in(name) for name in ("county_lead", "leader0", "leader1", "leader2")]

    with questions("disputes") as asked:
        first = [clients[0].get(address).get_data() for address in ADDRESSES]
        of_first = len(asked)
        others = [[client.get(address).get_data() for address in ADDRESSES[:4]] for client in clients[1:]]
        pages = [client.get("/map").status_code for client in clients[1:]]

    assert of_first > 0
    assert len(asked) == of_first
    assert others == [first[:4]] * 3
    assert pages == [200] * 3


@pytest.mark.usefixtures("disputes")
@pytest.mark.parametrize("turned", [False, True])
def test_what_is_kept_for_one_right_is_never_told_to_another(sign_in, app, turned):
    names = ["county_lead", "county_officer", "township_lead", "other_township_lead", "village_lead"]
    clients = {name: sign_in(name) for name in names}
    alone = {name: {one: told(client, one) for one in ADDRESSES[:4]} for name, client in clients.items()}
    app.config[KEPT_SECONDS] = 3_600

    ordered = reversed(names) if turned else names
    together = {name: {one: told(clients[name], one) for one in ADDRESSES[:4]} for name in ordered}

    assert together == alone
    sums = {name: found[ADDRESSES[1]]["totals"]["all"] for name, found in alone.items()}
    assert sums == {"county_lead": 18, "county_officer": 16, "township_lead": 6, "other_township_lead": 0,
                    "village_lead": 13}  # fmt: skip


@pytest.mark.usefixtures("kept", "disputes")
def test_a_page_that_is_kept_names_who_reads_it_and_carries_its_own_nonce(sign_in, app_world):
    with transaction() as session:
        add_account(session, app_world, "other_lead", Role.COUNTY_LEAD, "county_lead", "990101")
    one, other = sign_in("county_lead"), sign_in("other_lead")

    pages = [client.get("/map").get_data(as_text=True) for client in (one, other)]
    frames = [Context().run(client.get, "/map/frame") for client in (one, other)]  # as two requests of a server

    assert ["county_lead甲" in page for page in pages] == [True, False]
    assert ["other_lead甲" in page for page in pages] == [False, True]
    nonces = [frame.headers["Content-Security-Policy"].split("'nonce-")[1].split("'")[0] for frame in frames]
    assert nonces[0] != nonces[1]
    assert all(f'nonce="{nonce}"' in frame.get_data(as_text=True) for nonce, frame in zip(nonces, frames, strict=True))


@pytest.mark.usefixtures("kept", "disputes")
def test_a_change_of_facts_ends_what_was_kept(sign_in, app):
    client = sign_in("township_lead")
    before = told(client)
    with app.test_request_context():
        feed = feed_of(app.extensions["grid"].engine)

    added(100)
    feed.ask_anew()  # what a second does
    after = told(client)

    assert (before["totals"]["all"], after["totals"]["all"]) == (6, 7)
    assert before["version"] != after["version"]


@pytest.mark.usefixtures("kept")
def test_who_writes_sees_it_at_once(sign_in):
    client = sign_in("county_officer")
    before = client.get("/map?layer=namings").get_data(as_text=True)

    saved = client.post(
        "/map/namings",
        data={"division_code": VILLAGE, "document_number": "青信联〔2026〕3号", "named_on": "2026-03-01"},
    )
    after = client.get("/map?layer=namings").get_data(as_text=True)

    assert saved.status_code == 302, saved.get_data(as_text=True)
    assert ("有效 0 个" in before, "有效 1 个" in after) == (True, True)


@pytest.mark.usefixtures("kept", "app_world")
def test_nobody_holds_a_connection_while_waiting_for_a_count(app):
    engine = app.extensions["grid"].engine
    held = []
    with app.test_request_context(), reading() as session:
        remember = remembering(session)
        session.execute(text("SELECT 1"))
        held.append(engine.pool.checkedout())
        remember("counted", lambda: held.append(engine.pool.checkedout()))

    assert held == [1, 0]


@pytest.mark.usefixtures("kept", "disputes")
def test_leaders_at_the_same_moment_all_get_the_answer_and_cost_one_count(app, sign_in):
    clients, found = [sign_in("county_lead") for _ in range(8)], []
    start = threading.Barrier(len(clients))

    def one(client):
        start.wait()
        with app.app_context():
            found.append(client.get(ADDRESSES[0]).get_data())

    with questions("disputes") as asked:
        threads = [threading.Thread(target=one, args=(client,)) for client in clients]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert len(found) == len(clients)
    assert len(set(found)) == 1
    assert len(asked) == 1
