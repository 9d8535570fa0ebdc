"""Pages of residents: the entrance behind a QR code, what an office publishes of itself, the rights. No sign-in."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.http.guard import guard_pages, requires
from grid_app.policy import Action
from grid_app.queries.lawyers import clinics_of, duties_from
from grid_app.queries.residents import county_entrances, offices_along, places_under, rooms_at
from grid_app.services.receptions.calendar import coming_along
from grid_app.services.residents.notices import next_days
from grid_app.vocabulary.words import LEVEL_WORDS
from grid_app.web.receptions.words import told as who_receives
from grid_app.web.residents import guide as residents_guide
from grid_app.web.residents import own as residents_own
from grid_app.web.residents import progress as residents_progress
from grid_app.web.residents import report as residents_report
from grid_app.web.residents.frame import code_of, guard_residents, page, place_of
from grid_app.web.residents.rooms import room_lines
from grid_app.web.residents.words import NOTICE, RIGHTS, RIGHTS_BASIS
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

LAWYER_DAYS = 8
MOST_DAYS = 6
UNNAMED = "接待的人提前两天在这里公布"
bp = Blueprint("residents", __name__)
guard_pages(bp)
guard_residents(bp)
residents_report.add_routes(bp)
residents_progress.add_routes(bp)
residents_own.add_routes(bp)
residents_guide.add_routes(bp)


@bp.get("/r")
@requires(Action.PUBLIC)
def start() -> str:
    """Show the way to one's own matter, and the counties with their offices."""
    with reading() as session:
        counties = county_entrances(session, today=local_date(wired().clock.now()))
    links = [(one.name, url_for("residents.info", code=code_of(one.code))) for one in counties]
    return page("resident_start.html", counties=links)


@bp.get("/r/<code>")
@requires(Action.PUBLIC)
def entrance(code: str) -> str:
    """Show what can be done at the place of a code."""
    place = place_of(code)
    with reading() as session:
        offices = offices_along(session, place.path)
    rooms = room_lines([place.room] if place.room else [], now=wired().clock.now())
    return page("resident_entrance.html", place=place, code=code, offices=offices, rooms=rooms)


@bp.get("/r/<code>/info")
@requires(Action.PUBLIC)
def info(code: str) -> str:
    """Show the channels of a place: offices, telephones, days of reception, how to ask (信访工作条例 18)."""
    place = place_of(code)
    today = local_date(wired().clock.now())
    with reading() as session:
        offices = offices_along(session, place.path)
        rooms = rooms_at(session, place.path) if place.level != "county" else []
        below = places_under(session, place.code, today=today) if place.level == "county" else []
        county = place.path.strip("/").split("/")[0]
        duties = [(one, day_words(one.on_day)) for one in duties_from(session, county, today=today)[:LAWYER_DAYS]]
        clinics = clinics_of(session, county)
        shown = [
            (one, [day_words(day) for day in next_days(one.notice, today=today)] if one.notice else [])
            for one in offices
        ]
        received = coming_along(session, place.path.strip("/").split("/")[:2], today=today)
        return page(
            "resident_info.html",
            received=[(day_words(one.day), one.unit, who_receives(one) or UNNAMED) for one in received[:MOST_DAYS]],
            place=place,
            code=code,
            level=LEVEL_WORDS.get(place.level, ""),
            offices=shown,
            rooms=room_lines(rooms, now=wired().clock.now()),
            lawyer_duties=duties,
            clinics=clinics,
            below=[(one.name, url_for("residents.info", code=code_of(one.code))) for one in below],
        )


@bp.get("/r/rights")
@requires(Action.PUBLIC)
def rights() -> str:
    """Show the rights, and the notice about personal data."""
    return page("resident_rights.html", rights=RIGHTS, basis=RIGHTS_BASIS, notice=NOTICE)


@bp.get("/r/go")
@requires(Action.PUBLIC)
def go() -> Response:
    """Lead to the entrance whose code was typed from a sheet of paper."""
    typed = "".join(request.args.get("code", "").split())[:60]
    return redirect(url_for("residents.entrance", code=typed) if typed else url_for("residents.start"))
