"""Rules of time limits and the working calendar as versioned policy: read, seeded, changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.clocks.calendar import OwnDay, WorkingCalendar
from grid_app.clocks.counting import Counted, count
from grid_app.clocks.rules import STANDING, ExtensionBy, Kind, LimitUnit, Rule, RuleError, rule_in_force
from grid_app.database.base import new_id
from grid_app.database.once import insert_all_once, insert_once
from grid_app.errors import ConflictError, ForbiddenError, InvalidError, NotFoundError
from grid_app.models.clocks import CalendarDay, DeadlineRule
from grid_app.policy import Action, Actor, allows
from grid_app.queries.rules_stored import rule_of
from grid_app.services.audit import record_audit

Details = Mapping[str, str | int | bool | None]
NO_RULE: Final = "没有这个期限。请从“期限规则”页面重新进入。"
LONGEST_BASIS: Final = 200
LONGEST_NAME: Final = 30


@dataclass
class Rulebook:
    """The versions of some rules and the calendar, read once in a transaction; counts are kept for the next asker."""

    versions: Mapping[str, Sequence[Rule]]
    calendar: WorkingCalendar
    _counted: dict[tuple[str, int, date], Counted] = field(default_factory=dict)

    def rule(self, code: str, *, started_at: datetime) -> Rule:
        """Return the version that counts for a clock which starts at ``started_at``."""
        return rule_in_force(self.versions[code], on=local_date(started_at))

    def count(self, rule: Rule, *, started_at: datetime, extra_days: int = 0) -> Counted:
        """Return when a clock ends; the same rule and day are counted once."""
        key = (rule.code, rule.version, local_date(started_at))
        if rule.unit is LimitUnit.HOURS or extra_days:
            return count(rule, started_at=started_at, calendar=self.calendar, extra_days=extra_days)
        if key not in self._counted:
            self._counted[key] = count(rule, started_at=started_at, calendar=self.calendar)
        return replace(self._counted[key], started_at=started_at)


@dataclass(frozen=True)
class RuleEdit:
    """What may be changed about a rule; everything else belongs to the code that starts and stops it.

    ``replaces`` is the version that the editor was looking at.
    """

    limit: int
    unit: str
    extension: int
    basis: str
    valid_from: date
    replaces: int


@dataclass(frozen=True)
class DayEdit:
    """An entry in the working calendar."""

    day: date
    works: bool
    name: str
    basis: str


def seed_rules(session: Session, now: datetime) -> None:
    """Write version 1 of every rule of the file; a rule that is there is left alone."""
    known = set(session.scalars(select(DeadlineRule.code)))
    insert_all_once(session, DeadlineRule, [_row(rule, now) for rule in STANDING if rule.code not in known])


def rulebook(session: Session, codes: Iterable[str], *, now: datetime) -> Rulebook:
    """Return the rules of ``codes`` and the calendar; where nobody has seeded the rules, they are seeded."""
    wanted = set(codes)
    versions = _versions(session, wanted)
    if set(versions) != wanted:
        seed_rules(session, now)
        versions = _versions(session, wanted)
    return Rulebook(versions, own_calendar(session))


def own_calendar(session: Session) -> WorkingCalendar:
    """Return the working calendar with the county's own entries."""
    rows = session.execute(select(CalendarDay.day, CalendarDay.works, CalendarDay.name))
    return WorkingCalendar({day: OwnDay(works, name) for day, works, name in rows})


def save_rule(session: Session, *, code: str, edit: RuleEdit, actor: Actor, now: datetime) -> int:
    """Write a new version of a rule and return its number; clocks that run keep theirs.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError, ConflictError
        The actor may not edit policies; no such rule; it cannot be counted by; somebody else was first.
    """
    _require_editor(actor)
    versions = _versions(session, {code}).get(code)
    if not versions:
        raise NotFoundError(NO_RULE)
    newest = max(versions, key=lambda one: one.version)
    changed = _changed(newest, edit, today=local_date(now))
    row = _row(changed, now)
    if newest.version != edit.replaces or not insert_once(session, DeadlineRule, row):
        raise ConflictError("别人刚刚保存了新的一版,您的修改没有保存。请看看新的一版,需要时再改。")
    details: Details = {"code": code, "version": changed.version, "limit": changed.limit, "unit": str(changed.unit)}
    record_audit(session, actor, "deadline_rule.saved", now=now, target=("deadline_rule", code), details=details)
    return changed.version


