"""Settled matters of one grid worker, whose follow-up visits fall due around the county's present day."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.demo.background import Telling, bases
from grid_app.demo.desk import Desk
from grid_app.demo.lawful import close_lawfully
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.places import Place
from grid_app.demo.report_rows import content_of
from grid_app.demo.weeks import Weeks
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Role
from grid_app.services.follow_ups.access import visiting
from grid_app.services.follow_ups.visits import Visit, record_visit
from grid_app.services.handling.steps import Closure, Step, accept, record_work
from grid_app.services.reports.receiving import parse_report, receive_report
from grid_app.vocabulary.categories import may_be_reported_in_the_field

CHANCE: Final = 77
TRIES: Final = 200
PHONE: Final = "0000-0000000"
WORKED: Final = "两家都到了现场,把事情说清楚,当场商量好怎么办。"


@dataclass(frozen=True)
class Settled:
    """A matter: told and closed so many days before the present; ``visited`` are the visits made since."""

    told: int
    closed: int
    category: str
    text: str
    house: str
    name: str
    outcome: str
    visited: tuple[int, ...] = ()


MATTERS: Final = (
    Settled(
        18, 1, "0201", "屋檐水滴到隔壁院坝，两家为排水说了几次", "村口第二家", "王某甲", "檐沟已经装好,水引到了大沟。"
    ),
    Settled(
        25,
        3,
        "0202",
        "隔壁砌院墙占了共用的巷道，摩托车过不去",
        "祠堂后第一家",
        "李某乙",
        "院墙退了六十公分,两家都认可。",
        (1,),
    ),
    Settled(
        31,
        5,
        "0503",
        "晒在路边的稻谷被三轮车压坏，赔多少没有说好",
        "晒谷坪旁",
        "周某丙",
        "赔偿当场付清,写了收条。",
        (1, 3),
    ),
    Settled(
        20, 2, "0699", "借打谷机摔坏了，修理的钱谁出没有说好", "桥头第三家", "陈某丁", "修理的钱一家一半,已经付了。"
    ),
)


class Visits:
    """Puts the settled matters of the first grid's worker onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._weeks = weeks
        self._rng = np.random.default_rng(CHANCE)

    def begin(self) -> None:
        """Plan every matter from its telling to the visits that were made."""
        for matter in MATTERS:
            self._at(matter.told, 9, partial(self._tell, matter, self._place()))

    def _place(self) -> Place:
        village = next(one for one in self._desk.county.villages if one.code == FULLY_STAFFED)
        wanted = village.grids[0].code
        drawn = (self._desk.places.point_in(self._rng, FULLY_STAFFED) for _ in range(TRIES))
        return next(place for place in drawn if place.code == wanted)

    def _at(self, days: int, hour: int, act: Callable[[Session], None]) -> None:
        day = start_of_day(self._desk.as_of - timedelta(days=days))
        self._desk.timeline.serve(day + timedelta(hours=hour, minutes=int(self._rng.integers(50))), act)

    def _tell(self, matter: Settled, place: Place, session: Session) -> None:
        desk, now = self._desk, self._desk.clock.now()
        told = Telling(
            at=now,
            captured_at=now - timedelta(minutes=4),
            category=matter.category,
            summary=matter.text,
            place=place,
            channel="grid_walk",
        )
        party = {"label": "当事人A", "name": matter.name, "phone": PHONE}
        content = content_of(told) | {"place_text": matter.house, "parties": [party]}
        worker = desk.actor(session, desk.staff.assignments[f"{Role.GRID_WORKER}:{place.code}"])
        draft = parse_report(content, report_id=new_id())
        received = receive_report(
            session, draft=draft, actor=worker, places=desk.finder, keys=desk.keys, now=now, via="sync"
        )
        key = received.dispute_id
        if key is None:
            raise ValueError(f"{matter.text}: {received.sentence} {received.fields}")
        self._weeks.logged(key, told)
        closure = Closure("agreement_performed", bases()[matter.category], matter.outcome)
        self._step(matter.told - 1, key, partial(accept, note="已电话联系,约好上门。"))
        self._step(matter.told - 3, key, partial(record_work, note=WORKED))
        self._step(matter.closed, key, partial(close_lawfully, self._desk, closure=closure))
        for day in matter.visited:
            self._at(matter.closed - day, 16, partial(visit_settled, self._desk, key, day))

    def _step(self, days: int, key: UUID, handling: Callable[[Session, Step], None]) -> None:
        self._at(days, 11, partial(self._handle, key, handling))

    def _handle(self, key: UUID, handling: Callable[[Session, Step], None], session: Session) -> None:
        dispute = session.get_one(Dispute, key, populate_existing=True)
        officer = self._desk.actor(session, self._desk.staff.officer(dispute.division_code))
        handling(session, Step(key, officer, dispute.version, self._desk.clock.now()))


def visit_settled(desk: Desk, key: UUID, day: int, session: Session) -> None:
    """Let the visit of a day be made now by its carrier, else by an office: everything is as it was settled."""
    now = desk.clock.now()
    due = session.scalar(select(FollowUp).where(FollowUp.dispute_id == key, FollowUp.day == day))
    if due is None:
        return
    dispute = session.get_one(Dispute, key)
    office = desk.staff.officer(dispute.division_code)
    if not may_be_reported_in_the_field(dispute.category):
        office = desk.staff.county_officer
    found = visiting(session, due.id, actors=[desk.actor(session, due.carrier_id or office)])
    way = "visit" if due.carrier_id else "phone"
    record_visit(session, found, visit=Visit(way, "settled", "", now, "sync"), now=now)
