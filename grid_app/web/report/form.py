"""The report form: what was typed, what is still missing, and the content ``dispute/1`` it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from grid_app.database.base import new_id
from grid_app.errors import InvalidError
from grid_app.policy import Actor, Role
from grid_app.security.receipts import Json
from grid_app.services.reports.content import FORM
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import (
    SEALED,
    category_names,
    group_of,
    is_category,
    is_family,
    may_be_reported_in_the_field,
    tiles,
)
from grid_app.vocabulary.words import CHANNEL_WORDS

FIELD_ROLES: Final = frozenset({Role.GRID_WORKER, Role.MEDIATOR, Role.VILLAGE_LEAD})
COUNTY_ROLES: Final = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
IMPORT_ONLY: Final = "1307"
NAMES: Final = (
    "tile", "category", "danger", "safety_child", "safety_present", "summary", "village_code", "lon", "lat",
    "accuracy_metres", "place_text", "organisation", "project", "band", "band_status", "since", "channel",
    "keep_from",
)  # fmt: skip
SENT_AS: Final = {
    "lon": "village_code",
    "lat": "village_code",
    "crs": "village_code",
    "accuracy_m": "village_code",
    "category": "tile",
    "household_band": "band",
    "since_when": "since",
    "captured_at": "summary",
    "form": "summary",
    "content": "summary",
}
"""Which field of the page carries the sentence about a field of the content."""

FIELD_CHANNELS: Final = ("grid_walk", "resident_told", "mediation_room")
OFFICE_CHANNELS: Final = ("hotline", "other_office")
YES_NO: Final = ("yes", "no")


@dataclass(frozen=True)
class ReportForm:
    """What stands in the form: texts as typed, by field name; the id makes a form sent twice one report."""

    report_id: UUID
    captured_at: str
    values: Mapping[str, str]

    @property
    def category(self) -> str:
        """Return the category code: the exact one when an office chose it, else the tile's; empty without both."""
        exact = self.values["category"]
        if is_category(exact):
            return exact
        return next((tile.code for tile in tiles() if tile.tile == self.values["tile"]), "")

    @property
    def asks_for_safety(self) -> bool:
        """Say whether the two family-safety questions belong to what was chosen."""
        return bool(self.category) and is_family(self.category)

    @property
    def is_unsafe(self) -> bool:
        """Say whether a safety question was answered with yes."""
        return self.asks_for_safety and "yes" in (self.values["safety_child"], self.values["safety_present"])


def empty_form(*, now: datetime, village_code: str) -> ReportForm:
    """Return a fresh form: a new id, the own village prefilled when there is only one."""
    values = {**dict.fromkeys(NAMES, ""), "village_code": village_code, "channel": FIELD_CHANNELS[0]}
    return ReportForm(new_id(), now.isoformat(timespec="seconds"), values)


def typed_form(sent: Mapping[str, str], *, now: datetime) -> ReportForm:
    """Return the form as it was sent; a damaged id or moment is replaced, so that nothing typed is lost."""
    values = {name: sent.get(name, "").replace("\r\n", "\n") for name in NAMES}
    captured = sent.get("captured_at", "")
    return ReportForm(
        uuid_of(sent.get("report_id", "")) or new_id(),
        captured if _is_moment(captured) else now.isoformat(timespec="seconds"),
        values,
    )


def missing_answers(form: ReportForm) -> dict[str, str]:
    """Return a sentence for every question that has to be answered and is not."""
    values = form.values
    problems = {}
    if not form.category:
        problems["tile"] = "请选是什么事,拿不准就选“其他”。"
    if values["danger"] not in YES_NO:
        problems["danger"] = "请回答现在有没有人有危险。"
    if form.asks_for_safety:
        problems |= {
            name: "这是家里的事,请先回答这个问题。"
            for name in ("safety_child", "safety_present")
            if values[name] not in YES_NO
        }
    if not values["summary"].strip():
        problems["summary"] = "请用一句话说清楚是什么事。"
    return problems


def content_of(form: ReportForm) -> dict[str, Json]:
    """Return the content that the form stands for, empty fields left out.

    Raises
    ------
    InvalidError
        A hidden number is none.
    """
    values = form.values
    content: dict[str, Json] = {
        "form": FORM,
        "captured_at": form.captured_at,
        "category": form.category,
        "danger": values["danger"] == "yes",
        "summary": values["summary"].strip(),
        "channel": values["channel"] or FIELD_CHANNELS[0],
    }
    texts = {
        "village_code": "village_code", "place_text": "place_text", "organisation": "organisation",
        "project": "project", "household_band": "band", "since_when": "since",
    }  # fmt: skip
    content |= {name: values[field].strip() for name, field in texts.items() if values[field].strip()}
    if values["band"]:
        content["band_status"] = values["band_status"] or "estimated"
    if form.asks_for_safety:
        content |= {name: values[name] == "yes" for name in ("safety_child", "safety_present")}
    return content | _point(values)


def _point(values: Mapping[str, str]) -> dict[str, Json]:
    named = {"lon": "lon", "lat": "lat", "accuracy_m": "accuracy_metres"}
    given = {name: values[field] for name, field in named.items() if values[field].strip()}
    if "lon" not in given or "lat" not in given:
        return {}
    try:
        return {"crs": "wgs84", **{name: float(text) for name, text in given.items()}}
    except ValueError as error:
        raise InvalidError(
            "定位没有成功。", fields={"village_code": "定位的数字不完整。请点“不用定位”,或者重新定位。"}
        ) from error


def fields_of_page(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the sentences of a refused content under the names of the page's fields."""
    found: dict[str, str] = {}
    for name, sentence in fields.items():
        found.setdefault(SENT_AS.get(name, name if name in NAMES else "summary"), sentence)
    return found


def exact_categories(actor: Actor) -> list[tuple[str, str]]:
    """Return the exact categories that an office may choose; people in the field choose by tile alone."""
    if actor.role in FIELD_ROLES:
        return []
    return [
        (code, f"{code} {name}")
        for code, name in category_names().items()
        if is_category(code) and code != IMPORT_ONLY and _may_choose(code, actor)
    ]


def _may_choose(code: str, actor: Actor) -> bool:
    if may_be_reported_in_the_field(code):
        return True
    if group_of(code) == SEALED:
        return actor.role is Role.COUNTY_LEAD
    return actor.role in COUNTY_ROLES


def channels_for(actor: Actor) -> list[tuple[str, str]]:
    """Return the ways in which this actor hears of a matter, with their words."""
    offered = FIELD_CHANNELS if actor.role in FIELD_ROLES else (*FIELD_CHANNELS, *OFFICE_CHANNELS)
    return [(name, CHANNEL_WORDS[name]) for name in offered]


def _is_moment(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
