"""An open inbox hears of its own changes, of nobody else's, and no longer than its reader may."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import event

from grid_app.adapters import attendance, inbox_feed, listeners
from grid_app.adapters.inbox_feed import feed_of
from grid_app.adapters.listeners import LISTENERS, Times
from grid_app.database.transaction import transaction
from grid_app.http import lines as open_lines
from grid_app.models.accounts import Account, Delegation
from grid_app.models.escalations import Escalation, InboxItem
from grid_app.policy import Action
from grid_app.web.inbox import live
from tests.escalation_world import add_dispute, raise_for
from tests.web.forms import FreshClient
from tests.world import BEGIN, NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture(autouse=True)
def at_once(monkeypatch, app):
    """Let nobody wait: every look asks anew, and every second look whether the listener may still hear."""
    app.test_client_class = FreshClient
    monkeypatch.setattr(inbox_feed, "ASK_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(attendance, "ASK_EVERY_SECONDS", 0.0)
    monkeypatch.setattr(listeners.time, "sleep", lambda _seconds: None)


def raise_one(world) -> None:
    with transaction() as session:
        raise_for(session, add_dispute(session, world))


def asked(client) -> str:
    return client.get("/inbox/version.json").get_json()["version"]


def heard(lines: Iterator[bytes]) -> str:
    """Return the version of the next event."""
    line = next(text for one in lines if (text := one.decode()).startswith("event: inbox"))
    return json.loads(line.split("data: ")[1])["version"]


def test_a_line_tells_what_is_newest_and_then_each_change(sign_in, app_world):
    client = sign_in("county_officer")
    answer = client.get("/inbox/events", buffered=False)
    lines = iter(answer.response)

    first = heard(lines)
    raise_one(app_world)
    second = heard(lines)
    answer.close()

    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("text/event-stream", "no-store")
    assert first != second == asked(client)
    assert f'data-version="{second}"' in client.get("/inbox").get_data(as_text=True)


def test_what_lies_elsewhere_changes_nobody_elses_version(sign_in, app_world):
    officer, elsewhere, lead = sign_in("county_officer"), sign_in("township_officer"), sign_in("county_lead")
    before = [asked(client) for client in (officer, elsewhere, lead)]

    raise_one(app_world)
    after = [asked(client) for client in (officer, elsewhere, lead)]

    assert [old != new for old, new in zip(before, after, strict=True)] == [True, False, True]


@pytest.mark.parametrize("category", ["1501", "1601"])
def test_a_matter_that_is_shut_to_a_reader_never_changes_his_version(sign_in, app_world, category, monkeypatch):
    """The row lies in the inbox of his own unit all the same, as when a matter becomes a sealed one later."""
    monkeypatch.setattr(inbox_feed, "OLD_SECONDS", 0.0)
    client = sign_in("township_officer")
    empty = asked(client)
    raise_one(app_world)
    lies_at(app_world.units["township"])
    open_to_him = asked(client)

    change(category=category)
    shut = asked(client)
    change(rung=1, state="exhausted", grade="orange")
    moved = asked(client)

    assert open_to_him != empty == shut == moved


def test_acknowledging_changes_the_version_and_opening_does_not(sign_in, app_world):
    client = sign_in("county_officer")
    raise_one(app_world)
    with transaction() as session:
        address = f"/inbox/{session.query(Escalation.id).scalar()}"
    before = asked(client)

    client.get(address)
    seen = asked(client)
    client.post(f"{address}/acknowledge")

    assert before == seen != asked(client)


def test_a_thousand_listeners_cost_one_question_at_each_look(app, app_world, monkeypatch):
    feed = feed_of(app.extensions["grid"].engine)
    with app.app_context(), transaction() as session:
        readers = [feed.reader(app_world.actor(session, name)) for name in ("county_officer", "township_officer")]
    [feed.standing(reader) for reader in readers]
    monkeypatch.setattr(inbox_feed, "ASK_EVERY_SECONDS", 3_600.0)

    quiet = questions_of(app, lambda: [feed.standing(reader) for reader in readers * 500])
    with app.app_context():
        raise_one(app_world)
    feed._looked_at = float("-inf")
    changed = questions_of(app, lambda: [feed.standing(reader) for reader in readers * 500])

    assert quiet == 0
    assert changed == 3  # the newest steps, the units they are about, and the one inbox they concern


@pytest.mark.parametrize("end", ["sign_out", "disable", "take_back"])
def test_a_line_ends_with_the_right_to_it_and_gives_its_place_back(sign_in, app, app_world, monkeypatch, end):
    monkeypatch.setattr(live, "TIMES", Times(look=0.0))
    if end == "take_back":
        lend(app_world)
    client = sign_in("township_officer")
    answer = client.get("/inbox/events", buffered=False)
    lines = iter(answer.response)
    heard(lines)

    if end == "sign_out":
        client.post("/sign-out")
    with transaction() as session:
        if end == "disable":
            session.get_one(Account, app_world.accounts["township_officer"]).disabled_at = NOW
        elif end == "take_back":
            session.query(Delegation).update({"revoked_at": NOW})
    rest = list(lines)
    answer.close()

    assert rest == []
    assert len(feed_of(app.extensions["grid"].engine).listeners) == 0


def test_beyond_the_places_and_beyond_a_fourth_of_them_pages_ask_instead(sign_in, app):
    app.config[LISTENERS] = 12
    greedy, other = sign_in("county_lead"), sign_in("township_officer")

    held = [greedy.get("/inbox/events", buffered=False) for _ in range(5)]
    beside = other.get("/inbox/events", buffered=False)
    for answer in (*held, beside):
        answer.close()

    assert [answer.status_code for answer in held] == [200] * 3 + [503] * 2
    assert (beside.status_code, held[-1].headers["Retry-After"]) == (200, "8")
    assert asked(greedy)


def test_a_line_that_cannot_be_made_gives_its_place_back(sign_in, app, monkeypatch):
    def fail(*_given: object) -> None:
        raise OSError("no database")

    client = sign_in("county_lead")
    monkeypatch.setattr(open_lines, "may_still_hear", fail)

    with suppress(OSError):
        client.get("/inbox/events", buffered=False)

    assert len(feed_of(app.extensions["grid"].engine).listeners) == 0


@pytest.mark.parametrize("name", ["grid_worker", "mediator", "sysadmin", "auditor"])
def test_roles_without_an_inbox_hear_nothing(sign_in, name):
    client = sign_in(name)

    answers = [client.get(f"/inbox/{address}") for address in ("events", "version.json", "list")]

    assert [answer.status_code for answer in answers] == [403, 403, 403]


def test_an_inbox_that_asks_by_itself_keeps_nobody_signed_in(sign_in, clock):
    client = sign_in("county_officer")

    for address in ("version.json", "list", "version.json", "list"):
        clock.advance(timedelta(minutes=9))
        answer = client.get(f"/inbox/{address}")

    assert answer.status_code == 302


def test_strange_questions_change_nothing_of_the_answer(sign_in, app_world):
    client = sign_in("county_officer")

    huge = client.get("/inbox/list?page=99&_external=1&_scheme=javascript&answered=<b>")
    line = client.get("/inbox/events", buffered=False, headers={"Last-Event-ID": "9" * 5_000})
    line.close()

    assert (huge.status_code, line.status_code) == (200, 200)
    assert not {"javascript", "<b>"} & set(re.split(r"[:\"&]", huge.get_data(as_text=True)))
    assert client.get(f"/inbox/list?page={10**40}").status_code == 404
    assert "X-A" not in client.get("/inbox/list?answered=%0d%0aX-A:%20b").headers


def lies_at(unit: UUID) -> None:
    with transaction() as session:
        session.query(InboxItem).update({"unit_id": unit})


def change(**values: object) -> None:
    with transaction() as session:
        session.query(Escalation).update(values)


def lend(world) -> None:
    with transaction() as session:
        session.add(
            Delegation(
                from_assignment_id=world.assignments["county_lead"],
                to_assignment_id=world.assignments["township_officer"],
                actions=[str(Action.ACKNOWLEDGE)],
                starts_at=BEGIN,
                ends_at=NOW + timedelta(days=9),
            )
        )


def questions_of(app, act) -> int:
    asked_for: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        asked_for.append(statement)

    engine = app.extensions["grid"].engine
    event.listen(engine, "before_cursor_execute", note)
    act()
    event.remove(engine, "before_cursor_execute", note)
    return sum(statement.lstrip().upper().startswith("SELECT") for statement in asked_for)
