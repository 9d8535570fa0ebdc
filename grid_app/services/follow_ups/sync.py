"""Visits from phones and forms: the content, and what is stored of one that was received."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from grid_app.models.follow_ups import FollowUpVisit
from grid_app.services.follow_ups.access import visiting
from grid_app.services.follow_ups.visits import Visit, record_visit
from grid_app.services.reports.draft import Caution
from grid_app.services.reports.item_sync import FormKind, ItemDesk, Stored, Taken
from grid_app.services.reports.values import Key, Moment, plain

NOTE_LENGTH: Final = 500
ANSWERED_BEFORE = Caution("answered_before", "这次回访之前已经有了结果。这一份已收到并写进经过,不用再做。")


class VisitContent(BaseModel):
    """The content of one visit, form ``follow-up/1``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    form: Literal["follow-up/1"]
    captured_at: Moment
    follow_up_id: Key
    way: Literal["visit", "phone"]
    outcome: Literal["settled", "relapsed", "not_reached", "declined"]
    note: Annotated[str, Field(max_length=NOTE_LENGTH), AfterValidator(plain)] = ""


def _store(session: Session, taken: Taken[VisitContent], desk: ItemDesk) -> Stored:
    told = taken.content
    found = visiting(session, told.follow_up_id, actors=desk.actors)
    row = FollowUpVisit(
        id=taken.item_id,
        digest=taken.digest,
        form=told.form,
        received_at=desk.now,
        captured_at=told.captured_at,
        assignment_id=found.actor.assignment_id,
        follow_up_id=found.follow_up.id,
        way=told.way,
        outcome=told.outcome,
    )
    session.add(row)
    session.flush()  # the id is taken before anything is recorded
    visit = Visit(told.way, told.outcome, told.note, told.captured_at, desk.via)
    is_first = record_visit(session, found, visit=visit, now=desk.now)
    return Stored(row, () if is_first else (ANSWERED_BEFORE,), found.dispute.id)


VISITS: Final = FormKind(
    form="follow-up/1",
    model=VisitContent,
    table=FollowUpVisit,
    store=_store,
    unknown_form="不认识这个回访版本,没有接收。请刷新或更新程序后重发,手机上的内容不会丢。",
    wrong_fields="回访有的项目填得不对,没有接收。请改好后再发,手机上的内容不会丢。",
    conflict="这个编号下已经收到过另一份回访,这一份没有登记。别的情况请再记一次回访。",
    not_stored="这一份回访暂时存不进去。请稍后重发,内容不会丢。",
)
