"""What offices do about the reports of a story, step by step through the handling services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

import numpy as np
from sqlalchemy.orm import Session

from grid_app.demo.acts import first_call
from grid_app.demo.background import bases
from grid_app.demo.courses import working_time
from grid_app.demo.desk import Desk
from grid_app.demo.lawful import close_lawfully
from grid_app.demo.names import table
from grid_app.demo.stories import Story, Words
from grid_app.demo.visits import visit_settled
from grid_app.models.disputes import Dispute
from grid_app.services.handling.steps import Closure, Referral, Step, accept, confirm_band, record_work, refer_out
from grid_app.services.matters.follow_up_plans import DAYS
from grid_app.vocabulary.categories import may_be_reported_in_the_field

CONFIRMED_BY_PHONE: Final = "给物业和三位住户打过电话,受影响的是两个单元。"
REFERRAL: Final = Referral("县公安机关", "演示回执第1号", "已经有报案回执,属于公安机关职责,转请依法处理。")
OTHER_BASIS: Final = "《民法典》第一千零六十七条"
CONTACTS: Final = 132
Handling = Callable[[Session, Step], None]


class StoryCourses:
    """Plans the course of each story's report on the timeline."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._contacts = np.random.default_rng(CONTACTS)
        self._words: dict[str, list[str]] = table("matters.toml")["steps"]
        self._bases = bases()

    def plan(self, story: Story, words: Words, dispute_id: UUID, told_at: datetime) -> None:
        """Put what becomes of one report onto the timeline."""
        if story.course == "waiting":
            return
        if story.course == "referred":
            passed_on = self._office_time(told_at + timedelta(hours=20))
            self._at(dispute_id, passed_on, partial(refer_out, referral=REFERRAL))
            return
        urgent = story.danger or story.child
        soon = told_at + timedelta(minutes=15) if urgent else working_time(self._contacts, told_at + timedelta(hours=3))
        self._at(dispute_id, soon, first_call)
        accepted = told_at + timedelta(minutes=25) if urgent else self._office_time(told_at + timedelta(hours=9))
        self._at(dispute_id, accepted, partial(accept, note=self._text("accept")))
        worked = self._office_time(accepted + timedelta(days=2))
        self._at(dispute_id, worked, partial(record_work, note=self._text("work")))
        if words.confirmed:
            confirm = partial(confirm_band, band=words.confirmed, note=CONFIRMED_BY_PHONE)
            self._at(dispute_id, self._office_time(worked + timedelta(hours=3)), confirm)
        if story.course == "done":
            done = self._office_time(worked + timedelta(days=max(1, story.done_after - 3)))
            self._at(dispute_id, done, partial(close_lawfully, self._desk, closure=self._closure(story)))
            for day in DAYS:
                visit = partial(visit_settled, self._desk, dispute_id, day)
                self._desk.timeline.serve(done + timedelta(days=day), visit)

    def _office_time(self, moment: datetime) -> datetime:
        return working_time(self._desk.rng, moment)

    def _at(self, dispute_id: UUID, moment: datetime, handling: Handling) -> None:
        self._desk.timeline.serve(moment, partial(self._handle, dispute_id, handling))

    def _handle(self, dispute_id: UUID, handling: Handling, session: Session) -> None:
        """Take one step as the office that the dispute's category belongs to."""
        desk = self._desk
        dispute = session.get_one(Dispute, dispute_id, populate_existing=True)
        by = desk.staff.officer(dispute.division_code)
        if not may_be_reported_in_the_field(dispute.category):
            by = desk.staff.county_officer
        handling(session, Step(dispute_id, desk.actor(session, by), dispute.version, desk.clock.now()))

    def _closure(self, story: Story) -> Closure:
        basis = self._bases.get(story.category, OTHER_BASIS)
        return Closure("agreement_performed", basis, self._text("close"))

    def _text(self, name: str) -> str:
        choices = self._words[name]
        return choices[int(self._desk.rng.integers(len(choices)))]
