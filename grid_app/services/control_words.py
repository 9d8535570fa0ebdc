"""Words by which a text watches or holds people instead of telling of a matter.

Petitioning is lawful and nobody may be hindered in it, discriminated or retaliated against (信访工作条例 18). A name
that many will read (a round, a template, a list) cannot hold such a word. In free text somebody's duty to write is
worth more than the word: it is saved, the writer is told 写事、不写人, and the auditor sees that it happened. What a
resident said, between quotation marks, is a record and is left alone.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Final

from grid_app.errors import InvalidError

WORDS: Final = (
    "重点人员", "重点人群", "重点对象", "重点人", "稳控", "吸附在当地", "人员吸附", "常态管控", "管控对象",
    "管控人员", "盯防", "盯控", "包保人员", "劝返", "截访", "拦访", "进京", "赴京", "赴省", "越级访", "非访",
    "缠访", "闹访", "上访户", "上访人员", "老上访", "上访专业户", "挑头", "扬言", "钉子户", "五失人员",
    "涉稳人员", "刁民", "黑名单",
)  # fmt: skip
"""Longer words stand before their parts, so that the longest is named."""

CONTROL_WORDS: Final = "text.control_words"
"""The audit action of a saved text that holds such a word; only the word stands in the trail."""
WRITE_THE_MATTER: Final = "请写事、不写人:写清楚什么事、在哪里、谁有责任解决、什么时候答复。已保存,请再看一遍文字。"
_PATTERN: Final = re.compile("|".join(WORDS))
_QUOTED: Final = re.compile(r"“[^”]*”|「[^」]*」|『[^』]*』|\"[^\"]*\"")
_NOISE: Final = re.compile(r"[\s\W_]+")


def control_words_in(text: str) -> tuple[str, ...]:
    """Return the words of control in ``text``, each once, in their order; spaces and marks between are seen through.

    Verbatim quotations do not count.

    Examples
    --------
    >>> control_words_in("对重 点 人员做好稳控")
    ('重点人员', '稳控')
    >>> control_words_in("来人说:“再不解决我就进京”")
    ()
    """
    plain = _NOISE.sub("", _QUOTED.sub("", unicodedata.normalize("NFKC", text)))
    return tuple(dict.fromkeys(_PATTERN.findall(plain)))


def refuse_control_words(names: Mapping[str, str]) -> None:
    """Refuse when one of the names, by field name, holds a word of control; quotations help nothing in a name.

    Raises
    ------
    InvalidError
        Naming the word, at the field that holds it.
    """
    fields = {}
    for field, name in names.items():
        found = _PATTERN.search(_NOISE.sub("", unicodedata.normalize("NFKC", name)))
        if found:
            fields[field] = f"名称里不能有“{found.group()}”。名称只写事情、地点和时间,不写人。"
    if fields:
        raise InvalidError("名称要改一下,没有保存;已填的都还在。", fields=fields, code="control_words")


def words_in_all(texts: Iterable[str]) -> tuple[str, ...]:
    """Return the words of control in any of ``texts``, each once."""
    return tuple(dict.fromkeys(word for text in texts for word in control_words_in(text)))
