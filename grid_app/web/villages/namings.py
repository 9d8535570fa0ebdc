"""The course of official namings: where each village of the own area stands, and recording the next step."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action, allows
from grid_app.queries.map_area import Area, narrowed
from grid_app.queries.map_facts import area_in_scope
from grid_app.queries.map_layers import NAMED, NAMING_WORDS
from grid_app.queries.naming_course import Course, course_of, courses_in, waiting_for
from grid_app.services.places.naming_words import refuse_counts
from grid_app.services.typed import day_of, whole_of
from grid_app.services.villages.checks import NO_VILLAGE
from grid_app.services.villages.naming_course import FIELDS, Typed, record_step, steps_open_to
from grid_app.vocabulary.namings import (
    ACCEPT,
    APPLY,
    CHECK,
    NAME,
    RETURN,
    REVIEW,
    STAGE_WORDS,
    STEP_WORDS,
    WAITING_WORDS,
    WITHDRAW,
)
from grid_app.web.card import OpenSession
from grid_app.web.turning import turned
from grid_app.web.villages.ended import ended_page
from grid_app.web.villages.shown import WAITING, full_day, naming_of, step_of
from grid_app.wiring import wired

bp = Blueprint("village_namings", __name__, url_prefix="/villages")
guard_pages(bp)
SENT: Final = frozenset({"csrf_token", "kind", "seen", *FIELDS})
HINTS: Final = {
    APPLY: "村(社区)申报的那一天;写做了哪些服务,材料在哪里。",
    CHECK: "乡镇核对材料、到村里看过的那一天,和看到的情况。",
    ACCEPT: "县里验收的那一天,和验收的情况。",
    NAME: "照命名文件填写:文号、日期、到期日。",
    REVIEW: "每年复核一次:哪一天复核的,情况怎么样。",
    RETURN: "写清楚哪里还不够,改好以后可以重新申报。",
    WITHDRAW: "照撤销文件填写:文号、日期、理由。",
}
PAGE_SIZE: Final = 50
CHECKED: Final = frozenset({CHECK, RETURN})


@bp.get("/namings")
@requires(Action.READ_STATUS)
def index() -> str:
    """List the villages of the own area that are in a course or have a naming, by code; perhaps only what waits."""
    only_waiting = request.args.get("show") == WAITING
    today = local_date(wired().clock.now())
    with reading() as session:
        area = _area(session, None)
        courses = courses_in(session, scope=narrowed(the_scope(), area.root.path), on=today)
    kept = [course for code, course in courses.items() if code in area.villages]
    waiting = {course.code: waiting_for(course, on=today) for course in kept}
    chosen = [one for one in kept if waiting[one.code] or not only_waiting]
    show = WAITING if only_waiting else None
    at, pages = turned(
        len(chosen), size=PAGE_SIZE, url=lambda page: url_for("village_namings.index", show=show, page=page)
    )
    return render_template(
        "pages/village_namings.html",
        area=area.root,
        rows=[_row(one, area, waiting[one.code]) for one in chosen[at : at + PAGE_SIZE]],
        pages=pages,
        waiting=sum(map(bool, waiting.values())),
        only_waiting=only_waiting,
        waiting_url=url_for("village_namings.index", show=WAITING),
        villages=[(code, _named(code, area)) for code in area.villages],
        may_import=allows(the_actor(), Action.RECORD_NAMING),
    )


@bp.get("/<code>/naming")
@requires(Action.READ_STATUS)
def course(code: str) -> str | Response:
    """Show one village's course and the form of the next step; of an ended one, what continues it."""
    return ended_page(code) or _page(code, {}, {})


@bp.get("/naming")
@requires(Action.READ_STATUS)
def choose() -> WerkzeugResponse:
    """Go to the course of the village that was chosen from the list."""
    return redirect(url_for("village_namings.course", code=request.args.get("village", "").strip() or "-"))


@bp.post("/<code>/naming/apply")
@requires(Action.APPLY_NAMING)
def apply(code: str) -> Response | WerkzeugResponse:
    """Record that the village applies."""
    return _record(code, APPLY)


