"""Receiving a report: the one service behind the sync API, the web form and the import.

The database decides uniqueness (the report id is the primary key of `Submission`); a repeated report gets its
first receipt again, other content under a known id is a conflict, and what was refused leaves no trace.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.ports import PlaceFinder
from grid_app.security.keys import Keys
from grid_app.services.reports.checks import NOT_TAKEN, check_rights
from grid_app.services.reports.content import digest_report, parse_report
from grid_app.services.reports.draft import Caution, DraftParty, DraftReport, Outcome, Received, Via
from grid_app.services.reports.lookups import Known, Lookups
from grid_app.services.reports.places import Point, county_of, decide_place, find_points
from grid_app.services.reports.receipts import receipt_for
from grid_app.services.reports.rows import Desk, Placed, store_reports

__all__ = [
    "Caution",
    "Desk",
    "DraftParty",
    "DraftReport",
    "Lookups",
    "Outcome",
    "Received",
    "Via",
    "digest_report",
    "examine_reports",
    "parse_report",
    "receive_report",
    "receive_reports",
]

TRIES = 3

log = logging.getLogger(__name__)


def receive_report(
    session: Session,
    *,
    draft: DraftReport,
    actor: Actor,
    places: PlaceFinder,
    keys: Keys,
    now: datetime,
    via: Via,
    lookups: Lookups | None = None,
) -> Received:
    """Take in one report and return what became of it; what a sender can get wrong is an answer, not an error.

    Parameters
    ----------
    session : Session
        The caller's writing transaction; the report is stored inside a savepoint of its own.
    draft : DraftReport
        A parsed report.
    actor : Actor
        Who sends it; the place must lie in this actor's county.
    now : datetime
        The server's time: received time, year of the case code, and judge of the phone's clock.
    via : str
        ``sync``, ``form`` or ``import``.
    lookups : Lookups or None
        Shared by the reports of one transaction; a fresh one otherwise.
    """
    desk = Desk(actor, places, keys, now, via, lookups or Lookups(session))
    return receive_reports(session, drafts=[draft], desk=desk)[0]


def receive_reports(session: Session, *, drafts: Sequence[DraftReport], desk: Desk) -> list[Received]:
    """Take in many reports and return one answer each, in their order; one that fails never blocks the others.

    A repetition inside the batch is recognised like any other: the first one counts.
    """
    desk.lookups.ask_for(draft.id for draft in drafts)
    points = _points(session, drafts, desk)
    answers: dict[int, Received] = {}
    waiting: dict[UUID, Placed] = {}
    for position, draft in enumerate(drafts):
        if draft.id not in waiting:
            checked = _checked(draft, points, desk)
            if isinstance(checked, Placed):
                waiting[draft.id] = checked
            else:
                answers[position] = checked
    stored = _stored(session, list(waiting.values()), desk) if waiting else {}
    return [
        answers.get(position) or stored.pop(draft.id, None) or _repeated(draft, desk)
        for position, draft in enumerate(drafts)
    ]


def examine_reports(session: Session, *, drafts: Sequence[DraftReport], desk: Desk) -> list[Received]:
    """Return what ``receive_reports`` would answer, writing nothing; the desk remembers what it would have taken."""
    desk.lookups.ask_for(draft.id for draft in drafts)
    points = _points(session, drafts, desk)
    answers = []
    for draft in drafts:
        checked = _checked(draft, points, desk)
        if isinstance(checked, Placed):
            desk.lookups.remember(draft.id, Known(draft.digest, desk.now, draft.id, "", ""))
            checked = Received(outcome="accepted", report_id=draft.id, digest=draft.digest)
        answers.append(checked)
    return answers


@dataclass(frozen=True)
class _Points:
    """The points of a batch by report id, and the boundary generation they were found in."""

    generation_id: UUID | None
    by_report: Mapping[UUID, Point | None]


def _points(session: Session, drafts: Sequence[DraftReport], desk: Desk) -> _Points:
    """Find every new report's point, then ask at once for all places they name and for ids of attachments."""
    new = [draft for draft in drafts if desk.lookups.known(draft.id) is None]
    desk.lookups.ask_for_attachments([one.id for draft in new for one in draft.attachments])
    found = find_points(session, drafts=new, places=desk.places)
    generation = desk.places.generation(session)
    named = {point.answer.code for point in found.values() if point} | {draft.village_code for draft in drafts}
    desk.lookups.warm(sorted(code for code in named if code), generation)
    return _Points(generation, found)


