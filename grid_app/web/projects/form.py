"""The form of a project: what was typed, and the sketch it becomes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from werkzeug.datastructures import MultiDict

from grid_app.errors import InvalidError
from grid_app.queries.projects import ProjectDetail
from grid_app.services.projects.registry import NOT_SAVED, Sketch
from grid_app.services.typed import day_of

FIELDS: Final = ("kind", "name", "lon", "lat", "assessed", "report_ref", "ended_on")
NO_DAY: Final = "日期要写成 2026-11-20 这样。"


@dataclass(frozen=True)
class ProjectForm:
    """What stands in the form, as typed; ``villages`` are the codes that are ticked."""

    values: Mapping[str, str]
    villages: frozenset[str]


def typed_project(sent: MultiDict[str, str]) -> ProjectForm:
    """Return the form as it was sent."""
    return ProjectForm({name: sent.get(name, "") for name in FIELDS}, frozenset(sent.getlist("villages")))


def form_of(project: ProjectDetail) -> ProjectForm:
    """Return the form with what is stored."""
    assessed = {True: "yes", False: "no", None: ""}[project.assessed]
    values = {
        "kind": project.kind,
        "name": project.name,
        "lon": "" if project.lon is None else str(project.lon),
        "lat": "" if project.lat is None else str(project.lat),
        "assessed": assessed,
        "report_ref": project.report_ref,
        "ended_on": project.ended_on.isoformat() if project.ended_on else "",
    }
    return ProjectForm(values, frozenset(project.villages))


def sketch_of(form: ProjectForm) -> Sketch:
    """Return what the form says.

    Raises
    ------
    InvalidError
        A day or a number is none.
    """
    values, problems = form.values, dict[str, str]()
    lon, lat = _number(values["lon"], problems), _number(values["lat"], problems)
    ended_on = day_in(values["ended_on"], "ended_on", problems)
    if problems:
        raise InvalidError(NOT_SAVED, fields=problems)
    return Sketch(
        kind=values["kind"], name=values["name"], villages=form.villages, lon=lon, lat=lat,
        assessed=values["assessed"], report_ref=values["report_ref"], ended_on=ended_on,
    )  # fmt: skip


def day_in(text: str, field: str, problems: dict[str, str]) -> date | None:
    """Return a typed day, ``None`` for an empty field; what is none is told in ``problems``."""
    found = day_of(text)
    if text.strip() and found is None:
        problems[field] = NO_DAY
    return found


def _number(text: str, problems: dict[str, str]) -> float | None:
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError:
        problems["lon"] = "经度、纬度只填数字,例如 111.05 和 29.05;不知道就都空着。"
        return None
