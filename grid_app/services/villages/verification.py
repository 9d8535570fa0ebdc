"""The verification sheet of a naming with the evidence of the seven criteria as its annex, as Word file or PDF."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, Row, Values, fill
from grid_app.documents.kinds import kinds
from grid_app.documents.pdf import typeset
from grid_app.documents.reading import read_docx
from grid_app.models.places import Division
from grid_app.policy import Actor, Scope
from grid_app.queries.documents import template_in_force
from grid_app.queries.map_layers import NAMING_WORDS
from grid_app.queries.naming_course import Course, course_of
from grid_app.queries.village_months import months_of
from grid_app.queries.village_status import VillageStatus, statuses_in
from grid_app.services.audit import record_audit
from grid_app.services.documents.templates import county_of
from grid_app.services.villages.checks import village_of_actor
from grid_app.standing.criteria import RESULT_WORDS
from grid_app.standing.states import STATE_WORDS
from grid_app.vocabulary.namings import STEP_WORDS

KIND: Final = "village_verification"
NONE: Final = "无"


def sheet_of(session: Session, *, code: str, actor: Actor, now: datetime) -> tuple[str, bytes, Made]:
    """Return title, DOCX and making of one village's verification sheet; that it was made stands in the audit trail.

    Raises
    ------
    NotFoundError
        The village is none of the actor's area.
    """
    village = village_of_actor(session, code, actor)
    day = local_date(now)
    status = statuses_in(session, scope=Scope(paths=(village.path,)), on=day)[code]
    course = course_of(session, code=code, on=day)
    digest = next((one.digest for one in months_of(session, code=code)), NONE)
    template = template_in_force(session, county_code=county_of(actor), kind=KIND)
    kind = kinds()[KIND]
    place = _place(session, village)
    made = Made(f"{kind.title} {place}", actor.unit_name, now)
    values: Values = {
        **_naming(course),
        **_status(status),
        "村社区": place,
        "核验日期": _day(day),
        "核对码": digest[:16],
        "单位": actor.unit_name,
        "签发日期": _day(day),
    }
    body = fill(template.body if template else default_template(KIND), kind, values, made)
    record_audit(session, actor, "village_status.printed", now=now, target=("division", code))
    return kind.title, body, made


def as_pdf(body: bytes, made: Made) -> bytes:
    """Return a sheet's DOCX as PDF; call it with no transaction open."""
    return typeset(read_docx(body), made).body


def _place(session: Session, village: Division) -> str:
    township = session.get(Division, village.parent_code) if village.parent_code else None
    return f"{township.name if township else ''}{village.name}"


def _naming(course: Course) -> Values:
    row = course.naming
    steps: list[Row] = [
        {
            "步骤": STEP_WORDS[one.kind],
            "日期": _day(one.done_on),
            "单位": one.unit,
            "文号": one.document_number or NONE,
            "情况": one.reason or NONE,
        }
        for one in course.steps
    ]
    empty: Row = {"步骤": "没有登记步骤", "日期": NONE, "单位": NONE, "文号": NONE, "情况": NONE}
    return {
        "命名状态": NAMING_WORDS[course.status],
        "命名文号": row.document_number if row else NONE,
        "命名日期": _day(row.named_on) if row else NONE,
        "到期日期": _day(row.expires_on) if row and row.expires_on else NONE,
        "命名步骤": steps or [empty],
    }


def _status(status: VillageStatus) -> Values:
    rows: list[Row] = [
        {"项目": f"{one.key} {one.name}", "结果": RESULT_WORDS[one.state], "情况": one.evidence, "要求": one.why}
        for one in status.criteria
    ]
    return {
        "评估月份": f"{status.month.year}年{status.month.month}月1日" if status.month else "还没有评估",
        "服务状态": STATE_WORDS[status.state],
        "状态理由": status.why,
        "服务依据": rows,
        "办理情况": [{"项目": one.name, "结果": one.band, "情况": one.meaning} for one in status.outcomes]
        or [{"项目": "还没有评估", "结果": NONE, "情况": NONE}],
    }


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else NONE
