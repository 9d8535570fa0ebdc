"""Templates of rounds: when each repeats and when its next round is; the administrator changes them here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.clock import local_date
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, allows
from grid_app.services.rounds.calendar import SEASON, Schedule
from grid_app.services.rounds.templates import TemplateEdit, TemplateRow, save_template, template_of, templates_of
from grid_app.wiring import wired

WEEKDAYS: Final = tuple((str(number), f"星期{word}") for number, word in enumerate("一二三四五六日"))
NO_NUMBER: Final = -1
BEFORE_FESTIVAL: Final = re.compile(r"春节前\s*(?P<days>[0-9]{1,2})\s*天")


@dataclass(frozen=True)
class Shown:
    """A template as the page shows it."""

    code: str
    name: str
    enabled: bool
    when: str
    following: str
    basis: str


@requires(Action.READ_POLICY)
def index() -> str:
    """List the templates with their next round."""
    today = local_date(wired().clock.now())
    with transaction() as session:
        rows = [_shown(one) for one in templates_of(session, today=today)]
    return render_template("pages/round_templates.html", rows=rows, may_edit=allows(the_actor(), Action.EDIT_POLICY))


def _shown(row: TemplateRow) -> Shown:
    following = ""
    if row.period is not None:
        following = f"{row.period.opens:%Y-%m-%d} 至 {row.period.due:%Y-%m-%d}"
    return Shown(row.code, row.name, row.enabled, when_words(row.schedule), following, row.basis)


def when_words(schedule: Schedule) -> str:
    """Say in words when a schedule's rounds run."""
    closing = dict(WEEKDAYS)[str(schedule.weekday)]
    words = {
        "weekly": f"每周,{closing}截止",
        "half_monthly": f"每月第一个和第三个{closing}截止",
        "fortnightly": f"每两周一次,开 {schedule.days} 天",
        "monthly": "每月 1 日开始,最后一个工作日截止",
        "once": "需要时开展",
    }
    return words.get(schedule.frequency) or f"每年{_season_words(schedule.season)}开始,{schedule.days} 天"


def _season_words(season: str) -> str:
    found = SEASON.fullmatch(season)
    if found is None:
        return ""
    return _season_typed(season) if found["before"] else f" {int(found['month'])} 月 {int(found['day'])} 日"


def _season_typed(season: str) -> str:
    """Return a season as people type it."""
    found = SEASON.fullmatch(season)
    return f"春节前 {found['before']} 天" if found and found["before"] else season


def _season_of(typed: str) -> str:
    """Return what was typed as the schedule keeps it; what is neither stays as it is and is refused there."""
    found = BEFORE_FESTIVAL.fullmatch(typed)
    return f"spring_festival-{found['days']}" if found else typed


@requires(Action.EDIT_POLICY)
def edit(code: str) -> str:
    """Show one template's form."""
    with transaction() as session:
        row = template_of(session, code)
        form = {
            "name": row.name, "enabled": "yes" if row.enabled else "no", "weekday": str(row.opens_weekday),
            "days": str(row.duration_days), "season": _season_typed(row.season),
        }  # fmt: skip
        return _form(code, row.frequency, form, {})


def _form(code: str, frequency: str, form: Mapping[str, str], errors: Mapping[str, str]) -> str:
    return render_template(
        "pages/round_template.html", code=code, frequency=frequency, form=form, errors=errors, weekdays=WEEKDAYS
    )


@requires(Action.EDIT_POLICY)
def save(code: str) -> Response:
    """Save the template, or show the form again with what is to be changed."""
    form = {name: request.form.get(name, "").strip() for name in ("name", "enabled", "weekday", "days", "season")}
    edited = TemplateEdit(
        name=form["name"], enabled=form["enabled"] == "yes", weekday=_number(form["weekday"]),
        days=_number(form["days"]), season=_season_of(form["season"]),
    )  # fmt: skip
    with transaction() as session:
        frequency = template_of(session, code).frequency
    try:
        with transaction() as session:
            save_template(session, code=code, edit=edited, actor=the_actor(), now=wired().clock.now())
    except InvalidError as refusal:
        return make_response(_form(code, frequency, form, refusal.fields), 422)
    flash("已保存,从下一轮起按新的办。正在进行的不变。", "success")
    return redirect(url_for("rounds.templates"))


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and text.isascii() and len(text) < len("1000") else NO_NUMBER


def add_routes(bp: Blueprint) -> None:
    """Hang the pages of templates on the blueprint of rounds."""
    bp.add_url_rule("/rounds/templates", "templates", index, methods=["GET"])
    bp.add_url_rule("/rounds/templates/<code>", "template", edit, methods=["GET"])
    bp.add_url_rule("/rounds/templates/<code>", "save_template", save, methods=["POST"])
