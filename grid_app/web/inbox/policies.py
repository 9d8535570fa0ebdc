"""The editor of ladders: who is asked first, who next, how long each may take; every save is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.ladders import LadderRow, ladder_versions
from grid_app.services.escalations.events import BY_CODE, EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import (
    CHANNEL_WORDS,
    HOURS_WORDS,
    UNIT_KIND_WORDS,
    WHOM_WORDS,
    AfterTaking,
    RungRow,
    check_ladder,
    default_after,
    default_rungs,
    rungs_from,
)
from grid_app.services.escalations.ladder_words import in_words
from grid_app.services.escalations.ladders import save_ladder
from grid_app.services.escalations.trying import check_holes, trial
from grid_app.web.inbox.ladder_forms import read_after, read_rungs, shown_rungs, values_of
from grid_app.web.wording import local_time
from grid_app.wiring import wired


@requires(Action.EDIT_POLICY)
def policies() -> str:
    """Show the ladder of each event kind in words, with its versions."""
    with reading() as session:
        found = {kind: ladder_versions(session, kind) for kind in EVENT_KIND_WORDS}
    return render_template("pages/ladders.html", ladders=[_shown(kind, rows) for kind, rows in found.items()])


@requires(Action.EDIT_POLICY)
def edit_ladder(event_kind: str) -> str:
    """Show the form that holds the ladder in use."""
    current = _current(event_kind)
    values = values_of(_rungs_of(event_kind, current), _after_of(event_kind, current))
    return _form(event_kind, values=values, basis=_basis_of(event_kind, current), errors={})


@requires(Action.EDIT_POLICY)
def save_ladder_form(event_kind: str) -> str | Response:
    """Save a new version, or with ``do=preview`` say in words what it would mean and what it would have sent."""
    form, basis, actor, now = request.form, request.form.get("basis", ""), the_actor(), wired().clock.now()
    _current(event_kind)
    try:
        rungs, after = read_rungs(event_kind, form), read_after(form)
        if form.get("do") == "preview":
            check_ladder(event_kind, rungs, basis, after)
            with reading() as session:
                check_holes(session, rungs, path=actor.division_path, now=now)
                tried = trial(session, event_kind, rungs, path=actor.division_path, now=now)
            preview = in_words(event_kind, rungs, after)
            return _form(event_kind, values=_typed(form), basis=basis, errors={}, preview=preview, tried=tried)
        with transaction() as session:
            check_ladder(event_kind, rungs, basis, after)
            check_holes(session, rungs, path=actor.division_path, now=now)
            version = save_ladder(
                session,
                event_kind=event_kind,
                rungs=rungs,
                basis=basis,
                replaces=form.get("replaces", 0, type=int),
                actor=actor,
                now=now,
                after=after,
            )
    except InvalidError as error:
        errors = error.fields or {"rungs": error.sentence}
        return make_response(_form(event_kind, values=_typed(form), basis=basis, errors=errors), 422)
    flash(f"已保存第 {version} 版,从现在起的新提醒按它办;正在等待确认的提醒仍按原来的顺序。", "success")
    return redirect(url_for("inbox.policies"))


def _current(event_kind: str) -> LadderRow | None:
    if event_kind not in EVENT_KIND_WORDS:
        raise NotFoundError("没有这一类提醒。请从“策略”页面重新进入。")
    with reading() as session:
        return next((row for row in ladder_versions(session, event_kind) if row.in_use), None)


def _rungs_of(event_kind: str, row: LadderRow | None) -> Sequence[RungRow]:
    return rungs_from(row.rungs) if row else default_rungs(event_kind)


def _basis_of(event_kind: str, row: LadderRow | None) -> str:
    return row.basis if row else BY_CODE[event_kind].basis


def _after_of(event_kind: str, row: LadderRow | None) -> AfterTaking:
    if row is None:
        return default_after(event_kind)
    return AfterTaking(row.idle_minutes, row.bounce_limit, "working" if row.idle_hours == "working" else "always")


def _typed(form: MultiDict[str, str]) -> dict[str, object]:
    """Return what was typed, several ticked ways of one rung as a list."""
    return {name: form.getlist(name) if name.startswith("ways_") else form.get(name, "") for name in form}


def _shown(event_kind: str, rows: Sequence[LadderRow]) -> dict[str, object]:
    current = next((row for row in rows if row.in_use), None)
    return {
        "name": EVENT_KIND_WORDS[event_kind],
        "basis": _basis_of(event_kind, current),
        "words": in_words(event_kind, _rungs_of(event_kind, current), _after_of(event_kind, current)),
        "url": url_for("inbox.edit_ladder", event_kind=event_kind),
        "saved": f"第 {current.version} 版,{local_time(current.created_at)}保存" if current else "系统自带",
        "versions": [
            {
                "version": f"第 {row.version} 版",
                "at": local_time(row.created_at),
                "basis": row.basis,
                "words": " ".join(in_words(event_kind, rungs_from(row.rungs))[:-1]),
            }
            for row in rows
            if not row.in_use
        ],
    }


def _form(
    event_kind: str,
    *,
    values: Mapping[str, object],
    basis: str,
    errors: Mapping[str, str],
    preview: Sequence[str] = (),
    tried: Sequence[str] = (),
) -> str:
    current = _current(event_kind)
    return render_template(
        "pages/ladder_edit.html",
        name=EVENT_KIND_WORDS[event_kind],
        event_kind=event_kind,
        units=list(UNIT_KIND_WORDS.items()),
        numbers=range(1, shown_rungs(values) + 1),
        red_only=BY_CODE[event_kind].one_wait,
        values=values,
        basis=basis,
        replaces=values.get("replaces", current.version if current else 0),
        errors=dict(errors),
        preview=preview,
        tried=tried,
        whoms=list(WHOM_WORDS.items()),
        ways=list(CHANNEL_WORDS.items()),
        hours=list(HOURS_WORDS.items()),
    )
