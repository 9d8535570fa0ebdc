"""What makes two demonstration counties the same: one digest over every row that is not a secret or a measurement."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Final

from sqlalchemy import Column, Row, Table, select
from sqlalchemy.orm import Session

from grid_app.database.base import Base

SECRETS: Final = frozenset({
    "accounts.password_hash", "disputes.tracking_code", "disputes.household_label", "parties.name_sealed",
    "parties.phone_sealed", "submissions.content_sealed", "issued_documents.docx_sha256", "issued_documents.pdf_sha256",
    "evaluations.words_sealed", "resident_complaints.words_sealed", "callback_samples.words_sealed",
    "channel_endpoints.sealed", "outbox_messages.receipt",
})  # fmt: skip
"""Made by chance or with the installation's own keys, on purpose; documents print the tracking code."""
MEASURED: Final = frozenset({
    "round_runs.duration_ms", "round_runs.input_digest", "superior_sheets.body", "superior_sheets.digest",
})  # fmt: skip
"""How long a run took; a digest over household labels, which follow from the installation's key; and a workbook, which
says when its file was made."""
RUNNING: Final = frozenset({"job_leases", "sign_ins", "device_tokens", "push_subscriptions", "resident_tries"})
"""Tables that tell of the running program, not of the county."""
ROWS_AT_ONCE: Final = 1000


def content_digest(session: Session) -> str:
    """Return the SHA-256 over all rows of the county in the order of their keys."""
    total = hashlib.sha256()
    for table in sorted(Base.metadata.tables.values(), key=lambda one: one.name):
        if table.name not in RUNNING:
            total.update(f"\n{table.name}\n".encode())
            for row in _rows(session, table):
                total.update(repr(tuple(_plain(value) for value in row)).encode())
    return total.hexdigest()


def _rows(session: Session, table: Table) -> Iterator[Row[tuple[object, ...]]]:
    columns = [column for column in table.columns if f"{table.name}.{column.name}" not in SECRETS | MEASURED]
    question = select(*columns).order_by(*_keys(table)).execution_options(yield_per=ROWS_AT_ONCE)
    yield from session.execute(question)


def _keys(table: Table) -> list[Column[object]]:
    return list(table.primary_key.columns)


def _plain(value: object) -> object:
    """Return what is compared: of a geometry its bytes, of everything else the value."""
    return getattr(value, "desc", value)
