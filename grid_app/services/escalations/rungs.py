"""Telling one rung: an inbox row per unit (the record), and what knocks at its door."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Notice, Unit
from grid_app.models.escalations import Escalation, EscalationEvent, InboxItem
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.services.alarms import clear_alarm, raise_alarm
from grid_app.services.audit import record_audit
from grid_app.services.escalations.course import course_of, heard_at, ladder_at, office_hours
from grid_app.services.escalations.events import DANGER
from grid_app.services.escalations.holders import holders_of
from grid_app.services.escalations.knocks import Knock, knock
from grid_app.services.escalations.rows import insert_once, note_event
from grid_app.services.escalations.targets import Matter, accounts_of, codes_on, matter_of, units_to_tell
from notifications.engine import next_step, rung_due_at, when_due
from notifications.ladder import Ladder, LadderError, Rung

NOTICE_KIND: Final = "escalation"
TELLINGS: Final = ("told", "repeated")

LOOK_FOR_SOMEBODY: Final = timedelta(hours=1)
"""How often an escalation that nobody could be told of is looked at: an office may have got its people meanwhile."""
SELDOM: Final = timedelta(days=7)
"""Offices that get nobody for weeks are looked at less often: their alarm stands all the while."""

_log = logging.getLogger(__name__)


def exhausted_key(escalation: Escalation) -> str:
    """Return the key of the alarm that stands while no rung has taken an escalation up."""
    return f"exhausted:{escalation.id}"


def tell_from(session: Session, escalation: Escalation, *, rung: int, now: datetime) -> None:
    """Tell the units of ``rung`` and start its waiting time now, or when it may be heard of.

    A rung on which nobody may be told is written into the history and the next one is told at once: an
    escalation never waits for nobody. When no rung is left the escalation is exhausted: it stays in every
    inbox it lies in, an alarm stands, and people are asked to pick up the telephone.
    """
    matter = matter_of(session, escalation)
    try:
        ladder = ladder_at(session, escalation)
    except LadderError:
        _log.exception("broken ladder", extra={"escalation_id": str(escalation.id)})
        exhaust(session, escalation, matter, now=now)
        return
    for number in range(rung, len(ladder.rungs)):
        on_it = ladder.rungs[number]
        units = units_to_tell(session, matter, kind=on_it.unit_kind, now=now)
        if units:
            telling = _telling(session, escalation, matter, (number, on_it), now)
            for unit in units:
                tell_unit(session, telling, unit)
            stand_on(session, escalation, ladder, telling)
            return
        details = {"unit_kind": on_it.unit_kind, "county": codes_on(matter.path)[0]}
        note_event(session, escalation.id, "nobody", rung=number, now=now, details=details)
    exhaust(session, escalation, matter, now=now)


def tell_again(session: Session, escalation: Escalation, *, now: datetime) -> None:
    """Knock once more at the offices that have it; their time to answer goes on as it was."""
    ladder, matter = ladder_at(session, escalation), matter_of(session, escalation)
    telling = _telling(session, escalation, matter, (escalation.rung, ladder.rungs[escalation.rung]), now)
    for unit in _may_be_asked(holders_of(session, escalation), matter):
        _knock_and_note(session, telling, unit, kind="repeated")
    escalation.told_at = telling.heard_at
    _look_again(escalation, ladder, now)


def tell_anew(session: Session, escalation: Escalation, *, left_by: UUID | None, now: datetime) -> None:
    """Tell the offices that have an escalation once more and let their time begin anew, and the one that left it lying.

    Where none of them can be asked any more, its rung is told.
    """
    matter, holders = matter_of(session, escalation), holders_of(session, escalation)
    leaver = session.get(Unit, left_by) if left_by else None
    if leaver is not None and leaver.closed_at is None and leaver not in holders:
        holders.append(leaver)
    units = _may_be_asked(holders, matter)
    if not units:
        tell_from(session, escalation, rung=escalation.rung, now=now)
        return
    ladder, telling = telling_of(session, escalation, rung=escalation.rung, now=now)
    for unit in units:
        tell_unit(session, telling, unit)
    stand_on(session, escalation, ladder, telling)


def tell_unit(session: Session, telling: Knock, unit: Unit) -> None:
    """Lay an escalation into a unit's inbox, knock at its door and note both."""
    item = {
        "escalation_id": telling.escalation.id, "unit_id": unit.id, "rung": telling.number, "created_at": telling.now,
    }  # fmt: skip
    insert_once(session, InboxItem, item)
    _knock_and_note(session, telling, unit, kind="told")


def stand_on(session: Session, escalation: Escalation, ladder: Ladder, telling: Knock) -> None:
    """Let an escalation wait on the rung that was told."""
    escalation.state = "open"
    escalation.rung, escalation.rung_started_at = telling.number, telling.now
    escalation.told_at, escalation.rung_due_at = telling.heard_at, telling.due
    escalation.act_due_at = None
    _look_again(escalation, ladder, telling.now)
    session.flush()  # what reads the row next, here or by its own statement, must find it standing on this rung


def telling_of(session: Session, escalation: Escalation, *, rung: int, now: datetime) -> tuple[Ladder, Knock]:
    """Return an escalation's ladder and one telling of a rung of it."""
    ladder = ladder_at(session, escalation)
    return ladder, _telling(session, escalation, matter_of(session, escalation), (rung, ladder.rungs[rung]), now)


