"""What must not stop a lane, an open inbox or a secret's keeping: no thread, a failing question, an error's words."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from grid_app.adapters import inbox_feed
from grid_app.adapters.inbox_feed import InboxFeed
from grid_app.database.base import db
from grid_app.database.transaction import transaction
from grid_app.jobs.delivery import Lanes
from grid_app.policy import Role
from grid_app.services.escalations.subscriptions import send_test
from grid_app.wiring import wired
from notifications.messages import Sent
from tests.escalation_world import add_dispute, add_subscription, raise_for
from tests.world import NOW, World, build_world

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@on_sqlite
def test_a_lane_for_which_no_thread_could_be_had_begins_at_the_next_turn(
    app: Flask, app_world: World, monkeypatch: pytest.MonkeyPatch
):
    with transaction() as session:
        add_subscription(session, app_world, "county_officer")
        send_test(session, actor=app_world.actor(session, Role.COUNTY_OFFICER), now=NOW)
    lanes = Lanes(wired())
    monkeypatch.setattr(wired().channels["webpush"], "send", lambda *_: Sent(""))
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", lambda _: (_ for _ in ()).throw(RuntimeError("no thread")))
        with pytest.raises(RuntimeError, match="no thread"):
            lanes.begin()

    lanes.begin()
    lanes.wait(60)

    assert lanes.take_report().sent == 1


@on_sqlite
def test_what_came_while_a_question_of_the_open_inboxes_failed_is_seen_at_the_next_look(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(inbox_feed, "ASK_EVERY_SECONDS", 0.0)
    with transaction(engine) as session:
        world = build_world(session)
        officer = world.actor(session, Role.COUNTY_OFFICER)
    feed = InboxFeed(engine)
    reader = feed.reader(officer)
    before = feed.standing(reader)
    with transaction(engine) as session:
        raise_for(session, add_dispute(session, world), now=NOW + timedelta(seconds=1))

    def fails(*_: object):
        raise OSError("the database is away")

    with monkeypatch.context() as away:
        away.setattr(inbox_feed, "standing_of", fails)
        with pytest.raises(OSError, match="away"):
            feed.standing(reader)

    assert feed.standing(reader) != before


def test_an_error_of_the_database_is_told_without_what_was_asked(app: Flask):
    with pytest.raises(DBAPIError) as told, db.engine.connect() as connection:
        connection.exec_driver_sql(
            "SELECT nothing FROM nowhere WHERE key = "
            + ("%(key)s" if db.engine.dialect.name == "postgresql" else ":key"),
            {"key": "a secret of somebody"},
        )

    assert "a secret of somebody" not in str(told.value)
