"""An uploaded sheet: kept sealed without the columns nobody may read, started, given up.

One sheet is one batch: it is whole in the end, or it stands as running and is continued from where it stopped.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.intake import ImportSheet, ImportSource
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.intake.columns import holds_id_numbers
from grid_app.services.intake.file import CsvFile, CsvRow
from grid_app.services.intake.proposal import is_personal, known_name
from grid_app.services.intake.sheet import Sheet
from grid_app.services.matters.step import take_turn

KEPT_FOR: Final = timedelta(days=14)
NO_SHEET: Final = "没有这个导入,或者它是别的单位的。请从“导入旧台账”页面重新进入。"
LONGEST_SOURCE: Final = 40


class Cipher(Protocol):
    """What seals a sheet."""

    def encrypt(self, plain: str, *, context: str) -> str:
        """Return the sealed text."""
        ...

    def decrypt(self, stored: str, *, context: str) -> str:
        """Return the text."""
        ...


def keep_sheet(
    session: Session, *, sheet: Sheet, file_name: str, source: str, actor: Actor, cipher: Cipher, now: datetime
) -> UUID:
    """Keep an uploaded sheet sealed, without the columns that nobody may read, and return its id.

    Raises
    ------
    ForbiddenError, InvalidError
        The role may not import; the source has no name.
    """
    _require(actor)
    name = " ".join(source.split())
    if not 0 < len(name) <= LONGEST_SOURCE:
        raise InvalidError("没有导入。", fields={"source": "请写一个来源的名字,最多 40 个字,例如“东河镇2025年台账”。"})
    refuse_control_words({"source": name})
    _forget_old(session, actor, now)
    file = sheet.file
    numbers = [one for one in file.columns if holds_id_numbers(file, one)]
    people = [one for one in file.columns if one not in numbers and not known_name(one) and is_personal(one)]
    kept = [one for one in file.columns if one not in numbers and one not in people]
    key = new_id()
    rows = [[row.line, [row.values[one] for one in kept]] for row in file.rows]
    plain = json.dumps({"columns": kept, "rows": rows}, ensure_ascii=False, separators=(",", ":"))
    session.add(
        ImportSheet(
            id=key,
            source_id=_source(session, actor, name, now),
            unit_id=actor.unit_id,
            assignment_id=actor.assignment_id,
            file_name=file_name[-200:],
            digest=file.digest,
            state="reading",
            facts={
                "sheet": sheet.name, "others": list(sheet.others), "header_line": sheet.header_line,
                "passed_over": sheet.passed_over, "columns": kept, "numbers": numbers, "people": people,
            },
            sealed=cipher.encrypt(plain, context=_context(key)),
            rows=len(rows),
            taken=0,
            uploaded_at=now,
            changed_at=now,
        )
    )  # fmt: skip
    return key


def own_sheet(session: Session, *, sheet_id: UUID, actor: Actor, lock: bool = False) -> ImportSheet:
    """Return a sheet of the actor's unit; with ``lock`` nobody else works on it until the transaction ends.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role may not import; there is no such sheet in the unit.
    """
    _require(actor)
    if lock:
        take_turn(session)
    question = select(ImportSheet).where(ImportSheet.id == sheet_id, ImportSheet.unit_id == actor.unit_id)
    if lock:
        question = question.with_for_update().execution_options(populate_existing=True)
    found = session.scalar(question)
    if found is None:
        raise NotFoundError(NO_SHEET)
    return found


def source_of(session: Session, sheet: ImportSheet) -> ImportSource:
    """Return the source that a sheet belongs to."""
    return session.get_one(ImportSource, sheet.source_id)


def file_of(sheet: ImportSheet, cipher: Cipher) -> CsvFile:
    """Return the rows of a sheet that is still kept."""
    told = json.loads(cipher.decrypt(sheet.sealed, context=_context(sheet.id)))
    columns = tuple(told["columns"])
    rows = tuple(CsvRow(line, dict(zip(columns, values, strict=True))) for line, values in told["rows"])
    return CsvFile(columns, rows, "", sheet.digest)


def drop_sheet(sheet: ImportSheet, *, now: datetime) -> None:
    """Give up a sheet of which nothing was imported; what was kept of it is emptied.

    Raises
    ------
    ConflictError
        It is being imported, or was.
    """
    require_reading(sheet)
    sheet.state, sheet.sealed, sheet.changed_at = "dropped", "", now


def start_sheet(session: Session, sheet: ImportSheet, *, actor: Actor, now: datetime) -> None:
    """Let the rows of a sheet be taken in from now on.

    Raises
    ------
    ConflictError
        Its columns were not chosen yet, or somebody else started or dropped it.
    """
    require_reading(sheet)
    if "chosen" not in sheet.facts:
        raise ConflictError("请先选每一列是什么,再导入。什么也没有导入。")
    _refuse_other_source(session, sheet)
    sheet.state, sheet.changed_at, sheet.assignment_id = "running", now, actor.assignment_id
    record_audit(
        session, actor, "disputes.import_started", now=now, target=("file", sheet.digest[:60]),
        details={"rows": sheet.rows, "sheet": str(sheet.id)},
    )  # fmt: skip


def _source(session: Session, actor: Actor, name: str, now: datetime) -> UUID:
    take_turn(session)
    found = session.scalar(
        select(ImportSource.id).where(ImportSource.unit_id == actor.unit_id, ImportSource.name == name)
    )
    if found is not None:
        return found
    key = new_id()
    session.add(ImportSource(id=key, unit_id=actor.unit_id, name=name, columns={}, words={}, changed_at=now))
    session.flush()  # the sheet refers to its source
    return key


def _forget_old(session: Session, actor: Actor, now: datetime) -> None:
    """Empty what the unit uploaded and never imported."""
    idle = (ImportSheet.state == "reading", ImportSheet.changed_at < now - KEPT_FOR)
    session.execute(
        update(ImportSheet).where(ImportSheet.unit_id == actor.unit_id, *idle).values(state="dropped", sealed="")
    )


def _require(actor: Actor) -> None:
    if not allows(actor, Action.IMPORT_DISPUTES):
        raise ForbiddenError("您现在的身份不能导入。请用乡镇或县级人员的身份。")


def _refuse_other_source(session: Session, sheet: ImportSheet) -> None:
    """Refuse the very same file under another name of its source: its rows would not be recognised."""
    name = session.scalar(
        select(ImportSource.name)
        .join(ImportSheet, ImportSheet.source_id == ImportSource.id)
        .where(
            ImportSheet.unit_id == sheet.unit_id,
            ImportSheet.digest == sheet.digest,
            ImportSheet.state.in_(("running", "done")),
            ImportSheet.source_id != sheet.source_id,
        )
        .limit(1)
    )
    if name is not None:
        raise ConflictError(
            f"这个文件已经用“{name}”这个来源导入过,换名字再导入会重复登记。没有导入;要补导,请用原来的名字重新上传。"
        )


def require_reading(sheet: ImportSheet) -> None:
    """Refuse what is possible only before a sheet is imported or given up.

    Raises
    ------
    ConflictError
        It was started or given up.
    """
    if sheet.state != "reading":
        raise ConflictError("这个文件已经开始导入,或者已经放弃了。请看它现在的结果,这一步没有做。")


def _context(sheet_id: UUID) -> str:
    return f"import_sheets.sealed:{sheet_id}"
