"""Returns from phones: the form, and what is stored of one that was received."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError
from grid_app.models.field import ReturnSubmission
from grid_app.policy import Actor
from grid_app.services.reports.draft import Caution
from grid_app.services.reports.item_sync import FormKind, ItemDesk, Stored, Taken
from grid_app.services.reports.values import DivisionCode, Moment, plain
from grid_app.services.rounds.returns import NOTE_LENGTH, Returned, answerable, method_note, take_return

MOST_WAYS = 10
ANSWERED_BEFORE = Caution("answered_before", "这几轮排查之前已经回执过,这一份已收到,不用再交。")
NAMED_BEFORE = Caution("named_before", "已收到。登记的事项在上一次回执里已经报过,不用再报。")

Way = Annotated[str, Field(pattern=r"^[a-z_]{1,20}$")]


class ReturnContent(BaseModel):
    """The content of one return, form ``return/1``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    form: Literal["return/1"]
    captured_at: Moment
    division_code: DivisionCode
    zero: bool
    ways: Annotated[list[Way], Field(max_length=MOST_WAYS)] = []
    note: Annotated[str, Field(max_length=NOTE_LENGTH), AfterValidator(plain)] = ""


def _store(session: Session, taken: Taken[ReturnContent], desk: ItemDesk) -> Stored:
    content = taken.content
    actor = _answering(session, content.division_code, desk.actors)
    row = ReturnSubmission(
        id=taken.item_id,
        digest=taken.digest,
        form=content.form,
        received_at=desk.now,
        captured_at=content.captured_at,
        assignment_id=actor.assignment_id,
        division_code=content.division_code,
    )
    session.add(row)
    session.flush()  # the id is taken before anything is answered
    returned = take_return(
        session,
        actor=actor,
        division_code=content.division_code,
        zero=content.zero,
        method_note=method_note(content.ways, content.note),
        now=desk.now,
    )
    row.return_id = returned.return_id
    return Stored(row, _cautions(returned, zero=content.zero))


def _cautions(returned: Returned, *, zero: bool) -> tuple[Caution, ...]:
    """Return what the worker should know of a statement that had been overtaken when it came."""
    if not returned.rounds:
        return (ANSWERED_BEFORE,)
    if zero and returned.entries:
        return (
            Caution("entries_added", f"已收到。这里已经登记了 {returned.entries} 件,所以按有登记回执,不算零报告。"),
        )
    return () if zero or returned.entries else (NAMED_BEFORE,)


def _answering(session: Session, code: str, actors: Sequence[Actor]) -> Actor:
    """Return the first of the person's assignments that reaches the place; the last refusal when none does."""
    *others, last = actors
    for actor in others:
        try:
            answerable(session, actor, code)
        except ForbiddenError:
            continue
        return actor
    answerable(session, last, code)
    return last


RETURNS: Final = FormKind(
    form="return/1",
    model=ReturnContent,
    table=ReturnSubmission,
    store=_store,
    unknown_form="不认识这个回执版本,没有接收。请刷新或更新程序后重发,手机上的内容不会丢。",
    wrong_fields="回执有的项目填得不对,没有接收。请改好后再发,手机上的内容不会丢。",
    conflict="这个编号下已经收到过另一份回执,这一份没有登记。要更正请在“排查”里重新回执。",
    not_stored="这一份回执暂时存不进去。请稍后重发,内容不会丢。",
    named_here={"method_note": "note"},
)
