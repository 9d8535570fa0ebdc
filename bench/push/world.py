"""An application on each database with devices that are subscribed and messages that wait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import insert

from bench.push.receiver import Subscription
from grid_app.clock import ShiftedClock
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.escalations import OutboxMessage, PushSubscription
from grid_app.settings import Settings
from grid_app.wiring import wired
from notifications.messages import Message
from tests.postgres import Cluster, PostgresMissingError
from tests.world import NOW, World, build_world

SUBJECT = "mailto:duty@example.org"


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give the address of a fresh database of each kind; PostGIS only where it is installed."""
    urls = {"sqlite": f"sqlite:///{folder / 'grid.sqlite'}"}
    try:
        cluster = Cluster().start()
    except PostgresMissingError:
        yield urls
        return
    try:
        yield urls | {"postgis": cluster.create("bench_push")}
    finally:
        cluster.stop()


@contextmanager
def running_app(url: str, folder: Path) -> Iterator[tuple[Flask, World]]:
    """Give the application on a fresh database with the small county in it; its context is entered."""
    settings = Settings(instance_dir=folder, database_url=url, push_allow_loopback=True, vapid_subject=SUBJECT)
    app = create_app(settings, clock=ShiftedClock(NOW))  # a working day, whenever this runs
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            world = build_world(session)
        yield app, world
        app.extensions["grid"].engine.dispose()


def subscribe_all(world: World, name: str, unit: str, subscriptions: Sequence[Subscription]) -> list[UUID]:
    """Keep the subscriptions for the account of that name and its unit, and return their ids."""
    now = wired().clock.now()
    rows = [
        {
            "id": new_id(),
            "account_id": world.accounts[name],
            "assignment_id": world.assignments[name],
            "unit_id": world.units[unit],
            "endpoint": one["endpoint"],
            "p256dh": one["keys"]["p256dh"],
            "auth": one["keys"]["auth"],
            "created_at": now,
        }
        for one in subscriptions
    ]
    with transaction() as session:
        session.execute(insert(PushSubscription), rows)
    return [row["id"] for row in rows]


def message(number: int) -> Message:
    """Return a message of the usual length."""
    title = f"请确认收到：430726-2026-{number:05}（红色）"
    return Message(f"e-{number}", title, "云岭村，土地权属，期限：3月2日18:00。", f"/e/{number}", "high", 3600)


def put_all(devices: Sequence[UUID], *, escalation: UUID | None = None) -> None:
    """Put one message for each device into the outbox, in one transaction."""
    moment = wired().clock.now()
    rows = [
        {
            "dedupe_key": str(new_id()),
            "subscription_id": device,
            "escalation_id": escalation,
            "channel": "webpush",
            "message": asdict(message(number)),
            "state": "due",
            "due_at": moment,
            "created_at": moment,
        }
        for number, device in enumerate(devices)
    ]
    with transaction() as session:
        session.execute(insert(OutboxMessage), rows)
