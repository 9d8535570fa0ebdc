"""Mediation committees of an area: what the law still asks of each, and the form for one of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from itertools import groupby
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action
from grid_app.queries.committees import Committee, Composition, committees_of
from grid_app.queries.disputes_places import place_names
from grid_app.services.committees.composition import COUNTY, Told, filing_dues, save_composition, warnings_of
from grid_app.services.typed import day_of
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

bp = Blueprint("committees", __name__)
guard_pages(bp)

FIELDS: Final = (
    "members", "women", "director", "minority", "mixed", "elected_on", "changed_on", "filed_on", "version",
)  # fmt: skip
TOWNSHIP_CODE: Final = 9
YES_NO: Final = {"yes": True, "no": False}


@bp.get("/mediation/committees")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """List the committees of the area, those the law still asks something of first."""
    today = local_date(wired().clock.now())
    with reading() as session:
        found = committees_of(session, the_actor())
        dues = filing_dues(session, [one.made_up for one in found if one.made_up], today=today)
        unknown = [one for one in found if one.made_up is None]
        names = place_names(session, {_township(one) for one in unknown})
    rows = [(one, _facts(one.made_up), _warnings(one, dues, today)) for one in found if one.made_up]
    return render_template(
        "pages/committees.html",
        asked=[row for row in rows if row[2]],
        fine=[row for row in rows if not row[2]],
        unknown=[(names[code], list(those)) for code, those in groupby(unknown, _township)],
        total=len(found),
        unknown_count=len(unknown),
    )


@bp.get("/mediation/committees/<uuid:unit_id>")
@requires(Action.HANDLE_DISPUTE)
def show(unit_id: UUID) -> Response:
    """Show one committee with its form."""
    return _page(unit_id, None, {}, "", 200)


@bp.post("/mediation/committees/<uuid:unit_id>")
@requires(Action.HANDLE_DISPUTE)
def save(unit_id: UUID) -> Response | WerkzeugResponse:
    """Keep how one committee is made up."""
    typed = {name: request.form.get(name, "") for name in FIELDS}
    version = _number(typed["version"])
    try:
        with transaction() as session:
            save_composition(
                session, unit_id=unit_id, actor=the_actor(), told=_told(request.form),
                version=-1 if version is None else version, now=wired().clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return _page(unit_id, typed, errors, refusal.sentence, STATUS[refusal.default_code])
    flash("已保存。", "success")
    return redirect(url_for("committees.index"))


def _page(
    unit_id: UUID, typed: Mapping[str, str] | None, errors: Mapping[str, str], sentence: str, status: int
) -> Response:
    today = local_date(wired().clock.now())
    with reading() as session:
        found = committees_of(session, the_actor(), unit_id=unit_id)
        dues = filing_dues(session, [one.made_up for one in found if one.made_up], today=today)
    if not found:
        raise NotFoundError("没有这个调解委员会,可能已经撤销,或者不在您的范围内。")
    stored = found[0].made_up
    version = str(stored.version if stored else 0)
    page = render_template(
        "pages/committee.html",
        committee=found[0],
        warnings=_warnings(found[0], dues, today),
        values={**(typed if typed is not None else _values(stored)), "version": version},
        errors=errors,
        sentence=sentence,
        is_county=the_actor().role in COUNTY,
    )
    return make_response(page, status)


def _township(one: Committee) -> str:
    return one.division_code[:TOWNSHIP_CODE]


def _warnings(one: Committee, dues: Mapping[date, date], today: date) -> list[str]:
    due = dues.get(one.made_up.changed_on) if one.made_up else None
    return warnings_of(one.made_up, filing_due=due, today=today)


def _facts(made_up: Composition | None) -> str:
    if made_up is None:
        return ""
    director = "有主任" if made_up.has_director else "没有主任"
    elected = f"{made_up.elected_on.year}年{made_up.elected_on.month}月推选"
    return f"{made_up.members} 位委员,女性 {made_up.women} 位,{director},{elected}"


def _values(made_up: Composition | None) -> dict[str, str]:
    """Return what is stored as the form takes it."""
    if made_up is None:
        return {}
    return {
        "members": str(made_up.members),
        "women": str(made_up.women),
        "director": "yes" if made_up.has_director else "no",
        "minority": "1" if made_up.has_minority else "",
        "mixed": "1" if made_up.mixed_area else "",
        "elected_on": made_up.elected_on.isoformat(),
        "changed_on": made_up.changed_on.isoformat(),
        "filed_on": made_up.filed_on.isoformat() if made_up.filed_on else "",
    }


def _told(form: MultiDict[str, str]) -> Told:
    filed = form.get("filed_on", "").strip()
    return Told(
        members=_number(form.get("members", "")),
        has_director=YES_NO.get(form.get("director", "")),
        women=_number(form.get("women", "")),
        has_minority=bool(form.get("minority")),
        mixed_area=bool(form.get("mixed")),
        elected_on=day_of(form.get("elected_on", "")),
        changed_on=day_of(form.get("changed_on", "")),
        filed_on=day_of(filed),
        filed_is_odd=bool(filed) and day_of(filed) is None,
    )


def _number(text: str) -> int | None:
    plain = text.strip()
    return int(plain) if plain.isascii() and plain.isdecimal() and len(plain) < 4 else None
