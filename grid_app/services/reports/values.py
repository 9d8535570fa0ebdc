"""The values that a report's form is made of, each checked by itself and refused with a sentence of its own."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

IMPORTED_SIGNS = 20_000
PARTY_WORD = re.compile("当事人[A-Z]")
FIRST_YEAR, LAST_YEAR = 1970, 2199
EARLIEST = date(1949, 10, 1)


def plain(text: str) -> str:
    """Refuse null bytes, control characters and broken characters; line breaks and tabs are text."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text):
        raise PydanticCustomError("sentence", "含有看不见的控制字符,没有接收。请删掉后重新输入这一项再发。")
    return text


def _one_line(text: str) -> str:
    return " ".join(plain(text).split())


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text expected")
    return value


def _some_text(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_too_short", "empty")
    return plain(text)


def _on_a_calendar(moment: datetime) -> datetime:
    """Refuse years that no clock shows; a phone that is wrong by years is still listened to."""
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise PydanticCustomError("sentence", "时间超出范围,请核对手机的日期后再发。")
    return moment


def _since_the_founding(day: date) -> date:
    """Refuse days before any record of a county office begins; they are slips of the finger."""
    if day < EARLIEST:
        raise PydanticCustomError("sentence", f"日期太早,请核对年份(最早 {EARLIEST.isoformat()})。")
    return day


def _party_word(word: str) -> str:
    """Refuse anything but a letter for a party: the word is shown unmasked, so no name may stand in it."""
    if word and not PARTY_WORD.fullmatch(word):
        raise PydanticCustomError("sentence", "称呼只能写“当事人A”到“当事人Z”,姓名请写在姓名栏(会加密保存)。")
    return word


Line = Annotated[str, Field(max_length=100), AfterValidator(_one_line)]
ShortLine = Annotated[str, Field(max_length=64), AfterValidator(_one_line)]
Summary = Annotated[str, Field(min_length=1, max_length=IMPORTED_SIGNS), AfterValidator(_some_text)]
SpokenSummary = Annotated[str, Field(max_length=IMPORTED_SIGNS), AfterValidator(plain)]
Moment = Annotated[AwareDatetime, BeforeValidator(_only_text), AfterValidator(_on_a_calendar), Field(strict=False)]
Day = Annotated[date, BeforeValidator(_only_text), AfterValidator(_since_the_founding), Field(strict=False)]
Key = Annotated[UUID, BeforeValidator(_only_text), Field(strict=False)]
DivisionCode = Annotated[str, Field(min_length=6, max_length=24, pattern=r"^[0-9]{6,12}([JZ][0-9]{3})?$")]
Degrees = Annotated[float, Field(allow_inf_nan=False)]


class PartyContent(BaseModel):
    """A party of the dispute; everything is optional and is stored encrypted."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    label: Annotated[str, AfterValidator(_party_word)] = ""
    name: Annotated[str, Field(max_length=80), AfterValidator(_one_line)] = ""
    phone: Annotated[str, Field(max_length=40), AfterValidator(_one_line)] = ""
