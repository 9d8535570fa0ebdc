"""Asking by tracking code and the last four figures of a phone: one answer for everything that does not fit.

The same is read, decrypted and compared whether the code exists or not, so that neither the words nor the time tell
which half was wrong (个人信息保护法 6).
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, Party
from grid_app.security.fields import FieldCipher
from grid_app.security.marks import Marks, Pass
from grid_app.services.audit import record_audit
from grid_app.services.matters.parties import MOST_PARTIES, phone_context
from grid_app.services.tries import WRONG_BY_ADDRESS, WRONG_BY_CODE, count_try, is_used_up

NOBODY: Final = UUID(int=0)
NO_CODE: Final = "----------"
TAIL: Final = 4
DUMMY: Final = "resident dummy"
CODE_SIGNS: Final = 10


@dataclass(frozen=True)
class Asked:
    """What somebody typed: a code, four figures (may be empty), and the blind key of the address it came from."""

    code: str
    tail: str
    address: str


@dataclass(frozen=True)
class NotKnown:
    """Nothing fits; nobody learns what."""


@dataclass(frozen=True)
class TooOften:
    """Too many tries from this address or for this code."""


def plain_code(typed: str) -> str:
    """Return a code as it is stored, however it was typed: spaces, hyphens and small letters are seen through."""
    kept = "".join(sign for sign in typed[:80].upper() if sign.isascii() and sign.isalnum())
    return kept if len(kept) == CODE_SIGNS else NO_CODE


def plain_tail(typed: str) -> str:
    """Return the four figures, or nothing when these are not four figures."""
    kept = "".join(sign for sign in typed[:40].translate(_WIDE) if sign.isascii() and sign.isdigit())
    return kept if len(kept) == TAIL else ""


_WIDE: Final = {0xFF10 + figure: str(figure) for figure in range(10)}


def ask(
    session: Session, asked: Asked, *, cipher: FieldCipher, marks: Marks, now: datetime
) -> Pass | NotKnown | TooOften:
    """Return the pass of a right pair; a refusal is a value, so that the counted try is committed."""
    code, tail = plain_code(asked.code), plain_tail(asked.tail)
    code_key = marks.blind("code", code)
    too_often = is_used_up(session, WRONG_BY_ADDRESS, asked.address, now=now)
    too_often |= is_used_up(session, WRONG_BY_CODE, code_key, now=now)
    found = _matching(session, code, tail, cipher)
    if too_often:
        return TooOften()
    if found is None:
        count_try(session, WRONG_BY_ADDRESS, asked.address, now=now)
        count_try(session, WRONG_BY_CODE, code_key, now=now)
        return NotKnown()
    details = {"by": "phone" if found.letter else "code"}
    record_audit(session, None, "resident.asked", now=now, target=("dispute", str(found.dispute_id)), details=details)
    return found


def still_fits(session: Session, given: Pass) -> bool:
    """Say whether the code a pass was given for is still the matter's: a code that was replaced ends its passes."""
    code = session.scalar(select(Dispute.tracking_code).where(Dispute.id == given.dispute_id))
    return code is not None and hmac.compare_digest(code.encode(), given.tracking_code.encode())


def tail_fits(session: Session, dispute_id: UUID, typed: str, *, cipher: FieldCipher) -> bool:
    """Say whether four figures are the end of a phone that a party of this dispute left."""
    letters, _ = _letters(session, dispute_id, plain_tail(typed), cipher)
    return bool(letters)


def _matching(session: Session, code: str, tail: str, cipher: FieldCipher) -> Pass | None:
    row = session.execute(select(Dispute.id, Dispute.tracking_code).where(Dispute.tracking_code == code)).first()
    letters, has_phone = _letters(session, row.id if row else NOBODY, tail, cipher)
    if row is None or (has_phone and not letters):
        return None
    return Pass(row.id, letters[:1], row.tracking_code)


def _letters(session: Session, dispute_id: UUID, tail: str, cipher: FieldCipher) -> tuple[str, bool]:
    """Return the letters of the parties whose phone ends so, and whether anybody left a phone at all.

    As many values are opened as a dispute can have parties, whatever there is.
    """
    rows = session.execute(
        select(Party.id, Party.label, Party.phone_sealed)
        .where(Party.dispute_id == dispute_id, Party.phone_sealed.is_not(None))
        .order_by(Party.label)
    ).all()
    sealed = [(phone_context(row.id), row.label[-1:], row.phone_sealed) for row in rows[:MOST_PARTIES]]
    padding = [(DUMMY, "", _dummy(cipher))] * (MOST_PARTIES - len(sealed))
    letters = ""
    for context, letter, value in [*sealed, *padding]:
        figures = "".join(sign for sign in cipher.decrypt(value, context=context) if sign.isdigit())
        fits = hmac.compare_digest(figures[-TAIL:].encode(), (tail or "x" * TAIL).encode())
        letters += letter if fits else ""
    return letters, bool(sealed)


@lru_cache(maxsize=4)
def _dummy(cipher: FieldCipher) -> str:
    return cipher.encrypt("00000000000", context=DUMMY)
