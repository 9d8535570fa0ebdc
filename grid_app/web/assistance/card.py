"""The card about help on the page of a dispute, for those who have a part in it; it never says for what."""

from __future__ import annotations

from datetime import datetime

from flask import url_for

from grid_app.clock import local_date
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.assistance import help_on
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.services.assistance.plans import may_help
from grid_app.services.matters.states import is_referral_only
from grid_app.web.card import Card, OpenSession

OFFER = "生活有困难的,可以帮忙申请救助、就业、法律援助。本人同意了才做,不要也行,不影响这件事怎么办。"


def assistance_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return how many wanted help and how many measures are open; nothing for those who have no part in it."""
    if is_referral_only(detail.category) or detail.state == "reported":
        return None
    if not may_help(session, actor, detail.id, detail.owner_unit_id):
        return None
    view = help_on(session, scope=dispute_scope(actor), dispute_id=detail.id)
    rows = [one for plan in view.open_plans for one in plan.measures if one.state == "planned"]
    late = sum(one.due_on < local_date(now) for one in rows)
    facts = (
        ("需要帮扶", "本人同意" if view.needed else ""),
        ("还没落实", f"{len(rows)} 项{f',其中 {late} 项过了日子' if late else ''}" if rows else ""),
    )
    return Card(
        title="帮扶",
        facts=tuple(pair for pair in facts if pair[1]),
        links=(("去帮扶页", url_for("assistance.page", dispute_id=detail.id)),),
        hint="" if view.needed else OFFER,
        is_next=any(one.unit_id == actor.unit_id for one in rows),
    )
