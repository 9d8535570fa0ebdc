"""The editor of ladders: who is asked first, who next, how long each may take; every save is a new version."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from flask import flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.ladders import LadderRow, ladder_versions
from grid_app.services.escalations.events import BY_CODE, EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import (
    INBOX,
    UNIT_KIND_WORDS,
    RungRow,
    check_ladder,
    default_rungs,
    rungs_from,
)
from grid_app.services.escalations.ladder_words import in_words
from grid_app.services.escalations.ladders import save_ladder
from grid_app.web.wording import local_time
from grid_app.wiring import wired

MOST_RUNGS: Final = 5
FEWEST_SHOWN: Final = 3
FIELDS: Final = ("unit", "wait", "red")


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
    return _form(
        event_kind, values=_values(_rungs_of(event_kind, current)), basis=_basis_of(event_kind, current), errors={}
    )


@requires(Action.EDIT_POLICY)
def save_ladder_form(event_kind: str) -> str | Response:
    """Save a new version, or with ``do=preview`` say in words what it would mean."""
    form, basis = request.form, request.form.get("basis", "")
    _current(event_kind)
    try:
        rungs = read_rungs(event_kind, form)
        if form.get("do") == "preview":
            check_ladder(event_kind, rungs, basis)
            return _form(event_kind, values=form, basis=basis, errors={}, preview=in_words(event_kind, rungs))
        with transaction() as session:
            version = save_ladder(
                session,
                event_kind=event_kind,
                rungs=rungs,
                basis=basis,
                replaces=form.get("replaces", 0, type=int),
                actor=the_actor(),
                now=wired().clock.now(),
            )
    except InvalidError as error:
        errors = error.fields or {"rungs": error.sentence}
        return make_response(_form(event_kind, values=form, basis=basis, errors=errors), 422)
    flash(f"已保存第 {version} 版,从现在起的新提醒按它办;正在等待确认的提醒仍按原来的顺序。", "success")
    return redirect(url_for("inbox.policies"))


def read_rungs(event_kind: str, form: Mapping[str, str]) -> list[RungRow]:
    """Return the rungs of a posted form; empty lines at the end are left out, a gap between is kept.

    The ladder of red disputes asks for one waiting time, which is then used for both.

    Raises
    ------
    InvalidError
        A waiting time is no whole number of minutes.
    """
    lines = [_line(event_kind, form, number) for number in range(1, MOST_RUNGS + 1)]
    while lines and not any(lines[-1][:3]):
        lines.pop()
    errors = {
        f"{name}_{number}": "请填整数,单位是分钟,例如 120"
        for number, line in enumerate(lines, start=1)
        for name, value in (("wait", line[1]), ("red", line[2]))
        if not value.isdecimal()
    }
    if errors:
        raise InvalidError("等待时间没有填对,修改没有保存。", fields=errors)
    return [RungRow(kind, int(wait), int(red), channels) for kind, wait, red, channels in lines]


def _line(event_kind: str, form: Mapping[str, str], number: int) -> tuple[str, str, str, tuple[str, ...]]:
    channels = (INBOX, "webpush") if form.get(f"push_{number}") else (INBOX,)
    kind, wait, red = (form.get(f"{name}_{number}", "").strip() for name in ("unit", "wait", "red"))
    return kind, red if BY_CODE[event_kind].one_wait else wait, red, channels


def _shown_rungs(values: Mapping[str, str]) -> int:
    """Return how many rungs the form shows: those in use and one more, at least three."""
    used = [number for number in range(1, MOST_RUNGS + 1) if any(values.get(f"{n}_{number}") for n in FIELDS)]
    return min(MOST_RUNGS, max([FEWEST_SHOWN, *(number + 1 for number in used)]))


def _current(event_kind: str) -> LadderRow | None:
    if event_kind not in EVENT_KIND_WORDS:
        raise NotFoundError("没有这一类提醒。请从“策略”页面重新进入。")
    with reading() as session:
        return next((row for row in ladder_versions(session, event_kind) if row.in_use), None)


def _rungs_of(event_kind: str, row: LadderRow | None) -> Sequence[RungRow]:
    return rungs_from(row.rungs) if row else default_rungs(event_kind)


def _basis_of(event_kind: str, row: LadderRow | None) -> str:
    return row.basis if row else BY_CODE[event_kind].basis


def _values(rungs: Sequence[RungRow]) -> dict[str, str]:
    values: dict[str, str] = {}
    for number, rung in enumerate(rungs, start=1):
        values |= {
            f"unit_{number}": rung.unit_kind,
            f"wait_{number}": str(rung.wait_minutes),
            f"red_{number}": str(rung.red_wait_minutes),
            f"push_{number}": "1" if len(rung.channels) > 1 else "",
        }
    return values


def _shown(event_kind: str, rows: Sequence[LadderRow]) -> dict[str, object]:
    current = next((row for row in rows if row.in_use), None)
    return {
        "name": EVENT_KIND_WORDS[event_kind],
        "basis": _basis_of(event_kind, current),
        "words": in_words(event_kind, _rungs_of(event_kind, current)),
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
    values: Mapping[str, str],
    basis: str,
    errors: Mapping[str, str],
    preview: Sequence[str] = (),
) -> str:
    current = _current(event_kind)
    return render_template(
        "pages/ladder_edit.html",
        name=EVENT_KIND_WORDS[event_kind],
        event_kind=event_kind,
        units=list(UNIT_KIND_WORDS.items()),
        numbers=range(1, _shown_rungs(values) + 1),
        red_only=BY_CODE[event_kind].one_wait,
        values=values,
        basis=basis,
        replaces=values.get("replaces", current.version if current else 0),
        errors=dict(errors),
        preview=preview,
    )
