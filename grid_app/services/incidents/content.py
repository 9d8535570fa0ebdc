"""What a report of an incident says, checked: place, time, issue, about how many, what is asked, who answers there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from grid_app.clock import local
from grid_app.errors import InvalidError
from grid_app.services.incidents.without_persons import trouble_in, trouble_in_post
from grid_app.vocabulary.categories import is_category
from grid_app.vocabulary.incidents import (
    BAND_WORDS,
    HAPPENED_WORDS,
    LONGEST_ANSWERING,
    LONGEST_ASKED,
    LONGEST_ISSUE,
    LONGEST_PLACE,
    MOST_PEOPLE,
)

NOT_SAVED: Final = "还有内容要改一下,没有报出;已填的都还在。时间紧的,先打电话给值班室。"
OLDEST: Final = timedelta(days=366)


@dataclass(frozen=True)
class Telling:
    """What one report tells; ``band`` or ``about`` is how many, roughly, and empty texts are not known yet."""

    issue: str = ""
    band: str = ""
    about: str = ""
    asked: str = ""
    answering: str = ""

    @property
    def people(self) -> int | None:
        """Return the number that stands after 约, ``None`` without one; the telling must have been checked."""
        return int(self.about) if self.about else None


@dataclass(frozen=True)
class Moments:
    """The times of a report as typed: when it happened (and how exactly), when the unit knew, when it called."""

    known_at: datetime | None
    happened: str = "unknown"
    occurred_at: datetime | None = None
    called_at: datetime | None = None


def checked_telling(told: Telling, *, needs_issue: bool = True) -> Telling:
    """Return what is told, trimmed.

    Raises
    ------
    InvalidError
        Something is missing, too long, no number, or tells who somebody is; with a sentence per field.
    """
    plain = Telling(
        issue=_lines(told.issue),
        band=told.band if not told.about.strip() else "",
        about=told.about.strip(),
        asked=_lines(told.asked),
        answering=" ".join(told.answering.split()),
    )
    wrong = {
        "issue": _text_trouble(plain.issue, LONGEST_ISSUE),
        "asked": _text_trouble(plain.asked, LONGEST_ASKED),
        "answering": _length_trouble(plain.answering, LONGEST_ANSWERING) or trouble_in_post(plain.answering),
        "band": "" if plain.band in ("", *BAND_WORDS) else "请从列表里选大约多少人。",
        "about": "" if _is_number(plain.about) else f"只填一个大约的人数,例如 30,最多 {MOST_PEOPLE};不知道就空着。",
    }
    if needs_issue and len(plain.issue) < 2:
        wrong["issue"] = "请写一句话:发生了什么事。"
    refuse(wrong)
    return replace(plain, about=str(int(plain.about))) if plain.about else plain


def place_trouble(words: str) -> str:
    """Return what is wrong with the words that say more exactly where."""
    return _length_trouble(words, LONGEST_PLACE) or trouble_in(words)


def times_trouble(times: Moments, *, now: datetime, is_call: bool) -> dict[str, str]:
    """Return what is wrong with the times, by field; what is long ago is taken and shown as late."""
    clock = f"现在是 {local(now):%H:%M}(以平台的时间为准)"
    wrong = {}
    if times.known_at is None:
        wrong["known_at"] = "请填您的单位什么时候得知的。一小时从这个时间起算。"
    elif times.known_at > now:
        wrong["known_at"] = f"得知的时间不能晚于现在,{clock}。请核对;手机的钟快了的,按平台的时间填。"
    elif times.known_at < now - OLDEST:
        wrong["known_at"] = "得知的时间是一年多以前,请核对年份。"
    if times.happened not in HAPPENED_WORDS:
        wrong["happened"] = "请选发生的时间清不清楚。"
    elif times.happened != "unknown":
        wrong |= _occurred_trouble(times, now=now, clock=clock)
    if is_call:
        wrong |= _call_trouble(times, now=now, clock=clock)
    return wrong


def category_trouble(code: str) -> str:
    """Return what is wrong with a category."""
    return "" if is_category(code) else "请选是哪一类事。"


def refuse(wrong: Mapping[str, str]) -> None:
    """Refuse when one of the fields has a sentence.

    Raises
    ------
    InvalidError
        With the sentences by field.
    """
    told = {field: sentence for field, sentence in wrong.items() if sentence}
    if told:
        raise InvalidError(NOT_SAVED, fields=told)


def unit_trouble(unit_id: UUID | None, known: Mapping[UUID, str]) -> str:
    """Return what is wrong with a chosen unit."""
    return "" if unit_id in known else "请从列表里选是哪个单位。"


def _occurred_trouble(times: Moments, *, now: datetime, clock: str) -> dict[str, str]:
    if times.occurred_at is None:
        return {"occurred_at": "请填发生的时间;说不准的,上面选“大约”或者“还不清楚”。"}
    if times.occurred_at > now:
        return {"occurred_at": f"发生的时间不能晚于现在,{clock}。还没有发生的,选“还不清楚”,在事情里写明预计什么时候。"}
    if times.known_at is not None and times.occurred_at > times.known_at:
        return {"occurred_at": "发生的时间晚于得知的时间,请核对这两个时间。"}
    return {}


def _call_trouble(times: Moments, *, now: datetime, clock: str) -> dict[str, str]:
    if times.called_at is None:
        return {"called_at": "请填什么时候来的电话。"}
    if times.called_at > now:
        return {"called_at": f"来电的时间不能晚于现在,{clock}。"}
    if times.known_at is not None and times.called_at < times.known_at:
        return {"called_at": "来电的时间早于得知的时间,请核对这两个时间。"}
    return {}


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\x00", "").strip()


def _text_trouble(text: str, longest: int) -> str:
    return _length_trouble(text, longest) or trouble_in(text)


def _length_trouble(text: str, longest: int) -> str:
    if any(ord(sign) < 32 and sign not in "\n\t" for sign in text):
        return "里面有看不见的控制字符,请删掉后重新输入。"
    return f"最多 {longest} 个字,现在有 {len(text)} 个字。请缩短,细节写在续报里。" if len(text) > longest else ""


def _is_number(text: str) -> bool:
    if not text:
        return True
    return text.isascii() and text.isdecimal() and len(text) <= 6 and 0 < int(text) <= MOST_PEOPLE
