"""Registering projects and sites (工程项目、标段、楼盘、市场) and the chain of organisations with a duty there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.coordinates import in_china
from grid_app.clock import local_date
from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.places import Division
from grid_app.models.projects import Project, ProjectDuty, ProjectPlace
from grid_app.policy import Action, Actor, allows, covers
from grid_app.queries.projects import touches
from grid_app.services.audit import record_audit
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import take_turn, written
from grid_app.services.organisations.entries import chosen_organisation
from grid_app.services.organisations.names import letters_of
from grid_app.vocabulary.organisations import DUTY_ROLE_WORDS, PROJECT_KIND_WORDS

NOT_SAVED: Final = "没有保存,已填的都还在。"
NO_PROJECT: Final = "没有这个项目,或者它不在您的辖区内。"
LONGEST: Final = 100
EARLIEST: Final = date(1949, 10, 1)
ASSESSED: Final = {"yes": True, "no": False, "": None}


@dataclass(frozen=True, kw_only=True)
class Sketch:
    """A project as an office describes it.

    ``villages`` are codes; ``lon`` and ``lat`` (WGS84) may be empty. ``assessed`` is yes, no or empty: whether risks
    were assessed before the decision (重大行政决策程序暂行条例 22-24).
    """

    kind: str
    name: str
    villages: Collection[str]
    lon: float | None = None
    lat: float | None = None
    assessed: str = ""
    report_ref: str = ""
    ended_on: date | None = None


@dataclass(frozen=True)
class Duty:
    """Which organisation has which duty, since and until which day."""

    role: str
    organisation: str
    since: date | None = None
    until: date | None = None


def add_project(session: Session, *, actor: Actor, sketch: Sketch, now: datetime) -> UUID:
    """Register a project and return its id.

    Raises
    ------
    InvalidError
        Something is missing or wrong.
    ConflictError
        One of that name is there already.
    """
    _permitted(actor)
    checked = _checked(session, actor, sketch, now)
    take_turn(session)
    _refuse_twin(session, checked, but=None)
    row = Project(id=new_id(), made_at=now, made_by=actor.assignment_id, **_columns(checked))
    session.add(row)
    session.flush()  # its places refer to it
    session.add_all(ProjectPlace(project_id=row.id, division_code=code) for code in sorted(set(checked.villages)))
    _tell(session, actor, row.id, "project.added", now)
    return row.id


def change_project(
    session: Session, *, actor: Actor, project_id: UUID, version: int, sketch: Sketch, now: datetime
) -> None:
    """Change what a project is; the second of two people is told and keeps what was typed."""
    row = _claimed(session, actor, project_id, version)
    checked = _checked(session, actor, sketch, now)
    _refuse_twin(session, checked, but=row.id)
    for name, value in _columns(checked).items():
        setattr(row, name, value)
    row.version += 1
    session.execute(delete(ProjectPlace).where(ProjectPlace.project_id == row.id))
    session.add_all(ProjectPlace(project_id=row.id, division_code=code) for code in sorted(set(checked.villages)))
    _tell(session, actor, row.id, "project.changed", now)


def add_duty(session: Session, *, actor: Actor, project_id: UUID, duty: Duty, now: datetime) -> None:
    """Enter an organisation with its duty on the project; a new name is entered for the county to confirm.

    Raises
    ------
    InvalidError
        The role, the name or a day is wrong.
    ConflictError
        It has this duty already.
    """
    row = _own(session, actor, project_id)
    wrong = {}
    if duty.role not in DUTY_ROLE_WORDS:
        wrong["role"] = "请选是哪一种责任。"
    if duty.since is not None and not EARLIEST <= duty.since <= local_date(now):
        wrong["since"] = "从哪天起,不能晚于今天,也不能太早。"
    if duty.until is not None and duty.since is not None and duty.until < duty.since:
        wrong["until"] = "结束的日期早于开始的日期。"
    if not duty.organisation.strip():
        wrong["organisation"] = "请写单位全称。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    organisation = chosen_organisation(session, name=duty.organisation, field="organisation")
    if organisation is None:
        raise InvalidError(NOT_SAVED, fields={"organisation": "请写单位全称。"})
    same = select(ProjectDuty.id).where(
        ProjectDuty.project_id == row.id, ProjectDuty.role == duty.role, ProjectDuty.organisation_id == organisation,
        ProjectDuty.until.is_(None),
    )  # fmt: skip
    if session.scalar(same) is not None:
        raise ConflictError("这个单位的这项责任已经登记了,没有重复登记。", code="registered_before")
    session.add(
        ProjectDuty(
            project_id=row.id, role=duty.role, organisation_id=organisation, since=duty.since, until=duty.until,
            at=now, assignment_id=actor.assignment_id,
        )
    )  # fmt: skip
    _tell(session, actor, row.id, "project.duty_added", now)


def end_duty(
    session: Session, *, actor: Actor, project_id: UUID, duty_id: UUID, until: date | None, now: datetime
) -> None:
    """Write down until which day a duty lasted; the entry stays."""
    row = _own(session, actor, project_id)
    duty = session.get(ProjectDuty, duty_id)
    if duty is None or duty.project_id != row.id or duty.until is not None:
        raise NotFoundError("没有这一条责任,可能刚刚有人改过。请看看页面上的最新情况。")
    if until is None or until > local_date(now) or (duty.since is not None and until < duty.since):
        raise InvalidError(NOT_SAVED, fields={"until": "请填到哪天为止,不能晚于今天,也不能早于开始的日期。"})
    duty.until = until
    _tell(session, actor, row.id, "project.duty_ended", now)


def _permitted(actor: Actor) -> None:
    if not allows(actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("项目由乡镇和县级登记。什么也没有改。")


def _own(session: Session, actor: Actor, project_id: UUID) -> Project:
    """Return a project that touches the actor's area, locked.

    Raises
    ------
    NotFoundError
        There is none.
    """
    _permitted(actor)
    take_turn(session)
    row = session.scalar(
        select(Project)
        .where(Project.id == project_id, touches(actor.division_path))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(NO_PROJECT)
    return row


def _claimed(session: Session, actor: Actor, project_id: UUID, version: int) -> Project:
    row = _own(session, actor, project_id)
    if row.version != version:
        raise ConflictError("这个项目在您打开页面以后有人改过。您填的还在下面,请先核对再提交。", code="overtaken")
    outside = session.scalar(
        select(ProjectPlace.division_code)
        .join(Division, Division.code == ProjectPlace.division_code)
        .where(ProjectPlace.project_id == row.id, ~Division.path.startswith(actor.division_path, autoescape=True))
        .limit(1)
    )
    if outside is not None:
        raise ForbiddenError("这个项目还涉及别的乡镇,由县级修改。责任单位可以在这里登记。")
    return row


def _checked(session: Session, actor: Actor, sketch: Sketch, now: datetime) -> Sketch:
    name = " ".join(written(sketch.name, field="name", what="项目名称").split())
    report = " ".join(written(sketch.report_ref, field="report_ref", what="评估报告的名称和文号", least=0).split())
    refuse_control_words({"name": name})
    known = {
        "kind": (sketch.kind in PROJECT_KIND_WORDS, "请选是哪一种。"),
        "name": (len(letters_of(name)) > 0 and len(name) <= LONGEST, f"项目名称要写字,最多 {LONGEST} 个。"),
        "report_ref": (len(report) <= LONGEST, f"最多 {LONGEST} 个字,请缩短。"),
        "assessed": (sketch.assessed == "yes" or not report, "写了评估报告的,请选“做过”。"),
        "villages": (_are_own(session, actor, sketch.villages), "请选项目涉及的村(社区),至少一个。"),
        "lon": (_is_point(sketch.lon, sketch.lat), "经度和纬度要一起填,例如 111.05 和 29.05;不知道就都空着。"),
        "ended_on": (_is_past(sketch.ended_on, local_date(now)), "结束的日期不能晚于今天。"),
    }
    wrong = {field: told for field, (fits, told) in known.items() if not fits}
    if sketch.assessed not in ASSESSED:
        wrong["assessed"] = "请选做过没有。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return Sketch(
        kind=sketch.kind, name=name, villages=sketch.villages, lon=sketch.lon, lat=sketch.lat,
        assessed=sketch.assessed, report_ref=report, ended_on=sketch.ended_on,
    )  # fmt: skip


def _is_point(lon: float | None, lat: float | None) -> bool:
    if lon is None or lat is None:
        return lon is lat
    return bool(in_china(lon, lat))


def _is_past(day: date | None, today: date) -> bool:
    return day is None or day <= today


def _are_own(session: Session, actor: Actor, codes: Collection[str]) -> bool:
    villages = session.scalars(
        select(Division).where(Division.code.in_(set(codes)), Division.level == "village", Division.valid_to.is_(None))
    ).all()
    return 0 < len(villages) == len(set(codes)) and all(covers(actor, one.path) for one in villages)


def _columns(sketch: Sketch) -> dict[str, object]:
    return {
        "kind": sketch.kind,
        "name": sketch.name,
        "name_key": letters_of(sketch.name)[:LONGEST],
        "lon": sketch.lon,
        "lat": sketch.lat,
        "risk_assessment_done": ASSESSED[sketch.assessed],
        "report_ref": sketch.report_ref,
        "ended_on": sketch.ended_on,
    }


def _refuse_twin(session: Session, sketch: Sketch, *, but: UUID | None) -> None:
    twin = session.scalar(
        select(Project.id)
        .join(ProjectPlace, ProjectPlace.project_id == Project.id)
        .where(
            Project.name_key == letters_of(sketch.name)[:LONGEST],
            ProjectPlace.division_code.in_(set(sketch.villages)),
            Project.ended_on.is_(None),
        )
    )
    if twin is not None and twin != but:
        raise ConflictError(f"这里已经有一个“{sketch.name}”,没有重复登记。请在列表里找到它。", code="registered_before")


def _tell(session: Session, actor: Actor, project_id: UUID, action: str, now: datetime) -> None:
    record_audit(session, actor, action, now=now, target=("project", str(project_id)))
