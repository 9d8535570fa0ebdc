"""The auditor's word after the storm, and whether it finds what the bench takes away behind its back."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from bench.escalations.clock import BenchClock
from bench.escalations.facts import Facts, Told, written_at
from grid_app.database.transaction import reading, transaction
from grid_app.models.channels import Alarm
from grid_app.models.escalations import DeliveryAttempt, EscalationEvent, InboxItem, OutboxMessage
from grid_app.queries.escalation_audit import audited_page
from grid_app.services.clocks.rules import own_calendar
from grid_app.services.escalations.auditing import KIND, audit_some
from notifications.auditor import differences

EVERYTHING: Final = 1_000_000
OF_FAULTS: Final = frozenset({"late", "not_asked_again", "overdue", "repeated_late"})
"""What is rightly said of processes that were dead, or of a database that was down."""
OF_WRONG_CLOCKS: Final = OF_FAULTS | {"early", "skipped", "state", "not_told", "sent_after_answer"}
"""What is rightly said of a history into which a process with a wrong clock wrote: it is not in order."""
WRONG: Final = timedelta(minutes=2)
"""How far the time of an event may lie from the moment at which it was written: what a busy machine needs."""


def codes_by_escalation(session: Session, *, now: datetime) -> dict[UUID, set[str]]:
    """Return the codes of the differences that the auditor sees, by escalation."""
    calendar = own_calendar(session)
    found = {}
    for one in audited_page(session, now=now, after=None, limit=EVERYTHING)[0]:
        codes = {each.code for each in differences(one.told, now=now, works=lambda day: calendar.look(day).works)}
        found[one.escalation_id] = codes
    return found


def has_wrong_times(one: Told, clock: BenchClock) -> bool:
    """Say whether an event, or a message that was sent, bears a time at which it cannot have been written."""
    times = [(written_at(event.id), event.at) for event in one.events]
    times += [(each.ended_at, each.finished_at) for each in one.messages if each.ended_at and each.finished_at]
    return any(abs(clock.at(machine) - at) > WRONG for machine, at in times)


def audit(facts: Facts, clock: BenchClock, wrong: set[UUID]) -> dict[str, Any]:
    """Return what the auditor finds, beside what the faults explain; ``wrong`` are histories with wrong times."""
    with reading() as session:
        found = codes_by_escalation(session, now=clock.now())
    unexplained = []
    for escalation, codes in found.items():
        left = codes - (OF_WRONG_CLOCKS if escalation in wrong else OF_FAULTS)
        if left:
            unexplained.append(f"{escalation}: {', '.join(sorted(left))}")
    counts = Counter(code for codes in found.values() for code in codes)
    return {
        "looked_at": len(found),
        "not_looked_at": len(facts.told) - len(found),
        "by_code": dict(sorted(counts.items())),
        "with_wrong_times": len(wrong),
        "unexplained": unexplained,
    }


def planted(facts: Facts, clock: BenchClock, *, seed: int) -> dict[str, Any]:
    """Take something away from a few escalations that have nothing wrong, and return what the auditor finds of it."""
    chance = random.Random(f"planted {seed}")  # noqa: S311 - a choice of a bench, no secret
    with reading() as session:
        clean = [one for one, codes in codes_by_escalation(session, now=clock.now()).items() if not codes]
    usable = [facts.told[one] for one in sorted(clean) if _has_everything(facts.told[one])]
    chosen = chance.sample(usable, min(len(DEEDS), len(usable)))
    pairs = list(zip(DEEDS, chosen, strict=False))
    with transaction() as session:
        for deed, one in pairs:
            DEEDS[deed][0](session, one)
    with transaction() as session:
        audit_some(session, now=clock.now(), limit=EVERYTHING)
    with reading() as session:
        standing = session.execute(
            select(Alarm.escalation_id, Alarm.key).where(Alarm.kind == KIND, Alarm.cleared_at.is_(None))
        ).all()
    alarms = {(row.escalation_id, row.key.rpartition(":")[2]) for row in standing}
    found = {deed: any((one.id, code) in alarms for code in DEEDS[deed][1]) for deed, one in pairs}
    return {
        "planted": len(DEEDS),
        "found": sum(found.values()),
        "missed": [deed for deed in DEEDS if not found.get(deed)],
    }


def _has_everything(one: Told) -> bool:
    return len([event for event in one.events if event.kind == "told" and event.promised]) > 1


def _drop_message(session: Session, one: Told) -> None:
    gone = one.messages[0].id
    session.execute(delete(DeliveryAttempt).where(DeliveryAttempt.outbox_id == gone))
    session.execute(delete(OutboxMessage).where(OutboxMessage.id == gone))


def _drop_inbox_row(session: Session, one: Told) -> None:
    session.execute(delete(InboxItem).where(InboxItem.escalation_id == one.id, InboxItem.unit_id == one.inbox[0]))


def _drop_telling(session: Session, one: Told) -> None:
    """Take away everything that was written when a later rung was told."""
    second = [event for event in one.events if event.kind == "told"][1]
    session.execute(
        delete(EscalationEvent).where(EscalationEvent.escalation_id == one.id, EscalationEvent.at == second.at)
    )


def _drop_beginning(session: Session, one: Told) -> None:
    session.execute(delete(EscalationEvent).where(EscalationEvent.escalation_id == one.id))


DEEDS: Final[dict[str, tuple[Callable[[Session, Told], None], frozenset[str]]]] = {
    "a message": (_drop_message, frozenset({"not_queued"})),
    "an inbox row": (_drop_inbox_row, frozenset({"inbox"})),
    "a telling": (_drop_telling, frozenset({"skipped", "not_told", "state", "late"})),
    "a whole history": (_drop_beginning, frozenset({"not_begun"})),
}
"""What is taken away, and the words by which the auditor may call it."""
