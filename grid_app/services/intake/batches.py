"""Taking in the rows of a sheet by portions, and undoing a whole sheet while nothing has happened to its rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink, Party, Submission
from grid_app.models.escalations import Escalation
from grid_app.models.intake import ImportRow, ImportSheet
from grid_app.policy import Actor
from grid_app.queries.chunks import chunks
from grid_app.services.audit import record_audit
from grid_app.services.intake.choices import reader_of
from grid_app.services.intake.file import CsvFile
from grid_app.services.intake.importing import RowAnswer, Tally, examine_rows, import_rows, record_import, row_answer
from grid_app.services.intake.sheets import Cipher, file_of, own_sheet
from grid_app.services.intake.table import ReadRow
from grid_app.services.reports.draft import Received
from grid_app.services.reports.rows import Desk

PORTION: Final = 500
MOST_EXAMINED: Final = 3_000
MOST_NAMED: Final = 5


def examine_sheet(session: Session, sheet: ImportSheet, *, desk: Desk, cipher: Cipher) -> list[RowAnswer]:
    """Return what would become of the rows of a sheet, of a long one of its first 3,000; nothing is written."""
    file = file_of(sheet, cipher)
    rows = reader_of(session, sheet, file, actor=desk.actor).read_all(file, end=MOST_EXAMINED)
    received = examine_rows(session, items=[row.item for row in rows], desk=desk)
    return [_answer(row, one) for row, one in zip(rows, received, strict=True)]


def take_portion(session: Session, *, sheet_id: UUID, desk: Desk, cipher: Cipher) -> bool:
    """Take in the next rows of a running sheet in the caller's transaction; say whether more are waiting."""
    sheet = own_sheet(session, sheet_id=sheet_id, actor=desk.actor, lock=True)
    if sheet.state != "running":
        return False
    file = file_of(sheet, cipher)
    reader = reader_of(session, sheet, file, actor=desk.actor)
    rows = reader.read_all(file, begin=sheet.taken, end=sheet.taken + PORTION)
    received = import_rows(session, items=[row.item for row in rows], desk=desk)
    session.flush()  # the rows refer to their disputes
    for row, one in zip(rows, received, strict=True):
        told = _answer(row, one)
        session.add(
            ImportRow(
                sheet_id=sheet.id,
                line=row.line,
                outcome=told.outcome,
                sentence=told.sentence,
                dispute_id=one.dispute_id if one.outcome == "accepted" else None,
            )
        )
    sheet.taken += len(rows)
    sheet.changed_at = desk.now
    if sheet.taken >= sheet.rows:
        _finish(session, sheet, file_columns=file.columns, desk=desk)
    return sheet.state == "running"


def running_sheets(session: Session) -> list[tuple[UUID, UUID]]:
    """Return the sheets that wait to be continued, with the assignment that started each."""
    rows = session.execute(
        select(ImportSheet.id, ImportSheet.assignment_id)
        .where(ImportSheet.state == "running")
        .order_by(ImportSheet.changed_at)
    )
    return [(row.id, row.assignment_id) for row in rows]


def undo_sheet(session: Session, *, sheet_id: UUID, actor: Actor, now: datetime) -> int:
    """Take back everything that a sheet brought in, and return how many disputes that were.

    Raises
    ------
    ConflictError
        It was undone already, or something has happened to one of its disputes; nothing is taken back then.
    """
    sheet = own_sheet(session, sheet_id=sheet_id, actor=actor, lock=True)
    if sheet.state not in ("running", "done"):
        raise ConflictError("这一批没有导入,或者已经撤销了。没有再撤销。")
    made = list(session.scalars(
        select(ImportRow.dispute_id).where(ImportRow.sheet_id == sheet.id, ImportRow.dispute_id.is_not(None))
    ))  # fmt: skip
    ids = [one for one in made if one is not None]
    _refuse_touched(session, ids)
    session.execute(update(ImportRow).where(ImportRow.sheet_id == sheet.id).values(dispute_id=None, outcome="undone"))
    try:
        with session.begin_nested():
            for some in chunks(ids):
                _delete(session, some)
    except IntegrityError as error:
        raise ConflictError(_touched("有的事项")) from error
    sheet.state, sheet.sealed, sheet.changed_at = "undone", "", now
    record_audit(
        session, actor, "disputes.import_undone", now=now, target=("file", sheet.digest[:60]),
        details={"disputes": len(ids), "sheet": str(sheet.id)},
    )  # fmt: skip
    return len(ids)


def counts_of(session: Session, sheet_id: UUID) -> dict[str, int]:
    """Return how many rows of a sheet had each outcome."""
    rows = session.execute(
        select(ImportRow.outcome, func.count()).where(ImportRow.sheet_id == sheet_id).group_by(ImportRow.outcome)
    )
    return dict(rows.all())


def _finish(session: Session, sheet: ImportSheet, *, file_columns: tuple[str, ...], desk: Desk) -> None:
    session.flush()  # the rows just taken are counted too
    found = counts_of(session, sheet.id)
    counts = Tally(
        rows=sheet.rows,
        accepted=found.get("accepted", 0),
        already_have=found.get("already_have", 0),
        rejected=found.get("rejected", 0),
        reasons={},
    )
    file = CsvFile(file_columns, (), "", sheet.digest)
    record_import(session, file=file, file_name=sheet.file_name, counts=counts, actor=desk.actor, now=desk.now)
    sheet.state, sheet.sealed = "done", ""


def _answer(row: ReadRow, received: Received) -> RowAnswer:
    """Return what became of a row, in the words of the page: sentences without the names of our items."""
    plain = row_answer(row.line, row.reference, received)
    told = "".join(dict.fromkeys(received.fields.values())) or received.sentence
    sentence = told if plain.outcome == "rejected" else ""
    return RowAnswer(plain.line, plain.reference, plain.outcome, plain.reason, sentence)


def _refuse_touched(session: Session, ids: Sequence[UUID]) -> None:
    touched: list[str] = []
    for some in chunks(ids):
        rows = session.scalars(
            select(Dispute.case_code)
            .where(
                Dispute.id.in_(some),
                or_(
                    Dispute.version > 1,
                    exists().where(DisputeEvent.dispute_id == Dispute.id, DisputeEvent.number > 1),
                    exists().where(Escalation.dispute_id == Dispute.id),
                    exists().where(or_(DisputeLink.dispute_id == Dispute.id, DisputeLink.other_id == Dispute.id)),
                ),
            )
            .order_by(Dispute.case_code)
            .limit(MOST_NAMED)
        )
        touched += rows
    if touched:
        raise ConflictError(_touched("、".join(touched[:MOST_NAMED])))


def _touched(which: str) -> str:
    return f"没有撤销:{which}导入以后已经有人办过、关联过,或者已经提醒过上级。什么也没有删。不对的请一件一件更正。"


def _delete(session: Session, ids: Sequence[UUID]) -> None:
    for table in (Deadline, Submission, Party, DisputeEvent):
        session.execute(delete(table).where(table.dispute_id.in_(ids)))
    session.execute(delete(Dispute).where(Dispute.id.in_(ids)))