def save_day(session: Session, *, edit: DayEdit, actor: Actor, now: datetime) -> None:
    """Enter or change a day of the working calendar; clocks that run keep their day.

    Raises
    ------
    ForbiddenError, InvalidError
        The actor may not edit policies; no name or no basis.
    """
    _require_editor(actor)
    wrong = {
        name: sentence
        for name, text, longest, sentence in (
            ("name", edit.name, LONGEST_NAME, "请写明这一天是什么,例如“国庆节假期”,最多 30 个字。"),
            ("basis", edit.basis, LONGEST_BASIS, "请写明依据哪份通知,最多 200 个字。"),
        )
        if not 0 < len(text.strip()) <= longest
    }
    if wrong:
        raise InvalidError("工作日历没有保存,已填的都还在。", fields=wrong)
    row = session.get(CalendarDay, edit.day) or CalendarDay(day=edit.day)
    row.works, row.name, row.basis, row.changed_at = edit.works, edit.name.strip(), edit.basis.strip(), now
    session.add(row)
    details = {"works": edit.works}
    target = ("calendar_day", edit.day.isoformat())
    record_audit(session, actor, "calendar_day.saved", now=now, target=target, details=details)


def remove_day(session: Session, *, day: date, actor: Actor, now: datetime) -> None:
    """Take an own entry out of the calendar; the published holidays count again from then on.

    Raises
    ------
    ForbiddenError, NotFoundError
        The actor may not edit policies; there is no such entry.
    """
    _require_editor(actor)
    row = session.get(CalendarDay, day)
    if row is None:
        raise NotFoundError("工作日历里没有这一天的登记,可能已经有人删掉了。请刷新页面看看。")
    session.delete(row)
    record_audit(session, actor, "calendar_day.removed", now=now, target=("calendar_day", day.isoformat()))


def _require_editor(actor: Actor) -> None:
    if not allows(actor, Action.EDIT_POLICY):
        raise ForbiddenError("只有安全管理员可以修改期限规则和工作日历。")


def _versions(session: Session, codes: set[str]) -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for row in session.scalars(select(DeadlineRule).where(DeadlineRule.code.in_(codes))):
        found.setdefault(row.code, []).append(rule_of(row))
    return found


def _changed(rule: Rule, edit: RuleEdit, *, today: date) -> Rule:
    if edit.valid_from < today:
        raise InvalidError(
            "修改没有保存。新的一版不能从过去的日子算起。", fields={"valid_from": "请填今天或以后的日子。"}
        )
    if rule.kind is Kind.STATUTORY and (edit.limit, edit.unit) != (rule.limit, rule.unit) and edit.basis == rule.basis:
        raise InvalidError(
            "修改没有保存。法定期限只能因为法律改了才改。", fields={"basis": "请写明新的法律依据(哪部法、第几条)。"}
        )
    if len(edit.basis) > LONGEST_BASIS:
        raise InvalidError("修改没有保存。", fields={"basis": "依据最多 200 个字,请缩短。"})
    try:
        return replace(
            rule,
            version=edit.replaces + 1,
            limit=edit.limit,
            unit=LimitUnit(edit.unit),
            extension=edit.extension,
            extension_by=(rule.extension_by or ExtensionBy.APPROVAL) if edit.extension else None,
            basis=edit.basis.strip(),
            valid_from=edit.valid_from,
        )
    except RuleError as error:
        raise InvalidError(f"修改没有保存。{error}", fields={error.field: str(error)}) from error
    except ValueError as error:
        raise InvalidError("修改没有保存。请从列表里选单位。", fields={"unit": "请从列表里选。"}) from error


def _row(rule: Rule, now: datetime) -> dict[str, object]:
    return {
        "id": new_id(),
        "code": rule.code,
        "version": rule.version,
        "name": rule.name,
        "trigger": rule.trigger,
        "limit_count": rule.limit,
        "unit": str(rule.unit),
        "kind": str(rule.kind),
        "passes": str(rule.passes),
        "basis": rule.basis,
        "extension": rule.extension,
        "extension_by": str(rule.extension_by) if rule.extension_by else None,
        "excludes_hearing": rule.excludes_hearing,
        "repeats": rule.repeats,
        "valid_from": rule.valid_from,
        "created_at": now,
    }
