"""What becomes of a confirmed finding in the demonstration: the committee is asked, answers, and finds a solution."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.demo.desk import Desk
from grid_app.demo.stories import at_work
from grid_app.models.rounds import Finding
from grid_app.policy import Actor
from grid_app.services.findings.handling import assign_unit, move_on, record_answer, record_measures
from grid_app.services.findings.steps import FindingStep

Decider = Callable[[Session], Actor]
ASKED: Final = "请村(居)委会召集有责任的一方,把事情讲清楚;乡镇派人到场。"
ANSWERED: Final = "在村(居)委会开会,把来龙去脉和进度讲清楚,当场答了大家的问题,没到会的另送书面答复。"
SOLUTION: Final = "列出还差的几项,约好由哪个单位在哪天做完,张榜公布,乡镇每周看一次。"
SOLVED: Final = "到现场看过,反映的事都办完了。"
UNOPPOSED: Final = "逐户问过,没有异议。"
STEPS: Final = (("assign", 1), ("reply", 5), ("plan", 9), ("resolve", 14), ("close", 17))
"""Which step is taken so many working days after the confirmation; the last two only once no round raises it."""


class StoryAnswers:
    """Plans the course of confirmed findings on the timeline."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def plan(self, finding_id: UUID, village: str, decider: Decider) -> None:
        """Put the steps after a confirmation onto the timeline."""
        unit_id = self._desk.staff.units.get(f"committee:{village[:12]}")
        if unit_id is None:
            return
        for name, days in STEPS:
            at = at_work(self._desk.clock.now(), days=days)
            self._desk.timeline.serve(at, partial(self._take, finding_id, unit_id, decider, name))

    def _take(self, finding_id: UUID, unit_id: UUID, decider: Decider, name: str, session: Session) -> None:
        finding = session.get_one(Finding, finding_id, populate_existing=True)
        begun = {"assign": ("confirmed",), "reply": ("assigned",), "plan": ("answered",), "close": ("resolved",)}
        open_in = begun.get(name, ("measures",) if finding.trend == "gone" else ())
        if finding.state not in open_in:
            return
        actor, now = decider(session), self._desk.clock.now()
        step = partial(FindingStep, finding_id, actor, now=now)
        if name == "assign":
            assign_unit(session, step(note=ASKED), unit_id=unit_id)
        elif name == "reply":
            record_answer(session, step(note=ANSWERED), way="meeting")
        elif name == "plan":
            record_measures(session, step(note=SOLUTION))
        else:
            move_on(session, step(note=SOLVED if name == "resolve" else UNOPPOSED), move=name)
