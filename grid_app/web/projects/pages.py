"""Projects and sites: the list of an area, one project with its duties, matters and findings, and its forms."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.disputes_places import villages_of
from grid_app.queries.organisations import registered_names
from grid_app.queries.projects import ProjectDetail, findings_at, matters_of, project_detail, projects_of, texts_at
from grid_app.services.organisations.names import WRITE_IT_WHOLE
from grid_app.services.projects.matters import adopt_text
from grid_app.services.projects.registry import NO_PROJECT, Duty, add_duty, add_project, change_project, end_duty
from grid_app.services.typed import uuid_of, whole_of
from grid_app.vocabulary.organisations import DUTY_ROLE_WORDS, PROJECT_KIND_WORDS
from grid_app.web.dispute_words import row_of
from grid_app.web.projects import matter as project_matter
from grid_app.web.projects.form import ProjectForm, day_in, form_of, sketch_of, typed_project
from grid_app.web.projects.shown import duty_rows, facts_of, few, finding_row, list_row
from grid_app.web.step_forms import STATUS
from grid_app.web.without_names import shown_lines
from grid_app.wiring import wired

bp = Blueprint("projects", __name__)
guard_pages(bp)
project_matter.add_routes(bp)

TABS: Final = {"open": "在建、在用", "unassessed": "还没有做风险评估的", "ended": "已结束"}


@bp.get("/projects")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """List the projects that touch the area, with how many matters and findings are under way there."""
    only, words, asked = request.args.get("only", ""), request.args.get("words", ""), request.args.get("page", "0")
    only = only if only in TABS else "open"
    at = int(asked) if asked.isdecimal() and len(asked) < 4 else 0
    with reading() as session:
        rows, more = projects_of(session, the_actor(), the_scope(), only=only, words=words, page=at)
    return render_template(
        "pages/projects.html",
        rows=[list_row(one) for one in rows],
        only=only,
        words=words,
        tabs=[
            {"label": word, "url": url_for("projects.index", only=code), "current": code == only}
            for code, word in TABS.items()
        ],
        previous=url_for("projects.index", only=only, words=words or None, page=at - 1) if at else None,
        next=url_for("projects.index", only=only, words=words or None, page=at + 1) if more else None,
    )


@bp.get("/projects/new")
@requires(Action.HANDLE_DISPUTE)
def new() -> str:
    """Show the empty form."""
    return _form(typed_project(request.args), None, {})


@bp.post("/projects/new")
@requires(Action.HANDLE_DISPUTE)
def add() -> Response | WerkzeugResponse:
    """Register a project and show it."""
    typed = typed_project(request.form)
    try:
        with transaction() as session:
            found = add_project(session, actor=the_actor(), sketch=sketch_of(typed), now=wired().clock.now())
    except (InvalidError, ConflictError) as refusal:
        return make_response(_form(typed, None, _errors(refusal)), STATUS[refusal.default_code])
    flash("项目已登记。接着登记责任单位。", "success")
    return redirect(url_for("projects.show", project_id=found))


@bp.get("/projects/<uuid:project_id>")
@requires(Action.HANDLE_DISPUTE)
def show(project_id: UUID) -> str:
    """Show a project: what it is, who has which duty, its open matters in the scope, its findings."""
    return _page(project_id, {}, {})


@bp.get("/projects/<uuid:project_id>/edit")
@requires(Action.HANDLE_DISPUTE)
def edit(project_id: UUID) -> str:
    """Show the form with what is stored."""
    project = _detail(project_id)
    return _form(form_of(project), project, {})


@bp.post("/projects/<uuid:project_id>/edit")
@requires(Action.HANDLE_DISPUTE)
def change(project_id: UUID) -> Response | WerkzeugResponse:
    """Change what a project is."""
    typed, version = typed_project(request.form), request.form.get("version", "")
    try:
        sketch = sketch_of(typed)
        with transaction() as session:
            change_project(
                session, actor=the_actor(), project_id=project_id, sketch=sketch, now=wired().clock.now(),
                version=whole_of(version) or 0,
            )  # fmt: skip
    except (InvalidError, ConflictError, ForbiddenError) as refusal:
        return make_response(_form(typed, _detail(project_id), _errors(refusal)), STATUS[refusal.default_code])
    flash("已保存。", "success")
    return redirect(url_for("projects.show", project_id=project_id))


@bp.post("/projects/<uuid:project_id>/duties")
@requires(Action.HANDLE_DISPUTE)
def duty(project_id: UUID) -> Response | WerkzeugResponse:
    """Enter an organisation with its duty."""

    def step() -> None:
        problems: dict[str, str] = {}
        since, until = (day_in(request.form.get(name, ""), name, problems) for name in ("since", "until"))
        if problems:
            raise InvalidError("没有保存,已填的都还在。", fields=problems)
        told = Duty(request.form.get("role", ""), request.form.get("organisation", ""), since, until)
        with transaction() as session:
            add_duty(session, actor=the_actor(), project_id=project_id, duty=told, now=wired().clock.now())

    return _changed(project_id, step, "责任单位已登记。新的名称等县里确认。")


@bp.post("/projects/<uuid:project_id>/duties/<uuid:duty_id>/end")
@requires(Action.HANDLE_DISPUTE)
def end(project_id: UUID, duty_id: UUID) -> Response | WerkzeugResponse:
    """Write down until when a duty lasted."""

    def step() -> None:
        problems: dict[str, str] = {}
        until = day_in(request.form.get("until", ""), "until", problems)
        if problems:
            raise InvalidError("没有保存,已填的都还在。", fields=problems)
        with transaction() as session:
            end_duty(
                session, actor=the_actor(), project_id=project_id, duty_id=duty_id, until=until,
                now=wired().clock.now(),
            )  # fmt: skip

    return _changed(project_id, step, "已记下到哪天为止。", prefix=f"end-{duty_id}-")


@bp.post("/projects/<uuid:project_id>/adopt")
@requires(Action.HANDLE_DISPUTE)
def adopt(project_id: UUID) -> Response | WerkzeugResponse:
    """Put the matters that typed this text as their project to the project."""
    with transaction() as session:
        count = adopt_text(
            session, actor=the_actor(), project_id=project_id, text=request.form.get("text", ""),
            now=wired().clock.now(),
        )  # fmt: skip
    flash(f"已归入 {count} 件。原来写的文字还在每一件上。" if count else "没有可以归入的,可能刚刚有人归过。", "success")
    return redirect(url_for("projects.show", project_id=project_id))


def _changed(project_id: UUID, step: Callable[[], None], done: str, *, prefix: str = "") -> Response | WerkzeugResponse:
    try:
        step()
    except (InvalidError, ConflictError) as refusal:
        errors = {f"{prefix}{name}": told for name, told in _errors(refusal, field="organisation").items()}
        typed = {f"{prefix}{name}": text for name, text in request.form.items()}
        return make_response(_page(project_id, errors, typed), STATUS[refusal.default_code])
    flash(done, "success")
    return redirect(url_for("projects.show", project_id=project_id))


def _errors(refusal: InvalidError | ConflictError | ForbiddenError, *, field: str = "name") -> dict[str, str]:
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return dict(fields) or {field: refusal.sentence}


def _detail(project_id: UUID) -> ProjectDetail:
    with reading() as session:
        found = project_detail(session, the_actor(), project_id)
    if found is None:
        raise NotFoundError(NO_PROJECT)
    return found


def _form(form: ProjectForm, project: ProjectDetail | None, errors: Mapping[str, str]) -> str:
    with reading() as session:
        villages = villages_of(session, the_actor())
    townships = {one.code[:9]: one.township for one in villages}
    groups = [
        (name, [(one.code, one.name) for one in villages if one.code.startswith(code)])
        for code, name in townships.items()
    ]
    return render_template(
        "pages/project_form.html",
        project=project,
        values=form.values,
        ticked=form.villages,
        groups=groups,
        errors=errors,
        kinds=[(code, word, "") for code, word in PROJECT_KIND_WORDS.items()],
    )


def _page(project_id: UUID, errors: Mapping[str, str], typed: Mapping[str, str]) -> str:
    actor, scope, now = the_actor(), the_scope(), wired().clock.now()
    with reading() as session:
        project = project_detail(session, actor, project_id)
        if project is None:
            raise NotFoundError(NO_PROJECT)
        matters = shown_lines(session, matters_of(session, scope, project_id))
        texts = texts_at(session, scope, project_id)
        findings = findings_at(session, actor, project_id)
        names = registered_names(session)
    return render_template(
        "pages/project.html",
        project=project,
        facts=facts_of(project, matters=len(matters)),
        duties=duty_rows(project.duties),
        matters=[row_of(line, now) for line in matters],
        texts=[(text, few(count)) for text, count in texts],
        findings=[finding_row(one) for one in findings],
        names=names,
        roles=list(DUTY_ROLE_WORDS.items()),
        errors=errors,
        typed=typed,
        hint=WRITE_IT_WHOLE,
        dispute=uuid_of(request.args.get("dispute", "")),
    )
