"""Telling who looks after a township that villages of it have not answered a round that is over."""

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
    """Raise, once for each township, the villages that have not answered a closed round; return how many townships."""
    area = session.get_one(Division, row.division_code)
    silent: dict[str, list[str]] = defaultdict(list)
    for village in progress_of_rounds(session, [row.id], [area.code], within=area.path)[row.id]:
        if not village.returned:
            silent[village.township_code].append(village.name)
    for township, names in sorted(silent.items()):
        more = "等" if len(names) > NAMED else ""
        raise_escalation(
            session,
            event_kind="round_missing",
            round_id=row.id,
            division_code=township,
            category="",
            grade=GRADE,
            reason=f"“{row.name}”已经结束,还有 {len(names)} 个村(社区)没有回报:{'、'.join(names[:NAMED])}{more}。",
            now=now,
            part=f"{row.id}:{township}",
        )
    return len(silent)
