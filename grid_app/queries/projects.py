"""Projects and sites: which touch an area, their duties, their matters in the scope, and where no risks were assessed.

Matters of a project are counted, and counts under five withheld; the matters themselves are listed to whoever may see
them. No question here is about a person.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.organisations import OrganisationEntry
from grid_app.models.places import Division
from grid_app.models.projects import Project, ProjectDuty, ProjectMatter, ProjectPlace
from grid_app.models.rounds import Finding, FindingMember
from grid_app.policy import Actor, Scope
from grid_app.queries.disputes import DisputeLine, lines_by_id
from grid_app.queries.disputes_places import place_names
from grid_app.queries.findings import FindingRow, findings_by_id
from grid_app.queries.scoping import visible
from grid_app.vocabulary.findings import UNDER_WAY
from grid_app.vocabulary.words import OPEN_STATES

PER_PAGE: Final = 20
MOST_MATTERS: Final = 50
MOST_TEXTS: Final = 20


@dataclass(frozen=True)
class ProjectRow:
    """One project of a list; ``matters`` and ``findings`` are those under way in the scope."""

    id: UUID
    kind: str
    name: str
    places: str
    assessed: bool | None
    ended_on: date | None
    matters: int
    findings: int


@dataclass(frozen=True)
class DutyRow:
    """One organisation with its duty; ``waits`` says that the county has not confirmed its name."""

    id: UUID
    role: str
    organisation: str
    since: date | None
    until: date | None
    waits: bool


@dataclass(frozen=True)
class ProjectDetail:
    """A project with everything that its page shows."""

    id: UUID
    version: int
    kind: str
    name: str
    villages: tuple[str, ...]
    places: str
    lon: float | None
    lat: float | None
    assessed: bool | None
    report_ref: str
    ended_on: date | None
    duties: tuple[DutyRow, ...]


def touches(path: str) -> ColumnElement[bool]:
    """Return the condition that a project touches the area with this path."""
    return exists().where(
        ProjectPlace.project_id == Project.id,
        Division.code == ProjectPlace.division_code,
        Division.path.startswith(path, autoescape=True),
    )


def codes_of(project_id: UUID) -> Select[str]:
    """Return the question for the codes of a project's villages and their grids."""
    here = select(ProjectPlace.division_code).where(ProjectPlace.project_id == project_id)
    return select(Division.code).where(or_(Division.code.in_(here), Division.parent_code.in_(here)))


def projects_of(
    session: Session, actor: Actor, scope: Scope, *, only: str = "open", words: str = "", page: int = 0
) -> tuple[list[ProjectRow], bool]:
    """Return a page of the projects that touch the actor's area, and whether there are more.

    ``only``: open, unassessed (under way, and nobody has said that risks were assessed) or ended.
    """
    conditions = [touches(actor.division_path)]
    conditions.append(Project.ended_on.is_not(None) if only == "ended" else Project.ended_on.is_(None))
    if only == "unassessed":
        conditions.append(or_(Project.risk_assessment_done.is_(None), Project.risk_assessment_done.is_(False)))
    if words.strip():
        conditions.append(Project.name.contains(words.strip()[:40], autoescape=True))
    found = session.scalars(
        select(Project)
        .where(*conditions)
        .order_by(Project.name, Project.id)
        .offset(max(page, 0) * PER_PAGE)
        .limit(PER_PAGE + 1)
    ).all()
    shown = found[:PER_PAGE]
    matters = _open_counts(session, scope, [one.id for one in shown])
    findings = {one.id: len(findings_at(session, actor, one.id)) for one in shown}
    rows = [
        ProjectRow(
            one.id, one.kind, one.name, _places(session, one.id)[1], one.risk_assessment_done, one.ended_on,
            matters.get(one.id, 0), findings[one.id],
        )
        for one in shown
    ]  # fmt: skip
    return rows, len(found) > PER_PAGE


def project_detail(session: Session, actor: Actor, project_id: UUID) -> ProjectDetail | None:
    """Return a project that touches the actor's area."""
    row = session.scalar(select(Project).where(Project.id == project_id, touches(actor.division_path)))
    if row is None:
        return None
    codes, places = _places(session, row.id)
    return ProjectDetail(
        row.id, row.version, row.kind, row.name, codes, places, row.lon, row.lat, row.risk_assessment_done,
        row.report_ref, row.ended_on, tuple(duties_of(session, row.id)),
    )  # fmt: skip


