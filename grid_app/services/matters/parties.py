"""The parties of one dispute: names and phones encrypted, shown masked, opened one by one and always logged.

A party belongs to one dispute; nothing here finds a person, and no function takes a name or a phone to look for
(个人信息保护法 6, 51). Whoever handles the dispute in the assigned unit calls and opens without being asked why, up to
a daily number; everybody else writes a reason first. The audit trail keeps the reason's length and kind, never its
words.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.database.base import new_id
from grid_app.errors import InvalidError, NotFoundError
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, Party
from grid_app.policy import Action, Actor, dispute_scope
from grid_app.queries.masking import mask_name, mask_phone
from grid_app.queries.scoping import visible
from grid_app.security.fields import FieldCipher
from grid_app.services.audit import record_audit
from grid_app.services.matters.said import without_name
from grid_app.services.matters.step import Step, opened, permitted, write

MOST_PARTIES: Final = 12
LONGEST_NAME: Final = 80
LONGEST_PHONE: Final = 40
LEAST_REASON: Final = 5
LETTERS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CALLED, REVEALED = "party.called", "party.revealed"
REASONS: Final = {
    "handling": "核对或办理这件事",
    "delivery": "送达文书或答复",
    "safety": "人身安全",
    "other": "其他",
}
"""Kinds of reasons for opening a party's data; the kind goes into the audit trail, the words do not."""


@dataclass(frozen=True)
class PartyFace:
    """A party as everybody in the scope sees it: its label and masked name and phone, empty when not given."""

    id: UUID
    label: str
    name: str
    phone: str


@dataclass(frozen=True)
class PartyInFull:
    """A party in full; goes onto one page once, never into a log, an address or a file."""

    id: UUID
    label: str
    name: str
    phone: str


@dataclass(frozen=True)
class Reason:
    """Why a party's data are opened: a key of ``REASONS`` and the person's own words."""

    kind: str = ""
    words: str = ""


def name_context(party_id: UUID) -> str:
    """Return what binds an encrypted name to its row."""
    return f"parties.name:{party_id}"


def phone_context(party_id: UUID) -> str:
    """Return what binds an encrypted phone to its row."""
    return f"parties.phone:{party_id}"


def add_party(session: Session, step: Step, *, name: str, phone: str, cipher: FieldCipher) -> UUID:
    """Add a party to a dispute under the next free label, and return its id; name and phone may be empty.

    Raises
    ------
    InvalidError
        A text is too long or holds control characters, or the dispute has a dozen parties already.
    NotFoundError, ForbiddenError
        The dispute is not in the actor's scope, or the role may not add to it.
    """
    step = permitted(step, Action.ADD_TO_DISPUTE)
    name, phone = _line(name, "name", LONGEST_NAME), _phone(phone)
    dispute = opened(session, step)
    taken = set(session.scalars(select(Party.label).where(Party.dispute_id == dispute.id)))
    if len(taken) >= MOST_PARTIES:
        raise InvalidError(f"没有登记。一件事最多登记 {MOST_PARTIES} 个当事人,人多的请登记代表。")
    party_id = new_id()
    label = next(word for word in (f"当事人{letter}" for letter in LETTERS) if word not in taken)
    session.add(
        Party(
            id=party_id,
            dispute_id=dispute.id,
            label=label,
            name_sealed=cipher.encrypt(name, context=name_context(party_id)) if name else None,
            phone_sealed=cipher.encrypt(phone, context=phone_context(party_id)) if phone else None,
            created_at=step.now,
        )
    )
    if dispute.said:
        dispute.said = without_name(dispute.said, name)
    write(session, step, dispute, kind="party_added", details={"label": label})
    return party_id


def faces_of(session: Session, *, dispute_id: UUID, actor: Actor, cipher: FieldCipher) -> list[PartyFace]:
    """Return the parties of a dispute, masked, by label; none when the dispute lies outside the actor's scope."""
    rows = session.scalars(
        select(Party)
        .join(Dispute, Dispute.id == Party.dispute_id)
        .where(Party.dispute_id == dispute_id, visible(dispute_scope(actor)))
        .order_by(Party.label)
    )
    return [_masked(_in_full(row, cipher)) for row in rows]


def masked_parties(session: Session, dispute_id: UUID, *, cipher: FieldCipher) -> list[PartyFace]:
    """Return the parties of a dispute, masked, by label; the caller has asked the right."""
    return [_masked(one) for one in parties_in_full(session, [dispute_id], cipher=cipher)[dispute_id]]


def parties_in_full(
    session: Session, dispute_ids: Collection[UUID], *, cipher: FieldCipher
) -> dict[UUID, Sequence[PartyInFull]]:
    """Return the parties of disputes in full, by label; the caller has asked the right and logs the giving out."""
    rows = session.scalars(select(Party).where(Party.dispute_id.in_(dispute_ids)).order_by(Party.label))
    found: dict[UUID, list[PartyInFull]] = {one: [] for one in dispute_ids}
    for row in rows:
        if row.name_sealed or row.phone_sealed:
            found[row.dispute_id].append(_in_full(row, cipher))
    return {**found}


