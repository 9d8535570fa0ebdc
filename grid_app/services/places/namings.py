"""Recording official 无上访村(社区)命名 from their documents; nothing in the platform computes or changes them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.models.places import Division, VillageNaming
from grid_app.policy import Actor, covers
from grid_app.queries.boundaries import in_parts
from grid_app.services.audit import record_audit
from grid_app.services.csv_rows import CsvRow, RefusedRow, read_rows
from grid_app.services.places.naming_words import refuse_columns, refuse_counts
from grid_app.services.typed import is_likely, without_null

COLUMNS = ("division_code", "document_number", "named_on", "expires_on")
NEEDED = ("division_code", "document_number", "named_on")
LONGEST = {"document_number": 80, "reason": 300}
_DATE_SIGNS = re.compile(r"[/.年月日]")
NOT_SAVED = "没有保存。请改好下面的内容再提交,填过的都还在。"


@dataclass(frozen=True)
class NamingDraft:
    """A naming as somebody gives it; dates are days in Shanghai."""

    division_code: str
    document_number: str
    named_on: date
    expires_on: date | None


@dataclass(frozen=True)
class NamingPreview:
    """What a file holds: new namings, how many are recorded already, and the rows that cannot be taken."""

    fresh: tuple[NamingDraft, ...]
    names: Mapping[str, str]
    already: int
    refused: tuple[RefusedRow, ...]


def draft_of(values: Mapping[str, str]) -> NamingDraft:
    """Return the naming that a form or a row holds.

    Raises
    ------
    InvalidError
        Naming every field that is missing, too long or no date.
    """
    fields: dict[str, str] = {}
    code = without_null(values.get("division_code", "")).strip()
    document = " ".join(without_null(values.get("document_number", "")).split())
    if not code:
        fields["division_code"] = "请选择或填写村(社区)代码。"
    if not document:
        fields["document_number"] = "请填写命名文件的文号。"
    elif len(document) > LONGEST["document_number"]:
        fields["document_number"] = f"文号最多 {LONGEST['document_number']} 个字。"
    dates = {name: day_of(values.get(name, ""), name, fields) for name in ("named_on", "expires_on")}
    named, expires = dates["named_on"], dates["expires_on"]
    if named is None and "named_on" not in fields:
        fields["named_on"] = "请填写命名日期。"
    if named and expires and expires <= named:
        fields["expires_on"] = "到期日要晚于命名日期。"
    if fields or named is None:
        raise InvalidError(NOT_SAVED, fields=fields)
    return NamingDraft(code, document, named, expires)


def record_naming(session: Session, *, draft: NamingDraft, actor: Actor, now: datetime) -> UUID:
    """Record one naming from its document and return its id.

    Raises
    ------
    InvalidError
        When the village is none of the actor's, or the date lies ahead.
    ConflictError
        When this village has a naming of that document already.
    """
    reasons = _reasons(draft, _villages(session, {draft.division_code}, actor), now)
    if reasons:
        raise InvalidError(NOT_SAVED, fields=reasons)
    if _key(draft) in _recorded(session, [draft]):
        raise ConflictError("这个村(社区)已经登记过这份文件的命名,没有重复登记。")
    return _add(session, draft, actor, now)


def withdraw_naming(session: Session, *, naming_id: UUID, reason: str, actor: Actor, now: datetime) -> None:
    """Record that a naming was withdrawn today, and why; the record stays.

    Raises
    ------
    NotFoundError, ConflictError, InvalidError
        No such naming in the actor's area; withdrawn before; no reason or too long a one.
    """
    naming = session.get(VillageNaming, naming_id)
    village = session.get(Division, naming.division_code) if naming else None
    if naming is None or village is None or not covers(actor, village.path):
        raise NotFoundError("没有这条命名记录,或者它不在您的辖区内。")
    if naming.withdrawn_on is not None:
        raise ConflictError("这条命名已经登记为撤销,没有再改。")
    text = " ".join(without_null(reason).split())
    if not text or len(text) > LONGEST["reason"]:
        sentence = f"请写明撤销的依据(1 到 {LONGEST['reason']} 个字)。"
        raise InvalidError(NOT_SAVED, fields={"reason": sentence})
    refuse_counts({"reason": text})
    naming.withdrawn_on = local_date(now)
    naming.withdrawn_reason = text
    record_audit(session, actor, "naming.withdrawn", now=now, target=("naming", str(naming.id)))


def preview_namings(session: Session, *, content: bytes, actor: Actor, now: datetime) -> NamingPreview:
    """Return what importing a CSV file would record; writes nothing.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    rows = read_rows(content, columns=COLUMNS, needed=NEEDED)
    refuse_columns(content)
    villages = _villages(session, {row.values["division_code"] for row in rows}, actor)
    drafts: dict[tuple[str, str], NamingDraft] = {}
    refused: list[RefusedRow] = []
    for row in rows:
        draft, reasons = _checked(row, villages, now)
        if draft is not None and _key(draft) in drafts:
            draft, reasons = None, ("同一个村的同一文号在前面已出现过。",)
        if draft is None:
            refused.append(RefusedRow(row.number, row.values["division_code"], reasons))
        else:
            drafts[_key(draft)] = draft
    known = _recorded(session, list(drafts.values()))
    fresh = tuple(draft for key, draft in drafts.items() if key not in known)
    return NamingPreview(fresh, villages, len(drafts) - len(fresh), tuple(refused))


