"""What the county publishes and looks at: areas, lawyers, papers of the library, an inspection, the city's sheet."""

from __future__ import annotations

from datetime import date, timedelta
from functools import partial
from typing import Final

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.acts import Acts
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.superior import TYPED, weekly_sheet
from grid_app.demo.weeks import Weeks
from grid_app.models.support_work import Inspection, InspectionMatter
from grid_app.policy import Actor
from grid_app.services.assistance.lawyers import Duty, add_duty
from grid_app.services.joint.areas import AreaEdit, save_area
from grid_app.services.library.shelf import Paper, put
from grid_app.services.residents.notices import Published as Notice
from grid_app.services.residents.notices import publish
from grid_app.services.sheets.saving import Upload, keep
from grid_app.services.support_work.asked import Desk as Asking
from grid_app.services.support_work.inspections import Plan, end_inspection, note_result, plan_inspection

CHANCE: Final = 121
TOWNSHIP: Final = FULLY_STAFFED[:9]
RIVERSIDE: Final = ("990001100203", "990001100208")
DRAWN: Final = 4
FOUND: Final = "抽看四件:三件办理规范;一件没有把办理结果当面告诉反映人,已请乡镇补做,并责令限期整改送达回证。"
GAP: Final = "办完以后没有当面告诉反映人结果,回访记录里也没有写。"
NOTICES: Final = (
    ("county", Notice("青溪县政务中心一楼", "周一至周五 8:30-12:00、14:30-17:30", note="门口有轮椅坡道。")),
    (
        f"government:{TOWNSHIP}",
        Notice(
            "石莲镇综合治理中心一楼", "周一至周五 8:30-17:30", weekday="2", market_days="3,8", note="赶集日也开门。"
        ),
    ),
)
FIRM: Final = "青溪同渡律师事务所"
RULE: Final = (
    "一、收到事项当天登记。二、三天(复杂的五天)内告诉反映人受不受理。三、先调解,不愿意调解的不勉强。"
    "四、办结以后第一、三、七、三十天回访。五、任何人不得要求群众放弃信访、起诉、举报的权利。"
)
YEARLY_PLAN: Final = "每月排查一次,红色、橙色的事项都有领导包案;村里办不了的,吹哨请部门来;每季度看一次超期的期限。"


class Published:
    """Puts what the county publishes and inspects onto the timeline, through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)

    def begin(self) -> None:
        """Plan everything."""
        at = self._acts.at
        at(60, 9, self._areas)
        at(58, 9, self._papers)
        at(57, 9, self._notices)
        at(12, 9, self._inspect)
        at(10, 16, self._end)
        at(6, 9, self._lawyers)
        at(55, 10, partial(self._keep_sheet, weekly_sheet()))

    def _areas(self, session: Session) -> None:
        units = self._desk.staff.units
        government = units[f"government:{TOWNSHIP}"]
        whole = AreaEdit("石莲片区", "综合治理中心", government, (units["自然资源局"],), (TOWNSHIP,))
        villages = AreaEdit("沿河片区", "水利服务站", units["农业农村局"], (government,), RIVERSIDE)
        for edit in (whole, villages):
            save_area(session, actor=self._county(session), area_id=None, edit=edit, now=self._desk.clock.now())

    def _papers(self, session: Session) -> None:
        year, staff = self._ago(58).year, self._desk.staff
        first = date(year, 1, 1)
        rule = Paper("rule", "矛盾纠纷排查化解工作办法", "第二版", f"演联办〔{year}〕1号", first, None, RULE)
        last = date(year, 12, 31)
        plan = Paper("plan", f"石莲镇 {year} 年排查化解实施方案", "第一版", "", first, last, YEARLY_PLAN)
        for by, paper in ((staff.county_officer, rule), (staff.officer(FULLY_STAFFED), plan)):
            put(session, paper=paper, actor=self._desk.actor(session, by), now=self._desk.clock.now())

    def _notices(self, session: Session) -> None:
        for unit, typed in NOTICES:
            publish(
                session, unit_id=self._desk.staff.units[unit], typed=typed, actor=self._county(session),
                now=self._desk.clock.now(),
            )  # fmt: skip

    def _inspect(self, session: Session) -> None:
        day = self._ago(12)
        plan = Plan(
            "办结事项随机抽查", "random", day, self._ago(60), self._ago(20), count=DRAWN,
            unit_id=self._desk.staff.units[f"government:{TOWNSHIP}"],
        )  # fmt: skip
        seed = np.random.default_rng(CHANCE).bytes(16).hex()
        plan_inspection(session, self._asking(session), key=new_id(), plan=plan, seed=seed)

    def _end(self, session: Session) -> None:
        desk = self._asking(session)
        key = session.scalars(select(Inspection.id)).one()
        numbers = session.scalars(select(InspectionMatter.number).where(InspectionMatter.inspection_id == key))
        for number in sorted(numbers):
            result, note = ("gap", GAP) if number == 1 else ("sound", "")
            note_result(session, desk, key=key, number=number, result=result, note=note)
        end_inspection(session, desk, key=key, findings=FOUND)

    def _keep_sheet(self, upload: Upload, session: Session) -> None:
        keep(session, upload=upload, typed=TYPED, actor=self._county(session), now=self._desk.clock.now())

    def _lawyers(self, session: Session) -> None:
        hours, place = "上午 9:00-11:30", "县信访接待大厅 3 号窗口"
        for days in (4, 11):
            duty = Duty(FIRM, self._desk.as_of + timedelta(days=days), hours, place, None, (1, 2, 3))
            add_duty(session, actor=self._county(session), duty=duty, now=self._desk.clock.now())

    def _county(self, session: Session) -> Actor:
        return self._desk.actor(session, self._desk.staff.county_officer)

    def _asking(self, session: Session) -> Asking:
        return Asking(self._county(session), self._desk.clock.now())

    def _ago(self, days: int) -> date:
        return self._desk.as_of - timedelta(days=days)
