"""Pages of taking in a sheet: uploaded, looked at line by line, taken in whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.roster_pages import names_of, patterns_of
from grid_app.services.duty_roster.access import office_to_edit
from grid_app.services.duty_roster.gaps import changing
from grid_app.services.duty_roster.keeping import CLOSES, OPENS
from grid_app.services.duty_roster.pattern import KIND_WORDS
from grid_app.services.duty_roster.patterns import clock_of, minute_of
from grid_app.services.duty_roster.sheet import (
    NEW,
    PAST,
    REPLACES,
    WRONG,
    Examined,
    Hours,
    Line,
    examine,
    kept_text,
    lines_in,
    lines_of,
    take_in,
)
from grid_app.web.roster.shown import hours_words
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

USUAL: Final[Hours] = {"day": (OPENS, CLOSES), "night": (CLOSES, OPENS), "holiday": (OPENS, OPENS)}
OUTCOMES: Final = {
    NEW: ("新排", "done"), REPLACES: ("替换", "active"), PAST: ("不导入", "neutral"), WRONG: ("要改", "attention"),
}  # fmt: skip
Answer = str | Response | WerkzeugResponse


def add_routes(bp: Blueprint) -> None:
    """Add the pages of taking in a sheet."""
    bp.add_url_rule("/roster/<uuid:unit_id>/import", "sheet", sheet, methods=["GET"])
    bp.add_url_rule("/roster/<uuid:unit_id>/import", "look_at_sheet", look, methods=["POST"])
    bp.add_url_rule("/roster/<uuid:unit_id>/import/take", "take_sheet", take, methods=["POST"])


@requires(Action.EDIT_ROSTER)
def sheet(unit_id: UUID) -> Response:
    """Ask for a file and the hours of shifts of which it says none."""
    with reading() as session:
        office_to_edit(session, the_actor(), unit_id)
        own = {one.kind: (one.begins, one.ends) for one in patterns_of(session, unit_id)}
    hours = {**USUAL, **own}
    typed = {
        f"{kind}_{end}": clock_of(minute) for kind in KIND_WORDS for end, minute in zip(
            ("begins", "ends"), hours[kind], strict=True)
    }  # fmt: skip
    return _page(unit_id, typed, {}, "")


@requires(Action.EDIT_ROSTER)
def look(unit_id: UUID) -> Response:
    """Show what would become of each line; nothing is kept."""
    typed = dict(request.form.items())
    with reading() as session:
        office_to_edit(session, the_actor(), unit_id)  # before a stranger's file is read
    try:
        hours = _hours(typed)
        lines = lines_of(*_sent())
    except InvalidError as refusal:
        return _page(unit_id, typed, refusal.fields or {"file": refusal.sentence}, refusal.sentence, status=422)
    return _page(unit_id, typed, {}, "", lines=lines, hours=hours)


@requires(Action.EDIT_ROSTER)
def take(unit_id: UUID) -> Answer:
    """Take in what was looked at, whole or not at all."""
    now, typed = wired().clock.now(), dict(request.form.items())
    lines: Sequence[Line] = ()
    hours: Hours = USUAL
    try:
        hours, lines = _hours(typed), lines_in(typed.get("lines", ""))
        with transaction() as session, changing(session, the_actor(), unit_id, now=now) as office:
            taken = take_in(session, office, lines, hours=hours, actor=the_actor(), now=now)
    except InvalidError as refusal:
        return _page(unit_id, typed, refusal.fields, refusal.sentence, lines=lines, hours=hours, status=422)
    flash(f"已导入 {taken} 班。以后轮班重新排,也不会动它们。", "success")
    return redirect(url_for("roster.unit", unit_id=unit_id))


def _hours(typed: Mapping[str, str]) -> Hours:
    found: dict[str, tuple[int, int]] = {}
    wrong: dict[str, str] = {}
    for kind in KIND_WORDS:
        begins, ends = minute_of(typed.get(f"{kind}_begins", "")), minute_of(typed.get(f"{kind}_ends", ""))
        if begins is None or ends is None:
            wrong[f"{kind}_begins" if begins is None else f"{kind}_ends"] = "请写成 08:30 这样的时间。"
        else:
            found[kind] = begins, ends
    if wrong:
        raise InvalidError("没有导入,请看标出的地方。", fields=wrong)
    return found


def _sent() -> tuple[bytes, str]:
    file = request.files.get("file")
    if file is None or not file.filename:
        raise InvalidError("请选择值班表的文件(.xlsx、.xls 或 .csv)。", fields={"file": "请选择文件。"})
    with closing(file.stream):
        return file.stream.read(), file.filename


def _page(
    unit_id: UUID, typed: Mapping[str, str], errors: Mapping[str, str], sentence: str, *,
    lines: Sequence[Line] = (), hours: Hours = USUAL, status: int = 200,
) -> Response:  # fmt: skip
    now = wired().clock.now()
    with reading() as session:
        office = office_to_edit(session, the_actor(), unit_id)
        names = names_of(session, unit_id)
        examined = examine(session, office, lines, hours=hours, now=now) if lines else []
    outcomes = [one.outcome for one in examined]
    shown = render_template(
        "pages/roster_import.html",
        office=office,
        typed=typed,
        errors=errors,
        sentence=sentence,
        kinds=list(KIND_WORDS.items()),
        lines=[_line(one, names) for one in examined],
        wrong=outcomes.count(WRONG),
        taken=outcomes.count(NEW) + outcomes.count(REPLACES),
        past=outcomes.count(PAST),
        kept=kept_text(lines),
    )
    return make_response(shown, status)


def _line(one: Examined, names: Mapping[UUID, str]) -> dict[str, str]:
    word, tone = OUTCOMES[one.outcome]
    told = {"number": str(one.line.number), "word": word, "tone": tone, "sentence": one.sentence}
    if one.wanted is None:
        said = (one.line.day, one.line.kind, one.line.main, one.line.deputies)
        return told | dict(zip(("day", "shift", "main", "deputies"), said, strict=True))
    people = [names.get(who, "") for who in one.wanted.people]
    return told | {
        "day": day_words(one.wanted.starts_at),
        "shift": f"{KIND_WORDS[one.wanted.kind]} {hours_words(one.wanted.starts_at, one.wanted.ends_at)}",
        "main": people[0],
        "deputies": "、".join(people[1:]),
    }
