"""How offices of the county are reached: a few channels that lead nowhere, tried on the last evening, one of them dead.

The groups, mailboxes and numbers are nobody's; a demonstration sends nothing outward (`adapters/outward_channels.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.demo.desk import Desk
from grid_app.demo.people import MAIN_TOWNSHIP, PHONE
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage
from grid_app.policy import Role
from grid_app.services.channels.endpoints import Entry, add_endpoint
from grid_app.services.channels.judging import apply_verdict, judge_channels
from grid_app.services.channels.reading import Config
from grid_app.services.channels.rings import record_ring
from grid_app.services.channels.testing import send_endpoint_test
from grid_app.vocabulary.channels import ANSWERED
from grid_app.vocabulary.channels import PHONE as PHONE_KIND
from notifications.channels.local import WRONG_SECRET

ENTERED, TESTED, RUNG = timedelta(hours=2), timedelta(hours=1, minutes=54), timedelta(hours=1, minutes=40)
"""How long before the county's present: a day passes before a proof has to be renewed."""
REFUSED: Final = "The robot's signature, keyword or list of callers does not fit."
ZEROS: Final = "0000000000000000000000000000000000000000000000000000000000"
LINE: Final = Config("000****00", {"number": PHONE})


@dataclass(frozen=True, eq=False)
class Way:
    """One channel of an office; ``fails`` is what the other side has answered since the last proof."""

    unit: str
    kind: str
    name: str
    config: Config
    fails: str = ""
    is_tested: bool = True


WAYS: Final = (
    Way("county", "wecom", "县联席办值班群", Config("尾号 0001", {"key": f"{ZEROS}0001"})),
    Way("county", "mail", "值班邮箱", Config("z***@qingxi.invalid", {"address": "zhiban@qingxi.invalid"})),
    Way("county", "phone", "值班电话", LINE),
    Way("county_lead", "wecom", "县领导值班群", Config("尾号 0002", {"key": f"{ZEROS}0002"})),
    Way("county_lead", "phone", "值班电话", LINE),
    Way("人力资源和社会保障局", "feishu", "人社应急群", Config("尾号 0003", {"token": f"{ZEROS}0003", "secret": ""})),
    Way("住房和城乡建设局", "sms", "值班手机", Config("000****0000", {"number": "00000000000"}), is_tested=False),
    Way(
        "自然资源局", "webhook", "智慧国土平台",
        Config("hook.qingxi.invalid", {"url": "https://hook.qingxi.invalid/grid", "secret": ZEROS, "algorithm": "sm3"}),
    ),
    Way(f"government:{MAIN_TOWNSHIP}", "dingtalk", "石莲镇值班群",
        Config("尾号 0004", {"token": f"{ZEROS}000004", "secret": f"SEC{ZEROS}"})),
    Way("government:990001101", "dingtalk", "枫眠镇值班群",
        Config("尾号 0005", {"token": f"{ZEROS}000005", "secret": WRONG_SECRET}), fails="310000"),
    Way("government:990001102", "feishu", "禾香镇值班群",
        Config("尾号 0006", {"token": f"{ZEROS}0006", "secret": ""}), is_tested=False),
)  # fmt: skip


class Reached:
    """Puts the entering, the tests and the rings of channels onto the timeline, through the services."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._found: dict[Way, UUID] = {}

    def begin(self) -> None:
        """Plan that an administrator enters the channels on the last evening and tries them."""
        for before, act in ((ENTERED, self._enter), (TESTED, self._test), (RUNG, self._ring)):
            self._desk.timeline.serve(self._desk.end - before, act)

    def _enter(self, session: Session) -> None:
        desk = self._desk
        actor = desk.actor(session, desk.staff.assignments[f"{Role.SYSADMIN}:county"])
        for way in WAYS:
            entry = Entry(way.kind, way.name, way.config)
            self._found[way] = add_endpoint(
                session, unit_id=desk.staff.units[way.unit], entry=entry, cipher=desk.keys.fields, actor=actor,
                now=desk.clock.now(),
            )  # fmt: skip

    def _test(self, session: Session) -> None:
        """Try each channel, let the other side answer, and let an alarm stand for the one that refuses."""
        desk, now = self._desk, self._desk.clock.now()
        actor = desk.actor(session, desk.staff.assignments[f"{Role.SYSADMIN}:county"])
        for way, found in self._found.items():
            if way.is_tested and way.kind != PHONE_KIND:
                send_endpoint_test(session, endpoint_id=found, actor=actor, now=now)
                _answer(session, found, way.fails, at=now + timedelta(seconds=2))
        session.flush()  # the judge reads how the tests ended
        apply_verdict(session, judge_channels(session, now=now), now=now)

    def _ring(self, session: Session) -> None:
        desk = self._desk
        actor = desk.actor(session, desk.staff.county_officer)
        for way in self._found:
            if way.kind == PHONE_KIND:
                unit_id = desk.staff.units[way.unit]
                record_ring(session, unit_id=unit_id, outcome=ANSWERED, actor=actor, now=desk.clock.now())


def _answer(session: Session, endpoint_id: UUID, fault: str, *, at: datetime) -> None:
    """Let the other side answer the test of an endpoint, as the dispatcher writes it down."""
    row = session.scalars(select(OutboxMessage).where(OutboxMessage.endpoint_id == endpoint_id)).one()
    row.state, row.tries, row.finished_at = "failed" if fault else "sent", 1, at
    detail = f"{fault} {REFUSED}" if fault else ""
    session.add(DeliveryAttempt(outbox_id=row.id, at=at, outcome="misconfig" if fault else "sent", detail=detail))