def import_namings(session: Session, *, content: bytes, actor: Actor, now: datetime) -> NamingPreview:
    """Record the new namings of a CSV file; rows that cannot be taken stay out, those recorded already unchanged.

    Raises
    ------
    InvalidError
        When the file as a whole cannot be read.
    """
    preview = preview_namings(session, content=content, actor=actor, now=now)
    for draft in preview.fresh:
        _add(session, draft, actor, now)
    return preview


def _add(session: Session, draft: NamingDraft, actor: Actor, now: datetime) -> UUID:
    naming = VillageNaming(
        division_code=draft.division_code,
        document_number=draft.document_number,
        named_on=draft.named_on,
        expires_on=draft.expires_on,
        recorded_by=actor.assignment_id,
        recorded_at=now,
    )
    session.add(naming)
    session.flush()  # for the id the audit event names
    record_audit(session, actor, "naming.recorded", now=now, target=("naming", str(naming.id)))
    return naming.id


def _checked(row: CsvRow, villages: Mapping[str, str], now: datetime) -> tuple[NamingDraft | None, tuple[str, ...]]:
    try:
        draft = draft_of(row.values)
    except InvalidError as error:
        return None, tuple(error.fields.values())
    reasons = _reasons(draft, villages, now)
    return (None, tuple(reasons.values())) if reasons else (draft, ())


def _reasons(draft: NamingDraft, villages: Mapping[str, str], now: datetime) -> dict[str, str]:
    reasons = {}
    if draft.division_code not in villages:
        reasons["division_code"] = "没有这个村(社区),或者它不在您的辖区内。"
    if draft.named_on > local_date(now):
        reasons["named_on"] = "命名日期在今天以后,请核对。"
    return reasons


def _villages(session: Session, codes: set[str], actor: Actor) -> dict[str, str]:
    """Return the names of the living villages among the codes that lie in the actor's area."""
    question = select(Division.code, Division.name, Division.path).where(
        Division.level == "village", Division.valid_to.is_(None)
    )
    rows = (row for part in in_parts(sorted(codes)) for row in session.execute(question.where(Division.code.in_(part))))
    return {row.code: row.name for row in rows if covers(actor, row.path)}


def _recorded(session: Session, drafts: Sequence[NamingDraft]) -> set[tuple[str, str]]:
    question = select(VillageNaming.division_code, VillageNaming.document_number)
    return {
        (row.division_code, row.document_number)
        for part in in_parts(sorted({draft.division_code for draft in drafts}))
        for row in session.execute(question.where(VillageNaming.division_code.in_(part)))
    }


def _key(draft: NamingDraft) -> tuple[str, str]:
    return draft.division_code, draft.document_number


def day_of(text: str, name: str, fields: dict[str, str]) -> date | None:
    """Return the day, or note the field as wrong; an empty text is no date and no fault."""
    if not text.strip():
        return None
    try:
        year, month, day = (int(part) for part in _DATE_SIGNS.sub("-", text.strip()).strip("-").split("-"))
        found = date(year, month, day)
    except (ValueError, OverflowError):
        fields[name] = f"“{text.strip()[:20]}”不是日期,请写成 2026-11-21。"
        return None
    if not is_likely(found):
        fields[name] = f"{found.year} 年不对,请核对日期。"
    return found
