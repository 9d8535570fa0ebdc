"""A county with departments for tests of joint work: two departments, a county office above them, matters in hand."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.joint import WhistleCall
from grid_app.policy import Role
from grid_app.services.joint.whistles import Asked, ask_whistle
from grid_app.services.matters.step import Step
from tests.builders import add_dispute
from tests.world import COUNTY, NOW, World, add_account

PROBLEM = "堤边的路灯不亮、栏杆断了,村里没有权限修。"


def add_departments(session: Session, world: World) -> None:
    """Add two departments with one account each (``water``, ``roads``) and a second township's officer."""
    for key, name in (("water", "青溪县水利局"), ("roads", "青溪县交通运输局")):
        unit = Unit(name=name, kind="department", division_code=COUNTY, duty_phone="0736-0000001")
        session.add(unit)
        session.flush()
        world.units[key] = unit.id
        add_account(session, world, key, Role.COUNTY_OFFICER, key, COUNTY)
    add_account(session, world, "other_township_officer", Role.TOWNSHIP_OFFICER, "township2", "990101002")


def at(session: Session, world: World, dispute: Dispute, who: Role | str, *, now: datetime = NOW) -> Step:
    """Return the step of somebody on the dispute as it is now."""
    session.flush()
    session.refresh(dispute)
    return Step(dispute.id, world.actor(session, who), dispute.version, now)


def in_hand(session: Session, world: World, **more: Any) -> Dispute:
    """Add a matter that the township handles."""
    return add_dispute(session, world, **({"state": "handling", "accepted_at": NOW} | more))


def whistled(session: Session, world: World, *names: str, urgent: bool = False, **more: Any) -> Dispute:
    """Let the township's leader whistle for departments."""
    dispute = in_hand(session, world, **more)
    asked = Asked([world.units[name] for name in names or ("water",)], urgent, PROBLEM)
    ask_whistle(session, at(session, world, dispute, Role.TOWNSHIP_LEAD), asked=asked)
    return dispute


def call_of(session: Session, world: World, dispute: Dispute, name: str) -> WhistleCall:
    session.flush()
    rows = select(WhistleCall).where(WhistleCall.dispute_id == dispute.id, WhistleCall.unit_id == world.units[name])
    return session.scalars(rows.execution_options(populate_existing=True)).one()


def kinds(session: Session, dispute: Dispute) -> list[str]:
    session.flush()
    rows = select(DisputeEvent).where(DisputeEvent.dispute_id == dispute.id).order_by(DisputeEvent.number)
    return [event.kind for event in session.scalars(rows)]