def duties_of(session: Session, project_id: UUID) -> list[DutyRow]:
    """Return who has or had which duty on a project, the present ones first."""
    rows = session.execute(
        select(ProjectDuty, Organisation.name, OrganisationEntry.organisation_id)
        .join(Organisation, Organisation.id == ProjectDuty.organisation_id)
        .outerjoin(OrganisationEntry, OrganisationEntry.organisation_id == Organisation.id)
        .where(ProjectDuty.project_id == project_id)
        .order_by(ProjectDuty.until.is_not(None), ProjectDuty.role, ProjectDuty.at, ProjectDuty.id)
    )
    return [DutyRow(one.id, one.role, name, one.since, one.until, entry is None) for one, name, entry in rows]


def project_of(session: Session, dispute_id: UUID) -> tuple[UUID, str] | None:
    """Return the project of a dispute whose reach was checked."""
    row = session.execute(
        select(Project.id, Project.name)
        .join(ProjectMatter, ProjectMatter.project_id == Project.id)
        .where(ProjectMatter.dispute_id == dispute_id)
    ).first()
    return (row[0], row[1]) if row else None


def projects_at(session: Session, codes: Collection[str]) -> list[tuple[UUID, str]]:
    """Return the projects under way that touch these villages, or a township that is all that is known, by name."""
    villages = {code[:12] for code in codes if len(code) >= 12}
    townships = {code for code in codes if len(code) < 12}
    here: list[ColumnElement[bool]] = [ProjectPlace.division_code.in_(villages)]
    here += [ProjectPlace.division_code.startswith(code, autoescape=True) for code in townships]
    rows = session.execute(
        select(Project.id, Project.name)
        .where(Project.ended_on.is_(None), exists().where(ProjectPlace.project_id == Project.id, or_(*here)))
        .order_by(Project.name, Project.id)
        .limit(200)
    )
    return [(one, name) for one, name in rows]


def matters_of(session: Session, scope: Scope, project_id: UUID) -> list[DisputeLine]:
    """Return the open matters of a project that lie in the scope, the newest first."""
    ids = session.scalars(
        select(Dispute.id)
        .join(ProjectMatter, ProjectMatter.dispute_id == Dispute.id)
        .where(ProjectMatter.project_id == project_id, Dispute.state.in_(OPEN_STATES), visible(scope))
        .order_by(Dispute.received_at.desc(), Dispute.id)
        .limit(MOST_MATTERS)
    ).all()
    return lines_by_id(session, scope=scope, ids=list(ids))


def texts_at(session: Session, scope: Scope, project_id: UUID) -> list[tuple[str, int]]:
    """Return what people typed as the project in its places and nobody has put to a project, the commonest first."""
    rows = session.execute(
        select(Dispute.project, func.count())
        .where(
            Dispute.division_code.in_(codes_of(project_id)),
            Dispute.project != "",
            visible(scope),
            ~exists().where(ProjectMatter.dispute_id == Dispute.id),
        )
        .group_by(Dispute.project)
        .order_by(func.count().desc(), Dispute.project)
        .limit(MOST_TEXTS)
    )
    return [(text, count) for text, count in rows]


def findings_at(session: Session, actor: Actor, project_id: UUID) -> list[FindingRow]:
    """Return the shared grievances under way whose members belong to the project, in the actor's area."""
    ids = session.scalars(
        select(Finding.id)
        .where(
            Finding.state.in_(UNDER_WAY),
            exists().where(
                and_(
                    FindingMember.finding_id == Finding.id,
                    ProjectMatter.dispute_id == FindingMember.dispute_id,
                    ProjectMatter.project_id == project_id,
                )
            ),
        )
        .order_by(Finding.id)
    ).all()
    return findings_by_id(session, actor, list(ids)) if ids else []


def _open_counts(session: Session, scope: Scope, ids: Collection[UUID]) -> dict[UUID, int]:
    rows: Any = session.execute(
        select(ProjectMatter.project_id, func.count())
        .join(Dispute, Dispute.id == ProjectMatter.dispute_id)
        .where(ProjectMatter.project_id.in_(ids), Dispute.state.in_(OPEN_STATES), visible(scope))
        .group_by(ProjectMatter.project_id)
    )
    return dict(rows.all())


def _places(session: Session, project_id: UUID) -> tuple[tuple[str, ...], str]:
    """Return the codes of a project's villages, and their names in words."""
    codes = tuple(
        session.scalars(
            select(ProjectPlace.division_code)
            .where(ProjectPlace.project_id == project_id)
            .order_by(ProjectPlace.division_code)
        )
    )
    names = place_names(session, codes)
    shown = "、".join(names[code] for code in codes[:4])
    return codes, f"{shown}等 {len(codes)} 个村(社区)" if len(codes) > 4 else shown