def _checked(draft: DraftReport, points: _Points, desk: Desk) -> Placed | Received:
    known = desk.lookups.known(draft.id)
    if known is not None:
        return answer_again(known, report_id=draft.id, digest=draft.digest, keys=desk.keys)
    try:
        check_rights(draft, desk.actor, desk.via, now=desk.now)
        place = decide_place(
            draft=draft,
            point=points.by_report.get(draft.id),
            generation_id=points.generation_id,
            county=county_of(desk.actor),
            lookups=desk.lookups,
            today=local_date(desk.now),
        )
        _check_announced(draft, desk)
    except InvalidError as refusal:
        return rejected(refusal, report_id=draft.id, digest=draft.digest)
    return Placed(draft, place)


def _check_announced(draft: DraftReport, desk: Desk) -> None:
    if not desk.lookups.announce([one.id for one in draft.attachments]):
        raise InvalidError(
            NOT_TAKEN, fields={"attachments": "这张照片或这段语音已经属于另一件上报。请去掉它,重新添加一次再发。"}
        )


def _repeated(draft: DraftReport, desk: Desk) -> Received:
    known = desk.lookups.known(draft.id)
    return (
        answer_again(known, report_id=draft.id, digest=draft.digest, keys=desk.keys)
        if known
        else rejected(_not_stored(), report_id=draft.id, digest=draft.digest)
    )


def _stored(session: Session, waiting: list[Placed], desk: Desk) -> dict[UUID, Received]:
    """Write all in one savepoint; when the database refuses, each in its own, to find the one it refuses."""
    try:
        return _written(session, waiting, desk)
    except (IntegrityError, DataError):
        for one in waiting:
            desk.lookups.forget(one.draft.id)
    return {one.draft.id: _stored_alone(session, one, desk) for one in waiting}


def _written(session: Session, waiting: list[Placed], desk: Desk) -> dict[UUID, Received]:
    with session.begin_nested():
        stored = store_reports(session, waiting=waiting, desk=desk)
    answers = {}
    for one, made in zip(waiting, stored, strict=True):
        desk.lookups.remember(one.draft.id, made.known)
        answers[one.draft.id] = _answer(one.draft.id, made.known, desk.keys, outcome="accepted", cautions=made.cautions)
    return answers


def _stored_alone(session: Session, one: Placed, desk: Desk) -> Received:
    for _ in range(TRIES):
        known = desk.lookups.known(one.draft.id)
        if known is not None:
            return answer_again(known, report_id=one.draft.id, digest=one.draft.digest, keys=desk.keys)
        try:
            return _written(session, [one], desk)[one.draft.id]
        except IntegrityError:
            # Another transaction was first with this id, organisation or tracking code: look again.
            desk.lookups.forget(one.draft.id)
        except DataError:
            desk.lookups.forget(one.draft.id)
            break
    log.error("a report could not be stored", extra={"report_id": str(one.draft.id)})
    return rejected(_not_stored(), report_id=one.draft.id, digest=one.draft.digest)


def _not_stored() -> InvalidError:
    return InvalidError("这一条暂时存不进去,没有接收。请稍后重发,内容不会丢。", code="not_stored")


def answer_again(known: Known, *, report_id: UUID, digest: str, keys: Keys) -> Received:
    """Return the answer to a report whose id is here: the first receipt again, or a conflict."""
    if known.digest == digest:
        return _answer(report_id, known, keys, outcome="already_have")
    return Received(
        outcome="conflict",
        report_id=report_id,
        digest=digest,
        code="conflict",
        sentence="这个编号下已经收到过另一份内容,这一份没有登记。要补充或更正,请在那一件里填写。",
    )


def rejected(refusal: InvalidError, *, report_id: UUID | None, digest: str) -> Received:
    """Return the answer to a report that was refused."""
    return Received(
        outcome="rejected",
        report_id=report_id,
        digest=digest,
        code=refusal.code,
        sentence=refusal.sentence,
        fields=refusal.fields,
    )


def _answer(
    report_id: UUID, known: Known, keys: Keys, *, outcome: Outcome, cautions: tuple[Caution, ...] = ()
) -> Received:
    return Received(
        outcome=outcome,
        report_id=report_id,
        digest=known.digest,
        dispute_id=known.dispute_id,
        case_code=known.case_code,
        tracking_code=known.tracking_code,
        receipt=receipt_for(keys, report_id=report_id, digest=known.digest, received_at=known.received_at),
        received_at=known.received_at,
        cautions=cautions,
    )
