"""Short forms from phones beside reports (returns, visits): each stored once under its own id, with a receipt."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Literal, TypeVar, cast
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, Refusal
from grid_app.models.field import ReturnSubmission
from grid_app.models.follow_ups import FollowUpVisit
from grid_app.policy import Actor
from grid_app.security.keys import Keys
from grid_app.services.reports.batch import RESEND, item_id, item_problems
from grid_app.services.reports.content import digest_report
from grid_app.services.reports.draft import Caution, Received, Via
from grid_app.services.reports.receipts import receipt_for
from grid_app.services.reports.sentences import sentences_of

Content = TypeVar("Content", bound=BaseModel)
Row = ReturnSubmission | FollowUpVisit


@dataclass(frozen=True)
class SentForm(Generic[Content]):
    """One item as far as it could be read: exactly one of ``content`` and ``refusal`` is set."""

    item_id: UUID | None
    digest: str = ""
    content: Content | None = None
    refusal: InvalidError | None = None


@dataclass(frozen=True)
class ItemDesk:
    """Who hands in, when and by which way; several actors are one person's assignments, the fitting one answers."""

    actors: Sequence[Actor]
    keys: Keys
    now: datetime
    via: Via = "sync"


@dataclass(frozen=True)
class Taken(Generic[Content]):
    """A form that could be read, to be stored under its id."""

    item_id: UUID
    digest: str
    content: Content


@dataclass(frozen=True)
class Stored:
    """What was stored: its row, what its sender should know, and the dispute that it is about."""

    row: Row
    cautions: tuple[Caution, ...] = ()
    dispute_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FormKind(Generic[Content]):
    """A form with its table, the sentences of its refusals, and the step that stores one.

    ``store`` puts the row of the id into the database before it does anything else, and raises one of the refusals;
    ``named_here`` translates names of fields that its step uses into those of the form.
    """

    form: str
    model: type[Content]
    table: type[ReturnSubmission] | type[FollowUpVisit]
    store: Callable[[Session, Taken[Content], ItemDesk], Stored]
    unknown_form: str
    wrong_fields: str
    conflict: str
    not_stored: str
    named_here: Mapping[str, str] = field(default_factory=dict)


def read_form(kind: FormKind[Content], item: object) -> SentForm[Content]:
    """Return what an element of the batch's list holds; needs no database."""
    if not isinstance(item, Mapping):
        fields = {"item": "每一条都要是一个对象。"}
        return SentForm(None, refusal=InvalidError(RESEND, fields=fields, code="bad_item"))
    found, problems = item_id(item.get("id")), item_problems(item)
    if problems or found is None:
        return SentForm(found, refusal=InvalidError(RESEND, fields=problems, code="bad_item"))
    digest = ""
    try:
        digest = digest_report(item["content"], claimed=item.get("digest"))
        return SentForm(found, digest, content=_content(kind, item["content"]))
    except InvalidError as refusal:
        return SentForm(found, digest, refusal=refusal)


def receive_form(session: Session, *, kind: FormKind[Content], sent: SentForm[Content], desk: ItemDesk) -> Received:
    """Take in one item and return what became of it; what a sender can get wrong is an answer, not an error.

    The row of its id comes first: of two phones' deliveries of one id the database lets one through. What was
    refused leaves no trace, so that it may be mended and sent again under its id.
    """
    known = _known(session, kind, sent) if sent.digest else None
    if known is not None:
        return _again(kind, known, sent, desk)
    if sent.content is None or sent.item_id is None:
        return _refused(kind, sent.refusal or InvalidError(RESEND), sent)
    try:
        with session.begin_nested():
            stored = kind.store(session, Taken(sent.item_id, sent.digest, sent.content), desk)
        return _answer(stored, desk, outcome="accepted")
    except Refusal as refusal:
        return _refused(kind, refusal, sent)
    except IntegrityError:
        session.expire_all()
        known = _known(session, kind, sent)
        if known is None:
            return _refused(kind, InvalidError(kind.not_stored, code="not_stored"), sent)
        return _again(kind, known, sent, desk)


def _known(session: Session, kind: FormKind[Content], sent: SentForm[Content]) -> Row | None:
    return cast("Row | None", session.get(kind.table, sent.item_id)) if sent.item_id else None


def _content(kind: FormKind[Content], content: Mapping[str, object]) -> Content:
    if content.get("form") != kind.form:
        raise InvalidError(kind.unknown_form, fields={"form": f"只认识 {kind.form}。"}, code="unknown_form")
    try:
        return kind.model.model_validate(content)
    except ValidationError as error:
        raise InvalidError(kind.wrong_fields, fields=sentences_of(error)) from error


def _again(kind: FormKind[Content], known: Row, sent: SentForm[Content], desk: ItemDesk) -> Received:
    if known.digest == sent.digest:
        return _answer(Stored(known), desk, outcome="already_have")
    return Received(
        outcome="conflict", report_id=sent.item_id, digest=sent.digest, code="conflict", sentence=kind.conflict
    )


def _refused(kind: FormKind[Content], refusal: Refusal, sent: SentForm[Content]) -> Received:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return Received(
        outcome="rejected",
        report_id=sent.item_id,
        digest=sent.digest,
        code=refusal.code,
        sentence=refusal.sentence,
        fields={kind.named_here.get(name, name): sentence for name, sentence in fields.items()},
    )


def _answer(stored: Stored, desk: ItemDesk, *, outcome: Literal["accepted", "already_have"]) -> Received:
    row = stored.row
    return Received(
        outcome=outcome,
        report_id=row.id,
        digest=row.digest,
        dispute_id=stored.dispute_id,
        receipt=receipt_for(desk.keys, report_id=row.id, digest=row.digest, received_at=row.received_at),
        received_at=row.received_at,
        cautions=stored.cautions,
    )
