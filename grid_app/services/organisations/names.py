"""What may be an organisation's name: never a person's, never with a number that belongs to a person."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from grid_app.errors import InvalidError
from grid_app.queries.masking import mask_text
from grid_app.vocabulary.organisations import (
    DOUBLE_SURNAMES,
    FAMILIAR,
    ORGANISATION_ENDINGS,
    SURE_ENDINGS,
    SURNAMES,
    TITLES_OF_PEOPLE,
)

LONGEST_NAME: Final = 100
WRITE_IT_WHOLE: Final = "写单位全称,例如“青溪禾眠农业开发有限公司”;不写个人姓名、电话和证件号码。"
_LEGAL_FORMS = re.compile(r"(股份有限公司|有限责任公司|有限公司|集团公司|总公司|分公司|公司|集团)$")
_BRACKETS = re.compile(r"[((][^()()]*[))]")
_LONG_NUMBER = re.compile(r"\d{7,}")


def name_key(name: str) -> str:
    """Return the name in one width and case, without spaces, marks and the legal form at its end.

    Examples
    --------
    >>> name_key(" 青溪 物业管理有限公司 ") == name_key("青溪物业管理公司")
    True
    """
    letters = letters_of(name)
    return (_LEGAL_FORMS.sub("", letters) or letters)[:LONGEST_NAME]


def tells_of_a_person(name: str) -> bool:
    """Say whether a name looks like a person's or holds a number of one; such a name makes no entry at all.

    Examples
    --------
    >>> [tells_of_a_person(name) for name in ("王小明", "老李", "张某某", "王记餐馆", "县水利局")]
    [True, True, True, False, False]
    """
    if mask_text(name).kinds or _LONG_NUMBER.search(unicodedata.normalize("NFKC", name)) or "****" in name:
        return True
    letters = letters_of(_BRACKETS.sub("", name))
    if "·" in name and not ends_as_an_organisation(name):
        return True
    if letters.endswith(TITLES_OF_PEOPLE) and len(letters) <= 5 and _begins_as_a_person(letters):
        return True
    return _is_a_whole_name(letters) or (len(letters) in (2, 3) and letters[0] in FAMILIAR and letters[1] in SURNAMES)


def ends_as_an_organisation(name: str) -> bool:
    """Say whether a name ends with a word that organisations end with, brackets left out."""
    return letters_of(_BRACKETS.sub("", name)).endswith(ORGANISATION_ENDINGS)


def whole_name(typed: str, *, field: str) -> str:
    """Return the name of an organisation as it is registered.

    Raises
    ------
    InvalidError
        It is empty, too long, looks like a person's name, holds a personal number, or ends like no organisation's.
    """
    plain = " ".join(typed.split())
    told = ""
    if not name_key(plain):
        told = f"请{WRITE_IT_WHOLE}"
    elif len(plain) > LONGEST_NAME:
        told = f"单位名称最多 {LONGEST_NAME} 个字,现在有 {len(plain)} 个字。请缩短。"
    elif any(unicodedata.category(sign) in ("Cc", "Cs") for sign in plain):
        told = "名称里有看不见的坏字符,请重新输入。"
    elif tells_of_a_person(plain):
        told = f"这像是个人的姓名或号码,不能登记为单位。请{WRITE_IT_WHOLE}"
    elif not ends_as_an_organisation(plain):
        told = f"看不出是哪个单位。请{WRITE_IT_WHOLE}"
    if told:
        raise InvalidError("没有保存,已填的都还在。", fields={field: told})
    return plain


def letters_of(name: str) -> str:
    """Return the letters and figures of a name in one width and case."""
    return "".join(sign for sign in unicodedata.normalize("NFKC", name).casefold() if sign.isalnum())


def _begins_as_a_person(letters: str) -> bool:
    return letters[0] in SURNAMES or letters.startswith(DOUBLE_SURNAMES) or letters[0] in FAMILIAR


def _is_a_whole_name(letters: str) -> bool:
    """Say whether the letters are a surname with a given name of one or two signs, and no organisation's word."""
    if not all("\u4e00" <= sign <= "\u9fff" for sign in letters) or letters.endswith(SURE_ENDINGS):
        return False
    if letters.startswith(DOUBLE_SURNAMES) and len(letters) in (3, 4):
        return len(letters) == 3 or not letters.endswith(ORGANISATION_ENDINGS)
    return len(letters) in (2, 3) and letters[0] in SURNAMES
