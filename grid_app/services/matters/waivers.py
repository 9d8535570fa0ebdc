"""Phrases by which somebody would sign away a right; no text that holds one can be saved.

People's mediation may never keep anybody from arbitration, administrative or court routes (人民调解法 3(3)), and
petitioning is lawful (信访工作条例 18).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from grid_app.errors import InvalidError

_ROUTES: Final = "(?:信访|上访|起诉|诉讼|申诉|举报|仲裁|复议)"
_VOICES: Final = f"(?:{_ROUTES}|投诉|反映|控告)"
_PLEDGE: Final = "(?:永不|绝不|不得|不许|不准|不能再|保证不|承诺不|同意不)"
_NO_MORE: Final = "(?:不再|不会再|再不|不去)"
_PROTECTING: Final = "阻止|阻挠|妨碍|限制|干预|剥夺|压制|打击|歧视|因调解"
_GAP: Final = f"(?:(?!{_PROTECTING}).){{0,12}}?"
"""A few signs between; words that forbid keeping somebody from a route are the law's own and mean the opposite."""

_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        f"{_PLEDGE}{_GAP}{_VOICES}",
        f"{_NO_MORE}{_GAP}{_ROUTES}",
        f"放弃.{{0,16}}?(?:权利|权益|{_VOICES}|诉权)",
        "息诉息访|息访|息诉|罢访",
        "永不|永远不",
    )
)
_NOISE: Final = re.compile(r"[\s\W_]+")


def waiver_in(text: str) -> str | None:
    """Return the phrase of ``text`` that signs a right away, or ``None``.

    Spaces and marks between the signs are seen through.
    """
    plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
    found = (pattern.search(plain) for pattern in _PATTERNS)
    return next((match.group() for match in found if match), None)


def refuse_waivers(texts: Mapping[str, str]) -> None:
    """Refuse when one of the texts, by field name, signs a right away.

    Raises
    ------
    InvalidError
        Naming the phrase and the rule, at the field that holds it.
    """
    fields = {name: _sentence(phrase) for name, text in texts.items() if (phrase := waiver_in(text))}
    if fields:
        raise InvalidError(
            "文字里有让当事人放弃权利的话,不能保存。请改成约定的事项和履行办法;已填的内容都还在。",
            fields=fields,
            code="waiver",
        )


def _sentence(phrase: str) -> str:
    return (
        f"“{phrase}”等于要当事人放弃权利。人民调解法第三条第三项规定:不得因调解而阻止当事人依法通过仲裁、行政、"
        "司法等途径维护自己的权利。请删掉这句话。"
    )
