"""Telling who looks after a round that villages have not answered it when it closed."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.queries.round_progress import progress_of_rounds
from grid_app.services.escalations.steps import raise_escalation

NAMED: Final = 5
GRADE: Final = "yellow"


def raise_missing(session: Session, row: Round, *, now: datetime) -> int:
    """Raise, once for a round, that villages have not answered when it closed; return how many have not."""
    area = session.get_one(Division, row.division_code)
    silent: dict[str, int] = defaultdict(int)
    for village in progress_of_rounds(session, [row.id], [area.code], within=area.path)[row.id]:
        if not village.returned:
            silent[village.township] += 1
    if not silent:
        return 0
    missing = sum(silent.values())
    parts = "、".join(f"{name} {count} 个" for name, count in list(silent.items())[:NAMED])
    more = "等" if len(silent) > NAMED else ""
    raise_escalation(
        session,
        event_kind="round_missing",
        round_id=row.id,
        division_code=area.code,
        category="",
        grade=GRADE,
        reason=f"“{row.name}”已经结束,还有 {missing} 个村(社区)没有回报:{parts}{more}。",
        now=now,
    )
    return missing
