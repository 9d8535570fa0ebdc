"""Searching the matters of disputes for words: never persons, never by telephone or identity number.

A word of two signs finds, several words must all be there. The index of pairs answers when few disputes hold the words;
when many do, walking the list in its order and looking at each finds a page sooner, and counting them all is left out.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Text, and_, cast, column, func, literal, select, table, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from grid_app.database.words import PAIR, pairs, plain_words
from grid_app.models.disputes import Dispute
from grid_app.queries.disputes_reach import unguessed

LONGEST: Final = 60
MOST_WORDS: Final = 6
FEW: Final = 3_000
"""Up to so many disputes with the words, all of them are fetched and sorted."""
PROBED: Final = 2_000
COMMON: Final = 20
"""Words that stand in so many of the newest ``PROBED`` disputes fill a page of the list soon."""
_NUMBER = re.compile(r"\d(?:[\s-]?\d){6,}")
_FT = table("ft_disputes", column("id"), column("ft_disputes"))


@dataclass(frozen=True)
class Words:
    """What somebody looks for: the words that count, and the sentence about what does not."""

    words: tuple[str, ...] = ()
    told: str = ""


@dataclass(frozen=True)
class Found:
    """How a search is asked of the database; ``few`` when the disputes that hold the words may all be fetched."""

    condition: ColumnElement[bool]
    few: bool


def words_of(typed: str) -> Words:
    """Return the words of what was typed; a single sign and long numbers find nothing, and the sentence says so."""
    plain = plain_words(typed[:LONGEST]).split()
    if _NUMBER.search(unicodedata.normalize("NFKC", typed)):
        return Words(told="这里不按电话、证件号查人。编号要写全,例如 990101-2026-000123。")
    kept = tuple(dict.fromkeys(word for word in plain if len(word) >= PAIR))[:MOST_WORDS]
    if not kept:
        return Words(told="至少要两个字才能查,例如“租金”。" if typed.strip() else "")
    told = []
    if single := [word for word in plain if len(word) < PAIR]:
        told.append(f"“{'、'.join(single)}”只有一个字,没有参加查找。")
    if len(typed) > LONGEST:
        told.append(f"最多按 {LONGEST} 个字查,后面的没有参加查找。")
    return Words(kept, "".join(told))


def search(session: Session, words: tuple[str, ...], *, is_narrow: bool = False) -> Found:
    """Return the condition that a dispute holds every one of ``words``.

    A look at the newest disputes tells words that stand nearly everywhere; their index would be long to read. In a
    narrow list (one place) walking finds too few of them, so that the index helps up to ten times as common words.
    """
    holds = and_(*(Dispute.said.contains(word, autoescape=True) for word in words))
    newest = select(Dispute.said).order_by(Dispute.received_at.desc()).limit(PROBED).subquery()
    held = and_(*(newest.c.said.contains(word, autoescape=True) for word in words))
    hits = session.scalar(select(func.count()).select_from(newest).where(held)) or 0
    by_pairs = _by_pairs(session, sorted({pair for word in words for pair in pairs(word)}))
    if hits >= COMMON:
        helps = is_narrow and hits < COMMON * 10
        return Found(and_(by_pairs, holds) if helps else unguessed(holds), few=False)
    some = select(literal(1)).select_from(Dispute).where(by_pairs).limit(FEW + 1).subquery()
    few = (session.scalar(select(func.count()).select_from(some)) or 0) <= FEW
    return Found(and_(by_pairs, holds) if few else unguessed(holds), few)


def _by_pairs(session: Session, wanted: list[str]) -> ColumnElement[bool]:
    if session.get_bind().dialect.name == "postgresql":
        return func.dispute_pairs(Dispute.said).op("@>", is_comparison=True)(cast(wanted, ARRAY(Text)))
    asked = " AND ".join(f'"{pair}"' for pair in wanted)
    return Dispute.id.in_(select(_FT.c.id).where(text("ft_disputes MATCH :pairs").bindparams(pairs=asked)))
