"""What a kept address of an ended village says of its status and naming: who continues it, and what stays on record."""

from __future__ import annotations

from flask import Response, make_response, render_template, url_for

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.http.guard import the_scope
from grid_app.queries.map_ended import ended_division
from grid_app.queries.naming_course import course_of
from grid_app.queries.village_months import months_of
from grid_app.web.maps.ended import sentence_of
from grid_app.web.villages.shown import month_of, step_of
from grid_app.wiring import wired

VILLAGE_LEVEL = "village"


def ended_page(code: str) -> Response | None:
    """Return the page of a village of the own area that has ended (410); ``None`` when it is living or not to be seen.

    Its months and steps stay under its own code; its successors begin without months.
    """
    with reading() as session:
        ended = ended_division(session, scope=the_scope(), code=code)
        if ended is None or ended.level != VILLAGE_LEVEL:
            return None
        months = months_of(session, code=code)
        course = course_of(session, code=code, on=local_date(wired().clock.now()))
    page = render_template(
        "pages/village_ended.html",
        name=ended.name,
        sentence=sentence_of(ended),
        successors=[
            (one.name, url_for("villages.status", code=one.code))
            for one in ended.successors
            if one.level == VILLAGE_LEVEL
        ],
        map_url=url_for("maps.village", code=code),
        months=[month_of(one) for one in months],
        steps=[step_of(one) for one in (*course.earlier, *course.steps)],
    )
    return make_response(page, 410)
