"""Templates of screening rounds: by level and by season, and who may change when they run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.rounds import RoundTemplate
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.control_words import refuse_control_words
from grid_app.services.rounds.calendar import FRIDAY, IsWorkday, Period, Schedule, period_on, season_start

THURSDAY: Final = 3
LONGEST_DAYS: Final = 62
NAME_LENGTH: Final = 40
ORDER: Final = ("weekly", "half_monthly", "fortnightly", "monthly", "yearly", "once")
A_LEAP_YEAR: Final = 2028
ACTION_PLAN: Final = "司法部矛盾纠纷排查:村每周、乡镇每半月、县每月一次"
SEASON_BASIS: Final = "重点时段集中排查,日期由县里按当地情况定"
ON_DEMAND: Final = "按需开展"
BEFORE_SPRING_FESTIVAL: Final = Schedule("yearly", FRIDAY, 28, "spring_festival-35")

TEMPLATES: Final = (
    ("village_weekly", "村(社区)每周排查", "village", Schedule("weekly", THURSDAY, 7), ACTION_PLAN, True),
    ("township_fortnightly", "乡镇每半月排查", "township", Schedule("half_monthly", FRIDAY, 0), ACTION_PLAN, True),
    ("county_monthly", "县每月排查", "county", Schedule("monthly", FRIDAY, 0), ACTION_PLAN, True),
    ("special", "专项排查", "village", Schedule("once", FRIDAY, 8), ON_DEMAND, True),
    ("village_election", "村(居)换届专项排查", "village", Schedule("once", FRIDAY, 15), ON_DEMAND, True),
    ("land_project", "征地拆迁项目启动专项排查", "village", Schedule("once", FRIDAY, 15), ON_DEMAND, True),
    ("spring_festival", "春节前专项排查", "village", BEFORE_SPRING_FESTIVAL, SEASON_BASIS, False),
    ("two_sessions", "全国两会前专项排查", "village", Schedule("yearly", FRIDAY, 14, "02-15"), SEASON_BASIS, False),
    ("spring_ploughing", "春耕用水专项排查", "village", Schedule("yearly", FRIDAY, 21, "03-10"), SEASON_BASIS, False),
    ("may_day", "五一前后专项排查", "village", Schedule("yearly", FRIDAY, 19, "04-20"), SEASON_BASIS, False),
    ("exams", "中考高考专项排查", "village", Schedule("yearly", FRIDAY, 30, "05-25"), SEASON_BASIS, False),
    ("flood_season", "汛期专项排查", "village", Schedule("yearly", FRIDAY, 30, "06-01"), SEASON_BASIS, False),
    ("autumn", "秋收国庆专项排查", "village", Schedule("yearly", FRIDAY, 21, "09-10"), SEASON_BASIS, False),
    ("wages", "农民工工资专项排查", "village", Schedule("yearly", FRIDAY, 61, "11-20"), SEASON_BASIS, False),
)  # fmt: skip
"""Seasonal ones are there and off: every round asks people for work, so the county turns on what it needs."""


@dataclass(frozen=True)
class TemplateEdit:
    """What may be changed about a template; level and kind of repetition belong to it."""

    name: str
    enabled: bool
    weekday: int
    days: int
    season: str


@dataclass(frozen=True)
class TemplateRow:
    """A template as the page lists it; ``period`` is the present or next one, ``None`` for one opened by hand."""

    code: str
    name: str
    level: str
    schedule: Schedule
    basis: str
    enabled: bool
    period: Period | None


def seed_templates(session: Session) -> None:
    """Make the round templates that are missing; existing ones are left as people set them."""
    known = set(session.scalars(select(RoundTemplate.code)))
    for code, name, level, schedule, basis, enabled in TEMPLATES:
        if code not in known:
            session.add(
                RoundTemplate(
                    code=code, name=name, level=level, frequency=schedule.frequency, opens_weekday=schedule.weekday,
                    duration_days=schedule.days, season=schedule.season, basis=basis, enabled=enabled,
                )
            )  # fmt: skip
    session.flush()  # callers read them by query at once


def schedule_of(template: RoundTemplate) -> Schedule:
    """Return how the template repeats; a row without a weekday closes on Friday."""
    weekday = FRIDAY if template.opens_weekday is None else template.opens_weekday
    return Schedule(template.frequency, weekday, template.duration_days, template.season)


def workdays(session: Session) -> IsWorkday:
    """Return the question whether people work on a day, by the county's working calendar."""
    calendar = own_calendar(session)
    return lambda day: calendar.look(day).works


def templates_of(session: Session, *, today: date) -> list[TemplateRow]:
    """Return every template, the repeating ones by their next period, those opened by hand last."""
    seed_templates(session)
    works = workdays(session)
    rows = [
        TemplateRow(
            one.code, one.name, one.level, schedule_of(one), one.basis, one.enabled,
            period_on(schedule_of(one), today, works=works),
        )
        for one in session.scalars(select(RoundTemplate))
    ]  # fmt: skip
    return sorted(
        rows, key=lambda one: (ORDER.index(one.schedule.frequency), one.period.opens if one.period else today)
    )


def template_of(session: Session, code: str) -> RoundTemplate:
    """Return the template of that code.

    Raises
    ------
    NotFoundError
        There is no such template; the sentence names those there are.
    """
    seed_templates(session)
    found = session.get(RoundTemplate, code)
    if found is None:
        known = "、".join(session.scalars(select(RoundTemplate.code).order_by(RoundTemplate.code)))
        raise NotFoundError(f"没有排查模板 {code}。现有模板:{known}。")
    return found


def save_template(session: Session, *, code: str, edit: TemplateEdit, actor: Actor, now: datetime) -> None:
    """Change when a template's rounds run; rounds that are open keep their days.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        The actor may not edit policies; no such template; a name or a date that cannot be.
    """
    if not allows(actor, Action.EDIT_POLICY):
        raise ForbiddenError("只有安全管理员可以改排查模板。")
    template = template_of(session, code)
    name = edit.name.replace("\x00", "").strip()
    errors = _errors(edit, name, template.frequency)
    if errors:
        raise InvalidError("有几处要改,还没有保存。", fields=errors)
    refuse_control_words({"name": name})
    before = (template.name, template.enabled, template.opens_weekday, template.duration_days, template.season)
    template.name, template.enabled = name, edit.enabled
    template.opens_weekday, template.duration_days, template.season = edit.weekday, edit.days, edit.season
    after = (name, edit.enabled, edit.weekday, edit.days, edit.season)
    record_audit(
        session, actor, "round.template_changed", now=now, target=("round_template", code),
        details={"before": " ".join(map(str, before)), "after": " ".join(map(str, after))},
    )  # fmt: skip


def _errors(edit: TemplateEdit, name: str, frequency: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    if not 0 < len(name) <= NAME_LENGTH:
        errors["name"] = f"请写名称,不超过 {NAME_LENGTH} 字。"
    if not 0 <= edit.weekday < len("一二三四五六日"):
        errors["weekday"] = "请选星期几截止。"
    if frequency in ("weekly", "yearly") and not 0 < edit.days <= LONGEST_DAYS:
        errors["days"] = f"请写 1 到 {LONGEST_DAYS} 的天数。"
    if frequency == "weekly" and edit.days > len("一二三四五六日"):
        errors["days"] = "每周的排查最多 7 天。"
    if frequency == "yearly":
        try:
            season_start(edit.season, A_LEAP_YEAR)
        except ValueError:
            errors["season"] = "请写成 06-01 这样的月日,或者春节前几天。"
    return errors
