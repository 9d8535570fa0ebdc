"""Which matters belong to a project: chosen by a person, by hand or by the registered name; what was typed stays."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.disputes import Dispute
from grid_app.models.projects import Project, ProjectMatter, ProjectPlace
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.projects import codes_of, touches
from grid_app.queries.scoping import visible
from grid_app.services.audit import record_audit
from grid_app.services.matters.step import Step, claimed, permitted, write
from grid_app.services.organisations.names import letters_of

LONGEST_KEY = 100
MOST_AT_ONCE = 500


def choose_project(session: Session, step: Step, *, project_id: UUID | None) -> None:
    """Say to which project a dispute belongs, or that it belongs to none.

    Raises
    ------
    InvalidError
        The project lies elsewhere.
    """
    step = permitted(step, Action.ADD_TO_DISPUTE)
    project = session.get(Project, project_id) if project_id else None
    kind = "project_unlinked" if project is None else "project_linked"
    dispute = claimed(session, step, kind=kind, note=project.name if project else "")
    if project_id is not None and (project is None or not _is_here(session, project.id, dispute.division_code)):
        raise InvalidError("没有保存。", fields={"project": "请从列表里选这个地方的项目。"})
    row = session.get(ProjectMatter, dispute.id)
    if project is None:
        if row is not None:
            session.delete(row)
            write(session, step, dispute, kind=kind)
        return
    if row is not None and row.project_id == project.id:
        return
    _put(session, dispute.id, project.id, at=step.now, assignment_id=step.actor.assignment_id)
    write(session, step, dispute, kind=kind, note=project.name, details={"project": str(project.id)})


def follow_text(session: Session, step: Step, dispute: Dispute, *, before: str) -> None:
    """Keep the project of a dispute true to what was just typed as its project.

    The registered name of a project here means it; another text, or none, takes the matter out again.
    """
    if dispute.project == before:
        return
    found = _named(session, [dispute]).get(dispute.id)
    row = session.get(ProjectMatter, dispute.id)
    if found is not None:
        _put(session, dispute.id, found, at=step.now, assignment_id=step.actor.assignment_id)
    elif row is not None:
        session.delete(row)


def link_named(session: Session, disputes: Iterable[Dispute], *, at: datetime, assignment_id: UUID | None) -> None:
    """Put new reports, whose reporter chose or wrote a project's registered name, to that project."""
    named = [one for one in disputes if one.project]
    if not named:
        return
    session.add_all(
        ProjectMatter(dispute_id=one, project_id=project, at=at, assignment_id=assignment_id)
        for one, project in _named(session, named).items()
    )


def adopt_text(session: Session, *, actor: Actor, project_id: UUID, text: str, now: datetime) -> int:
    """Put every matter of the project's places with exactly this text as its project to it; return how many.

    Raises
    ------
    ForbiddenError, NotFoundError
        The role does not, or the project is not there.
    """
    if not allows(actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("由乡镇和县级对上项目。什么也没有改。")
    project = session.scalar(select(Project).where(Project.id == project_id, touches(actor.division_path)))
    if project is None:
        raise NotFoundError("没有这个项目,或者它不在您的辖区内。")
    found = session.scalars(
        select(Dispute)
        .where(
            Dispute.project == text,
            visible(dispute_scope(actor)),
            Dispute.division_code.in_(codes_of(project.id)),
            ~exists().where(ProjectMatter.dispute_id == Dispute.id),
        )
        .order_by(Dispute.id)
        .limit(MOST_AT_ONCE)
    ).all()
    for dispute in found if text else ():
        choose_project(session, Step(dispute.id, actor, dispute.version, now), project_id=project.id)
    details = {"matters": len(found)}
    target = ("project", str(project.id))
    record_audit(session, actor, "project.matter_linked", now=now, target=target, details=details)
    return len(found)


def _named(session: Session, disputes: list[Dispute]) -> dict[UUID, UUID]:
    """Return the project that each dispute's text names at its place, where there is exactly one."""
    keys = {letters_of(one.project)[:LONGEST_KEY] for one in disputes} - {""}
    villages = {one.division_code[:12] for one in disputes}
    rows = session.execute(
        select(Project.name_key, ProjectPlace.division_code, Project.id)
        .join(ProjectPlace, ProjectPlace.project_id == Project.id)
        .where(Project.name_key.in_(keys), ProjectPlace.division_code.in_(villages), Project.ended_on.is_(None))
    )
    known = {(key, village): project for key, village, project in rows}
    found = {one.id: known.get((letters_of(one.project)[:LONGEST_KEY], one.division_code[:12])) for one in disputes}
    return {one: project for one, project in found.items() if project is not None}


def _is_here(session: Session, project_id: UUID, code: str) -> bool:
    """Say whether a project touches the village of a place, or lies in the township that is all that is known of it."""
    places = select(ProjectPlace.division_code).where(ProjectPlace.project_id == project_id)
    return any(one == code[:12] or one.startswith(code) for one in session.scalars(places))


def _put(session: Session, dispute_id: UUID, project_id: UUID, *, at: datetime, assignment_id: UUID | None) -> None:
    row = session.get(ProjectMatter, dispute_id) or ProjectMatter(dispute_id=dispute_id)
    row.project_id, row.at, row.assignment_id = project_id, at, assignment_id
    session.add(row)
