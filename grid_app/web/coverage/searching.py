"""Where the next rooms should be: asking, the progress of a search, its answer with two pictures and a file."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from contextlib import closing
from typing import Final
from uuid import UUID

from flask import (
    Blueprint,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.documents.spreadsheet import csv_text
from grid_app.errors import ConflictError, InvalidError, NotFoundError, Refusal
from grid_app.http import siting
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action, Scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.siting import SitingRow, siting_run, siting_runs
from grid_app.services.audit import record_audit
from grid_app.services.siting.asking import EXISTING_WORDS, KIND_WORDS, RURAL, URBAN, asked_of
from grid_app.services.siting.running import BROKEN_OFF, MISSING, RUNNING, SILENT_FOR, Begun
from grid_app.web import background
from grid_app.web.coverage import site_words
from grid_app.web.coverage.area import area_asked, facts_of
from grid_app.web.coverage.pictures import MARKS_UP_TO, picture_of, room_marks
from grid_app.web.step_forms import STATUS
from grid_app.wiring import wired

USUAL: Final = {
    "number": "5", "kind": "without", "existing": "open", "rural_m": str(RURAL), "urban_m": str(URBAN),
}  # fmt: skip
MOST_BYTES: Final = 1024 * 1024
ONE: Final = "/coverage/siting/<uuid:run_id>"
BEFORE, AFTER = "before", "after"
log = logging.getLogger(__name__)


@requires(Action.EDIT_ROOMS)
def index() -> str:
    """Show the form and the searches done so far."""
    return _form(USUAL, {}, "")


@requires(Action.EDIT_ROOMS)
def start() -> Response:
    """Start a search in the asked area, or show the form again with what is to be changed."""
    typed = {name: request.form.get(name, "") for name in (*USUAL, "root")}
    area = area_asked(typed["root"] or None)
    try:
        asked = asked_of(typed, division_code=area.root.code, content=_sent())
        begun = siting.begin(asked, actor=the_actor())
    except (InvalidError, ConflictError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return make_response(_form(typed, errors, refusal.sentence), STATUS[refusal.default_code])
    scope = narrowed(the_scope(), area.root.path)
    background.begin(_work, begun, scope)
    return redirect(url_for("coverage.siting_run", run_id=begun.run_id))


@requires(Action.EDIT_ROOMS)
def detail(run_id: UUID) -> str:
    """Show one search: how far it is, or what it found."""
    row = _row(run_id)
    word, tone = site_words.STATES[row.state]
    return render_template(
        "pages/siting_run.html",
        row=row,
        word=word,
        tone=tone,
        figures=site_words.figures_of(row),
        told=site_words.told_of(row) if row.result else None,
        lines=site_words.site_lines(row) if row.result else [],
        broken_off=BROKEN_OFF if _is_silent(row) else "",
        percent=site_words.percent_of(row, wired().clock.now()),
        waiting=site_words.waiting_word(row, wired().clock.now()),
    )


@requires(Action.EDIT_ROOMS)
def progress(run_id: UUID) -> Response:
    """Say how far a search is, for the bar on its page."""
    row, now = _row(run_id), wired().clock.now()
    label = row.sentence or site_words.waiting_word(row, now)
    return jsonify(done=site_words.percent_of(row, now), total=100, finished=row.state != RUNNING, label=label)


@requires(Action.EDIT_ROOMS)
def cancel(run_id: UUID) -> Response:
    """Cancel a search."""
    if not siting.cancel(run_id, actor=the_actor()):
        flash("这次测算已经结束了,没有再改。", "info")
    return redirect(url_for("coverage.siting_run", run_id=run_id))


@requires(Action.EDIT_ROOMS)
def picture(run_id: UUID, when: str) -> Response:
    """Draw who reaches a room before or after."""
    row = _row(run_id)
    if when not in (BEFORE, AFTER) or not row.result:
        raise NotFoundError(MISSING)
    area = area_asked(row.division_code, also_ended=True)
    points = room_marks(facts_of(area)) if len(row.result["villages"]) <= MARKS_UP_TO else []
    if when == AFTER:
        points += [(lon, lat, "chosen") for _, lon, lat, _, _ in row.result["sites"]]
    title = f"{row.place}:{'新设之后' if when == AFTER else '现在'}哪些村走得到调解室"
    drawn = picture_of(area, site_words.fills_of(row, after=when == AFTER), points, title=title)
    answer = make_response(drawn)
    answer.mimetype = "image/svg+xml"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@requires(Action.EDIT_ROOMS)
def sites_file(run_id: UUID) -> Response:
    """Give the list of sites as CSV for Excel."""
    row = _row(run_id)
    if not row.result:
        raise NotFoundError(MISSING)
    columns = ("次序", "地点", "村(社区)代码", "经度", "纬度", f"新走得到({site_words.unit_of(row)})")
    lines = [
        (str(order), name, code, str(lon), str(lat), f"{gain:.0f}")
        for order, (name, lon, lat, code, gain) in enumerate(row.result["sites"], start=1)
    ]
    now, target = wired().clock.now(), ("siting", str(run_id))
    with transaction() as session:
        record_audit(session, the_actor(), "siting.taken", now=now, target=target, details={"rows": len(lines)})
    answer = make_response(csv_text(columns, lines))
    answer.headers["Content-Type"] = "text/csv; charset=utf-8"
    answer.headers["Content-Disposition"] = "attachment; filename=siting.csv"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Register these pages on the blueprint of coverage."""
    bp.add_url_rule("/coverage/siting", "siting", index, methods=["GET"])
    bp.add_url_rule("/coverage/siting", "start_siting", start, methods=["POST"])
    bp.add_url_rule(ONE, "siting_run", detail, methods=["GET"])
    bp.add_url_rule(f"{ONE}/progress", "siting_progress", progress, methods=["GET"])
    bp.add_url_rule(f"{ONE}/cancel", "cancel_siting", cancel, methods=["POST"])
    bp.add_url_rule(f"{ONE}/<when>.svg", "siting_picture", picture, methods=["GET"])
    bp.add_url_rule(f"{ONE}/sites.csv", "siting_file", sites_file, methods=["GET"])


def _work(begun: Begun, scope: Scope) -> None:
    try:
        siting.search_and_record(begun, scope)
    except Refusal as refusal:
        log.info("a search for sites was refused", extra={"run": str(begun.run_id), "code": refusal.code})
    except Exception:  # the thread's outermost line: the page shows the sentence, the log the reason
        log.exception("a search for sites failed", extra={"run": str(begun.run_id)})


def _sent() -> bytes:
    file = request.files.get("file")
    if file is None:
        return b""
    with closing(file.stream):
        return file.stream.read(MOST_BYTES)


def _row(run_id: UUID) -> SitingRow:
    with reading() as session:
        row = siting_run(session, the_actor(), run_id)
    if row is None:
        raise NotFoundError(MISSING)
    return row


def _is_silent(row: SitingRow) -> bool:
    return row.state == RUNNING and wired().clock.now() - row.beat_at >= SILENT_FOR


def _form(values: Mapping[str, str], errors: Mapping[str, str], sentence: str) -> str:
    area = area_asked(request.values.get("root") or None)
    with reading() as session:
        rows = siting_runs(session, the_actor())
    return render_template(
        "pages/siting.html",
        area=area,
        values=values,
        errors=errors,
        sentence=sentence,
        kinds=list(KIND_WORDS.items()),
        existing=list(EXISTING_WORDS.items()),
        rows=site_words.run_lines(rows),
    )
