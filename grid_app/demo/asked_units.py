"""What the county asks of units and writes down about organisations, projects and committees; and call-backs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.demo.acts import Acts
from grid_app.demo.desk import Desk
from grid_app.demo.people import FULLY_STAFFED
from grid_app.demo.together import BUILDING, FARMING
from grid_app.demo.weeks import Weeks
from grid_app.models.callbacks import CallbackDraw, CallbackSample
from grid_app.models.disputes import Organisation
from grid_app.models.support_work import Rectification
from grid_app.services.callbacks.drawing import draw_next
from grid_app.services.callbacks.verifying import (
    Call,
    Heard,
    Verdict,
    record_result,
    record_try,
    record_verdict,
    took_part,
)
from grid_app.services.committees.composition import Told, save_composition
from grid_app.services.organisations.names import name_key
from grid_app.services.organisations.registry import confirm
from grid_app.services.projects.registry import Duty, Sketch, add_duty, add_project
from grid_app.services.support_work.asked import Desk as Asking
from grid_app.services.support_work.recommendations import Proposal, recommend
from grid_app.services.support_work.rectifications import Issue, ask_to_rectify, show_evidence
from grid_app.services.support_work.supervision import Supervising, supervise
from grid_app.vocabulary.callbacks import REFUSED

CHANCE: Final = 120
MOST_DRAWS: Final = 40
VERIFIED: Final = 7
"""How many samples the county's officer has verified; the others still wait."""
MANAGER: Final = "望岚安屿物业服务有限公司"
SITE: Final = Sketch(
    kind="works", name="照水新城二期", villages=("990001002007",), assessed="yes", report_ref="演评〔2025〕2号"
)
DUTIES: Final = (
    ("client", "青溪照水城镇建设开发有限公司", 600),
    ("contractor", "照水砾川建设工程有限公司", 420),
    ("subcontractor", "青溪砾木劳务服务有限公司", 300),
    ("supervisor", "青溪衡准工程监理有限公司", 420),
)
MISSED: Final = "乡镇吹哨请看危墙,一个工作日过了没有报到,也没有说明。请报到,并写清哪天到现场。"
ISSUE: Final = "抽看的六份送达回证有四份没有写送达日期,群众的复查期限算不出来。请补全,并说明以后由哪个岗位核对。"
EVIDENCE: Final = "四份送达回证的日期已向当事人核对补上;今后由文书岗当天核对,每周五抽看一次。"
TITLE: Final = "田间灌溉渠清淤由谁出工出钱"
BODY: Final = (
    "多个村的灌溉渠清淤没有写明由村里还是由管护单位负责,每年用水前都有争议。建议出一张清单:哪一段由谁管、钱从哪里出。"
)
HEARD: Final = (
    ("verified", "yes", "电话里说事情办好了,钱已经拿到。"),
    ("verified", "yes", "说沟已经通了,没有别的意见。"),
    ("not_verified", "no", "说只来看过一次,后来没有人再告诉结果,墙还没有补。"),
    ("verified", "no", "说解决了,但是中间没有人说办到哪一步。"),
    ("verified", "yes", "说协议上的都做到了。"),
)
RIGHT: Final = "看了原来的告知书和法院的受案通知,这件事已经在法院,告知的去处是对的。"


