"""Taking in an exported file, for the page and for the API: opened once, then in short transactions."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.queries.attachments import announced_by
from grid_app.services.audit import record_audit
from grid_app.services.follow_ups.sync import VISITS
from grid_app.services.reports.attachments import Upload, clear_up, prepare_chunk, take_chunk
from grid_app.services.reports.batch import RESEND, read_items, receive_items
from grid_app.services.reports.draft import Received
from grid_app.services.reports.export_owner import Owner, note_hand_in, owner_of
from grid_app.services.reports.exports import Export, ExportedBlob, kind_of, open_export, without_kind
from grid_app.services.reports.item_sync import Content, FormKind, ItemDesk, read_form, receive_form
from grid_app.services.reports.receiving import Desk, Lookups
from grid_app.services.rounds.return_sync import RETURNS
from grid_app.wiring import wired

AT_ONCE = 100
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class HandedIn:
    """What became of a file: one answer per item, in its order, and how many photos and voice notes came with it."""

    items: Sequence[object]
    answers: Sequence[Received]
    owner_brought_it: bool
    blobs: int


def hand_in(raw: bytes, *, bringer: Actor) -> HandedIn:
    """Take in what a phone exported, as its owner's; the same file again changes nothing.

    Raises
    ------
    InvalidError
        The file cannot be opened, or its owner is unknown; nothing was taken in.
    """
    wiring = wired()
    now = wiring.clock.now()
    opened = open_export(raw, keys=wiring.keys.office)
    with reading() as session:
        owner = owner_of(session, opened.owner, now=now)
        wiring.places.find(session, lon=0.0, lat=0.0, accuracy_m=None)  # may build an index: not under the write lock
    _record(opened, bringer)
    answers: dict[int, Received] = dict(enumerate(_unknown() for _ in opened.items))
    for positions in _portions([at for at, item in enumerate(opened.items) if kind_of(item) == "report"]):
        answers.update(zip(positions, _reports(opened, positions, owner, bringer), strict=True))
    for at, item in enumerate(opened.items):
        if kind_of(item) == "return":
            answers[at] = _form(RETURNS, item, owner, bringer)
        elif kind_of(item) == "visit":
            answers[at] = _form(VISITS, item, owner, bringer)
    blobs = sum(_blob(one, opened, owner) for one in opened.blobs)
    ordered = [answers[at] for at in range(len(opened.items))]
    return HandedIn(opened.items, ordered, opened.owner == bringer.account_id, blobs)


def _record(opened: Export, bringer: Actor) -> None:
    with transaction() as session:
        record_audit(
            session,
            bringer,
            "export.handed_in",
            now=wired().clock.now(),
            target=("account", str(opened.owner)),
            details={"items": len(opened.items), "blobs": len(opened.blobs), "file": opened.digest[:16]},
        )


def _reports(opened: Export, positions: Sequence[int], owner: Owner, bringer: Actor) -> list[Received]:
    wiring = wired()
    now = wiring.clock.now()
    sent = read_items([without_kind(opened.items[at]) for at in positions])
    with transaction() as session:
        desk = Desk(owner.actors[0], wiring.places, wiring.keys, now, via="export", lookups=Lookups(session))
        return [
            note_hand_in(session, answer=answer, owner=owner, bringer=bringer, now=now)
            for answer in receive_items(session, items=sent, desk=desk)
        ]


def _form(kind: FormKind[Content], item: object, owner: Owner, bringer: Actor) -> Received:
    now = wired().clock.now()
    desk = ItemDesk(owner.actors, wired().keys, now, via="export")
    with transaction() as session:
        answer = receive_form(session, kind=kind, sent=read_form(kind, without_kind(item)), desk=desk)
        return note_hand_in(session, answer=answer, owner=owner, bringer=bringer, now=now, is_report=False)


def _blob(blob: ExportedBlob, opened: Export, owner: Owner) -> bool:
    """Say whether a photo or voice note is whole here now; what is not is sent by its phone later."""
    with reading() as session:
        found = announced_by(session, account_id=opened.owner, attachment_id=blob.id)
    if found is None or found.bytes != len(blob.data):
        return False
    files, done = wired().files, None
    try:
        rest = blob.data[found.received :]
        ready = prepare_chunk(found, offset=found.received, chunk=rest, files=files)
        if isinstance(ready, Upload):
            return ready.outcome == "already_have"
        try:
            with transaction() as session:
                done = take_chunk(session, ready, actor=owner.actors[0], now=wired().clock.now())
        finally:
            clear_up(ready, done, files=files)
    except OSError:
        log.exception("an exported attachment could not be written", extra={"attachment_id": str(blob.id)})
        return False
    return done.outcome in ("accepted", "already_have")


def _unknown() -> Received:
    refusal = InvalidError(RESEND, fields={"kind": "只能是 report、return 或 visit。"}, code="bad_item")
    return Received(
        outcome="rejected", report_id=None, code=refusal.code, sentence=refusal.sentence, fields=refusal.fields
    )


def _portions(positions: Sequence[int]) -> Iterator[Sequence[int]]:
    return (positions[at : at + AT_ONCE] for at in range(0, len(positions), AT_ONCE))
