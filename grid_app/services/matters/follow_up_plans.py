"""Follow-up visits after a settled dispute: planned when it is closed, ended when it is taken up again, handed on.

They fall due 1, 3, 7 and 30 days after the local day of closing, on day 7 alone after settling on the spot. Who makes
them is a matter of order and never of measure: nothing counts or compares what somebody visited.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.models.accounts import Notice
from grid_app.models.disputes import Dispute
from grid_app.models.follow_ups import FollowUp
from grid_app.policy import Action, Actor
from grid_app.queries.disputes_places import place_names
from grid_app.queries.follow_ups import carrier_for, carriers_for
from grid_app.services.matters.step import Step, opened, permitted, take_turn, write
from grid_app.vocabulary.mediation import mediation_rules
from grid_app.vocabulary.words import FOLLOWED_UP_GROUNDS, SETTLED_ON_SPOT

DAYS: Final = mediation_rules().follow_up_days
NAMED = "carrier_named"


def plan_follow_ups(session: Session, dispute: Dispute, *, now: datetime) -> dict[str, str | int | bool | None]:
    """Plan the visits after a closing whose ground means that it was settled; return codes for its event.

    ``dispute`` is closed already, in the caller's transaction; a closing is planned once.
    """
    if dispute.closure_ground not in FOLLOWED_UP_GROUNDS:
        return {}
    days = mediation_rules().spot_follow_up_days if dispute.closure_ground == SETTLED_ON_SPOT else DAYS
    carrier = carrier_for(session, dispute, now=now)
    session.add_all(
        FollowUp(
            dispute_id=dispute.id,
            closed_at=now,
            day=day,
            due_on=local_date(now) + timedelta(days=day),
            carrier_id=carrier,
        )
        for day in days
    )
    return {"follow_ups": len(days), "carrier": str(carrier) if carrier else None}


def end_follow_ups(
    session: Session, dispute_id: UUID, *conditions: ColumnElement[bool], state: str, now: datetime
) -> int:
    """End the visits of a dispute that are still due and meet ``conditions``; return how many."""
    rows = still_due(session, dispute_id, *conditions)
    for row in rows:
        row.state, row.ended_at = state, now
    return len(rows)


def still_due(session: Session, dispute_id: UUID, *conditions: ColumnElement[bool]) -> Sequence[FollowUp]:
    """Return the visits of a dispute that are still due, locked until the transaction ends."""
    return session.scalars(
        select(FollowUp)
        .where(FollowUp.dispute_id == dispute_id, FollowUp.state == "due", *conditions)
        .order_by(FollowUp.day)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).all()


def name_carrier(session: Session, step: Step, *, carrier_id: UUID | None) -> None:
    """Name who makes the visits of a dispute that are still due; ``None``: the unit makes them itself.

    Raises
    ------
    NotFoundError, ForbiddenError
        As for every step.
    InvalidError
        Nothing is due any more, or somebody was named who may not be.
    """
    step = permitted(step, Action.HANDLE_DISPUTE)
    dispute = opened(session, step)
    choices = {one.assignment_id: one for one in carriers_for(session, dispute, now=step.now)}
    if carrier_id is not None and carrier_id not in choices:
        raise InvalidError("没有指定成功。请从列表里选一位。", fields={"carrier": "不能交给这一位,请从列表里选。"})
    rows = still_due(session, dispute.id)
    if not rows:
        raise InvalidError("没有指定成功:这件事已经没有要做的回访。", fields={"carrier": "没有要做的回访了。"})
    if {row.carrier_id for row in rows} == {carrier_id}:
        return
    _hand_on(session, step, dispute, rows, carrier_id)
    if carrier_id is not None:
        _tell(session, choices[carrier_id].account_id, dispute, step)


def hand_over_follow_ups(session: Session, *, leaver_id: UUID, new_id: UUID, actor: Actor, now: datetime) -> int:
    """Give a leaver's open visits to the successor, each dispute's history saying so; return how many disputes."""
    take_turn(session)
    disputes = session.scalars(
        select(Dispute)
        .where(
            Dispute.id.in_(select(FollowUp.dispute_id).where(FollowUp.carrier_id == leaver_id, FollowUp.state == "due"))
        )
        .order_by(Dispute.id)
        .with_for_update(of=Dispute, key_share=True)
    ).all()
    for dispute in disputes:
        step = Step(dispute.id, actor, dispute.version, now)
        rows = still_due(session, dispute.id, FollowUp.carrier_id == leaver_id)
        _hand_on(session, step, dispute, rows, new_id)
    return len(disputes)


def _hand_on(session: Session, step: Step, dispute: Dispute, rows: Sequence[FollowUp], carrier_id: UUID | None) -> None:
    before = {row.carrier_id for row in rows} - {carrier_id, None}
    for row in rows:
        row.carrier_id = carrier_id
    details: dict[str, str | int | bool | None] = {
        "from": ",".join(sorted(map(str, before))),
        "to": str(carrier_id) if carrier_id else "",
        "follow_ups": len(rows),
    }
    write(session, step, dispute, kind=NAMED, details=details)


def _tell(session: Session, account_id: UUID, dispute: Dispute, step: Step) -> None:
    if account_id == step.actor.account_id:
        return
    place = place_names(session, {dispute.division_code})[dispute.division_code]
    text = f"{place}有一件事({dispute.case_code})的回访交给您。请在“回访”里看看哪天去。"
    session.add(Notice(account_id=account_id, kind="follow_up", text=text, url="/follow-ups", created_at=step.now))
