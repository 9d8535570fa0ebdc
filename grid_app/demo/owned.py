"""A legacy of earlier years that the township's leader owns, with its diary and plan; and a day of reception."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.demo.acts import Acts, Told
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.weeks import Weeks
from grid_app.models.leading import LeaderPromise
from grid_app.policy import Role
from grid_app.services.handling.sorting import Considered, sort_dispute
from grid_app.services.handling.steps import Step, accept, record_work
from grid_app.services.leading.lead import Charge, Member, assign_lead
from grid_app.services.leading.plans import Wanted, agree_plan, mark_historical, set_plan
from grid_app.services.leading.questions import Query, ask_policy
from grid_app.services.leading.visits import Meeting, Promised, keep_promise, record_visit
from grid_app.services.receptions.calendar import OnDuty
from grid_app.services.receptions.sessions import PlannedReception, plan_reception

CHANCE: Final = 118
FRIDAY: Final = 5
FOREST: Final = Told(
    40, "0903", "二十年前分山时的界石找不到了，两个组都说那片杉木是自己的", "后山老界石旁", ("蒋某定",)
)
BACKGROUND: Final = "2004 年按当时的林权办法分山,只埋了界石,没有画图;现在按林权登记的办法,要有四至和图。"
PLAN: Final = "先请两个组的老人到现场指界,再由林业站画图,两个组都认了再登记。"
DUTY: Final = (OnDuty("leader", "周某明", "副县长"), OnDuty("law", "何某青", "县司法局法规股股长"))


class Owned:
    """Puts the matter and the reception onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)
        self._committee = desk.staff.units[f"committee:{FULLY_STAFFED}"]
        self._government = desk.staff.units[f"government:{FULLY_STAFFED[:9]}"]

    def begin(self) -> None:
        """Plan the matter from its telling to where it stands now, and the next Friday's reception."""
        self._acts.tell(FOREST, self._own)
        self._acts.at(2, 15, self._receive)

    def _own(self, key: UUID) -> None:
        officer, step = Role.TOWNSHIP_OFFICER, self._acts.step
        sort = partial(
            sort_dispute, track="mediation", complexity="complex", considered=Considered("no", "opinion", "none")
        )
        step(39, 9, key, officer, sort)
        step(38, 9, key, officer, partial(accept, note="已和两个组长联系。"))
        step(37, 9, key, officer, partial(record_work, note="查了 2004 年的分山记录,只有文字,没有图。"))
        step(36, 9, key, officer, partial(mark_historical, background=BACKGROUND))
        step(36, 10, key, officer, self._assign)
        step(24, 9, key, officer, partial(self._visit, "要求先把界指清楚", "请林业站带图纸来现场", 10))
        step(16, 9, key, officer, self._keep)
        step(12, 9, key, officer, partial(self._visit, "同意画图,要求写明杉木归谁", "把画好的图送到两个组", 6))
        step(12, 11, key, officer, self._plan)
        step(11, 9, key, officer, self._agree)
        step(10, 9, key, officer, self._ask)

    def _assign(self, session: Session, step: Step) -> None:
        team = (Member("facts", self._committee, "村主任"), Member("solve", self._government, "林业站站长"))
        lead = self._desk.staff.lead(FULLY_STAFFED)
        charge = Charge(lead, "把两个组的山界指清楚、登记好", PLAN, team, "一事一方案(2026)3号")
        assign_lead(session, step, charge=charge)

    def _visit(self, asked: str, what: str, days: int, session: Session, step: Step) -> None:
        today = local_date(step.now)
        promise = Promised(what, self._government, today + timedelta(days=days))
        record_visit(session, step, meeting=Meeting(today, "visit", "后山现场", asked, promises=(promise,)))

    def _keep(self, session: Session, step: Step) -> None:
        rows = select(LeaderPromise.id).where(LeaderPromise.dispute_id == step.dispute_id)
        promise = session.scalars(rows).one()
        keep_promise(session, step, promise_id=promise, kept_on=local_date(step.now), evidence="林业站带图到了现场。")

    def _plan(self, session: Session, step: Step) -> None:
        today = local_date(step.now)
        wanted = (
            Wanted("两个组的老人到现场指界", self._committee, today + timedelta(days=8)),
            Wanted("画好四至图,两个组签字", self._government, today + timedelta(days=25)),
        )
        set_plan(session, step, wanted=wanted)

    def _agree(self, session: Session, step: Step) -> None:
        agree_plan(session, step, agreed_on=local_date(step.now), way="present", labels=("当事人A",))

    def _ask(self, session: Session, step: Step) -> None:
        today = local_date(step.now)
        query = Query("县林业局", "2004 年只有文字记录的山界,登记时按什么认定", today, today + timedelta(days=20))
        ask_policy(session, step, query=query)

    def _receive(self, session: Session) -> None:
        desk = self._desk
        now = desk.clock.now()
        planned = PlannedReception(
            day=_next_friday(desk.as_of), hours="上午 9:00-11:30", place="县信访接待大厅 1 号窗口", people=DUTY
        )
        actor = desk.actor(session, desk.staff.county_lead)
        plan_reception(session, unit_id=desk.staff.units["county_lead"], planned=planned, actor=actor, now=now)


def _next_friday(day: date) -> date:
    """Return the Friday after ``day``, never that very day."""
    return day + timedelta(days=(FRIDAY - day.isoweekday() - 1) % 7 + 1)
