"""A browser that changes its subscription is one device afterwards, however often and whenever it says so."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from grid_app.database.transaction import reading, transaction
from grid_app.errors import NotFoundError
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.services.escalations import receipts
from grid_app.services.escalations.receipts import LISTENS_NO_MORE, RENEWED, renew
from notifications.messages import PushTarget
from tests.escalation_world import add_subscription
from tests.integration.test_steps_race import DONE, at_once
from tests.outbox_world import put
from tests.world import NOW, World, build_world

OLD = ("https://fcm.googleapis.com/fcm/send/old", "https://fcm.googleapis.com/fcm/send/older")
NEW = PushTarget("https://fcm.googleapis.com/fcm/send/new", "p-new", "a-new", vapid_public="k")


def _devices(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(select(PushSubscription.endpoint, PushSubscription.dropped_reason)).all()
    return sorted((row.endpoint, row.dropped_reason) for row in rows)


def _both_look_first(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let two that renew at once both see that the new one is not known, where the database lets both in."""
    if engine.dialect.name != "postgresql":
        return
    looked, known, met = Barrier(2), receipts.listening, []

    def look(session: Session, *, endpoint: str, auth: str):
        found = known(session, endpoint=endpoint, auth=auth)
        if endpoint == NEW.endpoint and len(met) < 2:
            met.append(endpoint)
            looked.wait(timeout=60)
        return found

    monkeypatch.setattr(receipts, "listening", look)


@pytest.mark.parametrize("olds", [OLD, (OLD[0], OLD[0])], ids=["two old ones", "the same twice"])
def test_two_renewals_to_one_endpoint_at_once_make_one_device(
    engine: Engine, olds: tuple[str, str], monkeypatch: pytest.MonkeyPatch
):
    with transaction(engine) as session:
        world = build_world(session)
        for endpoint in dict.fromkeys(olds):
            add_subscription(session, world, "county_officer", endpoint=endpoint, auth="a-old")
    _both_look_first(engine, monkeypatch)

    answers = at_once(
        engine,
        *(
            lambda session, endpoint=endpoint: renew(session, endpoint=endpoint, auth="a-old", target=NEW, now=NOW)
            for endpoint in olds
        ),
    )

    assert answers == [DONE, DONE]
    with reading(engine) as session:
        found = _devices(session)
    assert (NEW.endpoint, "") in found
    assert [reason for endpoint, reason in found if endpoint != NEW.endpoint] == [RENEWED] * (len(set(olds)) - 1)


def test_an_endpoint_of_somebody_elses_with_other_secrets_is_not_taken_over(engine: Engine):
    with transaction(engine) as session:
        world = build_world(session)
        add_subscription(session, world, "county_officer", endpoint=OLD[0], auth="a-old")
        add_subscription(session, world, "county_lead", endpoint=NEW.endpoint, auth="a-other")

    with pytest.raises(NotFoundError, match=LISTENS_NO_MORE[:8]), transaction(engine) as session:
        renew(session, endpoint=OLD[0], auth="a-old", target=NEW, now=NOW)

    with reading(engine) as session:
        assert _devices(session) == [(NEW.endpoint, ""), (OLD[0], "")]


@pytest.mark.parametrize(("name", "state"), [("county_officer", "due"), ("county_lead", "stopped")])
def test_where_the_page_was_quicker_its_subscription_stands_and_gets_what_waits_for_the_same_person(
    session: Session, world: World, name: str, state: str
):
    old = add_subscription(session, world, "county_officer", endpoint=OLD[0], auth="a-old")
    new = add_subscription(session, world, name, endpoint=NEW.endpoint, auth=NEW.auth)
    message = put(session, channel="webpush", device=old)
    held = put(session, channel="webpush", device=old, lease_token="t", leased_until=NOW + timedelta(minutes=2))

    for _ in range(2):
        renew(session, endpoint=OLD[0], auth="a-old", target=replace(NEW), now=NOW)

    session.expire_all()
    row = session.get_one(OutboxMessage, message)
    assert _devices(session) == [(NEW.endpoint, ""), (OLD[0], RENEWED)]
    assert (row.state, row.subscription_id) == (state, new if state == "due" else old)
    row = session.get_one(OutboxMessage, held)
    assert (row.state, row.lease_token) == (state, "t" if state == "due" else None)
