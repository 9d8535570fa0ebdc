"""The forms ``dispute/1`` and ``dispute/2``: what a report may contain, checked strictly, answered field by field.

`DisputeContent` and `DisputeContentTwo` are the documented schemas; a form is never dropped, because a phone may bring
a report of it after months without signal. `parse_report` turns a sent content into a `DraftReport` or a refusal
whose sentences a grid worker understands.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Final, Literal, TypeAlias, cast
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_core.core_schema import ValidationInfo

from geo.coordinates import Crs
from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.security.receipts import Json, NotCanonicalError, digest_of
from grid_app.services.reports.announced import AttachmentContent, within_number
from grid_app.services.reports.draft import DraftAttachment, DraftParty, DraftReport
from grid_app.services.reports.sentences import sentences_of
from grid_app.services.reports.values import (
    IMPORTED_SIGNS,
    Day,
    Degrees,
    DivisionCode,
    Key,
    Line,
    Moment,
    PartyContent,
    ShortLine,
    SpokenSummary,
    Summary,
)

__all__ = [
    "FORM",
    "FORM_WITH_ATTACHMENTS",
    "IMPORTED_SIGNS",
    "SUMMARY_SIGNS",
    "DisputeContent",
    "DisputeContentTwo",
    "digest_report",
    "parse_report",
]

FORM = "dispute/1"
FORM_WITH_ATTACHMENTS = "dispute/2"
SUMMARY_SIGNS = 2_000
CONTENT_SIGNS = 40_000
CONTENT_DEPTH = 4


class _EveryForm(BaseModel):
    """What both forms ask."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    captured_at: Moment
    category: Annotated[str, Field(min_length=2, max_length=4, pattern=r"^[0-9]+$")]
    danger: bool
    channel: Literal[
        "grid_walk", "resident_told", "mediation_room", "hotline", "qr", "other_office", "import",
        "phone", "visit", "letter", "assigned", "transferred", "instruction", "department",
    ] = "grid_walk"  # fmt: skip
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
    def _belongs_together(self) -> _EveryForm:
        if (self.lon is None) != (self.lat is None):
            raise PydanticCustomError("sentence", "经度和纬度要一起填,或者都不填。")
        if (self.link_to is None) != (self.link_relation is None):
            raise PydanticCustomError("sentence", "关联的事项和关系要一起填,或者都不填。")
        if self.band_status is not None and self.household_band is None:
            raise PydanticCustomError("sentence", "填了户数是否知道,还要选户数。")
        return self


class DisputeContent(_EveryForm):
    """The content of one report, form ``dispute/1``."""

    form: Literal["dispute/1"]
    summary: Summary


class DisputeContentTwo(_EveryForm):
    """The content of one report, form ``dispute/2``: with attachments; a voice note may stand for the sentence."""

    form: Literal["dispute/2"]
    phone_village: Annotated[str, Field(pattern=r"^([0-9]{12})?$")] = ""
    attachments: Annotated[list[AttachmentContent], Field(max_length=9), AfterValidator(within_number)] = []
    summary: SpokenSummary

    @field_validator("summary")
    @classmethod
    def _said_somehow(cls, summary: str, info: ValidationInfo) -> str:
        announced = info.data.get("attachments")  # absent when it was refused itself; one sentence is enough then
        if summary.strip() or announced is None or any(one.kind == "voice" for one in announced):
            return summary
        raise PydanticCustomError("sentence", "请用一句话说清楚,或者录一段语音。")


FORMS: Final[dict[str, type[DisputeContent] | type[DisputeContentTwo]]] = {
    FORM: DisputeContent,
    FORM_WITH_ATTACHMENTS: DisputeContentTwo,
}
Told: TypeAlias = DisputeContent | DisputeContentTwo


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
        The content as sent, form ``dispute/1`` or ``dispute/2``.
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
    schema = _schema_of(content.get("form"))
    try:
        told_us = schema.model_validate(content)
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


def _schema_of(form: object) -> type[DisputeContent] | type[DisputeContentTwo]:
    if isinstance(form, str) and form in FORMS:
        return FORMS[form]
    told = str(form)[:30] if form is not None else "没有写"
    raise InvalidError(
        f"不认识这个表单版本({told}),没有接收。请刷新或更新程序后重发,手机上的内容不会丢。",
        fields={"form": f"只认识 {'、'.join(FORMS)}。"},
        code="unknown_form",
    )


def _draft(told: Told, *, report_id: UUID, digest: str, content: dict[str, Json]) -> DraftReport:
    values = told.model_dump(exclude={"parties", "household", "band_status", "attachments"})
    announced = told.attachments if isinstance(told, DisputeContentTwo) else []
    return DraftReport(
        **values,
        id=report_id,
        digest=digest,
        content=content,
        household=told.household or str(report_id),
        band_status=(told.band_status or "estimated") if told.household_band else None,
        noted_on=local_date(told.captured_at),
        parties=tuple(DraftParty(one.label, one.name, one.phone) for one in told.parties),
        attachments=tuple(DraftAttachment(one.id, one.kind, one.type, one.bytes, one.sha256) for one in announced),
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
