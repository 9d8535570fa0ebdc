"""Comparing what a phone holds receipts of with what the office holds; a difference is kept until it is settled.

Only the difference is kept: never how much a phone still has to send, how old it is, or anything about a person.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from grid_app.errors import NotFoundError
from grid_app.models.accounts import Assignment, DeviceToken
from grid_app.models.field import ReportGap
from grid_app.models.places import Division
from grid_app.policy import Actor, covers
from grid_app.queries.report_gaps import digests_here
from grid_app.services.accounts.sign_in import digest_of_secret
from grid_app.services.audit import record_audit

MOST_OPEN = 500

Held = Literal["yes", "no", "other"]
KINDS: dict[Held, str] = {"no": "missing", "other": "differs"}


@dataclass(frozen=True)
class HeldItem:
    """What a phone says of one report or return; ``has_receipt`` is false for what it only wants to ask about."""

    report_id: UUID
    digest: str
    has_receipt: bool = True


def compare_held(session: Session, *, items: Sequence[HeldItem], token: str, now: datetime) -> list[Held]:
    """Return for each item whether the office holds it, and keep the gaps of the phone with this token.

    A gap of any phone is settled when its id is here with its digest. At most 500 gaps are open for one phone: what
    is beyond is answered all the same.
    """
    here = digests_here(session, [item.report_id for item in items])
    answers = [_held(item, here) for item in items]
    _settle(session, [item.report_id for item, held in zip(items, answers, strict=True) if held == "yes"], now)
    device_id = session.scalar(select(DeviceToken.id).where(DeviceToken.token_hash == digest_of_secret(token)))
    gaps = [
        (item, KINDS[held]) for item, held in zip(items, answers, strict=True) if held != "yes" and item.has_receipt
    ]
    if device_id is not None and gaps:
        open_ones = select(func.count()).where(ReportGap.device_id == device_id, ReportGap.settled_at.is_(None))
        room = MOST_OPEN - (session.scalar(open_ones) or 0)
        for item, kind in gaps[: max(room, 0)]:
            _keep(session, device_id, item, kind, now)
    return answers


def settle_gap(session: Session, *, gap_id: UUID, actor: Actor, now: datetime) -> None:
    """Note that a gap of a phone in the actor's area was looked into; a second tap changes nothing.

    Raises
    ------
    NotFoundError
        There is none in the actor's area.
    """
    row = session.execute(
        select(ReportGap, Division.path)
        .join(DeviceToken, DeviceToken.id == ReportGap.device_id)
        .join(Assignment, Assignment.id == DeviceToken.assignment_id)
        .join(Division, Division.code == Assignment.division_code)
        .where(ReportGap.id == gap_id)
    ).first()
    if row is None or not covers(actor, row.path):
        raise NotFoundError("没有这一条待核对,或者它不归您管理。请刷新页面再看。")
    if row.ReportGap.settled_at is None:
        row.ReportGap.settled_at = now
        record_audit(session, actor, "device.gap_settled", now=now, target=("device", str(row.ReportGap.device_id)))


def _held(item: HeldItem, here: dict[UUID, str]) -> Held:
    if item.report_id not in here:
        return "no"
    return "yes" if here[item.report_id] == item.digest.lower() else "other"


def _settle(session: Session, ids: Iterable[UUID], now: datetime) -> None:
    session.execute(
        update(ReportGap)
        .where(ReportGap.report_id.in_(list(ids)), ReportGap.settled_at.is_(None))
        .values(settled_at=now)
    )


def _keep(session: Session, device_id: UUID, item: HeldItem, kind: str, now: datetime) -> None:
    """Keep a gap; one that was settled opens again when the phone names it again."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    told = {"digest": item.digest.lower(), "kind": kind}
    statement = insert(ReportGap).values(device_id=device_id, report_id=item.report_id, noticed_at=now, **told)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["device_id", "report_id"],
            set_={**told, "noticed_at": now, "settled_at": None},
            where=ReportGap.settled_at.is_not(None),
        )
    )
