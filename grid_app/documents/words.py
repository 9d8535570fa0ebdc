"""Words that documents share: days and numbers as paper writes them, and the rights that every notice tells."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Final

RIGHTS: Final = (
    "您可以要求帮助，也可以不要；可以随时拒绝或者停止调解，可以选择、更换调解员，可以要求不公开，可以请人陪同。"
    "不论在这里签过什么，您随时可以依法申请仲裁、行政复议、提起诉讼或者提出信访。您可以查询进度、评价办理、要求更正或者删除自己的信息，"
    "对受到的对待不满意的，可以向上一级反映。任何组织和个人不得因此打击报复（信访工作条例第十八条；人民调解法第三条、第二十三条；"
    "个人信息保护法第四十四条至第五十条）。"
)
DRAFT: Final = "草稿"
DRAFT_LINE: Final = "草稿：没有签发，不作为依据"
PLACE_HOLDER_FOR_MISSING: Final = "〓"
"""The sign that Chinese printing sets where a character is missing; it is written in by hand."""
_FULL: Final = {",": "，", ":": "：", ";": "；", "(": "（", ")": "）", "?": "？", "!": "！"}
_HAN: Final = r"[\u3400-\u9fff\u3000-\u303f“”‘’]"
_MARKS: Final = re.compile(rf"(?<={_HAN})[,:;()?!]|[,:;()?!](?={_HAN})")
_UNSEEN: Final = frozenset(
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def day_words(day: date) -> str:
    """Return a day as documents write it, such as ``2026年11月22日``."""
    return f"{day.year}年{day.month}月{day.day}日"


def number_words(word: str, *, year: int, number: int) -> str:
    """Return a document number, such as ``东河镇字〔2026〕12号``."""
    return f"{word}〔{year}〕{number}号"


def chinese_marks(text: str) -> str:
    """Return ``text`` with the full-width marks of Chinese print beside Chinese characters.

    Examples
    --------
    >>> chinese_marks("水漫进院子,找过3次(村里)")
    '水漫进院子，找过3次（村里）'
    """
    return _MARKS.sub(lambda found: _FULL[found.group()], text)


def printable(text: str) -> str:
    """Return ``text`` without the signs that no paper can show or that would break a file; lines stay lines.

    Control characters, unpaired surrogates, marks that turn the direction of writing, and non-characters are dropped.
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(sign for sign in lines if sign == "\n" or _is_seen(sign))


def _is_seen(sign: str) -> bool:
    return sign not in _UNSEEN and unicodedata.category(sign) not in ("Cc", "Cs", "Cn", "Co")
