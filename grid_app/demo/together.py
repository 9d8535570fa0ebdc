"""Matters that one unit cannot solve alone: two whistles, a joint handling, a plan of help by consent."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.demo.acts import LABELS, Acts, Told
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.weeks import Weeks
from grid_app.models.assistance import AssistanceMeasure, AssistancePlan
from grid_app.models.escalations import Escalation
from grid_app.models.joint import WhistleCall
from grid_app.policy import Role
from grid_app.services.assistance.amounts import review_amount
from grid_app.services.assistance.plans import Measure, add_measure, agree_to_help, make_plan
from grid_app.services.escalations.answering import say_acted
from grid_app.services.escalations.taking import acknowledge
from grid_app.services.handling.steps import Step, accept, record_work
from grid_app.services.joint.answers import arrive, rate, report_done, report_in
from grid_app.services.joint.silence import name_silence
from grid_app.services.joint.together import Joining, begin_joint, mark_crossing
from grid_app.services.joint.whistles import Asked, ask_whistle, check_whistle

CHANCE: Final = 119
PARTY: Final = LABELS[0]
ENVIRONMENT, BUILDING, FARMING, RELIEF = "生态环境分局", "住房和城乡建设局", "农业农村局", "民政局"
PIGS: Final = Told(17, "0504", "坡上猪场的粪水顺着沟流下来，下游几家的井水有味道，不敢喝", "下坡水井边")
WALL: Final = Told(11, "1103", "路边一排老砖房没人住，山墙往外斜，学生上学都从墙根下走", "老供销社旁")
FERRY: Final = Told(15, "1199", "过河便桥的栏杆断了两截，是哪个单位管一直没有说清", "河边便桥头")
CRACKED: Final = Told(22, "0401", "修水池放炮以后老屋墙裂了，施工队说要等鉴定，屋里漏雨", "水池下第一家", ("余某寅",))
CALLED: Final = "村里没有检测和处罚的权力,请到猪场看一看粪污池,取水样,告诉我们井水能不能用。"
PLAN: Final = "派人到猪场检查粪污池,取三口井的水样,五天内出结果。"
DONE: Final = "猪场的粪污池已经加了盖、堵了漏;三口井的水样合格,结果贴在村务公开栏。"
RATED: Final = "沟里没有粪水了,井水放心用;下雨天还要再看一次。"
UNANSWERED: Final = "村里看不出墙会不会倒,请派人来看是不是危房,要不要先围起来。"
TASK: Final = "农业农村局看便桥是不是田间工程,村民委员会先立牌子、拉好绳子。"
WHY_JOINT: Final = "便桥由谁建、由谁管没有记录,要两个单位一起查清,先保证过桥的人安全。"
RELIEVED: Final = "按临时救助发给,用于盖住漏雨的屋面"


class Together:
    """Puts the four matters onto the timeline, step by step through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)
        self._units = desk.staff.units
        self._government = self._units[f"government:{FULLY_STAFFED[:9]}"]

    def begin(self) -> None:
        """Plan every matter from its telling to where it stands now."""
        self._acts.tell(PIGS, self._answered)
        self._acts.tell(WALL, self._silent)
        self._acts.tell(FERRY, self._jointly)
        self._acts.tell(CRACKED, self._helped)

    def _answered(self, key: UUID) -> None:
        step, by = self._acts.step, partial(self._acts.step_by, by=self._officer(ENVIRONMENT))
        self._whistle(key, ENVIRONMENT, CALLED, days=15)
        due = self._desk.as_of - timedelta(days=8)
        by(14, 9, key, act=partial(report_in, plan=PLAN, due_on=due))
        by(13, 10, key, act=arrive)
        by(9, 16, key, act=partial(report_done, note=DONE))
        step(8, 9, key, Role.VILLAGE_LEAD, self._rate)

    def _silent(self, key: UUID) -> None:
        self._whistle(key, BUILDING, UNANSWERED, days=9)
        self._acts.at(2, 8, self._name_silence)
        self._acts.at(2, 10, partial(self._take_up, key))

    def _name_silence(self, session: Session) -> None:
        name_silence(session, now=self._desk.clock.now())

    def _take_up(self, key: UUID, session: Session) -> None:
        """Let the county's office confirm that it has seen what the silence raised."""
        desk = self._desk
        raised = select(Escalation.id).where(Escalation.dispute_id == key, Escalation.state == "open")
        for one in session.scalars(raised.order_by(Escalation.id)).all():
            actor = desk.actor(session, desk.staff.county_officer)
            acknowledge(session, escalation_id=one, actor=actor, now=desk.clock.now())
            say_acted(session, escalation_id=one, actor=actor, now=desk.clock.now())

    def _whistle(self, key: UUID, department: str, problem: str, *, days: int) -> None:
        step = self._acts.step
        asked = Asked((self._units[department],), urgent=False, problem=problem)
        step(days + 1, 9, key, Role.TOWNSHIP_OFFICER, partial(accept, note="已请村里先到现场看。"))
        step(days, 9, key, Role.VILLAGE_LEAD, partial(ask_whistle, asked=asked))
        lead = self._desk.staff.lead(FULLY_STAFFED)
        self._acts.step_by(days, 11, key, lead, partial(check_whistle, send=True))

    def _rate(self, session: Session, step: Step) -> None:
        call = session.scalars(select(WhistleCall.id).where(WhistleCall.dispute_id == step.dispute_id)).one()
        rate(session, step, call_id=call, rating="solved", note=RATED)

    def _jointly(self, key: UUID) -> None:
        step, county = self._acts.step, partial(self._acts.step_by, by=self._desk.staff.county_officer)
        units = (self._units[FARMING], self._units[f"committee:{FULLY_STAFFED}"])
        step(14, 9, key, Role.TOWNSHIP_OFFICER, partial(accept, note="已到桥头看过。"))
        county(12, 9, key, act=partial(begin_joint, joining=Joining(units, TASK, WHY_JOINT)))
        county(12, 10, key, act=partial(mark_crossing, flags=("departments",)))
        step(10, 15, key, Role.VILLAGE_LEAD, partial(record_work, note="牌子立好了,断的两截先用绳子拉住。"))

    def _helped(self, key: UUID) -> None:
        step, officer = self._acts.step, Role.TOWNSHIP_OFFICER
        staff = self._desk.staff
        step(21, 9, key, officer, partial(accept, note="已到屋里看过,先搭了雨布。"))
        step(19, 9, key, officer, partial(record_work, note="请施工队和户主一起看了裂缝,约定下周请人鉴定。"))
        step(18, 9, key, officer, partial(agree_to_help, party=PARTY, way="present"))
        step(18, 10, key, officer, self._plan)
        money = Measure("civil_relief", RELIEVED, self._units[RELIEF], self._in(6), "2000")
        lawyer = Measure("legal_aid", "请律师看施工合同和损失", self._government, self._in(6))
        step(18, 11, key, officer, partial(self._measure, money))
        step(17, 9, key, officer, partial(self._measure, lawyer))
        self._acts.step_by(16, 9, key, staff.lead(FULLY_STAFFED), self._agree)
        self._acts.step_by(15, 9, key, staff.county_officer, self._agree)

    def _plan(self, session: Session, step: Step) -> None:
        make_plan(session, step, party=PARTY, unit_id=self._government, due_on=self._in(20), agreed=True)

    def _measure(self, measure: Measure, session: Session, step: Step) -> None:
        plan = session.scalars(select(AssistancePlan.id).where(AssistancePlan.dispute_id == step.dispute_id)).one()
        add_measure(session, step, plan_id=plan, measure=measure)

    def _agree(self, session: Session, step: Step) -> None:
        money = select(AssistanceMeasure.id).where(
            AssistanceMeasure.dispute_id == step.dispute_id, AssistanceMeasure.amount_cents.is_not(None)
        )
        review_amount(session, step, measure_id=session.scalars(money).one(), agrees=True, note="")

    def _officer(self, department: str) -> UUID:
        return self._desk.staff.assignments[f"{Role.COUNTY_OFFICER}:{department}"]

    def _in(self, days: int) -> date:
        return self._desk.as_of + timedelta(days=days)
