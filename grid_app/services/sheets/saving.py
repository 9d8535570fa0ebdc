"""Keeping a superior's sheet: as it came, in versions; a version that was used for a return is never changed."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.exports import SheetReturn, SuperiorSheet
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.numbering import COUNTY_DIGITS
from grid_app.services.sheets.columns import SheetColumn, first_columns, read, stored, typed_columns
from grid_app.services.sheets.periods import COVERS_WORDS, PERIOD_WORDS
from grid_app.services.typed import without_null

if TYPE_CHECKING:  # the module loads openpyxl, which a start need not wait for
    from grid_app.documents.tables.template import Header

LONGEST_NAME: Final = 40
MOST_SHEETS: Final = 40
MISSING: Final = "没有这张表,或者它不是您县里的。请回到“上级要的表格”重新选。"
NOT_SAVED: Final = "没有保存,有几处要改。已填的都还在。"
NO_RIGHT: Final = "上级表格由县级保存。要改,请联系县里的经办。"


@dataclass(frozen=True)
class Upload:
    """A workbook that was checked: its bytes and file name, and where its header is."""

    body: bytes
    file_name: str
    header: Header


def county_of(actor: Actor) -> str:
    """Return the code of the county whose sheets an actor uses."""
    return actor.division_code[:COUNTY_DIGITS]


def check_upload(body: bytes, file_name: str, *, tab: str = "") -> Upload:
    """Check an uploaded workbook whole; call it with no transaction open.

    Raises
    ------
    InvalidError
        It cannot be used; the sentence says why and what to do.
    """
    from grid_app.documents.tables.template import UnusableError, header_of, opened  # noqa: PLC0415 - as above

    try:
        header = header_of(opened(body, file_name), tab=tab.strip())
    except UnusableError as error:
        raise InvalidError(error.sentence, fields={"file": error.sentence}, code="bad_sheet") from error
    return Upload(body, without_null(file_name)[-120:], header)


def keep(session: Session, *, upload: Upload, typed: Mapping[str, str], actor: Actor, now: datetime) -> UUID:
    """Keep a workbook under its name and return the id of the version; the same name again is the next version.

    Raises
    ------
    ForbiddenError, InvalidError
        The role may not; no name, or no such period.
    """
    _require(actor)
    name = " ".join(without_null(typed.get("name", "")).split())
    period, covers = typed.get("period", ""), typed.get("covers", "")
    wrong = {
        **({} if 0 < len(name) <= LONGEST_NAME else {"name": f"请给这张表起个名字,最多 {LONGEST_NAME} 个字。"}),
        **({} if period in PERIOD_WORDS else {"period": "请选多久报一次。"}),
        **({} if covers in COVERS_WORDS else {"covers": "请选报哪些纠纷。"}),
    }
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_control_words({"name": name})
    before = _newest(session, county_of(actor), name)
    if before is None and _count(session, county_of(actor)) >= MOST_SHEETS:
        raise InvalidError(f"一个县最多保存 {MOST_SHEETS} 张表,请先停用不用的。", fields={"name": "表太多了。"})
    columns = first_columns(upload.header, read(before.columns) if before else ())
    row = SuperiorSheet(
        id=new_id(), series=before.series if before else new_id(), version=before.version + 1 if before else 1,
        county_code=county_of(actor), name=name, period=period, covers=covers, file_name=upload.file_name,
        digest=hashlib.sha256(upload.body).hexdigest(), body=upload.body, tab=upload.header.tab,
        header_first=upload.header.first, header_last=upload.header.last, columns=stored(columns), at=now,
        assignment_id=actor.assignment_id,
    )  # fmt: skip
    session.add(row)
    _note(session, row, actor, now)
    return row.id


def save_columns(
    session: Session, *, sheet_id: UUID, typed: Mapping[str, str], actor: Actor, now: datetime
) -> UUID:  # fmt: skip
    """Keep what stands in each column, and where the header is; return the id of the version that holds it.

    Raises
    ------
    ForbiddenError, NotFoundError, ConflictError, InvalidError
        The role may not; no such sheet; a newer version is there; something typed cannot be.
    """
    _require(actor)
    row = county_sheet(session, sheet_id=sheet_id, actor=actor)
    _refuse_old(session, row)
    lines = _lines(typed, row)
    columns = read(row.columns)
    if lines != (row.header_first, row.header_last):
        columns = _with_lines(row, lines, columns)
    else:
        columns = typed_columns(columns, typed)
    if session.scalar(select(exists().where(SheetReturn.sheet_id == row.id))):
        row = _next_version(row, actor, now)
        session.add(row)
    row.header_first, row.header_last = lines
    row.columns, row.at, row.assignment_id = stored(columns), now, actor.assignment_id
    _note(session, row, actor, now)
    return row.id


def retire(session: Session, *, sheet_id: UUID, actor: Actor, now: datetime) -> None:
    """Stop using a sheet in all its versions; what was made with it stays on record."""
    _require(actor)
    row = county_sheet(session, sheet_id=sheet_id, actor=actor)
    session.execute(update(SuperiorSheet).where(SuperiorSheet.series == row.series).values(retired_at=now))
    record_audit(session, actor, "sheet.retired", now=now, target=("sheet", str(row.id)))


def county_sheet(session: Session, *, sheet_id: UUID, actor: Actor) -> SuperiorSheet:
    """Return a sheet in use of the actor's county.

    Raises
    ------
    NotFoundError
        There is none.
    """
    found = session.get(SuperiorSheet, sheet_id)
    if found is None or found.county_code != county_of(actor) or found.retired_at is not None:
        raise NotFoundError(MISSING)
    return found


def _with_lines(row: SuperiorSheet, lines: tuple[int, int], before: Sequence[SheetColumn]) -> list[SheetColumn]:
    """Return the columns of the header at other lines."""
    from grid_app.documents.tables.template import UnusableError, header_of, opened  # noqa: PLC0415 - as above

    try:
        header = header_of(opened(row.body, row.file_name), tab=row.tab, lines=lines)
    except UnusableError as error:
        raise InvalidError(NOT_SAVED, fields={"header_first": error.sentence}) from error
    return first_columns(header, before)


def _lines(typed: Mapping[str, str], row: SuperiorSheet) -> tuple[int, int]:
    given = [typed.get(name, "").strip() for name in ("header_first", "header_last")]
    if not any(given):
        return row.header_first, row.header_last
    if not all(one.isascii() and one.isdigit() and len(one) <= 2 for one in given):
        raise InvalidError(NOT_SAVED, fields={"header_first": "请写表头从第几行到第几行,例如 3 和 4。"})
    return int(given[0]), int(given[1])


def _next_version(row: SuperiorSheet, actor: Actor, now: datetime) -> SuperiorSheet:
    return SuperiorSheet(
        id=new_id(), series=row.series, version=row.version + 1, county_code=row.county_code, name=row.name,
        period=row.period, covers=row.covers, file_name=row.file_name, digest=row.digest, body=row.body, tab=row.tab,
        header_first=row.header_first, header_last=row.header_last, columns=row.columns, at=now,
        assignment_id=actor.assignment_id,
    )  # fmt: skip


def _newest(session: Session, county: str, name: str) -> SuperiorSheet | None:
    return session.scalar(
        select(SuperiorSheet)
        .where(SuperiorSheet.county_code == county, SuperiorSheet.name == name, SuperiorSheet.retired_at.is_(None))
        .order_by(SuperiorSheet.version.desc())
        .limit(1)
    )


def _refuse_old(session: Session, row: SuperiorSheet) -> None:
    newest = session.scalar(select(func.max(SuperiorSheet.version)).where(SuperiorSheet.series == row.series))
    if newest != row.version:
        raise ConflictError("这张表已经有新版本了,没有保存。请回到列表打开新版本再改。")


def _count(session: Session, county: str) -> int:
    question = select(func.count(SuperiorSheet.series.distinct())).where(
        SuperiorSheet.county_code == county, SuperiorSheet.retired_at.is_(None)
    )
    return session.scalar(question) or 0


def _note(session: Session, row: SuperiorSheet, actor: Actor, now: datetime) -> None:
    details: dict[str, str | int] = {"version": row.version, "columns": len(row.columns)}
    record_audit(session, actor, "sheet.saved", now=now, target=("sheet", str(row.id)), details=details)


def _require(actor: Actor) -> None:
    if not allows(actor, Action.EDIT_SHEETS):
        raise ForbiddenError(NO_RIGHT)
