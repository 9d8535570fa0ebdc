"""How messages end: the new state, the try, the device that is gone, what was merged, and whom to alarm."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, update
from sqlalchemy.orm import Session

from grid_app.adapters.outbox_alarms import (
    COUNTED,
    Alarms,
    Concerned,
    clear_what_works,
    say_failed,
    say_misconfigured,
    say_no_device,
)
from grid_app.models.accounts import Notice
from grid_app.models.escalations import DeliveryAttempt, OutboxMessage, PushSubscription
from notifications.messages import Gone, Misconfigured, Outcome, Refused, RetryLater, Sent

DROPPED_NOTICE: Final = (
    "这台设备的推送已失效,收不到弹出提醒。提醒都还在收件箱里,不会丢;需要弹出提醒时,请在这台设备上重新开通“本机推送”。"
)
SHOWN: Final = Sent("receipt")
"""How a message ended that a device has answered for, whatever became of the push service's own answer."""
DETAIL_LENGTH: Final = 300
_STATE_OF: Final[dict[type, str]] = {
    Sent: "sent", Gone: "gone", Refused: "failed", Misconfigured: "failed", RetryLater: "failed",
}  # fmt: skip
_ATTEMPT_OF: Final[dict[type, str]] = {
    Sent: "sent", Gone: "gone", Refused: "refused", Misconfigured: "misconfig", RetryLater: "retry",
}  # fmt: skip
_MESSAGES: Final = cast(Table, OutboxMessage.__table__)  # the declarative base calls it a FromClause


@dataclass(frozen=True, slots=True)
class End:
    """How one message ended, and what it was about; ``retry_at`` is set when it is tried again.

    ``sent_to`` is the endpoint of the device, as it was when the message was sent.
    """

    id: UUID
    outcome: Outcome
    retry_at: datetime | None
    taken_up: bool
    purpose: str
    subscription_id: UUID | None
    concerned: Concerned
    sent_to: str = field(default="", repr=False)

    @property
    def state(self) -> str:
        """Return the state that the message has from now on; what an office has taken up is not tried again."""
        if isinstance(self.outcome, RetryLater) and self.retry_at is not None:
            return "stopped" if self.taken_up and self.purpose == "escalation" else "due"
        return _STATE_OF[type(self.outcome)]


def write_ends(session: Session, ends: Sequence[End], alarms: Alarms | None, *, now: datetime) -> None:
    """Write down how messages ended; the caller has made sure that nobody else holds them."""
    for state in sorted({end.state for end in ends} - {"due"}):
        _finish(session, [end.id for end in ends if end.state == state], state, now=now)
    _put_off(session, [end for end in ends if end.state == "due"])
    note_tries(session, ends, now=now)
    for end in ends:
        if isinstance(end.outcome, Gone):
            _drop_device(session, end, alarms, now=now)
    if alarms is not None:
        _alarm(session, ends, alarms, now=now)


def note_tries(session: Session, ends: Sequence[End], *, now: datetime) -> None:
    """Write down that messages were tried, and what the other side answered."""
    if ends:
        session.execute(insert(DeliveryAttempt), [_attempt(end, now) for end in ends])


def stop(session: Session, ids: Sequence[UUID], *, state: str = "stopped", now: datetime) -> None:
    """End messages that are not sent: taken up, shut to their unit, or to a device that is gone."""
    if ids:
        _finish(session, ids, state, now=now)


def _finish(session: Session, ids: Sequence[UUID], state: str, *, now: datetime) -> None:
    """Give the messages their last state; what went out inside them is over with them."""
    freed = {"state": state, "lease_token": None, "leased_until": None, "finished_at": now}
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id.in_(ids))
        .values(**freed)
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.merged_into.in_(ids), OutboxMessage.finished_at.is_(None))
        .values(finished_at=now)
        .execution_options(synchronize_session=False)
    )


def _put_off(session: Session, ends: Sequence[End]) -> None:
    if ends:
        later = update(_MESSAGES).where(_MESSAGES.c.id == bindparam("one"))
        later = later.values(due_at=bindparam("later"), lease_token=None, leased_until=None)
        session.connection().execute(later, [{"one": end.id, "later": end.retry_at} for end in ends])


def _attempt(end: End, now: datetime) -> dict[str, object]:
    outcome = end.outcome
    code = outcome.provider_id if isinstance(outcome, Sent) else outcome.code
    words = "" if isinstance(outcome, Sent | Gone) else outcome.detail
    return {
        "outbox_id": end.id,
        "at": now,
        "outcome": _ATTEMPT_OF[type(outcome)],
        "code": int(code) if code.isdecimal() and len(code) <= 9 else None,
        "detail": _printable(" ".join(part for part in (code, words) if part)[:DETAIL_LENGTH]),
    }


def _printable(text: str) -> str:
    """Return the text without what no database keeps: one such sign would undo the record of a whole batch."""
    return "".join(sign if sign.isprintable() else "?" for sign in text)


def _drop_device(session: Session, end: End, alarms: Alarms | None, *, now: datetime) -> None:
    """Drop the subscription a message went to and leave its person a notice, once; name who sees to the next."""
    reason = f"push service answered {end.outcome.code}"[:100] if isinstance(end.outcome, Gone) else ""
    dropped = session.execute(
        update(PushSubscription)
        .where(
            PushSubscription.id == end.subscription_id,
            PushSubscription.dropped_at.is_(None),
            PushSubscription.endpoint == end.sent_to,  # not one that its browser has renewed at this moment
        )
        .values(dropped_at=now, dropped_reason=reason)
        .execution_options(synchronize_session=False)
        .returning(PushSubscription.account_id)
    ).first()
    if dropped is None:
        return
    session.add(
        Notice(account_id=dropped.account_id, kind="push_dropped", text=DROPPED_NOTICE, url="/push", created_at=now)
    )
    if alarms is not None:
        say_no_device(session, alarms, end.concerned, now=now)


def _alarm(session: Session, ends: Sequence[End], alarms: Alarms, *, now: datetime) -> None:
    clear_what_works(session, alarms, [end.concerned for end in ends if isinstance(end.outcome, Sent)], now=now)
    for end in ends:
        if isinstance(end.outcome, Misconfigured):
            say_misconfigured(session, alarms, end.concerned, end.outcome.code, now=now)
        is_lost = end.state == "failed" or (end.state == "gone" and end.subscription_id is None)
        if is_lost and end.purpose in COUNTED:
            say_failed(session, alarms, end.concerned, now=now)
