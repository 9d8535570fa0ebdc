"""Help is nobody's price: a text that ties it to a promise not to petition is refused (信访工作条例 18, 37)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from grid_app.errors import InvalidError
from grid_app.services.matters.waivers import refuse_waivers

_VOICES: Final = "(?:信访|上访|走访反映|投诉|举报|起诉|告状|诉讼|申诉|复议|仲裁)"
_PROTECTING: Final = "影响|限制|妨碍|耽误|剥夺|阻止|阻挠|代替"
_PATTERNS: Final = (
    re.compile(f"(?:不|停止|撤回|撤销|放弃|避免|以免|防止)(?!(?:得)?(?:{_PROTECTING})).{{0,6}}?{_VOICES}"),
    re.compile(f"{_VOICES}.{{0,8}}?(?:就不给|就停发|就取消|就收回|的不给|的停发|的取消)"),
)
_NOISE: Final = re.compile(r"[\s\W_]+")


def refuse_ties(texts: Mapping[str, str]) -> None:
    """Refuse when one of the texts, by field name, signs a right away or makes help the price of silence.

    Raises
    ------
    InvalidError
        Naming the phrase, at the field that holds it.
    """
    refuse_waivers(texts)
    fields = {}
    for name, text in texts.items():
        plain = _NOISE.sub("", unicodedata.normalize("NFKC", text))
        found = next((match for pattern in _PATTERNS if (match := pattern.search(plain))), None)
        if found:
            fields[name] = (
                f"“{found.group()}”把帮扶和信访、投诉、起诉连在了一起。帮扶不能当条件:该帮的照帮,反映问题是本人的权利。"
                "请删掉这句话。"
            )
    if fields:
        raise InvalidError("帮扶不能和不信访挂钩,没有保存;已填的内容都还在。", fields=fields, code="tied_help")
