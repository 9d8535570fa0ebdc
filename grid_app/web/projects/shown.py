"""Projects in words: what stands in the list and on the page of one; counts under five are withheld."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from flask import url_for

from grid_app.queries.findings import FindingRow
from grid_app.queries.projects import DutyRow, ProjectDetail, ProjectRow
from grid_app.vocabulary.categories import name_of
from grid_app.vocabulary.organisations import DUTY_ROLE_WORDS, PROJECT_KIND_WORDS
from grid_app.web.wording import local_date

FEW: Final = 5
ASSESSED_WORDS: Final = {True: "做过", False: "没有做", None: "还不知道"}


def few(count: int) -> str:
    """Return a count as it may be shown."""
    return f"不到 {FEW}" if count < FEW else str(count)


def list_row(one: ProjectRow) -> dict[str, object]:
    """Return one project as the list shows it."""
    return {
        "name": one.name,
        "url": url_for("projects.show", project_id=one.id),
        "kind": PROJECT_KIND_WORDS.get(one.kind, one.kind),
        "places": one.places,
        "matters": few(one.matters),
        "findings": one.findings or "",
        "assessed": ASSESSED_WORDS[one.assessed],
        "asks": bool(one.findings) and one.assessed is not True,
    }


def facts_of(project: ProjectDetail, *, matters: int) -> list[tuple[str, str]]:
    """Return what a project is."""
    told = [
        ("种类", PROJECT_KIND_WORDS.get(project.kind, project.kind)),
        ("地点", project.places),
        ("位置", f"东经 {project.lon}、北纬 {project.lat}" if project.lon is not None else ""),
        ("社会稳定风险评估", ASSESSED_WORDS[project.assessed]),
        ("评估报告", project.report_ref),
        ("未办结事项", f"{few(matters)} 件"),
        ("已结束", local_date(project.ended_on) if project.ended_on else ""),
    ]
    return [pair for pair in told if pair[1]]


def duty_rows(duties: Sequence[DutyRow]) -> list[dict[str, object]]:
    """Return the chain of duties, the present ones first."""
    return [
        {
            "id": one.id,
            "role": DUTY_ROLE_WORDS.get(one.role, one.role),
            "organisation": one.organisation,
            "waits": one.waits,
            "time": _time(one.since, one.until),
            "open": one.until is None,
        }
        for one in duties
    ]


def chain_words(duties: Sequence[DutyRow]) -> str:
    """Return who has which duty now, in one line."""
    now = [f"{DUTY_ROLE_WORDS.get(one.role, one.role)}:{one.organisation}" for one in duties if one.until is None]
    return ";".join(now)


def finding_row(one: FindingRow) -> dict[str, object]:
    """Return a shared grievance of the project."""
    return {
        "code": one.code,
        "url": url_for("findings.detail", finding_id=one.finding_id),
        "what": f"{one.township} {one.place} {name_of(one.category)}".strip(),
        "households": few(one.households_now),
    }


def _time(since: date | None, until: date | None) -> str:
    if since is None and until is None:
        return "现在"
    begin = f"{since.year}年{local_date(since)}" if since else "开始的日期不清楚"
    return f"{begin} 到 {until.year}年{local_date(until)}" if until else f"{begin}起"
