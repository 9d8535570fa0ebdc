"""Keeping how a mediation committee is made up, and saying what 人民调解法 8 and 9 still ask of it.

Only numbers and days are kept. The law's gaps are told in words, they stop no mediation.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date, start_of_day
from grid_app.clocks.counting import count
from grid_app.clocks.rules import STANDING, rule_in_force
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.mediation import CommitteeComposition
from grid_app.policy import Action, Actor, Role, allows
from grid_app.queries.clocks import rule_versions
from grid_app.queries.committees import Composition, committees_of, term_ends
from grid_app.services.audit import record_audit
from grid_app.services.clocks.rules import own_calendar

FEWEST, MOST, MOST_TYPED = 3, 9, 99
BEFORE_TERM_ENDS: Final = timedelta(days=90)
FILING: Final = "mediation_committee_filing"
COUNTY: Final = frozenset({Role.COUNTY_OFFICER, Role.COUNTY_LEAD})
NOT_SAVED: Final = "没有保存,已填的都还在。"


@dataclass(frozen=True)
class Told:
    """What was typed; ``None`` stands for what is no number, no day or not chosen."""

    members: int | None
    has_director: bool | None
    women: int | None
    has_minority: bool
    mixed_area: bool
    elected_on: date | None
    changed_on: date | None
    filed_on: date | None
    filed_is_odd: bool = False


def save_composition(session: Session, *, unit_id: UUID, actor: Actor, told: Told, version: int, now: datetime) -> None:
    """Keep how a committee of the actor's area is made up; the county alone says where many nationalities live.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        Not an office; no such committee there; a number or day is none; somebody else was first.
    """
    if not allows(actor, Action.HANDLE_DISPUTE):
        raise ForbiddenError("只有乡镇和县级可以登记调解委员会的组成。")
    if not committees_of(session, actor, unit_id=unit_id):
        raise NotFoundError("没有这个调解委员会,可能已经撤销,或者不在您的范围内。")
    row = session.scalar(select(CommitteeComposition).where(CommitteeComposition.unit_id == unit_id).with_for_update())
    if version != (row.version if row else 0):
        raise ConflictError("刚才别人改过这里的组成。您的没有保存,还在下面;请对照以后再存。", code="overtaken")
    members, women, elected_on, changed_on = _checked(told, local_date(now))
    row = row or CommitteeComposition(unit_id=unit_id, version=0, mixed_area=False)
    row.members, row.women, row.elected_on, row.changed_on = members, women, elected_on, changed_on
    row.has_director, row.has_minority, row.filed_on = bool(told.has_director), told.has_minority, told.filed_on
    if actor.role in COUNTY:
        row.mixed_area = told.mixed_area
    row.version, row.assignment_id, row.recorded_at = row.version + 1, actor.assignment_id, now
    session.add(row)
    record_audit(session, actor, "committee.composition_saved", now=now, target=("unit", str(unit_id)))


def _checked(told: Told, today: date) -> tuple[int, int, date, date]:
    wrong = {}
    if told.members is None or not 1 <= told.members <= MOST_TYPED:
        wrong["members"] = f"请填现在有几位委员,1 至 {MOST_TYPED} 的数字。"
    if told.women is None or not 0 <= told.women <= (told.members or MOST_TYPED):
        wrong["women"] = "请填其中有几位女性,不能比委员还多;没有就填 0。"
    if told.has_director is None:
        wrong["director"] = "请选有没有主任。"
    if told.elected_on is None or told.elected_on > today:
        wrong["elected_on"] = "请填本届推选产生的日期,到今天为止。"
    if told.changed_on is None or told.changed_on > today:
        wrong["changed_on"] = "请填设立或者最近一次变动的日期,到今天为止。"
    elif told.filed_is_odd or (told.filed_on and not told.changed_on <= told.filed_on <= today):
        wrong["filed_on"] = "备案日期在变动那天到今天之间;还没有备案就空着。"
    if wrong or told.members is None or told.women is None or told.elected_on is None or told.changed_on is None:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return told.members, told.women, told.elected_on, told.changed_on


def warnings_of(made_up: Composition | None, *, filing_due: date | None, today: date) -> list[str]:
    """Return what the law still asks of a committee, in plain sentences; empty when nothing is missing."""
    if made_up is None:
        return ["还没有登记组成情况。"]
    ends = term_ends(made_up.elected_on)
    checks = (
        (not FEWEST <= made_up.members <= MOST, f"现在 {made_up.members} 位委员,应当是 3 至 9 位(人民调解法第八条)。"),
        (not made_up.has_director, "没有主任,要有一位(人民调解法第八条)。"),
        (not made_up.women, "没有女性委员,应当有(人民调解法第八条)。"),
        (made_up.mixed_area and not made_up.has_minority, "多民族居住地区,应当有人数较少的民族的委员(第八条)。"),
        (ends < today, f"任期三年,{_day(ends)}已满,请推选(人民调解法第九条)。"),
        (today <= ends <= today + BEFORE_TERM_ENDS, f"任期到{_day(ends)}满,请准备推选(人民调解法第九条)。"),
    )
    found = [told for applies, told in checks if applies]
    if made_up.filed_on is None and filing_due is not None:
        late = filing_due < today
        found.append(f"设立、变动还没有备案,{_day(filing_due)}{'已过,请马上备案' if late else '以前要备案'}。")
    return found


def filing_dues(session: Session, made_up: list[Composition], *, today: date) -> dict[date, date]:
    """Return until when each change has to be filed, by its day, counted by the county's own rule."""
    days = {one.changed_on for one in made_up if one.filed_on is None}
    if not days:
        return {}
    versions = [one.rule for one in rule_versions(session).get(FILING, ())]
    rule = rule_in_force(versions or [one for one in STANDING if one.code == FILING], on=today)
    calendar = own_calendar(session)
    return {day: local_date(count(rule, started_at=start_of_day(day), calendar=calendar).due_at) for day in days}


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
