"""The ledger in words: its columns, names of parties hidden, and as a file whose taking stands in the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.clock import local
from grid_app.documents.spreadsheet import csv_text, workbook
from grid_app.errors import InvalidError
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.ledger import MOVED, REGISTERED, STRUCK, LedgerEntry, LedgerFilter, Measure, ledger_entries
from grid_app.queries.masking import mask_text
from grid_app.security.fields import FieldCipher
from grid_app.services.audit import record_audit
from grid_app.services.matters.names import Names, hide_names, party_names
from grid_app.services.matters.step import Details
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import CLOSURE_WORDS, STATE_WORDS, TRACK_WORDS, VOICE_ONLY

COLUMNS: Final = (
    "编号", "诉求内容", "分类处理情况", "具体工作措施", "包案领导", "责任单位和责任人", "处理时限", "挂号或销号",
)  # fmt: skip
"""The six columns of the source, with the number before and the state after them."""
WIDTHS: Final = (18, 40, 24, 50, 12, 26, 14, 16)
LEDGER_WORDS: Final = {REGISTERED: "挂号", STRUCK: "销号", MOVED: "已转出"}
NO_LEADER: Final = "未指定"
SEALED_WORDS: Final = "按规定保密,不写内容"
POSTS: Final = {
    "village_committee": "村(社区)负责人",
    "mediation_committee": "调解委员会主任",
    "township_government": "乡镇分管负责人",
    "department": "部门分管负责人",
    "county_office": "办公室负责人",
    "county_lead_office": "值班负责人",
}
"""The post that answers for a unit's matters; the ledger names a post, never a worker."""
MOST_EXPORTED: Final = 5_000
LONGEST_MEASURE: Final = 80


@dataclass(frozen=True)
class LedgerLine:
    """One entry as people read it; ``is_late`` when its date has passed and it still stands."""

    dispute_id: UUID
    cells: tuple[str, ...]
    state: str
    is_late: bool


def ledger_lines(
    session: Session, entries: Sequence[LedgerEntry], *, cipher: FieldCipher, now: datetime
) -> list[LedgerLine]:
    """Return entries in words; names of parties and personal numbers are hidden wherever somebody wrote them."""
    names = party_names(session, [entry.dispute_id for entry in entries], cipher=cipher)
    return [_line(entry, names[entry.dispute_id], now) for entry in entries]


def export_ledger(
    session: Session, actor: Actor, *, wanted: LedgerFilter, kind: str, cipher: FieldCipher, now: datetime
) -> bytes:
    """Return the ledger as a file (``xlsx`` or ``csv``); that it was taken, and how much, stands in the audit trail.

    Raises
    ------
    InvalidError
        Too much for one file, or no such kind of file.
    """
    entries, more = ledger_entries(session, scope=dispute_scope(actor), wanted=wanted, size=MOST_EXPORTED)
    if more is not None:
        raise InvalidError(
            f"一次最多导出 {MOST_EXPORTED:,} 件,没有导出。请缩短起止日期,分几次导出。",
            fields={"first": f"超过 {MOST_EXPORTED:,} 件,请缩短日期。"},
        )
    if kind not in ("xlsx", "csv"):
        raise InvalidError("没有导出:请选 Excel 或 CSV。", fields={"kind": "请选 Excel 或 CSV。"})
    rows = [line.cells for line in ledger_lines(session, entries, cipher=cipher, now=now)]
    told: Details = {"kind": kind, "rows": len(rows), "state": wanted.state, "place": wanted.place}
    record_audit(session, actor, "ledger.exported", now=now, details=told)
    return workbook(COLUMNS, rows, name="台账", widths=WIDTHS) if kind == "xlsx" else csv_text(COLUMNS, rows)


def _line(entry: LedgerEntry, names: Names, now: datetime) -> LedgerLine:
    is_late = entry.state == REGISTERED and entry.due_at is not None and entry.due_at < now
    cells = (
        entry.number,
        SEALED_WORDS if entry.is_sealed else _hidden(entry.request, names) or VOICE_ONLY,
        _sorted(entry),
        _measures(entry, names),
        entry.leader or NO_LEADER,
        _answerable(entry),
        _due(entry, is_late=is_late),
        _state(entry),
    )
    return LedgerLine(entry.dispute_id, cells, entry.state, is_late)


def _hidden(text: str, names: Names) -> str:
    return mask_text(hide_names(text, names)).text


def _sorted(entry: LedgerEntry) -> str:
    track = TRACK_WORDS.get(entry.track, "还没有分流" if entry.state == REGISTERED else "")
    words = (name_of(entry.category), track, STATE_WORDS.get(entry.dispute_state, entry.dispute_state))
    return "\n".join(word for word in words if word)


def _measures(entry: LedgerEntry, names: Names) -> str:
    if entry.is_sealed:
        return SEALED_WORDS
    return "\n".join(_measure(one, names) for one in entry.measures) or "还没有记录"


def _measure(one: Measure, names: Names) -> str:
    day, plain = local(one.at), " ".join(_hidden(one.note, names).split())
    short = plain if len(plain) <= LONGEST_MEASURE else f"{plain[: LONGEST_MEASURE - 1]}…"
    return f"{day.month}月{day.day}日 {EVENT_WORDS.get(one.kind, one.kind)}{':' if short else ''}{short}"


def _answerable(entry: LedgerEntry) -> str:
    if not entry.unit:
        return "还没有指定"
    return f"{entry.unit}\n{POSTS.get(entry.unit_kind, '单位负责人')}"


def _due(entry: LedgerEntry, *, is_late: bool) -> str:
    if entry.state != REGISTERED:
        return "–"
    if entry.due_at is None:
        return "受理后起算"
    day = local(entry.due_at - timedelta(microseconds=1))
    return f"{day:%Y-%m-%d}{',已超期' if is_late else ''}"


def _state(entry: LedgerEntry) -> str:
    word = LEDGER_WORDS[entry.state]
    if entry.state == STRUCK:
        day = f"{local(entry.closed_at):%Y-%m-%d}" if entry.closed_at else ""
        return "\n".join(part for part in (word, CLOSURE_WORDS.get(entry.ground, ""), day) if part)
    return f"{word}\n{STATE_WORDS[entry.dispute_state]}" if entry.state == MOVED else word