def needs_reason(session: Session, *, dispute_id: UUID, actor: Actor, per_day: int, now: datetime) -> bool:
    """Say whether the actor must write a reason: not of the assigned unit, or above the daily number."""
    owner = session.scalar(select(Dispute.owner_unit_id).where(Dispute.id == dispute_id, visible(dispute_scope(actor))))
    return owner is None or owner != actor.unit_id or opened_today(session, actor, now=now) >= per_day


def opened_today(session: Session, actor: Actor, *, now: datetime) -> int:
    """Return how often the account called or opened a party since midnight in Asia/Shanghai."""
    counted = session.scalar(
        select(func.count())
        .select_from(AuditEvent)
        .where(
            AuditEvent.action.in_((CALLED, REVEALED)),
            AuditEvent.at >= start_of_day(local_date(now)),
            AuditEvent.account_id == actor.account_id,
        )
    )
    return counted or 0


def call_party(
    session: Session, step: Step, *, party_id: UUID, cipher: FieldCipher, per_day: int, reason: Reason | None = None
) -> str:
    """Log a call and return the number to dial; the assigned handler is not asked why.

    Raises
    ------
    InvalidError
        A reason is needed and missing (``reason_needed``), or no phone was given.
    NotFoundError, ForbiddenError
        As for every step.
    """
    party = _open(session, step, party_id=party_id, cipher=cipher, per_day=per_day, reason=reason, action=CALLED)
    if not party.phone:
        raise InvalidError("这位当事人没有留电话。可以先补充登记。", code="no_phone")
    return "".join(sign for sign in party.phone if sign.isdigit() or sign == "+")


def reveal_party(
    session: Session, step: Step, *, party_id: UUID, cipher: FieldCipher, per_day: int, reason: Reason | None = None
) -> PartyInFull:
    """Log the opening and return the party in full.

    Raises
    ------
    InvalidError
        A reason is needed and missing or too short (``reason_needed``).
    NotFoundError, ForbiddenError
        As for every step.
    """
    return _open(session, step, party_id=party_id, cipher=cipher, per_day=per_day, reason=reason, action=REVEALED)


def _open(
    session: Session,
    step: Step,
    *,
    party_id: UUID,
    cipher: FieldCipher,
    per_day: int,
    reason: Reason | None,
    action: str,
) -> PartyInFull:
    step = permitted(step, Action.REVEAL_PARTY)
    party = session.scalar(
        select(Party)
        .join(Dispute, Dispute.id == Party.dispute_id)
        .where(Party.id == party_id, Party.dispute_id == step.dispute_id, visible(dispute_scope(step.actor)))
    )
    if party is None:
        raise NotFoundError("没有这位当事人,或者不在您的范围内。")
    asked = needs_reason(session, dispute_id=step.dispute_id, actor=step.actor, per_day=per_day, now=step.now)
    given = _checked(reason, needed=asked)
    record_audit(
        session,
        step.actor,
        action,
        now=step.now,
        target=("dispute", str(step.dispute_id)),
        details={"party": party.label, "reason_kind": given.kind, "reason_length": len(given.words)},
    )
    return _in_full(party, cipher)


def _masked(one: PartyInFull) -> PartyFace:
    return PartyFace(one.id, one.label, mask_name(one.name), mask_phone(one.phone) if one.phone else "")


def _checked(reason: Reason | None, *, needed: bool) -> Reason:
    given = reason or Reason()
    words = given.words.strip()
    kind = given.kind if given.kind in REASONS else ""
    if needed and (len(words) < LEAST_REASON or not kind):
        raise InvalidError(
            "查看前要写明理由:您不是承办单位的人,或者今天已经查看了很多次。没有显示任何内容。",
            fields={
                **({} if kind else {"reason_kind": "请选一类理由。"}),
                **({} if len(words) >= LEAST_REASON else {"reason": f"请写明理由,至少 {LEAST_REASON} 个字。"}),
            },
            code="reason_needed",
        )
    return Reason(kind, words)


def _in_full(party: Party, cipher: FieldCipher) -> PartyInFull:
    name = cipher.decrypt(party.name_sealed, context=name_context(party.id)) if party.name_sealed else ""
    phone = cipher.decrypt(party.phone_sealed, context=phone_context(party.id)) if party.phone_sealed else ""
    return PartyInFull(party.id, party.label, name, phone)


def _line(text: str, field: str, longest: int) -> str:
    plain = " ".join(text.split())
    if len(plain) > longest or any(ord(sign) < 32 for sign in plain):
        raise InvalidError("没有登记,已填的还在。", fields={field: f"最多 {longest} 个字,不能有控制字符。"})
    return plain


def _phone(text: str) -> str:
    plain = _line(text, "phone", LONGEST_PHONE)
    digits = [sign for sign in plain if sign.isdigit()]
    odd = [sign for sign in plain if not (sign.isascii() and (sign.isdigit() or sign in "+-() "))]
    if plain and (odd or not 3 <= len(digits) <= 20):
        raise InvalidError("没有登记,已填的还在。", fields={"phone": "电话只写数字,可以有 + 和 -。"})
    return plain
