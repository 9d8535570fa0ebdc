"""The registration form of an office: what was typed, and the report, the origin and the visit it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from grid_app.clock import SHANGHAI, local_date
from grid_app.errors import InvalidError
from grid_app.security.receipts import Json
from grid_app.services.intake.register import NOT_REGISTERED, Origin, Visit
from grid_app.services.typed import day_of
from grid_app.vocabulary.words import FROM_A_UNIT, INTAKE_CHANNELS
from grid_app.web.report.form import ReportForm, content_of, fields_of_page, missing_answers, typed_form

ABOUT: Final = {
    "visit": "当面来说的。填接访登记表。",
    "phone": "打电话来说的。",
    "letter": "写信来的。和来访一样登记、一样办。",
    "hotline": "12345 转来的工单。写工单号和要求的期限。",
    "qr": "扫二维码留下的话,由窗口补登记。",
    "assigned": "上级交给本单位办,办完要报告。",
    "transferred": "上级转来,由本单位办。",
    "instruction": "领导在材料上批示要办的。",
    "department": "别的部门移送来的。",
    "other_office": "别的单位告诉的,没有文件。",
}
ORIGIN_FIELDS: Final = ("came_on", "issuing_unit", "document_no", "due_on", "report_back", "official", "official_words")
VISIT_FIELDS: Final = (
    "held_at", "place", "visit_official", "accompanying", "visitors", "representatives", "request", "earlier", "answer",
    "opinion", "responsible", "promised_on", "acknowledged",
)  # fmt: skip
PARTY_FIELDS: Final = ("party_name", "party_phone", "second_name", "second_phone")
ON_THE_PAGE: Final = {"tile": "category", "parties": "party_name"}
"""Fields of the report whose sentence stands at another field here."""


@dataclass(frozen=True)
class IntakeForm:
    """What stands in the form: the report's own fields and those of how it came, as typed."""

    report: ReportForm
    values: Mapping[str, str]

    @property
    def channel(self) -> str:
        """Return the channel, empty for none that an office registers."""
        told = self.report.values["channel"]
        return told if told in INTAKE_CHANNELS else ""

    @property
    def is_visit(self) -> bool:
        """Say whether the form of a reception belongs to it."""
        return self.channel == "visit"

    @property
    def is_from_a_unit(self) -> bool:
        """Say whether another unit sent it."""
        return self.channel in FROM_A_UNIT


def typed_intake(sent: Mapping[str, str], *, now: datetime) -> IntakeForm:
    """Return the form as it was sent, or a fresh one of the channel in ``sent``."""
    names = (*ORIGIN_FIELDS, *VISIT_FIELDS, *PARTY_FIELDS)
    values = {name: sent.get(name, "").replace("\r\n", "\n") for name in names}
    return IntakeForm(typed_form(sent, now=now), values)


def fresh_intake(
    channel: str, *, village_code: str, now: datetime, received: Mapping[str, str] | None = None
) -> IntakeForm:
    """Return a fresh form of a channel: today and now filled in, and what is ``received`` from a day of reception."""
    today = local_date(now).isoformat()
    held = f"{now.astimezone(SHANGHAI):%Y-%m-%dT%H:%M}"
    first = {"channel": channel, "village_code": village_code, "came_on": today, "held_at": held, **(received or {})}
    return typed_intake(first | ({"report_back": "1"} if channel == "assigned" else {}), now=now)


def problems_of(form: IntakeForm) -> dict[str, str]:
    """Return a sentence for every question that has to be answered and is not."""
    found = {ON_THE_PAGE.get(name, name): told for name, told in missing_answers(form.report).items()}
    if "category" in found:
        found["category"] = "请选是哪一类的事,拿不准就选“其他”。"
    if not form.channel:
        found["channel"] = "请重新选择是怎么来的。"
    return found


def page_fields(fields: Mapping[str, str], form: IntakeForm) -> dict[str, str]:
    """Return the sentences of a refused report under the names of this page's fields."""
    if form.is_visit and "official" in fields:
        fields = {"visit_official" if name == "official" else name: told for name, told in fields.items()}
    own = (*ORIGIN_FIELDS, *VISIT_FIELDS, *PARTY_FIELDS)
    found = {name: told for name, told in fields.items() if name in own}
    wrong = [told for name, told in fields.items() if name.startswith("parties")]
    parties = {"party_name": wrong[0]} if wrong else {}
    rest = {name: told for name, told in fields.items() if name not in own and not name.startswith("parties")}
    return found | parties | {ON_THE_PAGE.get(name, name): told for name, told in fields_of_page(rest).items()}


def report_content(form: IntakeForm) -> dict[str, Json]:
    """Return the report's content with the parties who left a name or a phone."""
    content = content_of(form.report)
    told = [(form.values[f"{who}_name"].strip(), form.values[f"{who}_phone"].strip()) for who in ("party", "second")]
    parties: list[Json] = [{"name": name, "phone": phone} for name, phone in told if name or phone]
    return content | ({"parties": parties} if parties else {})


def origin_of(form: IntakeForm) -> Origin:
    """Return how it came.

    Raises
    ------
    InvalidError
        A day is none.
    """
    values = form.values
    problems: dict[str, str] = {}
    came_on = _day(values, "came_on", problems)
    due_on = _day(values, "due_on", problems)
    if came_on is None:
        problems.setdefault("came_on", "请填来件日期。")
    if came_on is None or problems:
        raise InvalidError(NOT_REGISTERED, fields=problems)
    return Origin(
        channel=form.channel,
        came_on=came_on,
        issuing_unit=values["issuing_unit"],
        document_no=values["document_no"],
        due_on=due_on,
        report_back=values["report_back"] == "1",
        official=values["official"],
        official_words=values["official_words"],
    )


def visit_of(form: IntakeForm) -> Visit | None:
    """Return the reception of a visit, ``None`` for what came otherwise.

    Raises
    ------
    InvalidError
        A figure or a day is none.
    """
    if not form.is_visit:
        return None
    values = form.values
    problems: dict[str, str] = {}
    held_at = _moment(values["held_at"])
    if held_at is None:
        problems["held_at"] = "请填接访的日期和时间。"
    visitors = _figure(values, "visitors", problems, "请填来了几个人,只填数字。")
    representatives = _figure(values, "representatives", problems, "代表只填人数,1 到 5。")
    promised_on = _day(values, "promised_on", problems)
    if visitors is None:
        problems.setdefault("visitors", "请填来了几个人,只填数字。")
    if held_at is None or visitors is None or problems:
        raise InvalidError(NOT_REGISTERED, fields=problems)
    return Visit(
        held_at=held_at,
        place=values["place"],
        official=values["visit_official"],
        visitors=visitors,
        request=values["request"],
        opinion=values["opinion"],
        accompanying=values["accompanying"],
        representatives=representatives,
        earlier=values["earlier"],
        answer=values["answer"],
        responsible=values["responsible"],
        promised_on=promised_on,
        acknowledged=values["acknowledged"] == "1",
    )


def _day(values: Mapping[str, str], name: str, problems: dict[str, str]) -> date | None:
    text = values[name].strip()
    found = day_of(text)
    if text and found is None:
        problems[name] = "日期要写成 2026-11-20 这样。"
    return found


def _figure(values: Mapping[str, str], name: str, problems: dict[str, str], sentence: str) -> int | None:
    text = values[name].strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        problems[name] = sentence
        return None
    return int(text)


def _moment(text: str) -> datetime | None:
    try:
        plain = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return plain if plain.tzinfo else plain.replace(tzinfo=SHANGHAI)
