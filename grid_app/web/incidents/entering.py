"""Reporting: a new incident in one of three ways, what follows on it, and links; whatever is wrong, nothing is lost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.disputes_places import villages_of
from grid_app.queries.incidents import IncidentLine
from grid_app.queries.incidents_detail import (
    IncidentDetail,
    concerned_units,
    incident_detail,
    owing_units,
    townships_of,
)
from grid_app.services.control_words import WRITE_THE_MATTER, words_in_all
from grid_app.services.incidents.links import link_dispute, link_incidents, unlink_incident
from grid_app.services.incidents.opening import KINDS, DoubtError, open_incident
from grid_app.services.incidents.reports import add_report
from grid_app.services.incidents.rows import NO_SUCH
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import category_names, is_category
from grid_app.vocabulary.incidents import BAND_WORDS, HAPPENED_WORDS, REPORTS
from grid_app.web.incidents.form import IncidentForm, fresh_form, opening_of, report_of, typed_form, typed_moment
from grid_app.web.incidents.words import line_cell, titles_of
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

WAYS: Final = {
    "written": ("写首报", "本单位得知了紧急情况,书面报告"),
    "phone": ("记电话首报", "下级单位打电话来报,由值班室记下,算首报"),
    "known": ("登记知悉", "刚知道、还来不及报,先登记,时钟开始走"),
}
DONE: Final = {
    "written": "首报已报出,县级值班收件箱已经收到。有新情况写续报。",
    "phone": "电话首报已记下,县级值班收件箱已经收到。请提醒来电单位补书面首报。",
    "known": "知悉已登记,时钟开始走。请在期限前首报。",
    "first": "首报已报出。有新情况写续报。",
    "follow_up": "续报已报出。",
    "final": "终报已报出,这起事不再算正在进行。",
    "correction": "更正已记下,原来写的还在。",
}


@requires(Action.REPORT_INCIDENT)
def new() -> Response:
    """Ask how it is reported; then show the form that fits."""
    way = request.args.get("way", "")
    if way not in KINDS:
        return make_response(render_template("pages/incident_ways.html", ways=list(WAYS.items())))
    unit = str(the_actor().unit_id) if way == "known" else ""
    return _new_page(fresh_form(now=wired().clock.now(), way=way, unit=unit), {}, "", 200)


@requires(Action.REPORT_INCIDENT)
def take() -> Response | WerkzeugResponse:
    """Report a new incident and show it; one about the own unit that another reported is shown no more."""
    form, now, actor = typed_form(request.form), wired().clock.now(), the_actor()
    try:
        with transaction() as session:
            made = open_incident(session, actor=actor, opening=opening_of(form), now=now)
    except DoubtError as doubt:
        return _new_page(form, {}, doubt.sentence, 409, alike=doubt.alike, looks=True)
    except (InvalidError, ConflictError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _new_page(form, fields, refusal.sentence, STATUS[refusal.default_code])
    _say_done(form["way"], form)
    with reading() as session:
        is_seen = incident_detail(session, actor, made) is not None
    if not is_seen:
        flash("这起事牵涉本单位,或者按规定只由县级掌握,登记以后本单位看不到。", "warning")
        return redirect(url_for("incidents.index"))
    return redirect(url_for("incidents.detail", incident_id=made))


@requires(Action.REPORT_INCIDENT)
def report(incident_id: UUID) -> Response:
    """Show the form of a report or a correction on a standing incident."""
    one = _shown(incident_id)
    kind, way = request.args.get("kind", ""), request.args.get("way", "")
    kind = kind if kind in (*REPORTS, "correction") else "follow_up"
    way = "phone" if way == "phone" and kind != "correction" else "written"
    corrects = str(max((entry.number for entry in one.entries if entry.kind in REPORTS), default=""))
    form = fresh_form(now=wired().clock.now(), kind=kind, way=way, corrects=corrects if kind == "correction" else "")
    return _report_page(one, form, {}, "", 200)


@requires(Action.REPORT_INCIDENT)
def add(incident_id: UUID) -> Response | WerkzeugResponse:
    """Add a report or a correction to a standing incident."""
    form = typed_form(request.form)
    try:
        with transaction() as session:
            add_report(
                session, actor=the_actor(), incident_id=incident_id, report=report_of(form), now=wired().clock.now()
            )
    except (InvalidError, ConflictError, ForbiddenError) as refusal:
        fields = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _report_page(_shown(incident_id), form, fields, refusal.sentence, STATUS[refusal.default_code])
    _say_done(form["kind"], form)
    return redirect(url_for("incidents.detail", incident_id=incident_id))


@requires(Action.REPORT_INCIDENT)
def link(incident_id: UUID) -> WerkzeugResponse:
    """Link two reports of one incident."""
    other = uuid_of(request.form.get("other", ""))
    if other is None:
        raise NotFoundError(NO_SUCH)
    return _linked(incident_id, link_incidents, "已关联。两份报告都留着,互相看得到。", other_id=other)


@requires(Action.REPORT_INCIDENT)
def unlink(incident_id: UUID) -> WerkzeugResponse:
    """Take an incident out of its group."""
    return _linked(incident_id, unlink_incident, "已取消关联。")


@requires(Action.REPORT_INCIDENT)
def matter(incident_id: UUID) -> WerkzeugResponse:
    """Link an incident to a dispute by its number."""
    return _linked(incident_id, link_dispute, "已保存。", case_code=request.form.get("case_code", "")[:40])


def _linked(incident_id: UUID, step: Callable[..., None], done: str, **told: str | UUID) -> WerkzeugResponse:
    try:
        with transaction() as session:
            step(session, actor=the_actor(), incident_id=incident_id, now=wired().clock.now(), **told)
    except (ConflictError, InvalidError) as refusal:
        sentences = refusal.fields.values() if isinstance(refusal, InvalidError) else ()
        flash(" ".join((refusal.sentence, *sentences)), "warning")
    else:
        flash(done, "success")
    return redirect(url_for("incidents.detail", incident_id=incident_id))


def _say_done(what: str, form: IncidentForm) -> None:
    flash(DONE.get(what, "已保存。"), "success")
    if words := words_in_all((form["issue"], form["asked"])):
        flash(f"文字里有“{'、'.join(words)}”。{WRITE_THE_MATTER}", "warning")


def _shown(incident_id: UUID) -> IncidentDetail:
    with reading() as session:
        one = incident_detail(session, the_actor(), incident_id)
    if one is None:
        raise NotFoundError(NO_SUCH)
    return one


def _new_page(
    form: IncidentForm,
    errors: Mapping[str, str],
    sentence: str,
    status: int,
    *,
    alike: Sequence[IncidentLine] = (),
    looks: bool = False,
) -> Response:
    actor, now = the_actor(), wired().clock.now()
    with reading() as session:
        villages = villages_of(session, actor)
        townships = townships_of(session, actor)
        owing = [(unit.id, unit.name) for unit in owing_units(session, actor)]
        concerned = [(unit.id, unit.name) for unit in concerned_units(session, actor)]
    own = [("全县", [(actor.division_code, "说不准在哪里,先报到县")])] if len(actor.division_code) == 6 else []
    places = [
        (name, [(code, f"{name}(说不准在哪个村)"), *((v.code, v.name) for v in villages if v.code.startswith(code))])
        for code, name in townships
    ]
    page = render_template(
        "pages/incident_new.html", form=form, errors=errors, sentence=sentence,
        title=WAYS.get(form["way"], WAYS["written"])[0],
        places=[*places, *own], owing=[one for one in owing if form["way"] == "known" or one[0] != actor.unit_id],
        concerned=concerned, unit=actor.unit_name, alike=[(line.id, line_cell(line, now)) for line in alike],
        looks=looks, latest=typed_moment(now), **_choices(),
    )  # fmt: skip
    return make_response(page, status)


def _report_page(
    one: IncidentDetail, form: IncidentForm, errors: Mapping[str, str], sentence: str, status: int
) -> Response:
    titles = titles_of(one)
    page = render_template(
        "pages/incident_report.html", one=one, form=form, errors=errors, sentence=sentence,
        is_own=the_actor().unit_id == one.unit_id, latest=typed_moment(wired().clock.now()),
        corrected=[(entry.number, titles[entry.number]) for entry in one.entries if entry.kind in (*REPORTS, "known")],
        **_choices(),
    )  # fmt: skip
    return make_response(page, status)


def _choices() -> dict[str, object]:
    return {
        "categories": [(code, f"{code} {name}") for code, name in category_names().items() if is_category(code)],
        "bands": list(BAND_WORDS.items()),
        "happened": list(HAPPENED_WORDS.items()),
    }


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of incidents."""
    bp.add_url_rule("/incidents/new", "new", new, methods=["GET"])
    bp.add_url_rule("/incidents/new", "take", take, methods=["POST"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/report", "report", report, methods=["GET"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/report", "add", add, methods=["POST"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/link", "link", link, methods=["POST"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/unlink", "unlink", unlink, methods=["POST"])
    bp.add_url_rule("/incidents/<uuid:incident_id>/matter", "matter", matter, methods=["POST"])
