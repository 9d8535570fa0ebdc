"""Ladders as versioned policy: who is asked first, who next, how long each may take, and on which basis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.database.once import insert_once
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.escalations import EscalationPolicy
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.escalations.events import AVAILABLE, EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import (
    AfterTaking,
    RungRow,
    check_ladder,
    default_after,
    default_rungs,
)


def seed_ladders(session: Session, now: datetime) -> None:
    """Write version 1 of the ladder of each event kind; a kind that has one is left alone."""
    for event in AVAILABLE:
        after = default_after(event.code)
        row = {
            "event_kind": event.code,
            "version": 1,
            "name": event.words,
            "basis": event.basis,
            "rungs": [asdict(rung) for rung in default_rungs(event.code)],
            **asdict(after),
            "enabled": True,
            "created_at": now,
        }
        insert_once(session, EscalationPolicy, row)


def current_policy(session: Session, event_kind: str, *, now: datetime) -> EscalationPolicy:
    """Return the newest enabled ladder of an event kind; where nobody has made one, the standing one is written.

    Raises
    ------
    InvalidError
        Nothing escalates under that name.
    """
    if event_kind not in EVENT_KIND_WORDS:
        raise InvalidError(f"没有“{event_kind}”这种提醒,没有发出;请检查程序。")
    newest = (
        select(EscalationPolicy)
        .where(EscalationPolicy.event_kind == event_kind, EscalationPolicy.enabled)
        .order_by(EscalationPolicy.version.desc())
        .limit(1)
    )
    found = session.scalar(newest)
    if found is None:
        seed_ladders(session, now)
        found = session.scalars(newest).one()
    return found


def save_ladder(
    session: Session,
    *,
    event_kind: str,
    rungs: Sequence[RungRow],
    basis: str,
    replaces: int,
    actor: Actor,
    now: datetime,
    after: AfterTaking = AfterTaking(),  # noqa: B008 - frozen
) -> int:
    """Write a new version of a ladder and return its number; what is already climbing keeps its own version.

    Parameters
    ----------
    replaces
        The version the editor was looking at; when another one was saved meanwhile, nothing is written.

    Raises
    ------
    ForbiddenError, InvalidError, ConflictError
        The actor may not edit policies; the ladder has holes or no basis; somebody else was first.
    """
    if not allows(actor, Action.EDIT_POLICY):
        raise ForbiddenError("只有安全管理员可以修改升级顺序。")
    check_ladder(event_kind, rungs, basis, after)
    newest = session.scalar(select(func.max(EscalationPolicy.version)).filter_by(event_kind=event_kind)) or 0
    row = {
        "id": new_id(),
        "event_kind": event_kind,
        "version": replaces + 1,
        "name": EVENT_KIND_WORDS[event_kind],
        "basis": basis.strip(),
        "rungs": [asdict(rung) for rung in rungs],
        **asdict(after),
        "enabled": True,
        "created_at": now,
    }
    if newest != replaces or not insert_once(session, EscalationPolicy, row):
        raise ConflictError("别人刚刚保存了新的一版,您的修改没有保存。请看看新的一版,需要时再改。")
    record_audit(
        session,
        actor,
        "ladder.saved",
        now=now,
        target=("escalation_policy", str(row["id"])),
        details={"event_kind": event_kind, "version": replaces + 1, "rungs": len(rungs)},
    )
    return replaces + 1
