"""The forms of incidents: what was typed, kept as typed, and what it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from grid_app.clock import SHANGHAI, local
from grid_app.database.base import new_id
from grid_app.errors import InvalidError
from grid_app.services.incidents.content import NOT_SAVED, Moments, Telling
from grid_app.services.incidents.opening import Opening
from grid_app.services.incidents.reports import Report
from grid_app.services.typed import uuid_of, whole_of, without_null

FIELDS: Final = (
    "token", "way", "kind", "unit", "division", "place", "category", "happened", "occurred_at", "known_at",
    "called_at", "about_unit", "issue", "band", "about", "asked", "answering", "same_as", "looked", "corrects",
    "captured_at", "opened_at",
)  # fmt: skip
NO_MOMENT: Final = "时间没有填对。请写成 2026-11-20 10:30 这样。"
TYPED_AS: Final = "%Y-%m-%dT%H:%M"
MOMENT_FIELDS: Final = ("known_at", "occurred_at", "called_at")


@dataclass(frozen=True)
class IncidentForm:
    """What stands in a form, as typed."""

    values: Mapping[str, str]

    def __getitem__(self, name: str) -> str:
        """Return a field's text, empty when it was not sent."""
        return self.values.get(name, "")


def fresh_form(*, now: datetime, **given: str) -> IncidentForm:
    """Return an empty form with a mark of its own, so that sending it twice makes one report."""
    return IncidentForm({"token": str(new_id()), "opened_at": now.isoformat(), "happened": "about", **given})


def typed_form(sent: Mapping[str, str]) -> IncidentForm:
    """Return a form as it was sent."""
    return IncidentForm({name: without_null(sent.get(name, "")) for name in FIELDS})


def opening_of(form: IncidentForm) -> Opening:
    """Return the incident that a form describes.

    Raises
    ------
    InvalidError
        A time, a unit or the mark of the form cannot be read.
    """
    problems: dict[str, str] = {}
    known, occurred, called = (_moment(form, name, problems) for name in MOMENT_FIELDS)
    token = _token(form, problems)
    _refuse(problems)
    return Opening(
        way=form["way"], unit_id=uuid_of(form["unit"]), division_code=form["division"], place_words=form["place"],
        category=form["category"], times=Moments(known, form["happened"], occurred, called),
        about_unit_id=uuid_of(form["about_unit"]), telling=telling_of(form), token=token,
        device_at=device_moment(form), looked=form["looked"] == "1", same_as=uuid_of(form["same_as"]),
    )  # fmt: skip


def report_of(form: IncidentForm) -> Report:
    """Return the report on a standing incident that a form describes.

    Raises
    ------
    InvalidError
        A time or the mark of the form cannot be read.
    """
    problems: dict[str, str] = {}
    called = _moment(form, "called_at", problems)
    token = _token(form, problems)
    _refuse(problems)
    return Report(
        kind=form["kind"], token=token, telling=telling_of(form), way=form["way"] or "written", called_at=called,
        device_at=device_moment(form), corrects=whole_of(form["corrects"]),
    )  # fmt: skip


def telling_of(form: IncidentForm) -> Telling:
    """Return what a form tells."""
    return Telling(form["issue"], form["band"], form["about"], form["asked"], form["answering"])


def device_moment(form: IncidentForm) -> datetime | None:
    """Return what the device's clock said when the form was sent; without script, when the form was opened."""
    for name in ("captured_at", "opened_at"):
        try:
            found = datetime.fromisoformat(form[name])
        except ValueError:
            continue
        if found.tzinfo is not None and 2000 < found.year < 2200:
            return found.astimezone(UTC)
    return None


def typed_moment(moment: datetime) -> str:
    """Return a moment as a field of a form holds it."""
    return local(moment).strftime(TYPED_AS)


def _moment(form: IncidentForm, name: str, problems: dict[str, str]) -> datetime | None:
    text = form[name].strip().replace(" ", "T")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        problems[name] = NO_MOMENT
        return None
    if found.tzinfo is not None or not 2000 < found.year < 2200:
        problems[name] = NO_MOMENT
        return None
    return found.replace(tzinfo=SHANGHAI).astimezone(UTC)


def _token(form: IncidentForm, problems: dict[str, str]) -> UUID:
    found = uuid_of(form["token"])
    if found is None:
        problems["issue"] = "这张表打开得不完整。您填的还在,请再点一次提交。"
    return found or new_id()


def _refuse(problems: Mapping[str, str]) -> None:
    if problems:
        raise InvalidError(NOT_SAVED, fields=problems)
