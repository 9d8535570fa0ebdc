"""Receiving a report: the one service behind the sync API, the web form and the import.

The database decides uniqueness (the report id is the primary key of `Submission`); a repeated report gets its
first receipt again, other content under a known id is a conflict, and what was refused leaves no trace.
"""

from __future__ import annotations

import logging
from datetime import datetime

from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.ports import PlaceFinder
from grid_app.security.keys import Keys
from grid_app.services.intake_checks import check_rights
from grid_app.services.intake_content import digest_report, parse_report
from grid_app.services.intake_draft import Caution, DraftParty, DraftReport, Outcome, Received, Via
from grid_app.services.intake_lookups import Known, Lookups
from grid_app.services.intake_rows import Desk, store_report
from grid_app.services.places_of_reports import DecidedPlace, decide_place
from grid_app.services.receipts import receipt_for

__all__ = [
    "Caution",
    "DraftParty",
    "DraftReport",
    "Outcome",
    "Received",
    "Via",
    "digest_report",
    "parse_report",
    "receive_report",
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
    known = desk.lookups.known(draft.id)
    if known is not None:
        return answer_again(known, draft=draft, keys=keys)
    try:
        place = checked_place(session, draft=draft, desk=desk)
    except InvalidError as refusal:
        return rejected(refusal, draft=draft)
    return _stored(session, draft, place, desk)


def checked_place(session: Session, *, draft: DraftReport, desk: Desk) -> DecidedPlace:
    """Return where a report belongs after every check but the database's own; nothing is written.

    Raises
    ------
    InvalidError
        Category, clock or place cannot be taken.
    """
    check_rights(draft, desk.actor, desk.via, now=desk.now)
    return decide_place(
        session,
        draft=draft,
        actor=desk.actor,
        places=desk.places,
        lookups=desk.lookups,
        today=local_date(desk.now),
    )


def _stored(session: Session, draft: DraftReport, place: DecidedPlace, desk: Desk) -> Received:
    for _ in range(TRIES):
        try:
            with session.begin_nested():
                known, cautions = store_report(session, draft=draft, place=place, desk=desk)
        except IntegrityError:
            # Another transaction was first with this id, organisation or tracking code: look again.
            desk.lookups.forget(draft.id)
            known_now = desk.lookups.known(draft.id)
            if known_now is not None:
                return answer_again(known_now, draft=draft, keys=desk.keys)
        except DataError:
            desk.lookups.forget(draft.id)
            log.exception("a report could not be stored", extra={"report_id": str(draft.id)})
            break
        else:
            desk.lookups.remember(draft.id, known)
            return _answer(known, draft, desk.keys, outcome="accepted", cautions=cautions)
    return rejected(
        InvalidError("这一条暂时存不进去,没有接收。请稍后重发,内容不会丢。", code="not_stored"), draft=draft
    )


def answer_again(known: Known, *, draft: DraftReport, keys: Keys) -> Received:
    """Return the answer to a report whose id is here: the first receipt again, or a conflict."""
    if known.digest == draft.digest:
        return _answer(known, draft, keys, outcome="already_have")
    return Received(
        outcome="conflict",
        report_id=draft.id,
        digest=draft.digest,
        code="conflict",
        sentence="这个编号下已经收到过另一份内容,这一份没有登记。要补充或更正,请在那一件里填写。",
    )


def rejected(refusal: InvalidError, *, draft: DraftReport) -> Received:
    """Return the answer to a report that was refused."""
    return Received(
        outcome="rejected",
        report_id=draft.id,
        digest=draft.digest,
        code=refusal.code,
        sentence=refusal.sentence,
        fields=refusal.fields,
    )


def _answer(
    known: Known, draft: DraftReport, keys: Keys, *, outcome: Outcome, cautions: tuple[Caution, ...] = ()
) -> Received:
    return Received(
        outcome=outcome,
        report_id=draft.id,
        digest=known.digest,
        dispute_id=known.dispute_id,
        case_code=known.case_code,
        tracking_code=known.tracking_code,
        receipt=receipt_for(keys, report_id=draft.id, digest=known.digest, received_at=known.received_at),
        received_at=known.received_at,
        cautions=cautions,
    )
