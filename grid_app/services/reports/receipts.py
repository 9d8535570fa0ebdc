"""Receipts of reports: given with the answer, given again for a repeated report, proved later."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, or_, select
from sqlalchemy.orm import Session

from grid_app.queries.report_gaps import RECEIVED
from grid_app.security.keys import Keys
from grid_app.security.receipts import receipt_is_genuine, sign_receipt


@dataclass(frozen=True)
class Verdict:
    """What the office says of a receipt: ``genuine`` when it made the signature, ``known`` when it holds the report.

    ``known`` means the same id with the same digest and moment; a genuine receipt of a report that is no longer
    known is the proof that it once was.
    """

    genuine: bool
    known: bool


def receipt_for(keys: Keys, *, report_id: UUID, digest: str, received_at: datetime) -> str:
    """Return the signature over id, digest and received time."""
    return sign_receipt(keys.receipt, report_id=str(report_id), digest=digest, received_at=received_at)


def verify_receipt(
    session: Session, *, keys: Keys, report_id: UUID, digest: str, received_at: datetime, signature: str
) -> Verdict:
    """Return whether a receipt is this office's, and whether the report, return or visit is here as it says."""
    genuine = receipt_is_genuine(
        keys.receipt, signature, report_id=str(report_id), digest=digest, received_at=received_at
    )
    as_told = (
        exists().where(table.id == report_id, table.digest == digest, table.received_at == received_at)
        for table in RECEIVED
    )
    known = bool(session.scalar(select(or_(*as_told))))
    return Verdict(genuine, known)
