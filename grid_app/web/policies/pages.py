"""Rules of time limits and the working calendar: read by offices, edited by the security administrator."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import SHANGHAI, local_date
from grid_app.clocks.calendar import last_published_year
from grid_app.clocks.counting import count
from grid_app.clocks.rules import KIND_WORDS, STANDING, UNIT_WORDS, Rule, rule_in_force
from grid_app.clocks.words import why
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, allows
from grid_app.queries.clocks import StoredRule, own_entries, rule_versions
from grid_app.services.clocks.rules import (
    NO_RULE,
    DayEdit,
    RuleEdit,
    own_calendar,
    remove_day,
    rulebook,
    save_day,
    save_rule,
)
from grid_app.services.typed import day_of
from grid_app.web.policies.shown import day_shown, rule_shown, special_days
from grid_app.wiring import wired

bp = Blueprint("policies", __name__, url_prefix="/policies")
guard_pages(bp)
CODES: Final = frozenset(rule.code for rule in STANDING)
FIRST_YEAR: Final = 2004
YEARS_AHEAD: Final = 5


@bp.get("/clocks")
@requires(Action.READ_POLICY)
def clocks() -> str:
    """Show every time limit with its basis and versions; with ``code`` and ``start``, count one as a trial."""
    versions, today = _versions(), local_date(wired().clock.now())
    start = day_of(request.args.get("start", ""))
    code = request.args.get("code", "")
    return render_template(
        "pages/policies_clocks.html",
        rules=[rule_shown(found, today=today) for found in versions.values()],
        choices=[(one, found[0].rule.name) for one, found in versions.items()],
        code=code,
        start=(start or today).isoformat(),
        trial=_trial(versions.get(code), start),
        may_edit=allows(the_actor(), Action.EDIT_POLICY),
    )


@bp.get("/clocks/<code>")
@requires(Action.EDIT_POLICY)
def edit_clock(code: str) -> str:
    """Show the form that holds the newest version of a rule."""
    rule = _newest(code)
    values = {
        "limit": str(rule.limit),
        "unit": str(rule.unit),
        "extension": str(rule.extension),
        "basis": rule.basis,
        "valid_from": local_date(wired().clock.now()).isoformat(),
        "replaces": str(rule.version),
    }
    return _form(rule, values, {})


@bp.post("/clocks/<code>")
@requires(Action.EDIT_POLICY)
def save_clock(code: str) -> str | Response:
    """Save a new version of a rule; clocks that run keep theirs."""
    rule = _newest(code)
    try:
        edit = _read_edit(request.form)
        with transaction() as session:
            version = save_rule(session, code=code, edit=edit, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_form(rule, request.form, error.fields), 422)
    flash(f"已保存第 {version} 版,从 {edit.valid_from} 起开始的期限按它算;正在计算的期限不变。", "success")
    return redirect(url_for("policies.clocks"))


@bp.get("/calendar")
@requires(Action.READ_POLICY)
def calendar() -> str:
    """Show a year's holidays and make-up days, and the county's own entries."""
    return _calendar({}, {})


@bp.post("/calendar")
@requires(Action.EDIT_POLICY)
def save_calendar() -> str | Response:
    """Enter a day of the county's own; clocks that run keep their day."""
    form = request.form
    try:
        edit = _read_day(form)
        with transaction() as session:
            save_day(session, edit=edit, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return make_response(_calendar(form, error.fields), 422)
    flash(f"已登记 {edit.day}。以后开始的期限按它算,正在计算的不变。", "success")
    return redirect(url_for("policies.calendar", year=edit.day.year))


@bp.post("/calendar/remove")
@requires(Action.EDIT_POLICY)
def remove_calendar() -> Response:
    """Take one of the county's own entries out."""
    day = day_of(request.form.get("day", ""))
    if day is None:
        raise NotFoundError("没有写明是哪一天。请回到工作日历再试一次。")
    with transaction() as session:
        remove_day(session, day=day, actor=the_actor(), now=wired().clock.now())
    flash(f"已删除 {day} 的登记,这一天重新按公布的安排算。", "success")
    return redirect(url_for("policies.calendar", year=day.year))


def _versions() -> dict[str, list[StoredRule]]:
    """Return the versions of every rule in the order of the file; a fresh installation seeds them here."""
    with reading() as session:
        found = rule_versions(session)
    if not set(found) >= CODES:
        with transaction() as session:
            rulebook(session, CODES, now=wired().clock.now())
        with reading() as session:
            found = rule_versions(session)
    return {rule.code: found[rule.code] for rule in STANDING}


def _newest(code: str) -> Rule:
    found = _versions().get(code)
    if found is None:
        raise NotFoundError(NO_RULE)
    return found[0].rule


def _trial(versions: list[StoredRule] | None, start: date | None) -> list[str]:
    if versions is None or start is None or not FIRST_YEAR <= start.year <= _last_year():
        return []
    rule = rule_in_force([one.rule for one in versions], on=start)
    with reading() as session:
        working = own_calendar(session)
    begun = datetime.combine(start, time(9), tzinfo=SHANGHAI)
    return why(rule, count(rule, started_at=begun, calendar=working))


def _read_edit(form: Mapping[str, str]) -> RuleEdit:
    errors = {
        name: "请填数字。"
        for name in ("limit", "extension")
        if not _is_number(form.get(name, "")) and (name == "limit" or form.get(name, "").strip())
    }
    day = day_of(form.get("valid_from", ""))
    if day is None:
        errors["valid_from"] = "日期要写成 2026-11-20 这样。"
    if errors or day is None:
        raise InvalidError("修改没有保存,已填的都还在。", fields=errors)
    replaces = form.get("replaces", "")
    return RuleEdit(
        limit=int(form["limit"]),
        unit=form.get("unit", ""),
        extension=int(form.get("extension", "").strip() or 0),
        basis=form.get("basis", ""),
        valid_from=day,
        replaces=int(replaces) if _is_number(replaces) else 0,
    )


def _is_number(text: str) -> bool:
    plain = text.strip()
    return plain.isascii() and plain.isdecimal() and len(plain) <= 6


def _read_day(form: Mapping[str, str]) -> DayEdit:
    day = day_of(form.get("day", ""))
    if day is None or not FIRST_YEAR <= day.year <= _last_year():
        raise InvalidError(
            "工作日历没有保存,已填的都还在。", fields={"day": f"请填 {FIRST_YEAR} 年到 {_last_year()} 年的一天。"}
        )
    if form.get("works") not in ("yes", "no"):
        raise InvalidError("工作日历没有保存,已填的都还在。", fields={"works": "请选上班还是休息。"})
    return DayEdit(day, form["works"] == "yes", form.get("name", ""), form.get("basis", ""))


def _last_year() -> int:
    return local_date(wired().clock.now()).year + YEARS_AHEAD


def _form(rule: Rule, values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "pages/policies_clock_edit.html",
        rule=rule,
        kind=KIND_WORDS[rule.kind],
        units=[(str(unit), word) for unit, word in UNIT_WORDS.items()],
        values=values,
        errors=dict(errors),
    )


def _calendar(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    year = request.args.get("year", local_date(wired().clock.now()).year, type=int)
    year = min(max(year, FIRST_YEAR), _last_year())
    with reading() as session:
        working, entries = own_calendar(session), own_entries(session)
    return render_template(
        "pages/policies_calendar.html",
        year=year,
        is_guess=year > last_published_year(),
        days=special_days(working, year),
        entries=[day_shown(one) for one in entries],
        earlier=year - 1 if year > FIRST_YEAR else None,
        later=year + 1 if year < _last_year() else None,
        may_edit=allows(the_actor(), Action.EDIT_POLICY),
        values=values,
        errors=dict(errors),
    )
