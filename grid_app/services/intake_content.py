"""The form ``dispute/1``: what a report may contain, checked strictly and answered field by field.

`DisputeContent` is the documented schema; `parse_report` turns a sent content into a `DraftReport` or a refusal
whose sentences a grid worker understands.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal, cast
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)
from pydantic_core import PydanticCustomError

from geo.coordinates import Crs
from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.security.receipts import Json, NotCanonicalError, digest_of
from grid_app.services.intake_draft import DraftParty, DraftReport
from grid_app.services.intake_sentences import sentences_of

FORM = "dispute/1"
SUMMARY_SIGNS = 2_000
IMPORTED_SIGNS = 20_000
CONTENT_SIGNS = 40_000
CONTENT_DEPTH = 4
PARTY_WORD = re.compile("当事人[A-Z]")
FIRST_YEAR, LAST_YEAR = 1970, 2199
EARLIEST = date(1949, 10, 1)


def _plain(text: str) -> str:
    """Refuse null bytes, control characters and broken characters; line breaks and tabs are text."""
    if any(unicodedata.category(sign) in ("Cc", "Cs") and sign not in "\n\r\t" for sign in text):
        raise PydanticCustomError("sentence", "含有看不见的控制字符,没有接收。请删掉后重新输入这一项再发。")
    return text


def _one_line(text: str) -> str:
    return " ".join(_plain(text).split())


def _only_text(value: object) -> object:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "text expected")
    return value


def _some_text(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_too_short", "empty")
    return _plain(text)


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


class DisputeContent(BaseModel):
    """The content of one report, form ``dispute/1``."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    form: Literal["dispute/1"]
    captured_at: Moment
    category: Annotated[str, Field(min_length=2, max_length=4, pattern=r"^[0-9]+$")]
    danger: bool
    summary: Summary
    channel: Literal["grid_walk", "resident_told", "mediation_room", "hotline", "qr", "other_office", "import"] = (
        "grid_walk"
    )
    village_code: DivisionCode | None = None
    lon: Annotated[Degrees, Field(ge=-180, le=180)] | None = None
    lat: Annotated[Degrees, Field(ge=-90, le=90)] | None = None
    crs: Crs = "wgs84"
    accuracy_m: Annotated[Degrees, Field(ge=0, le=100_000)] | None = None
    place_text: Line = ""
    organisation: Line = ""
    project: Line = ""
    household_band: Literal["1", "2-4", "5-9", "10-29", "30-49", "50+"] | None = None
    band_status: Literal["known", "estimated", "confirmed"] | None = None
    since_when: Day | None = None
    safety_child: bool = False
    safety_present: bool = False
    household: ShortLine = ""
    link_to: Key | None = None
    link_relation: Literal["same_household", "other_household", "unrelated"] | None = None
    parties: Annotated[list[PartyContent], Field(max_length=6)] = []

    @model_validator(mode="after")
    def _belongs_together(self) -> DisputeContent:
        if (self.lon is None) != (self.lat is None):
            raise PydanticCustomError("sentence", "经度和纬度要一起填,或者都不填。")
        if (self.link_to is None) != (self.link_relation is None):
            raise PydanticCustomError("sentence", "关联的事项和关系要一起填,或者都不填。")
        if self.band_status is not None and self.household_band is None:
            raise PydanticCustomError("sentence", "填了户数是否知道,还要选户数。")
        return self


def digest_report(content: Mapping[str, object], *, claimed: str | None = None) -> str:
    """Return the digest of a content, after checking that it is of reasonable size.

    Parameters
    ----------
    content : mapping
        The content as sent.
    claimed : str or None
        The digest the sender computed; a difference means damage on the way.

    Raises
    ------
    InvalidError
        ``too_big``, ``not_canonical`` or ``digest_mismatch``.
    """
    if not _is_small(content):
        raise InvalidError("这一条太大,没有接收。请缩短文字后重发,手机上的内容不会丢。", code="too_big")
    try:
        digest = digest_of(cast("dict[str, Json]", content))
    except NotCanonicalError as error:
        raise InvalidError(
            "这一条里有不完整的字符或超出范围的数字,没有接收。请重新填写后再发。", code="not_canonical"
        ) from error
    if claimed is not None and claimed.lower() != digest:
        raise InvalidError("这一条在路上损坏了,没有接收。请原样重发,手机上的内容不会丢。", code="digest_mismatch")
    return digest


def parse_report(
    content: Mapping[str, object], *, report_id: UUID, digest: str | None = None, longest: int = SUMMARY_SIGNS
) -> DraftReport:
    """Return the report that ``content`` holds.

    Parameters
    ----------
    content : mapping
        The content as sent, form ``dispute/1``.
    report_id : UUID
        The id the report is known by.
    digest : str or None
        Its digest if it was computed already.
    longest : int
        Most signs of the summary; an import may bring longer texts, whose stored summary is cut.

    Raises
    ------
    InvalidError
        With one sentence per field; unknown form versions, unknown keys and wrong values alike.
    """
    digest = digest or digest_report(content)
    form = content.get("form")
    if form != FORM:
        told = str(form)[:30] if form is not None else "没有写"
        raise InvalidError(
            f"不认识这个表单版本({told}),没有接收。请刷新或更新程序后重发,手机上的内容不会丢。",
            fields={"form": f"只认识 {FORM}。"},
            code="unknown_form",
        )
    try:
        told_us = DisputeContent.model_validate(content)
    except ValidationError as error:
        raise InvalidError(
            "有的项目填得不对,没有接收。请改好后再发,手机上的内容不会丢。", fields=sentences_of(error)
        ) from error
    if len(told_us.summary) > longest:
        raise InvalidError(
            "文字太长,没有接收。请缩短后再发,手机上的内容不会丢。",
            fields={"summary": f"最多 {longest} 个字,现在有 {len(told_us.summary)} 个字。"},
        )
    return _draft(told_us, report_id=report_id, digest=digest, content=cast("dict[str, Json]", dict(content)))


def _draft(told: DisputeContent, *, report_id: UUID, digest: str, content: dict[str, Json]) -> DraftReport:
    values = told.model_dump(exclude={"parties", "household", "band_status"})
    return DraftReport(
        **values,
        id=report_id,
        digest=digest,
        content=content,
        household=told.household or str(report_id),
        band_status=(told.band_status or "estimated") if told.household_band else None,
        noted_on=local_date(told.captured_at),
        parties=tuple(DraftParty(one.label, one.name, one.phone) for one in told.parties),
    )


def _is_small(content: object) -> bool:
    """Say whether all texts together and the nesting stay within reason, without looking at any sign."""
    signs, waiting = 0, [(content, 0)]
    while waiting:
        value, depth = waiting.pop()
        if depth > CONTENT_DEPTH:
            return False
        if isinstance(value, str):
            signs += len(value)
        elif isinstance(value, Mapping):
            signs += sum(len(str(key)) + 1 for key in value)
            waiting += [(one, depth + 1) for one in value.values()]
        elif isinstance(value, list):
            signs += len(value)
            waiting += [(one, depth + 1) for one in value]
        if signs > CONTENT_SIGNS:
            return False
    return True
