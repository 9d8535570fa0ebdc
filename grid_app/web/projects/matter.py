"""The project of a dispute: its card, and the page where a person chooses it among the projects of the place."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.projects import duties_of, project_of, projects_at
from grid_app.services.matters.step import NO_SUCH, AlreadyDoneError
from grid_app.services.projects.matters import choose_project
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import OPEN_STATES
from grid_app.web.card import Card, OpenSession
from grid_app.web.projects.shown import chain_words
from grid_app.web.step_forms import NO_TROUBLE, STATUS, Trouble, Typed, step_on
from grid_app.web.without_names import shown_detail

FORM = "project"


def project_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:  # noqa: ARG001 - every card maker takes the moment
    """Return the project of a dispute with its duties, or the way to choose one where there are any."""
    project = project_of(session, detail.id)
    choices = projects_at(session, [detail.division_code])
    may_choose = allows(actor, Action.ADD_TO_DISPUTE) and detail.state in OPEN_STATES
    choose = (("选项目" if project is None else "改项目", url_for("projects.choose", dispute_id=detail.id)),)
    if project is None:
        if not choices or not may_choose:
            return None
        return Card("项目", links=choose, hint="牵涉到这里的项目吗?选上以后,责任单位就清楚了。")
    shown = (("看项目", url_for("projects.show", project_id=project[0])),) if _sees_projects(actor) else ()
    facts = (("项目", project[1]), ("责任链", chain_words(duties_of(session, project[0])) or "还没有登记"))
    return Card("项目", facts, (*shown, *(choose if may_choose else ())))


@requires(Action.ADD_TO_DISPUTE)
def choose(dispute_id: UUID) -> Response:
    """Show the projects of the place, to choose one by hand."""
    return _page(dispute_id, NO_TROUBLE, 200)


@requires(Action.ADD_TO_DISPUTE)
def save(dispute_id: UUID) -> Response | WerkzeugResponse:
    """Put the dispute to a project, or take it out."""
    typed = Typed(FORM)
    try:
        wanted = _wanted(typed)
        with transaction() as session:
            choose_project(session, step_on(dispute_id), project_id=wanted)
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (ConflictError, InvalidError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        told = {f"{FORM}_{name}": sentence for name, sentence in fields.items()}
        return _page(dispute_id, Trouble(FORM, refusal.sentence, told, typed.values), STATUS[refusal.default_code])
    else:
        flash("已保存。", "success")
    return redirect(url_for("disputes.detail", dispute_id=dispute_id))


def _wanted(typed: Typed) -> UUID | None:
    found = uuid_of(typed["project"])
    if typed["project"] and found is None:
        raise InvalidError("没有保存。", fields={"project": "请从列表里选。"})
    return found


def _page(dispute_id: UUID, trouble: Trouble, status: int) -> Response:
    with reading() as session:
        detail = shown_detail(session, scope=the_scope(), dispute_id=dispute_id)
        if detail is None:
            raise NotFoundError(NO_SUCH)
        project = project_of(session, dispute_id)
        choices = projects_at(session, [detail.division_code])
    page = render_template(
        "pages/dispute_project.html",
        detail=detail,
        trouble=trouble,
        chosen=trouble.typed.get("project", str(project[0]) if project else ""),
        choices=[("", "不属于这里的任何项目", ""), *((str(one), name, "") for one, name in choices)],
        may_add=_sees_projects(the_actor()),
    )
    return make_response(page, status)


def _sees_projects(actor: Actor) -> bool:
    return allows(actor, Action.HANDLE_DISPUTE)


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of projects."""
    bp.add_url_rule("/disputes/<uuid:dispute_id>/project", "choose", choose, methods=["GET"])
    bp.add_url_rule("/disputes/<uuid:dispute_id>/project", "save", save, methods=["POST"])
