"""How disputes read on pages: excerpts, dates, states with their tone, cursors in addresses."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from uuid import UUID

from grid_app.queries.disputes import COUNTED_TO, Cursor, DisputeLine
from grid_app.services.clocks.dates import NextDate
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.words import OPEN_STATES, STATE_WORDS, VOICE_ONLY
from grid_app.web.wording import local_date, remaining

EXCERPT: Final = 26
CURSOR_MARK: Final = "~"


def excerpt(summary: str, *, signs: int = EXCERPT) -> str:
    """Return the first signs of a summary on one line; a report that was only spoken says so."""
    plain = " ".join(summary.split()) or VOICE_ONLY
    return plain if len(plain) <= signs else f"{plain[: signs - 1]}…"


def tracking(code: str) -> str:
    """Return a tracking code in two groups, as it is read aloud."""
    return f"{code[:5]} {code[5:]}" if len(code) == 10 else code


def state_tone(state: str) -> str:
    """Return the tone of a state's tag."""
    if state == "reported":
        return "attention"
    return "active" if state in OPEN_STATES else "done"


def due_of(line: DisputeLine, now: datetime) -> dict[str, object] | None:
    """Return the words of a line's next date, or ``None`` without one."""
    if line.due_at is None:
        return None
    what = line.due_what or ("受理" if line.state == "reported" else "办结")
    return due_words(NextDate(line.due_at, what, ""), now)


def due_words(found: NextDate, now: datetime) -> dict[str, object]:
    """Return the words of a date: the whole text, its day, what is left, whether it has passed, and why that day."""
    day, rest = local_date(found.at), remaining(found.at, now)
    return {
        "text": f"{day}前{found.what},{rest}",
        "day": day,
        "rest": f"{found.what},{rest}",
        "passed": found.at < now,
        "why": found.why,
    }


def row_of(line: DisputeLine, now: datetime) -> dict[str, object]:
    """Return a line as the list's table shows it."""
    return {
        "id": line.id,
        "code": line.case_code,
        "place": line.place,
        "matter": excerpt(line.summary),
        "category": name_of(line.category),
        "grade": line.grade,
        "state": STATE_WORDS[line.state],
        "tone": state_tone(line.state),
        "due": due_of(line, now),
        "received": local_date(line.received_at),
    }


def count_of(total: int | None) -> str | None:
    """Return a total as it is shown: up to a thousand exactly; ``None`` when it was not counted."""
    if total is None:
        return None
    return f"{COUNTED_TO}+" if total > COUNTED_TO else str(total)


def cursor_text(cursor: Cursor | None) -> str | None:
    """Return a cursor as it stands in an address, or ``None``."""
    return f"{cursor.at.isoformat()}{CURSOR_MARK}{cursor.dispute_id}" if cursor else None


def cursor_of(text: str) -> Cursor | None:
    """Return the cursor of an address; a damaged one leads to the first page."""
    moment, mark, key = text.replace(" ", "+").partition(CURSOR_MARK)
    found: UUID | None = uuid_of(key) if mark else None
    try:
        at = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return Cursor(at, found) if found and at.tzinfo else None
