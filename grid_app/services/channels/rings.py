"""Test rings of duty phones: a person rings up and writes down what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ForbiddenError, InvalidError, NotFoundError
from grid_app.models.channel_probes import ChannelProbe
from grid_app.policy import Action, Actor, allows
from grid_app.queries.reachability import offices_seen
from grid_app.queries.reachability_states import phone_states
from grid_app.services.audit import record_audit
from grid_app.services.escalations.rows import insert_once
from grid_app.vocabulary.channels import OUTCOME_WORDS, PHONE


def record_ring(session: Session, *, unit_id: UUID, outcome: str, actor: Actor, now: datetime) -> bool:
    """Write down a test ring of a unit's duty phone; the same within one minute is written once.

    Raises
    ------
    ForbiddenError, NotFoundError, InvalidError
        The actor may not see channels; the unit is not among those seen, or has no number; no known outcome.
    """
    if not allows(actor, Action.READ_REACHABILITY):
        raise ForbiddenError("您现在的身份不能记录试打。如果您有别的身份,请先切换。")
    if unit_id not in {one.unit_id for one in offices_seen(session, actor)}:
        raise NotFoundError("没有这个单位,或者它不在您的范围内。")
    if outcome not in OUTCOME_WORDS:
        raise InvalidError("没有记录。请选试打的结果。", fields={"outcome": "请选试打的结果。"})
    phone = next(iter(phone_states(session, [unit_id], now=now)), None)
    if phone is None:
        raise InvalidError("这个单位还没有登记值班电话,没有可以试打的号码。")
    details = {"outcome": outcome}
    record_audit(session, actor, "channel.rung", now=now, target=("unit", str(unit_id)), details=details)
    ring = {
        "key": f"ring:{unit_id}:{now:%Y%m%d%H%M}",
        "kind": PHONE,
        "unit_id": unit_id,
        "endpoint_id": phone.endpoint_id,
        "asked_at": now,
        "outcome": outcome,
        "recorded_by": actor.assignment_id,
    }
    return insert_once(session, ChannelProbe, ring)
