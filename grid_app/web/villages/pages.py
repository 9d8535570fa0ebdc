"""The status of villages by service: the own area's table, one village's criteria with evidence, checks on the spot."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, Scope, allows
from grid_app.queries.map_area import Area, narrowed
from grid_app.queries.map_facts import area_in_scope
from grid_app.queries.map_layers import naming_status, namings_in
from grid_app.queries.naming_course import course_of
from grid_app.queries.village_checks import checks_of
from grid_app.queries.village_months import months_of, rules_on
from grid_app.queries.village_status import VillageStatus, statuses_in
from grid_app.queries.village_today import today_of
from grid_app.services.typed import day_of
from grid_app.services.villages.checks import FITS, NO_VILLAGE, Seen, record_check
from grid_app.standing.criteria import CHECKABLE, NAMES, TOO_FEW
from grid_app.standing.states import STATE_WORDS
from grid_app.web.card import OpenSession
from grid_app.web.villages import annex, figures
from grid_app.web.villages.ended import ended_page
from grid_app.web.villages.shown import (
    FILTERS,
    TONES,
    chosen,
    counts_of,
    criterion_of,
    facts_of,
    full_day,
    lines_of,
    month_of,
    naming_of,
    row_of,
)
from grid_app.wiring import wired

PER_PAGE: Final = 50
bp = Blueprint("villages", __name__, url_prefix="/villages")
guard_pages(bp)
annex.add_routes(bp)
figures.add_routes(bp)


@bp.get("/status")
@requires(Action.READ_STATUS)
def index() -> str:
    """Show every village of the own area by code, service and official naming in two columns."""
    wanted, today = request.args.get("show", ""), local_date(wired().clock.now())
    with reading() as session:
        area = _area(session, request.args.get("place") or None)
        scope = narrowed(the_scope(), area.root.path)
        statuses = statuses_in(session, scope=scope, on=today)
        namings = naming_status(namings_in(session, scope=scope, on=today))
    lines = lines_of(area, statuses, namings)
    kept = chosen(lines, wanted)
    months = {line.status.month for line in lines if line.status.month}
    page = _page_number(len(kept))
    here = kept[(page - 1) * PER_PAGE : page * PER_PAGE]
    return render_template(
        "pages/village_statuses.html",
        area=area.root,
        places=[(one.code, one.name) for one in area.townships.values()],
        place=area.root.code,
        rows=[row_of(line, area) for line in here],
        page=page,
        pages=_pages(len(kept)),
        page_url=partial(url_for, "villages.index", place=request.args.get("place"), show=wanted),
        counts=counts_of(lines),
        total=len(lines),
        disagreeing=sum(line.disagrees for line in lines),
        month=full_day(max(months)) if months else "",
        filters=list(FILTERS.items()),
        wanted=wanted if wanted in FILTERS else "",
    )


@bp.get("/<code>/status")
@requires(Action.READ_STATUS)
def status(code: str) -> str | Response:
    """Show one village: state and why, the criteria with evidence, today, the history; or what continues it."""
    return ended_page(code) or _status_page(code, {}, {})


@bp.post("/<code>/checks")
@requires(Action.CHECK_VILLAGE)
def record(code: str) -> Response | WerkzeugResponse:
    """Record a township's check on the spot."""
    form = request.form
    seen = Seen(
        day_of(form.get("on", "")),
        {key: form.get(key, "") for key in CHECKABLE},
        form.get("findings", ""),
    )
    try:
        with transaction() as session:
            record_check(session, code=code, seen=seen, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_status_page(code, form.to_dict(), error.fields), 422)
    flash("现场核查已登记。下个月 1 日评估时算进去,12 个月内有效。", "success")
    return redirect(url_for("villages.status", code=code))


def _pages(count: int) -> int:
    return max(1, -(-count // PER_PAGE))


def _page_number(count: int) -> int:
    """Return the page that was asked for, as far as there is one."""
    asked = request.args.get("page", "1")
    return min(max(int(asked), 1), _pages(count)) if asked.isdecimal() and len(asked) < 6 else 1


def _area(session: OpenSession, code: str | None) -> Area:
    area = area_in_scope(session, scope=the_scope(), root=code)
    if area is None:
        raise NotFoundError("没有这个地方,或者它不在您的辖区内。")
    return area


def _status_page(code: str, values: dict[str, str], errors: dict[str, str]) -> str:
    now = wired().clock.now()
    with reading() as session:
        area = _area(session, code)
        if area.root.level != "village":
            raise NotFoundError(NO_VILLAGE)
        scope = Scope(paths=(area.root.path,))
        found = statuses_in(session, scope=scope, on=local_date(now)).get(code)
        if found is None:
            raise NotFoundError(NO_VILLAGE)
        today = today_of(session, path=area.root.path, code=code, now=now)
        months = months_of(session, code=code)
        course = course_of(session, code=code, on=local_date(now))
        checks = checks_of(session, code=code)
        rules = rules_on(session, local_date(now))
    return render_template(
        "pages/village_status.html",
        village=area.root,
        township=area.above[-1].name if area.above else "",
        status=found,
        word=STATE_WORDS[found.state],
        tone=TONES[found.state],
        facts=facts_of(found),
        naming=naming_of(course),
        criteria=[criterion_of(one) for one in found.criteria],
        today=[criterion_of(one) for one in today.criteria],
        moved=_moved(found, today),
        outcomes=[asdict(one) for one in found.outcomes or today.outcomes],
        looks=sorted({*found.needs_a_look, *today.needs_a_look}),
        months=[month_of(one) for one in months],
        checks=checks,
        may_check=allows(the_actor(), Action.CHECK_VILLAGE),
        checkable=[(key, NAMES[key], _is_few(today, key)) for key in CHECKABLE],
        answers=list(FITS.items()),
        rules=rules,
        values=values,
        errors=errors,
    )


def _moved(found: VillageStatus, today: VillageStatus) -> bool:
    return [one.state for one in found.criteria] != [one.state for one in today.criteria]


def _is_few(today: VillageStatus, key: str) -> bool:
    return any(one.key == key and one.state == TOO_FEW for one in today.criteria)
