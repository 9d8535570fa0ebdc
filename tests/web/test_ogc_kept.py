"""Facts of villages kept for the next page of a program: nobody gets another's, and a write shows."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import product

import pytest
from flask import current_app
from sqlalchemy import update

from grid_app.adapters import map_memo
from grid_app.adapters.map_feed import feed_of
from grid_app.adapters.map_memo import KEPT_SECONDS, memo_of
from grid_app.api.ogc.kept import kept_facts
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.disputes import DisputeEvent
from grid_app.models.places import Division
from grid_app.policy import Role, dispute_scope
from grid_app.queries.layers import village_facts
from grid_app.queries.layers_areas import Asking
from grid_app.queries.map_area import narrowed
from grid_app.wiring import wired
from tests.dispute_rows import add_dispute
from tests.web.forms import FreshClient
from tests.web.test_ogc_programs import ITEMS
from tests.world import NOW

WEST, EAST = "990101001201", "990101002201"
ROLES = (Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.TOWNSHIP_OFFICER, Role.VILLAGE_LEAD)


@pytest.fixture
def keeping(app, app_world, monkeypatch):
    """Keep answers for a minute, and put in what the roles may not see alike."""
    app.test_client_class = FreshClient
    app.config[KEPT_SECONDS] = 60
    monkeypatch.setattr(map_memo, "LONGEST_KEPT_SECONDS", 60.0)
    with transaction() as session:
        for number in range(60):
            about = (None, app_world.units["county"], app_world.units["township"], app_world.units["village"])
            add_dispute(session, number, village=(WEST, EAST)[number % 2], about_unit_id=about[number // 2 % 4])
    return app_world


def askings(world) -> list[Asking]:
    with reading() as session:
        actors = [world.actor(session, role) for role in ROLES]
    scopes = [narrowed(dispute_scope(actor), actor.division_path) for actor in actors]
    scopes += [replace(scopes[0], sees_sealed=False), replace(scopes[0], paths=("/990101/990101002/",))]
    return [Asking(scope, NOW, counts=counts) for scope, counts in product(scopes, (True, False))]


def test_whoever_asks_after_whomever_gets_what_is_counted_for_the_own_rights(keeping):
    every = askings(keeping)
    with reading() as session:
        fresh = [village_facts(session, asking) for asking in every]
        first = [kept_facts(session, asking) for asking in every]
        again = [kept_facts(session, asking) for asking in reversed(every)]

    assert first == fresh
    assert list(reversed(again)) == fresh
    assert len({str(found) for found in fresh}) >= 6  # rights differ in what they see
    assert all(("open_disputes" in facts) is asking.counts for asking, found in zip(every, fresh, strict=True)
               for facts in found.values())  # fmt: skip


def test_the_key_is_the_whole_scope_the_right_to_counts_and_what_is_newest(keeping, monkeypatch):
    known = set()

    class Seen:
        def __call__(self, key, build, *, seconds):
            known.add(key)
            return {}

    monkeypatch.setattr("grid_app.api.ogc.kept.memo_of", lambda _engine: Seen())
    every = askings(keeping)
    with reading() as session:
        for _ in range(2):
            for asking in every:
                kept_facts(session, asking)

    assert {(key[1], key[2]) for key in known} == {(asking.scope, asking.counts) for asking in every}
    assert len(known) == len({(asking.scope, asking.counts) for asking in every})
    assert all(dict(key[3]) == feed_of(wired().engine).current(wired().clock.now) for key in known)


def test_a_new_dispute_shows_with_its_event_and_anything_else_after_the_time(keeping, sign_in, monkeypatch):
    client = sign_in("village_lead")

    def told() -> dict[str, str]:
        return client.get(f"{ITEMS.format('villages')}/{WEST}").get_json(force=True)["properties"]

    before = told()
    with transaction() as session:
        dispute = add_dispute(session, 100, village=WEST)
    silent = told()
    with transaction() as session:
        session.add(DisputeEvent(id=new_id(), dispute_id=dispute, number=1, at=NOW, kind="reported", details={}))
    time.sleep(1.1)  # the newest is asked for once a second
    written = told()
    memo_of(wired().engine)._kept.clear()
    current_app.config[KEPT_SECONDS] = 0.2
    monkeypatch.setattr(map_memo, "LONGEST_KEPT_SECONDS", 0.2)
    told()
    with transaction() as session:
        session.execute(update(Division).where(Division.code == WEST).values(households=7))
        add_dispute(session, 101, village=WEST)
    time.sleep(0.3)
    later = told()

    counts = [int(one["open_disputes"]) for one in (before, silent, written, later)]
    assert counts == [counts[0], counts[0], counts[0] + 1, counts[0] + 2]
    assert later["households"] == 7
    assert (map_memo.LONG_SECONDS, map_memo.USUAL_SECONDS) == (0.1, 1.0)
