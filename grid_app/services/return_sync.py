"""Returns from phones: each under an id of its own, stored once, with a receipt like a report's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, Refusal
from grid_app.models.field import ReturnSubmission
from grid_app.policy import Actor
from grid_app.security.keys import Keys
from grid_app.services.intake_batch import RESEND, item_id, item_problems
from grid_app.services.intake_content import digest_report
from grid_app.services.intake_draft import Caution, Received
from grid_app.services.intake_sentences import sentences_of
from grid_app.services.intake_values import DivisionCode, Moment, plain
from grid_app.services.receipts import receipt_for
from grid_app.services.round_returns import NOTE_LENGTH, answerable, method_note, submit_return

FORM = "return/1"
MOST_WAYS = 10
ANSWERED_BEFORE = Caution("answered_before", "这几轮排查之前已经回执过,这一份已收到,不用再交。")
NAMED_HERE = {"method_note": "note"}

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


@dataclass(frozen=True)
class SentReturn:
    """One item as far as it could be read: exactly one of ``content`` and ``refusal`` is set."""

    return_id: UUID | None
    digest: str = ""
    content: ReturnContent | None = None
    refusal: InvalidError | None = None


@dataclass(frozen=True)
class ReturnDesk:
    """Who hands in and when; several actors are one person's assignments, the one that reaches the place answers."""

    actors: Sequence[Actor]
    keys: Keys
    now: datetime


def read_return(item: object) -> SentReturn:
    """Return what an element of the batch's list holds; needs no database."""
    if not isinstance(item, Mapping):
        fields = {"item": "每一条都要是一个对象。"}
        return SentReturn(None, refusal=InvalidError(RESEND, fields=fields, code="bad_item"))
    return_id, problems = item_id(item.get("id")), item_problems(item)
    if problems or return_id is None:
        return SentReturn(return_id, refusal=InvalidError(RESEND, fields=problems, code="bad_item"))
    digest = ""
    try:
        digest = digest_report(item["content"], claimed=item.get("digest"))
        return SentReturn(return_id, digest, content=_content(item["content"]))
    except InvalidError as refusal:
        return SentReturn(return_id, digest, refusal=refusal)


def receive_return(session: Session, *, sent: SentReturn, desk: ReturnDesk) -> Received:
    """Take in one return and return what became of it; what a sender can get wrong is an answer, not an error.

    The row of its id comes first: of two phones' deliveries of one id the database lets one through. What was
    refused leaves no trace, so that it may be mended and sent again under its id.
    """
    known = session.get(ReturnSubmission, sent.return_id) if sent.return_id and sent.digest else None
    if known is not None:
        return _again(known, sent, desk)
    if sent.content is None or sent.return_id is None:
        return _refused(sent.refusal or InvalidError(RESEND), sent)
    try:
        return _stored(session, sent, sent.content, desk)
    except Refusal as refusal:
        return _refused(refusal, sent)
    except IntegrityError:
        session.expire_all()
        known = session.get(ReturnSubmission, sent.return_id)
        if known is None:
            return _refused(InvalidError("这一份回执暂时存不进去。请稍后重发,内容不会丢。", code="not_stored"), sent)
        return _again(known, sent, desk)


def _stored(session: Session, sent: SentReturn, content: ReturnContent, desk: ReturnDesk) -> Received:
    with session.begin_nested():
        actor = _answering(session, content.division_code, desk.actors)
        row = ReturnSubmission(
            id=sent.return_id,
            digest=sent.digest,
            form=content.form,
            received_at=desk.now,
            captured_at=content.captured_at,
            assignment_id=actor.assignment_id,
            division_code=content.division_code,
        )
        session.add(row)
        session.flush()  # the id is taken before anything is answered
        returned = submit_return(
            session,
            actor=actor,
            division_code=content.division_code,
            zero=content.zero,
            method_note=method_note(content.ways, content.note),
            now=desk.now,
        )
        row.return_id = returned.return_id
    return _answer(row, desk, outcome="accepted", cautions=() if returned.rounds else (ANSWERED_BEFORE,))


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


def _content(content: Mapping[str, object]) -> ReturnContent:
    if content.get("form") != FORM:
        raise InvalidError(
            "不认识这个回执版本,没有接收。请刷新或更新程序后重发,手机上的内容不会丢。",
            fields={"form": f"只认识 {FORM}。"},
            code="unknown_form",
        )
    try:
        return ReturnContent.model_validate(content)
    except ValidationError as error:
        raise InvalidError(
            "回执有的项目填得不对,没有接收。请改好后再发,手机上的内容不会丢。", fields=sentences_of(error)
        ) from error


def _again(known: ReturnSubmission, sent: SentReturn, desk: ReturnDesk) -> Received:
    if known.digest == sent.digest:
        return _answer(known, desk, outcome="already_have")
    return Received(
        outcome="conflict",
        report_id=sent.return_id,
        digest=sent.digest,
        code="conflict",
        sentence="这个编号下已经收到过另一份回执,这一份没有登记。要更正请在“排查”里重新回执。",
    )


def _refused(refusal: Refusal, sent: SentReturn) -> Received:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return Received(
        outcome="rejected",
        report_id=sent.return_id,
        digest=sent.digest,
        code=refusal.code,
        sentence=refusal.sentence,
        fields={NAMED_HERE.get(name, name): sentence for name, sentence in fields.items()},
    )


def _answer(
    row: ReturnSubmission,
    desk: ReturnDesk,
    *,
    outcome: Literal["accepted", "already_have"],
    cautions: tuple[Caution, ...] = (),
) -> Received:
    return Received(
        outcome=outcome,
        report_id=row.id,
        digest=row.digest,
        receipt=receipt_for(desk.keys, report_id=row.id, digest=row.digest, received_at=row.received_at),
        received_at=row.received_at,
        cautions=cautions,
    )
