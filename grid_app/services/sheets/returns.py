"""Filling a superior's sheet for a period: all rows, or only what is new, changed or withdrawn since what was sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.documents.tables.content import Value, as_text
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.exports import SheetReturn, SheetReturnRow, SuperiorSheet
from grid_app.policy import Actor
from grid_app.queries.exports.disputes import Wanted, dispute_ids, still_reached
from grid_app.services.audit import record_audit
from grid_app.services.exports.desk import Desk
from grid_app.services.exports.disputes import told_disputes
from grid_app.services.exports.jobs import Made
from grid_app.services.exports.making import Heard, digest_of
from grid_app.services.sheets.columns import FIXED, SheetColumn, read
from grid_app.services.sheets.fields import OF_THE_RETURN, SEQUENCE, values_of
from grid_app.services.typed import day_of, uuid_of

MOST_ROWS: Final = 20_000
"""A workbook that others formatted is held in memory whole."""
ADDED, CHANGED, WITHDRAWN = "added", "changed", "withdrawn"
EVERY: Final = 500
NO_COLUMNS: Final = "这张表还没有一列选了要填的内容,没有做。请先选好每一列填什么。"
NO_RETURN: Final = "没有这次报表,或者它不是本辖区的。"


@dataclass(frozen=True)
class Asked:
    """A return that was asked for: which sheet, for which days, and whether only what changed."""

    sheet_id: UUID
    first: date
    last: date
    only_changes: bool

    def parameters(self, name: str) -> dict[str, Any]:
        """Return what stands in the row of the job."""
        return {
            "sheet_id": str(self.sheet_id), "first": self.first.isoformat(), "last": self.last.isoformat(),
            "only_changes": self.only_changes, "name": name,
        }  # fmt: skip


@dataclass(frozen=True)
class Change:
    """What a return says anew of one dispute."""

    dispute_id: UUID
    number: str
    digest: str
    kind: str


@dataclass(frozen=True)
class Filled:
    """A sheet that was filled: what it changes, and how many rows are as they were sent before."""

    asked: Asked
    series: UUID
    changes: tuple[Change, ...]
    unchanged: int

    def count(self, kind: str) -> int:
        """Return how many changes are of a kind."""
        return sum(one.kind == kind for one in self.changes)


def asked_of(typed: Mapping[str, str], *, sheet_id: UUID, period: tuple[date, date]) -> Asked:
    """Return the return that was asked for; days that nobody typed are those of the period that is due.

    Raises
    ------
    InvalidError
        A date that is none, or the wrong way round.
    """
    days = []
    for name, usual in zip(("first", "last"), period, strict=True):
        text = typed.get(name, "").strip()
        day = day_of(text) if text else usual
        if day is None:
            raise InvalidError("没有开始做。", fields={name: "请写成 2026-11-20 这样的日期。"})
        days.append(day)
    if days[0] > days[1]:
        raise InvalidError("没有开始做。", fields={"last": "截止日期早于开始日期,请核对。"})
    return Asked(sheet_id, days[0], days[1], only_changes=typed.get("rows", "changes") != "all")


def asked_again(parameters: Mapping[str, Any]) -> Asked:
    """Return what the row of a job says was asked for."""
    sheet_id, first = uuid_of(str(parameters.get("sheet_id", ""))), day_of(str(parameters.get("first", "")))
    last = day_of(str(parameters.get("last", "")))
    if sheet_id is None or first is None or last is None:
        raise NotFoundError(NO_RETURN)
    return Asked(sheet_id, first, last, only_changes=bool(parameters.get("only_changes")))


def fill(path: Path, asked: Asked, *, desk: Desk, heard: Heard) -> tuple[Made, Filled]:
    """Fill the sheet into ``path``; return what the file is, and what it says anew.

    Raises
    ------
    NotFoundError, InvalidError
        The sheet is not there any more; nothing is to be filled; too many rows for one sheet.
    """
    from grid_app.documents.tables.filling import fill_sheet  # noqa: PLC0415 - loads openpyxl
    from grid_app.documents.tables.template import header_of, opened  # noqa: PLC0415 - as above

    with desk.reading() as session:
        sheet = session.get(SuperiorSheet, asked.sheet_id)
        if sheet is None:
            raise NotFoundError(NO_RETURN)
        columns, series, body = read(sheet.columns), sheet.series, sheet.body
        place = (sheet.tab, sheet.header_first, sheet.header_last)
        title, file_name = sheet.name, sheet.file_name
        wanted = Wanted(asked.first, asked.last, stock=sheet.covers == "stock")
        ids = dispute_ids(session, scope=desk.scope, wanted=wanted)
        sent = sent_before(session, series=series, division_code=desk.actor.division_code)
        gone = _gone(session, desk, sent)
    if not any(one.source and one.source != FIXED for one in columns):
        raise InvalidError(NO_COLUMNS)
    rows, changes = _rows(desk, columns, ids, sent, asked=asked, heard=heard)
    changes += [Change(key, sent[key].number, "", WITHDRAWN) for key in gone]
    book = opened(body, file_name)
    header = header_of(book, tab=place[0], lines=place[1:])
    fill_sheet(book, header, rows, path, withdrawn=[one.number for one in changes if one.kind == WITHDRAWN])
    told = sum(one.kind != WITHDRAWN for one in changes)
    filled = Filled(asked, series, tuple(changes), len(ids) - told)
    name = f"{title}-{asked.first:%m%d}-{asked.last:%m%d}{'-变化' if asked.only_changes else ''}.xlsx"
    return Made(len(rows), path.stat().st_size, digest_of(path), name, sentence_of(filled)), filled


def sentence_of(filled: Filled) -> str:
    """Return what a filled sheet says anew, in a sentence."""
    told = f"新增 {filled.count(ADDED)} 件,变化 {filled.count(CHANGED)} 件,撤回 {filled.count(WITHDRAWN)} 件"
    if not filled.unchanged:
        return f"{told}。"
    rest = "没有写进表里" if filled.asked.only_changes else "也在表里"
    return f"{told};和上次报送一样的 {filled.unchanged} 件,{rest}。"


def record(session: Session, *, filled: Filled, job_id: UUID, actor: Actor, now: datetime) -> None:
    """Keep what a filled sheet says anew; it counts once somebody says it was sent."""
    row = SheetReturn(
        id=new_id(), sheet_id=filled.asked.sheet_id, series=filled.series, division_code=actor.division_code,
        job_id=job_id, first=filled.asked.first, last=filled.asked.last, only_changes=filled.asked.only_changes,
        added=filled.count(ADDED), changed=filled.count(CHANGED), withdrawn=filled.count(WITHDRAWN),
        unchanged=filled.unchanged, made_at=now,
    )  # fmt: skip
    old = session.scalar(select(SheetReturn).where(SheetReturn.job_id == job_id))
    if old is not None:  # the file was made again
        session.execute(delete(SheetReturnRow).where(SheetReturnRow.return_id == old.id))
        session.delete(old)
        session.flush()  # one return per job
    session.add(row)
    session.flush()  # its rows refer to it
    session.add_all(
        SheetReturnRow(
            return_id=row.id, dispute_id=one.dispute_id, number=one.number, digest=one.digest, change=one.kind
        )
        for one in filled.changes
    )


def mark_sent(session: Session, *, return_id: UUID, actor: Actor, now: datetime) -> SheetReturn:
    """Say that a return was sent: from now on the next one tells what changed since.

    Raises
    ------
    NotFoundError, ConflictError
        There is none in the actor's area; it was said before, or another one was sent since it was made.
    """
    row = session.get(SheetReturn, return_id, with_for_update=True)
    if row is None or row.division_code != actor.division_code:
        raise NotFoundError(NO_RETURN)
    if row.sent_at is not None:
        raise ConflictError("这次报表已经标记过“已报送”了。", code="done")
    newer = session.scalar(
        select(SheetReturn.id).where(
            SheetReturn.series == row.series, SheetReturn.division_code == row.division_code,
            SheetReturn.sent_at >= row.made_at,
        ).limit(1)
    )  # fmt: skip
    if newer is not None:
        raise ConflictError("做好这份以后,又有别的一份标记了“已报送”,这份的变化已经不准了。请重新做一份。")
    row.sent_at, row.sent_by = now, actor.assignment_id
    told: dict[str, str | int] = {"added": row.added, "changed": row.changed, "withdrawn": row.withdrawn}
    record_audit(session, actor, "sheet.sent", now=now, target=("sheet_return", str(row.id)), details=told)
    return row


@dataclass(frozen=True)
class Sent:
    """What the superior knows of a dispute."""

    number: str
    digest: str


def sent_before(session: Session, *, series: UUID, division_code: str) -> dict[UUID, Sent]:
    """Return by dispute what was sent of it last; what was withdrawn is not in it."""
    rows = session.execute(
        select(SheetReturnRow.dispute_id, SheetReturnRow.number, SheetReturnRow.digest, SheetReturnRow.change)
        .join(SheetReturn, SheetReturn.id == SheetReturnRow.return_id)
        .where(
            SheetReturn.series == series, SheetReturn.division_code == division_code, SheetReturn.sent_at.is_not(None)
        )
        .order_by(SheetReturn.sent_at, SheetReturn.id)
    )
    known: dict[UUID, Sent] = {}
    for dispute_id, number, digest, change in rows:
        if change == WITHDRAWN:
            known.pop(dispute_id, None)
        else:
            known[dispute_id] = Sent(number, digest)
    return known


def _gone(session: Session, desk: Desk, sent: Mapping[UUID, Sent]) -> list[UUID]:
    there = still_reached(session, scope=desk.scope, ids=sent)
    return sorted((one for one in sent if one not in there), key=lambda one: sent[one].number)


def _rows(
    desk: Desk, columns: list[SheetColumn], ids: list[UUID], sent: Mapping[UUID, Sent], *, asked: Asked, heard: Heard
) -> tuple[list[dict[str, Value]], list[Change]]:
    """Return the rows to write, by column letter, and what is new or changed."""
    rows: list[dict[str, Value]] = []
    changes: list[Change] = []
    constant = _of_the_return(desk, asked)
    today = local_date(desk.now)
    for done, one in enumerate(told_disputes(desk, ids), 1):
        values = values_of(one, today=today)
        digest = _digest(columns, values)
        before = sent.get(one.facts.id)
        is_same = before is not None and before.digest == digest
        if not is_same:
            changes.append(Change(one.facts.id, one.facts.number, digest, CHANGED if before else ADDED))
        if not (is_same and asked.only_changes):
            rows.append(_row(columns, {**values, **constant, SEQUENCE: len(rows) + 1}))
        if len(rows) > MOST_ROWS:
            raise InvalidError(
                f"超过 {MOST_ROWS:,} 行,一张表放不下,没有做。请只报变化的,或缩短日期。", code="too_many_rows"
            )
        if done % EVERY == 0:
            heard(done, len(ids))
    return rows, changes


def _of_the_return(desk: Desk, asked: Asked) -> dict[str, Value]:
    return {
        "period_first": asked.first, "period_last": asked.last, "made_on": local_date(desk.now),
        "reporting_unit": desk.actor.unit_name,
    }  # fmt: skip


def _row(columns: list[SheetColumn], values: Mapping[str, Value]) -> dict[str, Value]:
    return {one.letter: _cell(one, values) for one in columns if one.source}


def _cell(column: SheetColumn, values: Mapping[str, Value]) -> Value:
    if column.source == FIXED:
        return column.text
    value = values.get(column.source)
    return column.words.get(value, value) if isinstance(value, str) else value


def _digest(columns: list[SheetColumn], values: Mapping[str, Value]) -> str:
    """Return the digest of what a row says of a matter, as the superior reads it."""
    said = [
        (one.letter, as_text(_cell(one, values)))
        for one in columns
        if one.source and one.source != FIXED and one.source not in OF_THE_RETURN
    ]
    return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()
