"""Two urgent incidents of the last days: one by telephone and then in writing, going on; one reported late, ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import start_of_day
from grid_app.database.base import new_id
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.models.escalations import Escalation
from grid_app.models.incidents import Incident
from grid_app.services.escalations.answering import say_acted
from grid_app.services.escalations.taking import acknowledge, mark_seen
from grid_app.services.incidents.content import Moments, Telling
from grid_app.services.incidents.opening import Opening, open_incident
from grid_app.services.incidents.reports import Report, add_report

CANAL: Final = FULLY_STAFFED
SITE: Final = "990001103001"
BLOCKED: Final = Telling(
    "清渠的挖掘机压坏了稻田，村民把车拦在机耕路上，要求先说好怎么赔。", "10-29", "", "当天说清怎么赔，先停工"
)
WRITTEN: Final = Telling(
    "清渠的挖掘机压坏三户的稻田，村民把车拦在机耕路上，没有人受伤。镇里已经到场，先停工，正在逐户看田。",
    "", "20", "当天说清怎么赔，先停工", "石莲镇值班领导",
)  # fmt: skip
CALMER: Final = Telling(
    "三户的田都量过了，施工队答应按青苗补，明早在村部签字；路已经让开，还有几个人在村部等。", "", "6", "",
    "石莲镇值班领导、县农业农村局",
)  # fmt: skip
UNPAID: Final = Telling(
    "工地停工，工人在项目部门口要求当天发清上月工资，夜里没有散。", "30-49", "", "发清上月工资", "竹吟镇值班人员"
)
PAID: Final = Telling(
    "总包把上月工资打到了每个人的卡上，大家已经离开，没有人受伤。", "unknown", "", "", "竹吟镇值班领导"
)


class Urgent:
    """Puts the incidents and their reports onto the timeline, through the services."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._made: dict[str, UUID] = {}

    def begin(self) -> None:
        """Plan each incident from when it was known to where it stands now."""
        county, township = self._desk.staff.county_officer, self._desk.staff.officer(CANAL)
        late = self._desk.staff.officer(SITE)
        known = self._moment(1, 15, 5)
        self._open(known, 21, "call", county, self._opening("phone", CANAL, BLOCKED, known, called=15))
        self._taken_up(known + timedelta(minutes=21), "call")
        self._open(known, 53, "written", township, self._opening("written", CANAL, WRITTEN, known))
        self._taken_up(known + timedelta(minutes=53), "written")
        self._report(known + timedelta(minutes=158), "written", township, "follow_up", CALMER)
        dark = self._moment(4, 20, 40)
        self._open(dark, 95, "late", late, self._opening("written", SITE, UNPAID, dark))
        self._taken_up(dark + timedelta(minutes=95), "late")
        self._report(dark + timedelta(minutes=830), "late", late, "final", PAID)

    def _opening(
        self, way: str, division: str, told: Telling, known: datetime, called: int = 0
    ) -> Callable[[], Opening]:
        at = known + timedelta(minutes=called) if called else None
        is_canal = division == CANAL
        category, place = ("0999", "灌溉渠边的机耕路") if is_canal else ("0799", "安置房工地项目部门口")
        unit = self._desk.staff.government(division) if way == "phone" else None
        return lambda: Opening(
            way=way, unit_id=unit, division_code=division, place_words=place, category=category,
            times=Moments(known, "about", known - timedelta(minutes=20), at), about_unit_id=None, telling=told,
            token=new_id(), looked=True, same_as=self._made["call"] if is_canal and way == "written" else None,
        )  # fmt: skip

    def _open(self, known: datetime, minutes: int, name: str, by: UUID, make: Callable[[], Opening]) -> None:
        self._desk.timeline.serve(known + timedelta(minutes=minutes), partial(self._do_open, name, by, make))

    def _do_open(self, name: str, by: UUID, make: Callable[[], Opening], session: Session) -> None:
        desk = self._desk
        self._made[name] = open_incident(session, actor=desk.actor(session, by), opening=make(), now=desk.clock.now())

    def _report(self, at: datetime, name: str, by: UUID, kind: str, told: Telling) -> None:
        def act(session: Session) -> None:
            desk = self._desk
            report = Report(kind=kind, token=new_id(), telling=told)
            actor = desk.actor(session, by)
            add_report(session, actor=actor, incident_id=self._made[name], report=report, now=desk.clock.now())

        self._desk.timeline.serve(at, act)

    def _taken_up(self, at: datetime, name: str) -> None:
        """Let the county's office see it, take it up and act within the hour, as a duty desk does."""
        for minutes, act in ((1, mark_seen), (3, acknowledge), (35, say_acted)):
            self._desk.timeline.serve(at + timedelta(minutes=minutes), partial(self._answer, name, act))

    def _answer(self, name: str, act: Callable[..., object], session: Session) -> None:
        desk = self._desk
        raised = select(Escalation.id).join(Incident, Incident.id == Escalation.incident_id)
        for one in session.scalars(raised.where(Incident.id == self._made[name])).all():
            actor = desk.actor(session, desk.staff.county_officer)
            act(session, escalation_id=one, actor=actor, now=desk.clock.now())

    def _moment(self, days: int, hour: int, minute: int) -> datetime:
        day = start_of_day(self._desk.as_of - timedelta(days=days))
        return day + timedelta(hours=hour, minutes=minute)