def exhaust(session: Session, escalation: Escalation, matter: Matter, *, now: datetime) -> None:
    """Mark an escalation that no rung has taken up, let an alarm stand, and tell people to settle it by telephone."""
    note_event(session, escalation.id, "exhausted", rung=escalation.rung, now=now)
    record_audit(session, None, "escalation.exhausted", now=now, target=("escalation", str(escalation.id)))
    lies_somewhere = session.scalar(select(InboxItem.id).where(InboxItem.escalation_id == escalation.id).limit(1))
    escalation.state, escalation.next_step_at = "exhausted", None if lies_somewhere else now + LOOK_FOR_SOMEBODY
    sentence = f"提醒{escalation.code}各级都没有确认收到。请直接打电话落实,再在收件箱里确认。"
    accounts = set(accounts_of(session, role=Role.COUNTY_LEAD, path=matter.path, now=now))
    if lies_somewhere is None:
        sentence = f"提醒{escalation.code}没有可以通知的单位。请检查升级顺序,并给这些单位设置人员。"
        accounts |= set(accounts_of(session, role=Role.SECURITY_ADMIN, path=matter.path, now=now))
    raise_alarm(
        session, kind="exhausted", key=exhausted_key(escalation), text=sentence,
        division_code=codes_on(matter.path)[0], escalation_id=escalation.id, now=now,
    )  # fmt: skip
    for account_id in sorted(accounts):
        session.add(
            Notice(
                account_id=account_id,
                kind=NOTICE_KIND,
                text=sentence,
                url=f"/inbox/{escalation.id}" if lies_somewhere else "",
                created_at=now,
            )
        )


def begin_anew(session: Session, escalation: Escalation, *, now: datetime) -> bool:
    """Tell an escalation that lies in no inbox from the first rung on, once an office can be told; say whether."""
    kinds = _kinds_of(session, escalation)
    if not _has_somebody(session, escalation, kinds, now=now):
        escalation.next_step_at = _next_look(escalation, now) if kinds else None
        return False
    clear_alarm(session, key=exhausted_key(escalation), now=now, why="已有单位可以通知")
    tell_from(session, escalation, rung=0, now=now)
    return True


def put_off_unheard(session: Session, due: Sequence[Escalation], *, now: datetime) -> list[Escalation]:
    """Look again later for offices of exhausted escalations whose places have none at all; return all the others.

    In a county that has no office yet hundreds of them are due at once: two questions answer for all.
    """
    wanted = {one.id: kinds for one in due if one.state == "exhausted" and (kinds := _kinds_of(session, one))}
    if not wanted:
        return list(due)
    places = sorted({one.division_code for one in due if one.id in wanted})
    paths = dict(session.execute(select(Division.code, Division.path).where(Division.code.in_(places))).all())
    codes = sorted({code for path in paths.values() for code in codes_on(path)})
    open_there = select(Unit.division_code, Unit.kind).where(Unit.closed_at.is_(None), Unit.division_code.in_(codes))
    offices = set(session.execute(open_there.distinct()).all())
    others = []
    for one in due:
        near = ((code, kind) for code in codes_on(paths.get(one.division_code, "")) for kind in wanted.get(one.id, ()))
        if one.id not in wanted or any(office in offices for office in near):
            others.append(one)
        else:
            one.next_step_at = _next_look(one, now)
    return others


def _kinds_of(session: Session, escalation: Escalation) -> set[str]:
    """Return the kinds of offices on a ladder; none of a broken one."""
    try:
        return {rung.unit_kind for rung in ladder_at(session, escalation).rungs}
    except LadderError:
        return set()


def _next_look(escalation: Escalation, now: datetime) -> datetime:
    """Return when to look again for an office that can be told, the more seldom the longer there was none."""
    return now + min(SELDOM, max(LOOK_FOR_SOMEBODY, (now - escalation.opened_at) / 4))


def _has_somebody(session: Session, escalation: Escalation, kinds: Collection[str], *, now: datetime) -> bool:
    """Say whether an office of these kinds can be told."""
    matter = matter_of(session, escalation)
    return any(units_to_tell(session, matter, kind=kind, now=now) for kind in kinds)


def _knock_and_note(session: Session, telling: Knock, unit: Unit, *, kind: str) -> None:
    details = knock(session, telling, unit).details
    if telling.escalation.urgency == DANGER:
        details["danger"] = 1
    if telling.heard_at > telling.now:
        details["held_until"] = telling.heard_at.isoformat()
    note_event(
        session, telling.escalation.id, kind, rung=telling.number, now=telling.now, unit_id=unit.id, details=details
    )


def _may_be_asked(units: Sequence[Unit], matter: Matter) -> list[Unit]:
    return [unit for unit in units if unit.id not in matter.kept_out]


def _telling(session: Session, escalation: Escalation, matter: Matter, rung: tuple[int, Rung], now: datetime) -> Knock:
    number, on_it = rung
    heard = heard_at(session, escalation, now)
    return Knock(
        escalation=escalation,
        matter=matter,
        number=number,
        rung=on_it,
        turn=_turns(session, escalation, number),
        due=rung_due_at(on_it, heard_at=heard, hours=office_hours(session)),
        heard_at=heard,
        now=now,
    )


def _turns(session: Session, escalation: Escalation, number: int) -> int:
    """Return how often a rung has been told before, so that each telling has keys of its own."""
    told = select(func.count(func.distinct(EscalationEvent.at))).where(
        EscalationEvent.escalation_id == escalation.id,
        EscalationEvent.rung == number,
        EscalationEvent.kind.in_((*TELLINGS, "handed_over")),
    )
    return session.scalar(told) or 0


def _look_again(escalation: Escalation, ladder: Ladder, now: datetime) -> None:
    escalation.next_step_at = when_due(next_step(ladder, course_of(escalation, ladder), now=now), now=now)
