"""Settled matters of one grid worker, whose follow-up visits fall due around the county's present day."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.demo.acts import Acts, Told
from grid_app.demo.background import bases
from grid_app.demo.desk import Desk
from grid_app.demo.lawful import close_lawfully
from grid_app.demo.residents import evaluate_closing
from grid_app.demo.weeks import Weeks
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Role
from grid_app.services.follow_ups.access import visiting
from grid_app.services.follow_ups.visits import Visit, record_visit
from grid_app.services.handling.steps import Closure, accept, record_work
from grid_app.vocabulary.categories import may_be_reported_in_the_field

CHANCE: Final = 77
WORKED: Final = "两家都到了现场,把事情说清楚,当场商量好怎么办。"


@dataclass(frozen=True)
class Settled:
    """A matter: told and closed so many days before the present.

    ``visited`` are the visits made since, ``said`` the words of the resident's evaluation.
    """

    told: int
    closed: int
    category: str
    text: str
    house: str
    name: str
    outcome: str
    visited: tuple[int, ...] = ()
    said: str = ""


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
        "来得快,当场说清楚了。",
    ),
    Settled(
        20, 2, "0699", "借打谷机摔坏了，修理的钱谁出没有说好", "桥头第三家", "陈某丁", "修理的钱一家一半,已经付了。"
    ),
)


class Visits:
    """Puts the settled matters of the first grid's worker onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)

    def begin(self) -> None:
        """Plan every matter from its telling to the visits that were made."""
        for matter in MATTERS:
            told = Told(matter.told, matter.category, matter.text, matter.house, (matter.name,))
            self._acts.tell(told, partial(self._settle, matter))

    def _settle(self, matter: Settled, key: UUID) -> None:
        officer, step = Role.TOWNSHIP_OFFICER, self._acts.step
        closure = Closure("agreement_performed", bases()[matter.category], matter.outcome)
        step(matter.told - 1, 11, key, officer, partial(accept, note="已电话联系,约好上门。"))
        step(matter.told - 3, 11, key, officer, partial(record_work, note=WORKED))
        step(matter.closed, 11, key, officer, partial(close_lawfully, self._desk, closure=closure))
        for day in matter.visited:
            self._acts.at(matter.closed - day, 16, partial(visit_settled, self._desk, key, day))
        if matter.said:
            self._acts.at(matter.closed - 1, 19, partial(evaluate_closing, self._desk, key, matter.said))


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
