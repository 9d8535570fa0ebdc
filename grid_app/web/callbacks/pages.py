"""Call-backs: what this unit verifies, one sample with its form, and the draws, which anybody may repeat."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.clock import local_date
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.callbacks import SampleLine, days_tried, draws_in, sample_of_unit, samples_done, samples_of_unit
from grid_app.queries.disputes_places import place_names
from grid_app.services.callbacks.drawing import drawn_again
from grid_app.services.callbacks.verifying import (
    NOT_YOURS,
    Call,
    Heard,
    Verdict,
    record_result,
    record_try,
    record_verdict,
    took_part,
    words_of,
)
from grid_app.services.matters.parties import faces_of
from grid_app.vocabulary.callbacks import KIND_WORDS, REFUSED, STATE_WORDS, TOLD_WORDS, WAY_WORDS, callback_rules
from grid_app.vocabulary.categories import name_of
from grid_app.web.card import OpenSession
from grid_app.web.step_forms import STATUS
from grid_app.web.wording import local_date as day_words
from grid_app.web.wording import local_time
from grid_app.wiring import wired

bp = Blueprint("callbacks", __name__)
guard_pages(bp)

NAMES = ("result", "told", "words", "waive", "take_up", "way")
DONE = "已经记下。结果写进了这件事的经过;当事人的原话只有本单位看得到。"


@bp.get("/call-backs")
@requires(Action.HANDLE_DISPUTE)
def index() -> str:
    """List what this unit verifies, by its due day, and the draws of the own area."""
    actor, today = the_actor(), local_date(wired().clock.now())
    with reading() as session:
        lines = samples_of_unit(session, scope=the_scope(), unit_id=actor.unit_id)
        ended = samples_done(session, scope=the_scope(), unit_id=actor.unit_id)
        names = place_names(session, {one.division_code for one in (*lines, *ended)})
        rows = [_line(one, names[one.division_code], late=one.row.due_on < today) for one in lines]
        done = [_line(one, names[one.division_code], late=False) for one in ended]
        draws = [
            {
                "id": one.row.id,
                "month": f"{one.row.month.year}年{one.row.month.month}月",
                "place": one.place,
                "kind": KIND_WORDS[one.row.kind],
                "counts": f"{one.row.candidates} 件里抽 {one.drawn} 件,已有结果 {one.done} 件",
                "seed": one.row.seed,
                "drawn": local_time(one.row.drawn_at),
            }
            for one in draws_in(session, path=actor.division_path)
        ]
    return render_template("pages/call_backs.html", rows=rows, done=done, draws=draws, rules=callback_rules())


@bp.get("/call-backs/<uuid:sample_id>")
@requires(Action.HANDLE_DISPUTE)
def page(sample_id: UUID) -> str:
    """Show one sample and what can be recorded of it."""
    return _page(sample_id, {}, {}, "")


@bp.post("/call-backs/<uuid:sample_id>/try")
@requires(Action.HANDLE_DISPUTE)
def note_try(sample_id: UUID) -> Response | WerkzeugResponse:
    """Record that nobody was reached."""
    way = request.form.get("way", "")
    return _taken(sample_id, lambda session, call: record_try(session, call, way=way))


@bp.post("/call-backs/<uuid:sample_id>/result")
@requires(Action.HANDLE_DISPUTE)
def result(sample_id: UUID) -> Response | WerkzeugResponse:
    """Record what the resident said."""
    typed, cipher = _typed(), wired().keys.fields
    heard = Heard(typed["result"], typed["told"], typed["words"], typed["waive"] == "1", typed["take_up"] == "1")
    return _taken(sample_id, lambda session, call: record_result(session, call, heard=heard, cipher=cipher))


@bp.post("/call-backs/<uuid:sample_id>/verdict")
@requires(Action.HANDLE_DISPUTE)
def verdict(sample_id: UUID) -> Response | WerkzeugResponse:
    """Record whether a refusal was right."""
    typed, cipher = _typed(), wired().keys.fields
    thought = Verdict(typed["result"], typed["words"], typed["take_up"] == "1")
    return _taken(sample_id, lambda session, call: record_verdict(session, call, verdict=thought, cipher=cipher))


@bp.post("/call-backs/draws/<uuid:draw_id>/repeat")
@requires(Action.HANDLE_DISPUTE)
def repeat(draw_id: UUID) -> WerkzeugResponse:
    """Repeat a draw and say whether it gives the same sample."""
    with transaction() as session:
        is_same = drawn_again(session, actor=the_actor(), draw_id=draw_id, now=wired().clock.now())
    if is_same:
        flash("按种子重新抽了一遍,抽到的和记录的完全一样。", "success")
    else:
        flash("重新抽的和记录的不一样:事项后来改过地点或者类别。请和审计员一起看。", "warning")
    return redirect(url_for("callbacks.index"))


def _taken(sample_id: UUID, change: Callable[[OpenSession, Call], object]) -> Response | WerkzeugResponse:
    call = Call(sample_id, the_actor(), wired().clock.now())
    try:
        with transaction() as session:
            change(session, call)
    except (InvalidError, ConflictError, ForbiddenError) as refusal:
        errors = refusal.fields if isinstance(refusal, InvalidError) else {}
        return make_response(_page(sample_id, _typed(), errors, refusal.sentence), STATUS[refusal.default_code])
    flash(DONE, "success")
    return redirect(url_for("callbacks.page", sample_id=sample_id))


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").replace("\r\n", "\n") for name in NAMES}


def _page(sample_id: UUID, typed: dict[str, str], errors: dict[str, str], sentence: str) -> str:
    actor, cipher = the_actor(), wired().keys.fields
    with reading() as session:
        line = sample_of_unit(session, scope=the_scope(), unit_id=actor.unit_id, sample_id=sample_id)
        if line is None:
            raise NotFoundError(NOT_YOURS)
        row = line.row
        return render_template(
            "pages/call_back.html",
            sample=row,
            line=_line(line, place_names(session, {line.division_code})[line.division_code], late=False),
            decided=local_time(row.decided_at),
            faces=faces_of(session, dispute_id=row.dispute_id, actor=actor, cipher=cipher),
            tries=[local_time(at) for at in days_tried(session, row.id)],
            took_part=took_part(session, actor, row.dispute_id),
            words=words_of(row, cipher),
            is_refusal=row.stratum == REFUSED,
            typed=typed,
            errors=errors,
            sentence=sentence,
            told_words=list(TOLD_WORDS.items()),
            ways=list(WAY_WORDS.items()),
            rules=callback_rules(),
        )


def _line(one: SampleLine, place: str, *, late: bool) -> dict[str, object]:
    return {
        "code": one.case_code,
        "url": url_for("callbacks.page", sample_id=one.row.id),
        "place": place,
        "category": name_of(one.category),
        "kind": callback_rules().rows[one.row.stratum].name,
        "due": f"{day_words(one.row.due_on)}{',已过' if late else ''}",
        "tries": one.tries or "",
        "state": STATE_WORDS[one.row.state],
    }
