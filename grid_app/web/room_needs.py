"""What a room has to offer, in words: the ticks of the form, the sentence of the page, what is missing."""

from __future__ import annotations

from typing import Any, Final

from grid_app.queries.coverage import CoverageFacts
from grid_app.queries.coverage_needs import ACCESSIBLE, EFFECTIVE, LANGUAGE, NO_NEEDS, WOMAN, Needs
from grid_app.web.wording import number

TICKS: Final = ((WOMAN, "有女调解员"), (ACCESSIBLE, "轮椅能进(无障碍)"), (EFFECTIVE, "算有效的"))


def needs_words(needs: Needs) -> str:
    """Return what is asked of a room, joined; empty when nothing is."""
    words = [word for key, word in TICKS if key in needs.named()]
    return "、".join([*words, *([f"会说{needs.language}"] if needs.language else [])])


def needs_told(facts: CoverageFacts) -> str:
    """Say which rooms alone are counted, and how many may be missing because nobody recorded it."""
    if facts.needs == NO_NEEDS:
        return ""
    counted = len(facts.measured.room_codes)
    told = f"这一页只算{needs_words(facts.needs)}的调解室:全县 {number(counted)} 个。"
    if facts.unrecorded:
        told += f"还有 {number(facts.unrecorded)} 个开放的调解室没有登记这些,不知道有没有,没有算进来。"
    return told


def toggled(needs: Needs, key: str) -> Needs:
    """Return needs with one more, or without it when it was there; there is one language at a time."""
    told = needs.named()
    if key in told:
        return Needs.of(one for one in told if one != key)
    return Needs.of((key, *told))


def need_parameters(needs: Needs) -> dict[str, Any]:
    """Return what stands in an address for these needs."""
    keys = [key for key in needs.named() if not key.startswith(LANGUAGE)]
    return {"need": keys or None, "language": needs.language or None}
