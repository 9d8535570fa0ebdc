"""The card of a hard matter on the page of a dispute: who owns it, the next meeting, what was promised."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import url_for

from grid_app.clock import local_date
from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.leading import leading_of
from grid_app.queries.leading_views import LeadingView
from grid_app.services.matters.states import is_referral_only
from grid_app.vocabulary.leading import leading_rules
from grid_app.web.card import Card, OpenSession
from grid_app.web.leading.shown import is_suggested, may_lead, next_meeting

SUGGESTED = "这件事等级高、复杂或者是历史遗留问题,建议确定一名包案领导,一抓到底。"


def leading_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return the card; none where a matter is only passed on, or for somebody without a part in an unowned matter."""
    if is_referral_only(detail.category):
        return None
    view = leading_of(session, detail.id, now=now)
    works = may_lead(detail, actor)
    if not works and view.lead is None:
        return None
    handles = allows(actor, Action.HANDLE_DISPUTE)
    unowned = view.lead is None and is_suggested(detail, historical=bool(view.background))
    due = view.lead.due_at if view.lead else None
    soon = due is not None and due <= now + timedelta(days=leading_rules().days_ahead)
    word = "包案、听证、会商" if works else "看包案情况"
    return Card(
        title="领导包案",
        facts=tuple(_facts(view, now)),
        links=((word, url_for("leading.page", dispute_id=detail.id)),),
        hint=SUGGESTED if unowned and handles else "该和当事人见面了。" if soon and works else "",
        is_next=soon and works,
    )


def _facts(view: LeadingView, now: datetime) -> list[tuple[str, str]]:
    today = local_date(now)
    lead = view.lead
    broken = sum(one.done_on is None and one.due_on < today for one in view.promises)
    waiting = [one for one in view.queries if one.answered_on is None]
    pairs = [
        ("包案领导", f"{lead.name}({lead.unit}){',已不在岗' if lead.left else ''}" if lead else ""),
        ("下次见面", next_meeting(lead, now) if lead else ""),
        ("答应没做到", f"{broken} 件" if broken else ""),
        ("等政策答复", f"{max((today - one.asked_on).days for one in waiting)} 天" if waiting else ""),
        ("历史遗留问题", "是" if view.background else ""),
    ]
    return [pair for pair in pairs if pair[1]]
