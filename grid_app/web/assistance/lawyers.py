"""Lawyers on duty and legal studios: read by every office, written by the county, published for residents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.lawyers import clinics_of, duties_from, task_names
from grid_app.services.assistance.lawyers import (
    Duty,
    add_duty,
    cancel_duty,
    close_clinic,
    name_tasks,
    open_clinic,
)
from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.assistance import SLOTS
from grid_app.web.step_forms import STATUS
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

CLINIC_TEXTS = ("name", "address", "hours", "phone")


@requires(Action.HANDLE_DISPUTE)
def roster() -> Response:
    """List the days of duty to come, the legal studios, and what lawyers may be asked for."""
    return _page("", {}, {}, "")


@requires(Action.PUBLISH_LAWYERS)
def duty() -> Response | WerkzeugResponse:
    """Publish a day of duty."""
    typed = {name: request.form.get(name, "") for name in ("firm", "on_day", "hours", "place", "clinic")}
    slots = [int(slot) for slot in request.form.getlist("tasks") if slot.isdecimal() and len(slot) < 3]
    wanted = Duty(
        typed["firm"], day_of(typed["on_day"]), typed["hours"], typed["place"], uuid_of(typed["clinic"]), slots
    )
    kept = {**typed, "tasks": ",".join(map(str, slots))}
    return _changed(
        "duty", kept, lambda session, now: add_duty(session, actor=the_actor(), duty=wanted, now=now), "已公布。"
    )


@requires(Action.PUBLISH_LAWYERS)
def cancel(duty_id: UUID) -> WerkzeugResponse:
    """Take a day of duty back."""
    with transaction() as session:
        cancel_duty(session, actor=the_actor(), duty_id=duty_id, now=wired().clock.now())
    flash("已取消这一天的值班。", "success")
    return redirect(url_for("assistance.roster"))


@requires(Action.PUBLISH_LAWYERS)
def tasks() -> Response | WerkzeugResponse:
    """Keep the county's words for what lawyers may be asked for."""
    typed = {f"task_{slot}": request.form.get(f"task_{slot}", "") for slot in range(1, SLOTS + 1)}
    names = {slot: typed[f"task_{slot}"] for slot in range(1, SLOTS + 1)}
    return _changed(
        "tasks", typed, lambda session, now: name_tasks(session, actor=the_actor(), names=names, now=now), "已保存。"
    )


@requires(Action.PUBLISH_LAWYERS)
def clinic() -> Response | WerkzeugResponse:
    """Register a legal studio."""
    typed = {name: request.form.get(name, "") for name in CLINIC_TEXTS}
    return _changed(
        "clinic", typed, lambda session, now: open_clinic(session, actor=the_actor(), texts=typed, now=now), "已登记。"
    )


@requires(Action.PUBLISH_LAWYERS)
def shut_clinic(unit_id: UUID) -> WerkzeugResponse:
    """Close a legal studio."""
    with transaction() as session:
        close_clinic(session, actor=the_actor(), unit_id=unit_id, now=wired().clock.now())
    flash("已撤销。", "success")
    return redirect(url_for("assistance.roster"))


def _changed(
    form: str, typed: Mapping[str, str], change: Callable[..., object], done: str
) -> Response | WerkzeugResponse:
    try:
        with transaction() as session:
            change(session, wired().clock.now())
    except (ConflictError, InvalidError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _page(form, typed, errors, refusal.sentence, status=STATUS[refusal.default_code])
    flash(f"{done}群众扫码就能看到。", "success")
    return redirect(url_for("assistance.roster"))


def _page(
    form: str, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *, status: int = 200
) -> Response:
    county, today = the_actor().division_code[:6], local_date(wired().clock.now())
    with reading() as session:
        duties = [(one, day_words(one.on_day)) for one in duties_from(session, county, today=today)]
        clinics = clinics_of(session, county)
        names = task_names(session, county)
    shown = render_template(
        "pages/lawyers.html",
        duties=duties,
        clinics=clinics,
        clinic_choices=[(str(one.id), one.name) for one in clinics],
        tasks=[(str(slot), name) for slot, name in names.items()],
        form=form,
        typed=typed,
        errors=errors,
        sentence=sentence,
        edits=allows(the_actor(), Action.PUBLISH_LAWYERS),
        today=today.isoformat(),
    )
    return make_response(shown, status)


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of help."""
    bp.add_url_rule("/lawyers", "roster", roster, methods=["GET"])
    bp.add_url_rule("/lawyers/duties", "duty", duty, methods=["POST"])
    bp.add_url_rule("/lawyers/duties/<uuid:duty_id>/cancel", "cancel", cancel, methods=["POST"])
    bp.add_url_rule("/lawyers/tasks", "tasks", tasks, methods=["POST"])
    bp.add_url_rule("/lawyers/clinics", "clinic", clinic, methods=["POST"])
    bp.add_url_rule("/lawyers/clinics/<uuid:unit_id>/close", "shut_clinic", shut_clinic, methods=["POST"])