@bp.post("/<code>/naming/check")
@requires(Action.CHECK_NAMING)
def check(code: str) -> Response | WerkzeugResponse:
    """Record the township's check, or that an application is sent back."""
    kind = request.form.get("kind", "")
    return _record(code, kind if kind in CHECKED else CHECK)


@bp.post("/<code>/naming/step")
@requires(Action.RECORD_NAMING)
def step(code: str) -> Response | WerkzeugResponse:
    """Record what the county does: accept, name, review, send back, withdraw."""
    return _record(code, request.form.get("kind", ""))


def _record(code: str, kind: str) -> Response | WerkzeugResponse:
    form = request.form
    seen = whole_of(form.get("seen", ""))
    typed = Typed(
        day_of(form.get("done_on", "")),
        form.get("document_number", ""),
        form.get("expires_on", ""),
        form.get("reason", ""),
    )
    values = {**form.to_dict(), "kind": kind}
    try:
        refuse_counts({}, [name for name in form if name not in SENT])
        with transaction() as session:
            record_step(
                session, code=code, kind=kind, typed=typed, seen_number=-1 if seen is None else seen,
                actor=the_actor(), now=wired().clock.now(),
            )  # fmt: skip
    except InvalidError as error:
        return make_response(_page(code, values, error.fields), 422)
    except ConflictError as error:
        return make_response(_page(code, values, {"kind": error.sentence}), 409)
    except ForbiddenError as error:
        return make_response(_page(code, values, {"kind": error.sentence}), 403)
    flash(f"“{STEP_WORDS[kind]}”已登记。", "success")
    return redirect(url_for("village_namings.course", code=code))


def _area(session: OpenSession, code: str | None) -> Area:
    area = area_in_scope(session, scope=the_scope(), root=code)
    if area is None or (code is not None and area.root.level != "village"):
        raise NotFoundError(NO_VILLAGE)
    return area


def _page(code: str, values: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        area = _area(session, code)
        found = course_of(session, code=code, on=local_date(wired().clock.now()))
    kinds = steps_open_to(the_actor(), found)
    wanted = values.get("kind", kinds[0] if len(kinds) == 1 else "")
    return render_template(
        "pages/village_naming.html",
        village=area.root,
        township=area.above[-1].name if area.above else "",
        stage=STAGE_WORDS[found.stage],
        naming=naming_of(found),
        status_word=NAMING_WORDS[found.status],
        steps=[step_of(one) for one in found.steps],
        earlier=[step_of(one) for one in found.earlier],
        kinds=[(kind, STEP_WORDS[kind]) for kind in kinds],
        hints=[(STEP_WORDS[kind], HINTS[kind]) for kind in kinds],
        endpoint=_endpoint(found.stage, kinds),
        expires=NAME in kinds,
        seen=len(found.steps),
        values=values,
        wanted=wanted,
        errors=errors,
    )


def _endpoint(stage: str, kinds: Sequence[str]) -> str:
    """Return the route to which the form of the next step is sent."""
    if APPLY in kinds:
        return "village_namings.apply"
    return "village_namings.check" if stage == APPLY else "village_namings.step"


def _row(found: Course, area: Area, waiting: Sequence[str]) -> dict[str, object]:
    row = found.naming
    return {
        "village": _named(found.code, area),
        "url": url_for("village_namings.course", code=found.code),
        "stage": STAGE_WORDS[found.stage],
        "naming": NAMING_WORDS[found.status],
        "tone": "done" if found.status == NAMED else "neutral",
        "document": row.document_number if row else "",
        "expires": full_day(row.expires_on) if row and row.expires_on else "",
        "review": f"{full_day(found.review_due)}以前" if found.review_due else "",
        "waiting": [WAITING_WORDS[one] for one in waiting],
    }


def _named(code: str, area: Area) -> str:
    village = area.villages[code]
    township = area.townships.get(village.parent_code or "")
    return f"{township.name} {village.name}" if township else village.name
