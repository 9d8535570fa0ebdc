"""Importing past reports: what became of every row, and that the counts add up.

What one transaction takes in, a killed import keeps; run again with the same file, it goes on where it stopped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError
from grid_app.models.accounts import Account
from grid_app.models.disputes import ImportBatch
from grid_app.policy import Action, Actor, allows
from grid_app.services.accounts.actors import actors_of
from grid_app.services.audit import record_audit
from grid_app.services.intake.file import CsvFile
from grid_app.services.reports.batch import SentItem, answer_items, receive_items
from grid_app.services.reports.draft import Received
from grid_app.services.reports.receiving import examine_reports
from grid_app.services.reports.rows import Desk

COLUMN_OF = {
    "captured_at": "noted_at",
    "summary": "text",
    "village_code": "division",
    "household": "reporter",
    "household_band": "band",
}


@dataclass(frozen=True)
class RowAnswer:
    """What became of one row.

    ``outcome`` is accepted, already_have or rejected (a conflict is a rejection); ``reason`` is a stable word, the
    column where there is one; ``sentence`` says what to mend (zh-CN).
    """

    line: int
    reference: str
    outcome: str
    reason: str = ""
    sentence: str = ""


@dataclass(frozen=True)
class Tally:
    """What became of a whole file; ``rows`` = accepted + already_have + rejected, always."""

    rows: int
    accepted: int
    already_have: int
    rejected: int
    reasons: dict[str, int]


def importer(session: Session, *, login: str, now: datetime) -> Actor:
    """Return who an import is done as: the account's first role that may import.

    Raises
    ------
    ForbiddenError
        There is no such account, or none of its roles may import.
    """
    account_id = session.scalar(select(Account.id).where(func.lower(Account.login) == login.strip().lower()))
    roles = actors_of(session, account_id, now=now) if account_id else []
    fitting = next((actor for actor in roles if allows(actor, Action.IMPORT_DISPUTES)), None)
    if fitting is None:
        raise ForbiddenError(f"账号“{login[:40]}”不存在,或没有导入的权限。请用 --as 写乡镇或县级人员的账号。")
    return fitting


def import_rows(session: Session, *, items: Sequence[SentItem], desk: Desk) -> list[Received]:
    """Take in some rows of a file in the caller's transaction and return one answer each, in their order."""
    return receive_items(session, items=items, desk=desk)


def examine_rows(session: Session, *, items: Sequence[SentItem], desk: Desk) -> list[Received]:
    """Return what ``import_rows`` would answer, without writing anything; ``desk`` lasts for the whole file."""
    return answer_items(session, items=items, desk=desk, take=examine_reports)


def row_answer(line: int, reference: str, answer: Received) -> RowAnswer:
    """Return what became of one row, in words of its columns."""
    if answer.outcome in ("accepted", "already_have"):
        return RowAnswer(line, reference, answer.outcome)
    fields = {COLUMN_OF.get(name, name): sentence for name, sentence in answer.fields.items()}
    told = ";".join(f"{name}:{sentence}" for name, sentence in fields.items()) or answer.sentence
    return RowAnswer(line, reference, "rejected", next(iter(fields), answer.code), told)


def tally(answers: Iterable[RowAnswer]) -> Tally:
    """Return the counts of a file's answers; the reasons stand in order, the most frequent first."""
    told = list(answers)
    outcomes = Counter(one.outcome for one in told)
    reasons = Counter(one.reason for one in told if one.outcome == "rejected")
    return Tally(
        rows=len(told),
        accepted=outcomes["accepted"],
        already_have=outcomes["already_have"],
        rejected=outcomes["rejected"],
        reasons=dict(reasons.most_common()),
    )


def record_import(
    session: Session, *, file: CsvFile, file_name: str, counts: Tally, actor: Actor, now: datetime
) -> None:
    """Keep that a file, known by its digest, was imported to its end, and with which counts."""
    figures: dict[str, int] = {
        "rows": counts.rows,
        "accepted": counts.accepted,
        "already_have": counts.already_have,
        "rejected": counts.rejected,
    }
    record_audit(session, actor, "disputes.imported", now=now, target=("file", file.digest[:60]), details=figures)
    session.add(
        ImportBatch(
            kind="disputes",
            file_name=file_name[:200],
            digest=file.digest,
            at=now,
            assignment_id=actor.assignment_id,
            counts={**figures, "reasons": counts.reasons},
        )
    )
