"""Signed marks for people who do not sign in: codes of places, marks of forms, passes after a question of progress.

A code of a place stands on paper for years, so it is signed with the key of receipts; forms and passes live for hours
and are signed with the key of sessions. Nothing here needs a cookie.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

SIGNS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Thirty-two signs without look-alikes: five bits each."""
MARK_SIGNS: Final = 8
ROOM: Final = "R"
ROOM_SIGNS: Final = 26
LONGEST_CODE: Final = 60
FORM_KEPT: Final = timedelta(hours=12)
PASS_KEPT: Final = timedelta(minutes=30)


@dataclass(frozen=True)
class PlaceMark:
    """What a code stands for: a division by its code, or a mediation room by its id."""

    division: str = ""
    room: UUID | None = None


@dataclass(frozen=True)
class Pass:
    """Who asked with the right code: which matter, by whose phone (a party's letter, empty without a phone)."""

    dispute_id: UUID
    letter: str
    tracking_code: str


class Marks:
    """Makes and reads the marks of one installation.

    Parameters
    ----------
    receipt, session : bytes
        The keys that marks on paper and marks of forms are derived from.
    """

    def __init__(self, *, receipt: bytes, session: bytes) -> None:
        self._lasting = _derived(receipt, "resident places")
        self._passing = _derived(session, "resident forms")

    def place_code(self, place: PlaceMark) -> str:
        """Return the code of a place as it stands in addresses: its name and eight signs nobody can guess."""
        name = place.division if place.room is None else ROOM + _signs(place.room.int, ROOM_SIGNS)
        return f"{name}-{self._mark(name)}"

    def read_place(self, code: str) -> PlaceMark | None:
        """Return what a code stands for, or ``None`` when this installation did not make it."""
        name, _, mark = code[:LONGEST_CODE].strip().upper().rpartition("-")
        right = name.isascii() and mark.isascii() and hmac.compare_digest(self._mark(name), mark)
        if not right or not name:
            return None
        if not name.startswith(ROOM):
            return PlaceMark(division=name)
        return PlaceMark(room=UUID(int=_number(name[1:])))

    def form_mark(self, form: str, *, now: datetime) -> str:
        """Return the mark that a form carries instead of a session: what it is for, and since when it is open."""
        since = str(int(now.timestamp()))
        return f"{since}.{_seal(self._passing, 'form', form, since)}"

    def is_own_form(self, mark: str, form: str, *, now: datetime) -> bool:
        """Say whether a posted form was shown by this installation within the last hours."""
        since, _, seal = mark[:120].partition(".")
        if not (since.isascii() and since.isdecimal() and len(since) <= 12 and seal.isascii()):
            return False
        fits = hmac.compare_digest(_seal(self._passing, "form", form, since), seal)
        age = now - datetime.fromtimestamp(int(since), UTC)
        return fits and timedelta(minutes=-1) <= age <= FORM_KEPT

    def pass_for(self, found: Pass, *, now: datetime) -> str:
        """Return a pass for what comes after a question of progress; it ends with the code it was given for."""
        until = str(int((now + PASS_KEPT).timestamp()))
        said = f"{found.dispute_id.hex}.{found.letter}.{found.tracking_code}.{until}"
        sealed = base64.urlsafe_b64encode(said.encode()).decode().rstrip("=")
        return f"{sealed}.{_seal(self._passing, 'pass', said)}"

    def read_pass(self, text: str, *, now: datetime) -> Pass | None:
        """Return who a pass was given to, or ``None`` when it is not ours or too old."""
        body, _, seal = text[:400].partition(".")
        try:
            said = base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)).decode()
        except ValueError:
            return None
        if not seal.isascii() or not hmac.compare_digest(_seal(self._passing, "pass", said), seal):
            return None
        dispute, letter, code, until = said.split(".")
        if datetime.fromtimestamp(int(until), UTC) < now:
            return None
        return Pass(UUID(hex=dispute), letter, code)

    def blind(self, kind: str, text: str) -> str:
        """Return an address or code as it is counted: nobody reads from it what it was."""
        return _seal(self._lasting, kind, text)

    def _mark(self, name: str) -> str:
        return _signs(int(_seal(self._lasting, "place", name)[:16], 16), MARK_SIGNS)


def _derived(key: bytes, use: str) -> bytes:
    return hmac.new(key, use.encode(), hashlib.sha256).digest()


def _seal(key: bytes, *parts: str) -> str:
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()


def _signs(number: int, length: int) -> str:
    """Return the lowest five bits per sign of a number, the lowest first."""
    return "".join(SIGNS[number >> (5 * place) & 31] for place in range(length))


def _number(signs: str) -> int:
    found = sum(SIGNS.index(sign) << (5 * place) for place, sign in enumerate(signs))
    return found & ((1 << 128) - 1)
