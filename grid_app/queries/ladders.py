"""Questions about ladders: which versions there are, and what is in each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.escalations import EscalationPolicy


@dataclass(frozen=True)
class LadderRow:
    """One version of a ladder; ``rungs`` are the stored rows, first asked first."""

    event_kind: str
    version: int
    name: str
    basis: str
    rungs: tuple[dict[str, Any], ...]
    created_at: datetime
    in_use: bool
    idle_minutes: int
    bounce_limit: int
    idle_hours: str


def units_on_ladders(session: Session) -> list[str]:
    """Return the kinds of units on the ladders in use, each once, as the ladders name them."""
    found = session.execute(
        select(EscalationPolicy.event_kind, EscalationPolicy.rungs)
        .where(EscalationPolicy.enabled)
        .order_by(EscalationPolicy.event_kind, EscalationPolicy.version)
    ).all()
    in_use = {row.event_kind: row.rungs for row in found}
    return list(dict.fromkeys(rung["unit_kind"] for rungs in in_use.values() for rung in rungs))


def ladder_versions(session: Session, event_kind: str) -> list[LadderRow]:
    """Return every version of the ladder of an event kind, newest first; the newest enabled one is in use."""
    found = session.scalars(
        select(EscalationPolicy)
        .where(EscalationPolicy.event_kind == event_kind)
        .order_by(EscalationPolicy.version.desc())
    ).all()
    used = next((policy.id for policy in found if policy.enabled), None)
    return [
        LadderRow(
            event_kind=policy.event_kind,
            version=policy.version,
            name=policy.name,
            basis=policy.basis,
            rungs=tuple(policy.rungs),
            created_at=policy.created_at,
            in_use=policy.id == used,
            idle_minutes=policy.idle_minutes,
            bounce_limit=policy.bounce_limit,
            idle_hours=policy.idle_hours,
        )
        for policy in found
    ]
