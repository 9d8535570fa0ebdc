"""Areas of responsibility: read by every office, drawn by the county."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.areas import AreaView, area_of, areas_of, places_to_choose, units_by_place
from grid_app.queries.joint import is_county_centre
from grid_app.services.joint.areas import AreaEdit, end_area, save_area
from grid_app.services.typed import uuid_of, whole_of
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

NO_AREA: Final = "没有这个片区,可能已经撤销了。请回到片区列表看看。"


@requires(Action.HANDLE_DISPUTE)
def areas() -> str:
    """List the areas of the county: which unit answers for which places."""
    with reading() as session:
        found = areas_of(session, _county())
        edits = is_county_centre(session, the_actor())
    return render_template("pages/areas.html", areas=found, edits=edits)


@requires(Action.DRAW_AREAS)
def area(area_id: UUID | None = None) -> Response:
    """Show the form of one area, or of a new one."""
    return _page(area_id, None, {}, "")


@requires(Action.DRAW_AREAS)
def save(area_id: UUID | None = None) -> Response | WerkzeugResponse:
    """Keep an area, or show what was typed again with what is wrong."""
    edit = AreaEdit(
        request.form.get("name", ""),
        request.form.get("team", ""),
        uuid_of(request.form.get("lead", "")),
        [uuid_of(key) or UUID(int=0) for key in request.form.getlist("units")],
        [code[:24] for code in request.form.getlist("codes")],
        whole_of(request.form.get("version", "")) or 0,
    )
    try:
        with transaction() as session:
            save_area(session, actor=the_actor(), area_id=area_id, edit=edit, now=wired().clock.now())
    except (ConflictError, InvalidError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _page(area_id, edit, errors, refusal.sentence, status=STATUS[refusal.default_code])
    flash("片区已保存。以后指定办理单位时,会按地点建议由它办。", "success")
    return redirect(url_for("joint.areas"))


@requires(Action.DRAW_AREAS)
def end(area_id: UUID) -> WerkzeugResponse:
    """End an area."""
    with transaction() as session:
        end_area(session, actor=the_actor(), area_id=area_id, now=wired().clock.now())
    flash("片区已撤销。正在办的事不变。", "success")
    return redirect(url_for("joint.areas"))


def _page(
    area_id: UUID | None, edit: AreaEdit | None, errors: Mapping[str, str], sentence: str, *, status: int = 200
) -> Response:
    with reading() as session:
        stored = area_of(session, area_id, _county()) if area_id else None
        if area_id and stored is None:
            raise NotFoundError(NO_AREA)
        places = places_to_choose(session, _county())
        shown = render_template(
            "pages/area.html",
            area_id=area_id,
            edit=edit or _edit_of(stored),
            version=stored.version if stored else 0,
            errors=errors,
            sentence=sentence,
            places=places,
            units=units_by_place(session, _county(), places),
            edits=is_county_centre(session, the_actor()),
        )
    return make_response(shown, status)


def _edit_of(stored: AreaView | None) -> AreaEdit:
    if stored is None:
        return AreaEdit("", "", None, (), ())
    return AreaEdit(stored.name, stored.team, stored.lead_unit_id, stored.unit_ids, stored.codes, stored.version)


def _county() -> str:
    return the_actor().division_code[:6]


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of joint work."""
    bp.add_url_rule("/areas", "areas", areas, methods=["GET"])
    bp.add_url_rule("/areas/new", "new_area", area, methods=["GET"])
    bp.add_url_rule("/areas/new", "add_area", save, methods=["POST"])
    bp.add_url_rule("/areas/<uuid:area_id>", "area", area, methods=["GET"])
    bp.add_url_rule("/areas/<uuid:area_id>", "save_area", save, methods=["POST"])
    bp.add_url_rule("/areas/<uuid:area_id>/end", "end_area", end, methods=["POST"])
