"""A roster from a sheet in the usual form (日期, 班次, 主班, 副班): every line is checked before any is kept."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import InvalidError
from grid_app.models.duty_roster import RosterShift
from grid_app.policy import Actor
from grid_app.queries.on_duty import able_in
from grid_app.queries.roster_pages import people_of
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.duty_roster.access import Office
from grid_app.services.duty_roster.keeping import note, start_roster
from grid_app.services.duty_roster.pattern import KIND_WORDS, is_sensible, moments
from grid_app.services.duty_roster.patterns import minute_of
from grid_app.services.duty_roster.shifts import WantedShift, people_problems, put
from grid_app.services.intake.dates import moment_of
from grid_app.services.intake.sheet import read_sheet
from grid_app.services.matters.step import take_turn
from notifications.roster import Span

COLUMNS: Final = {
    "day": ("日期", "值班日期"),
    "kind": ("班次", "班别"),
    "main": ("主班", "值班人", "值班人员", "值班员"),
    "deputies": ("副班", "备班", "副班人员"),
}
KINDS: Final = {
    "白班": "day", "日班": "day", "白": "day", "夜班": "night", "晚班": "night", "夜": "night",
    "节假日班": "holiday", "节假日": "holiday", "假日班": "holiday", "休息日": "holiday",
}  # fmt: skip
MOST_LINES: Final = 400
NEW, REPLACES, PAST, WRONG = "new", "replaces", "past", "wrong"
_SPAN: Final = re.compile(r"^(.*?)[\s(]*(\d{1,2}:\d{2})\s*[-—–~至到]+\s*(?:次日|第二天)?\s*(\d{1,2}:\d{2})[\s)]*$")
_BETWEEN: Final = re.compile(r"[、,,;;/\n]+")

Hours = Mapping[str, tuple[int, int]]
"""Per kind of shift the minutes of the day on which it begins and ends, where the sheet says none."""


@dataclass(frozen=True)
class Line:
    """A line of the sheet as it was typed; ``number`` is its place in the file."""

    number: int
    day: str
    kind: str
    main: str
    deputies: str


@dataclass(frozen=True)
class Examined:
    """What would become of a line: ``outcome`` new, replaces, past or wrong, and why, in a sentence."""

    line: Line
    outcome: str
    sentence: str = ""
    wanted: WantedShift | None = None
    shift_id: UUID | None = None


def lines_of(raw: bytes, file_name: str) -> list[Line]:
    """Return the lines of a workbook or CSV file; call it with no transaction open.

    Raises
    ------
    InvalidError
        It cannot be read, lacks a column, or is too long.
    """
    sheet = read_sheet(raw, file_name)
    columns = {name: next((one for one in sheet.file.columns if one in words), "") for name, words in COLUMNS.items()}
    missing = [COLUMNS[name][0] for name in ("day", "main") if not columns[name]]
    if missing:
        there = "、".join(sheet.file.columns)[:200]
        raise InvalidError(f"缺少列:{'、'.join(missing)}。文件里有的列是:{there}。什么也没有导入。")
    if len(sheet.file.rows) > MOST_LINES:
        raise InvalidError(f"表格有 {len(sheet.file.rows):,} 行,一次最多 {MOST_LINES} 行。什么也没有导入。")
    return [
        Line(row.line, *(row.values.get(columns[name], "").strip() for name in ("day", "kind", "main", "deputies")))
        for row in sheet.file.rows
    ]


def kept_text(lines: Sequence[Line]) -> str:
    """Return the lines as text that a page carries from the preview to the import."""
    out = io.StringIO()
    csv.writer(out).writerows([one.number, one.day, one.kind, one.main, one.deputies] for one in lines)
    return out.getvalue()


def lines_in(text: str) -> list[Line]:
    """Return the lines that a page carried.

    Raises
    ------
    InvalidError
        The text is not what the preview wrote.
    """
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
        return [Line(int(row[0][:9]), row[1], row[2], row[3], row[4]) for row in rows[:MOST_LINES]]
    except (csv.Error, ValueError, IndexError) as error:
        raise InvalidError("页面带回来的表格不完整,什么也没有导入。请重新上传。") from error


def examine(session: Session, office: Office, lines: Sequence[Line], *, hours: Hours, now: datetime) -> list[Examined]:
    """Return what would become of each line; nothing is written."""
    calendar, names = own_calendar(session), _names(session, office, now=now)
    able = able_in(session, [office.unit_id])[office.unit_id]
    standing = _standing(session, office, now=now)
    found: list[Examined] = []
    seen: set[tuple[date, str]] = set()
    for line in lines:
        day = moment_of(line.day)
        if day is None or not is_sensible(day):
            found.append(Examined(line, WRONG, f"“{line.day[:20]}”不是日期,请写成 2026-12-01。"))
            continue
        usual = "day" if calendar.look(local_date(day)).works else "holiday"
        kind, span, problem = _kind(line.kind, usual)
        if not problem and (local_date(day), kind) in seen:
            problem = f"这一天的{KIND_WORDS[kind]}在表里写了两次,请留一行。"
        people, unknown = _people(line, names)
        if problem or unknown:
            found.append(Examined(line, WRONG, problem or unknown))
            continue
        seen.add((local_date(day), kind))
        shift = standing.get((local_date(day), kind))
        starts_at, ends_at = moments(local_date(day), *(span or hours[kind]))
        if shift is not None and span is None:
            starts_at, ends_at = shift.starts_at, shift.ends_at
        found.append(_told(line, WantedShift(kind, starts_at, ends_at, people), shift, able=able, now=now))
    return found


def take_in(
    session: Session, office: Office, lines: Sequence[Line], *, hours: Hours, actor: Actor, now: datetime
) -> int:
    """Keep the shifts of a sheet, all of them or none, and return how many; lines that are past are left out.

    Raises
    ------
    InvalidError
        A line cannot be kept, or none is to be.
    """
    take_turn(session)
    examined = examine(session, office, lines, hours=hours, now=now)
    if any(one.outcome == WRONG for one in examined):
        raise InvalidError("有几行要改,什么也没有导入。请看下面标出的行,改好表格再传。")
    wanted = [one for one in examined if one.wanted is not None]
    if not wanted:
        raise InvalidError("表里没有要导入的班:都已经过去,或者没有内容。")
    start_roster(session, office.unit_id, now=now)
    for one in wanted:
        row = session.get(RosterShift, one.shift_id) if one.shift_id else None
        if row is None:
            row = RosterShift(id=new_id(), unit_id=office.unit_id, pattern_id=None)
            session.add(row)
        if one.wanted is not None:
            put(session, row, one.wanted, by_hand=True, now=now)
    note(session, office, "roster.imported", actor=actor, now=now, count=len(wanted))
    return len(wanted)


def _told(
    line: Line, wanted: WantedShift, shift: RosterShift | None, *, able: Mapping[UUID, tuple[Span, ...]], now: datetime
) -> Examined:
    if wanted.ends_at <= now:
        return Examined(line, PAST, "这一班已经过去,不导入。")
    problems = people_problems(wanted, able)
    if problems:
        return Examined(line, WRONG, next(iter(problems.values())))
    if shift is None:
        return Examined(line, NEW, "", wanted)
    return Examined(line, REPLACES, "这一班已经有人,会改成表里的。", wanted, shift.id)


def _kind(text: str, usual: str) -> tuple[str, tuple[int, int] | None, str]:
    """Return the kind of shift that a cell says, its hours when it says them, and what is wrong."""
    plain = unicodedata.normalize("NFKC", text).strip()
    span = None
    if match := _SPAN.match(plain):
        plain = match[1].strip()
        begins, ends = minute_of(match[2]), minute_of(match[3])
        if begins is None or ends is None:
            return usual, None, f"“{text[:20]}”里的时间不对,请写成 08:30-17:30。"
        span = begins, ends
    kind = KINDS.get(plain, usual if not plain else "")
    if not kind:
        return usual, None, f"不认识班次“{text[:20]}”,可以写:白班、夜班、节假日班,或者空着。"
    return kind, span, ""


def _people(line: Line, names: Mapping[str, list[UUID]]) -> tuple[tuple[UUID, ...], str]:
    """Return who is named on a line, or a sentence that says what is wrong."""
    first = _said(line.main, names)
    if not first:
        return (), "主班是空的。请补上,或者删掉这一行。"
    said = [*first, *_said(line.deputies, names)]
    found: list[UUID] = []
    for name in said:
        people = names.get(name, [])
        if not people:
            return (), f"“{name[:20]}”不是本单位能确认收到提醒的人。请核对姓名,或先请安全管理员加上账号。"
        if len(people) > 1:
            return (), f"本单位有两位“{name[:20]}”,表格分不清。请在网页上排这一班。"
        found.append(people[0])
    return tuple(dict.fromkeys(found)), ""


def _said(cell: str, names: Mapping[str, list[UUID]]) -> list[str]:
    """Return the names in a cell; sheets often write 张 三 with a blank, which is one name and not two."""
    found: list[str] = []
    for part in _BETWEEN.split(cell):
        joined = "".join(part.split())
        found += [joined] if joined in names else part.split()
    return found


def _names(session: Session, office: Office, *, now: datetime) -> dict[str, list[UUID]]:
    found: dict[str, list[UUID]] = defaultdict(list)
    accounts: set[UUID] = set()
    for person in people_of(session, office.unit_id, now=now):
        if person.account_id not in accounts:  # one account may act in two roles here
            accounts.add(person.account_id)
            found["".join(person.name.split())].append(person.assignment_id)
    return found


def _standing(session: Session, office: Office, *, now: datetime) -> dict[tuple[date, str], RosterShift]:
    """Return the shifts that are not over by day and kind; of several the one that a pattern made."""
    rows = session.scalars(
        select(RosterShift)
        .where(RosterShift.unit_id == office.unit_id, RosterShift.ends_at > now)
        .order_by(RosterShift.pattern_id.is_(None).desc(), RosterShift.starts_at.desc(), RosterShift.id)
    )
    return {(row.day, row.kind): row for row in rows}