class AskedUnits:
    """Puts requests to units, the register and a round of call-backs onto the timeline, through the services."""

    def __init__(self, desk: Desk, weeks: Weeks) -> None:
        self._desk = desk
        self._acts = Acts(desk, weeks, chance=CHANCE)
        self._units = desk.staff.units
        self._government = self._units[f"government:{FULLY_STAFFED[:9]}"]

    def begin(self) -> None:
        """Plan everything."""
        at = self._acts.at
        at(50, 9, self._project)
        at(30, 10, self._confirm)
        at(28, 10, partial(self._compose, f"mediation:{FULLY_STAFFED[:9]}", self._committee(7, women=2, told=380)))
        at(28, 11, partial(self._compose, f"mediation:{FULLY_STAFFED}", self._committee(5, women=1)))
        at(20, 9, self._by_county(self._rectify))
        at(9, 9, self._by_county(self._recommend))
        at(5, 8, self._draw)
        at(4, 10, self._by_township(self._show))
        at(4, 15, self._call_back)
        at(1, 10, self._by_county(self._remind))

    def _project(self, session: Session) -> None:
        desk, now = self._desk, self._desk.clock.now()
        actor = desk.actor(session, desk.staff.county_officer)
        key = add_project(session, actor=actor, sketch=SITE, now=now)
        for role, name, days in DUTIES:
            add_duty(session, actor=actor, project_id=key, duty=Duty(role, name, self._ago(days)), now=now)

    def _confirm(self, session: Session) -> None:
        desk = self._desk
        found = session.scalar(select(Organisation.id).where(Organisation.name_key == name_key(MANAGER)))
        if found is not None:
            actor = desk.actor(session, desk.staff.county_officer)
            confirm(session, actor=actor, organisation_id=found, name=MANAGER, now=desk.clock.now())

    def _committee(self, members: int, *, women: int, told: int = 0) -> Told:
        """Return a committee told to the bureau so many days ago; one that was not has changed since its election."""
        return Told(
            members=members, has_director=True, women=women, has_minority=False, mixed_area=False,
            elected_on=self._ago(400 if told else 1040), changed_on=self._ago(400 if told else 40),
            filed_on=self._ago(told) if told else None,
        )  # fmt: skip

    def _compose(self, unit: str, told: Told, session: Session) -> None:
        desk = self._desk
        actor = desk.actor(session, desk.staff.officer(FULLY_STAFFED))
        unit_id, now = self._units[unit], desk.clock.now()
        save_composition(session, unit_id=unit_id, actor=actor, told=told, version=0, now=now)

    def _rectify(self, session: Session, desk: Asking) -> None:
        ask_to_rectify(session, desk, key=new_id(), asked=Issue(self._government, ISSUE, self._in(5)))

    def _show(self, session: Session, desk: Asking) -> None:
        key = session.scalars(select(Rectification.id).where(Rectification.unit_id == self._government)).one()
        show_evidence(session, desk, key=key, reply=EVIDENCE)

    def _recommend(self, session: Session, desk: Asking) -> None:
        proposal = Proposal(
            "improve_policy", self._units[FARMING], TITLE, BODY, "信访工作条例第十四条第六项、第四十条", self._in(3)
        )
        recommend(session, desk, key=new_id(), proposal=proposal)

    def _remind(self, session: Session, desk: Asking) -> None:
        asking = Supervising(self._units[BUILDING], "remind", MISSED, self._in(2))
        supervise(session, desk, key=new_id(), asked=asking)

    def _draw(self, session: Session) -> None:
        """Draw from last month in every township, as the job does, but by seeds that follow from the county's own."""
        rng, now = np.random.default_rng(CHANCE), self._desk.clock.now()
        for _ in range(MOST_DRAWS):
            if not draw_next(session, seed=rng.bytes(16).hex(), now=now):
                return
            session.flush()  # the next question leaves out what was drawn

    def _call_back(self, session: Session) -> None:
        desk = self._desk
        actor = desk.actor(session, desk.staff.county_officer)
        own = (
            select(CallbackSample)
            .join(CallbackDraw, CallbackDraw.id == CallbackSample.draw_id)
            .where(CallbackSample.verifier_unit_id == actor.unit_id)
            .order_by(CallbackDraw.division_code != FULLY_STAFFED[:9], CallbackSample.id)
        )
        heard = iter(HEARD)
        for row in session.scalars(own.limit(VERIFIED)).all():
            if took_part(session, actor, row.dispute_id):
                continue
            self._verify(session, row, Call(row.id, actor, desk.clock.now()), heard)

    def _verify(self, session: Session, row: CallbackSample, call: Call, heard: Iterator[tuple[str, str, str]]) -> None:
        cipher = self._desk.keys.fields
        if row.stratum == REFUSED:
            record_verdict(session, call, verdict=Verdict("right", RIGHT), cipher=cipher)
        elif told := next(heard, None):
            record_result(session, call, heard=Heard(*told), cipher=cipher)
        else:
            record_try(session, call, way="phone")

    def _by_county(self, act: Callable[[Session, Asking], None]) -> Callable[[Session], None]:
        return partial(self._as, self._desk.staff.county_officer, act)

    def _by_township(self, act: Callable[[Session, Asking], None]) -> Callable[[Session], None]:
        return partial(self._as, self._desk.staff.officer(FULLY_STAFFED), act)

    def _as(self, by: UUID, act: Callable[[Session, Asking], None], session: Session) -> None:
        act(session, Asking(self._desk.actor(session, by), self._desk.clock.now()))

    def _ago(self, days: int) -> date:
        return self._desk.as_of - timedelta(days=days)

    def _in(self, days: int) -> date:
        return self._desk.as_of + timedelta(days=days)
