"""What a visit changes: the follow-up ends or stays due, the history tells it, a relapse opens the matter again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.models.follow_ups import FollowUp
from grid_app.services.follow_ups.access import Visiting
from grid_app.services.handling.steps import take_up_again
from grid_app.services.matters.follow_up_plans import end_follow_ups
from grid_app.services.matters.step import Step, write, written
from grid_app.services.matters.waivers import refuse_waivers

FOLLOWED_UP: Final = "followed_up"
LEAST_REASON: Final = 5


@dataclass(frozen=True)
class Visit:
    """What was done and heard; ``made_at`` is the clock of whoever made it, ``via`` the way by which it came."""

    way: str
    outcome: str
    note: str
    made_at: datetime
    via: str


def record_visit(session: Session, found: Visiting, *, visit: Visit, now: datetime) -> bool:
    """Record a visit; return ``False`` when the follow-up had its result before.

    What was heard is never lost: a relapse opens the closed dispute whoever was there first, and who declines is not
    visited again. ``not_reached`` is a try and ends nothing.

    Raises
    ------
    InvalidError
        The note is too short for a relapse, or signs a right away.
    """
    follow_up, dispute = found.follow_up, found.dispute
    is_relapse = visit.outcome == "relapsed"
    what = "又出现了什么问题(至少 5 个字)" if is_relapse else "回访情况"
    note = written(visit.note, field="note", what=what, least=LEAST_REASON if is_relapse else 0)
    refuse_waivers({"note": note})
    step = Step(dispute.id, found.actor, dispute.version, now)
    is_first = follow_up.state == "due"
    opens = is_relapse and dispute.state == "closed" and dispute.closed_at == follow_up.closed_at
    if is_first and visit.outcome != "not_reached":
        follow_up.state, follow_up.ended_at = visit.outcome, now
        session.flush()  # the others that are still due are asked for below
    ended = _end_others(session, follow_up, visit, now)
    details: dict[str, str | int | bool | None] = {
        "follow_up": str(follow_up.id),
        "day": follow_up.day,
        "way": visit.way,
        "outcome": visit.outcome,
        "via": visit.via,
        "made_on": local_date(visit.made_at).isoformat(),
        **({"follow_ups_ended": ended} if ended else {}),
        **({} if is_first else {"answered_before": True}),
    }
    write(session, step, dispute, kind=FOLLOWED_UP, note="" if opens else note, details=details)
    if opens:
        take_up_again(session, step, dispute, reason=note)
    return is_first


def _end_others(session: Session, follow_up: FollowUp, visit: Visit, now: datetime) -> int:
    """End what one visit makes needless: all that is left when declined, what was due until then when settled."""
    others = (FollowUp.id != follow_up.id, FollowUp.closed_at == follow_up.closed_at)
    if visit.outcome == "declined":
        return end_follow_ups(session, follow_up.dispute_id, *others, state="declined", now=now)
    if visit.outcome == "settled":
        made_on = local_date(min(visit.made_at, now))
        due = (*others, FollowUp.due_on <= made_on)
        return end_follow_ups(session, follow_up.dispute_id, *due, state="missed", now=now)
    return 0
