"""What one citizen wrote, and the letters of it that are compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

HEAD_LETTERS = 200
"""Letters of the body that are read: people say first what it is about, and later the law and their anger."""

RAW_LETTERS = 600
"""Letters of a body that are looked at to find the head; a longer one is cut here, however long it is."""

LONG_LETTERS = 20_000
"""From this length a body is no letter any more, and the finding says that only its head was read."""

KEPT = 10_000
"""Texts whose reading is kept: a county's year, which the round of the next week reads again."""

_NUMERALS = str.maketrans("一二三四五六七八九", "123456789")
_GREETING = re.compile(r"https?://[\w./?=&%-]*|\[[^\[\]\s]{1,6}\]|尊敬的[^,:。!?\s]{1,12}[,:。!\s]|(?:您|你)们?好")


@dataclass(frozen=True, slots=True)
class Message:
    """One message; ``user_id`` is a pseudonym, empty when nobody knows who wrote; ``written`` is local time."""

    message_id: str
    user_id: str
    written: datetime
    title: str
    body: str

    @property
    def is_long(self) -> bool:
        """Whether only the head of the body was read because it is far too long."""
        return len(self.body) > LONG_LETTERS


def compared_text(message: Message) -> tuple[str, int]:
    r"""Return title and head of the body in one width and case, a line break between, and where the title ends.

    Greetings, addresses and masked numbers are blanks: they are the same everywhere. Chinese numerals become digits,
    since 六号线 and 6号线 are one line.

    Examples
    --------
    >>> from datetime import datetime
    >>> compared_text(Message("1", "u", datetime(2026, 1, 5), "地铁六号线噪音", "尊敬的领导:您好!晚上施工"))
    ('地铁6号线噪音\n晚上施工', 7)
    """
    title = even_letters(message.title[:RAW_LETTERS])[:HEAD_LETTERS]
    head = even_letters(message.body[:RAW_LETTERS]).lstrip(" ,.:!?、。")[:HEAD_LETTERS]
    return f"{title}\n{head}", len(title)


@lru_cache(maxsize=KEPT)
def even_letters(text: str) -> str:
    """Return a text in one width and case, Chinese numerals as digits, without greetings and masked numbers."""
    even = unicodedata.normalize("NFKC", text.strip()).lower()
    return _GREETING.sub(" ", even).translate(_NUMERALS).strip()
