"""The small county of the bench: offices with devices and endpoints, short ladders, and disputes that will turn red."""

from __future__ import annotations

import json
import random
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from flask import Flask

from bench.escalations.clock import BEGINS, BenchClock
from bench.escalations.far_ends import FarEnds
from grid_app.database.base import new_id
from grid_app.database.migrate import upgrade
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.models.channels import ChannelEndpoint
from grid_app.models.escalations import EscalationPolicy
from grid_app.services.escalations.ladder_rows import RungRow
from grid_app.services.escalations.subscriptions import subscribe
from grid_app.settings import Settings
from grid_app.wiring import Wiring
from notifications.vapid import keypair_of
from tests.escalation_world import add_dispute
from tests.fake_vendors import KEY, SECRET
from tests.push_receiver import target_of
from tests.world import VILLAGES, World, build_world

OFFICERS: Final = ("township_officer", "township_lead", "other_township_lead", "county_officer", "county_lead")
"""Who has a device, and who takes up what lies in their office's inbox."""
ENDPOINTS: Final = (
    ("township", "wecom"),
    ("township", "mail"),
    ("township2", "wecom"),
    ("county", "dingtalk"),
    ("county", "webhook"),
    ("county", "mail"),
    ("county_lead", "feishu"),
)
ALL: Final = ("inbox", "webpush", "wecom", "dingtalk", "feishu", "mail", "webhook")


def _rung(kind: str, minutes: int, *, repeat: int = 0, phone: bool = False) -> RungRow:
    return RungRow(kind, minutes, minutes, (*ALL, "phone") if phone else ALL, repeat_minutes=repeat)


TOWN, OFFICE, LEADS, NOBODY = "township_government", "county_office", "county_lead_office", "department"
LADDERS: Final[dict[str, tuple[tuple[RungRow, ...], int]]] = {
    "grade_red": ((_rung(TOWN, 5, repeat=2), _rung(OFFICE, 4), _rung(LEADS, 6, repeat=3, phone=True)), 8),
    "reopened": ((_rung(TOWN, 3), _rung(NOBODY, 5), _rung(OFFICE, 4), _rung(LEADS, 4, phone=True)), 6),
    "limit_passed": ((_rung(OFFICE, 4), _rung(LEADS, 4), _rung(NOBODY, 4)), 0),
}
"""Rungs and minutes to act of each kind; a department has no office in this county, so that rung has nobody."""


@dataclass
class County:
    """An application on a database, its people, and the disputes about which something will be told."""

    app: Flask
    world: World
    clock: BenchClock
    far: FarEnds
    settings_file: Path
    disputes: tuple[UUID, ...]
    villages: dict[UUID, str]

    @property
    def wiring(self) -> Wiring:
        """Return what the application runs with."""
        found = self.app.extensions["grid"]
        assert isinstance(found, Wiring)
        return found


def make_county(folder: Path, url: str, far: FarEnds, *, escalations: int) -> County:
    """Make the county on an empty database; the caller enters the application's context."""
    folder.mkdir(parents=True, exist_ok=True)
    given: dict[str, Any] = {"instance_dir": str(folder), "database_url": url, **far.settings()}
    settings_file = folder / "settings.json"
    settings_file.write_text(json.dumps(given), "utf-8")
    clock = BenchClock.create(folder / "clock")
    hosts = tuple(given["outward_internal_hosts"])
    app = create_app(Settings(**{**given, "instance_dir": folder, "outward_internal_hosts": hosts}), clock=clock)
    with app.app_context():
        upgrade(app.extensions["grid"].engine)
        with transaction() as session:
            world = build_world(session)
            places = {number: list(VILLAGES)[number % len(VILLAGES)] for number in range(1, escalations + 1)}
            disputes = {number: add_dispute(session, world, number=number, division=places[number])
                        for number in places}  # fmt: skip
            _put_ladders(session)
    villages = {disputes[number]: places[number] for number in places}
    county = County(app, world, clock, far, settings_file, tuple(disputes.values()), villages)
    with app.app_context():
        _put_endpoints(county)
        for name in OFFICERS:
            add_device(county, name)
    return county


def add_device(county: County, name: str) -> None:
    """Let a person switch push on, on a new device."""
    public = keypair_of(county.wiring.keys.vapid_private).public_b64url
    target = target_of(county.far.push.subscription(public))
    with transaction() as session:
        actor = county.world.actor(session, name)
        subscribe(session, target=target, label="", actor=actor, now=county.clock.now())


def next_cause(chance: random.Random) -> tuple[str, bool]:
    """Return a kind of event and whether somebody is in danger; what is no danger is held after a dozen a day."""
    return chance.choice(list(LADDERS)), chance.random() < 0.9


def _put_ladders(session: Any) -> None:
    for kind, (rungs, idle) in LADDERS.items():
        session.add(
            EscalationPolicy(
                event_kind=kind, version=1, name="bench", basis="bench", rungs=[asdict(rung) for rung in rungs],
                idle_minutes=idle, bounce_limit=2, enabled=True, created_at=BEGINS,
            )
        )  # fmt: skip
    session.flush()


def _put_endpoints(county: County) -> None:
    webhook = county.far.vendors["webhook"].far_end.origin
    given = {
        "wecom": {"key": KEY},
        "dingtalk": {"token": KEY, "secret": SECRET},
        "feishu": {"token": KEY, "secret": SECRET},
        "mail": {"address": "duty@office.example.gov.cn"},
        "webhook": {"url": f"{webhook}/hook", "secret": SECRET, "algorithm": "sha256"},
    }
    cipher = county.wiring.keys.fields
    with transaction() as session:
        for unit, kind in ENDPOINTS:
            endpoint = new_id()
            sealed = cipher.encrypt(json.dumps(given[kind]), context=f"channel_endpoints.sealed:{endpoint}")
            session.add(
                ChannelEndpoint(
                    id=endpoint, unit_id=county.world.units[unit], kind=kind, name="bench", sealed=sealed,
                    created_at=BEGINS,
                )
            )  # fmt: skip
