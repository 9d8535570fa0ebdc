"""How a dispute came, as its page and its card show it: what was sent, and which of two dates leads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from flask import url_for

from grid_app.clock import local_date
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.intake import Came, Leading, came_of, leading_of
from grid_app.vocabulary.words import CHANNEL_WORDS, OPEN_STATES
from grid_app.web.wording import local_date as day_words

Pairs: TypeAlias = tuple[tuple[str, str], ...]
OpenSession: TypeAlias = Any


@dataclass(frozen=True)
class IntakeFacts:
    """What the card of intake shows; ``is_next`` when the sender's date leads and has passed."""

    facts: Pairs = ()
    links: Pairs = ()
    hint: str = ""
    is_next: bool = False


def intake_facts(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> IntakeFacts | None:
    """Return how a dispute came and which date leads; for offices also the way to its duplicates."""
    if not allows(actor, Action.HANDLE_DISPUTE):
        return None
    links = [
        ("查重", url_for("intake.related", dispute_id=detail.id)),
        ("同一事由前案", url_for("earlier.page", dispute_id=detail.id)),
    ]
    came = came_of(session, scope=dispute_scope(actor), dispute_id=detail.id)
    if came is None:
        return IntakeFacts(links=tuple(links))
    leading = leading_of(session, dispute_id=detail.id, own_due=came.registration.due_on)
    due = leading.own_due if leading.sender_leads else None
    is_late = detail.state in OPEN_STATES and due is not None and due < local_date(now)
    links = [
        ("登记情况", url_for("intake.origin", dispute_id=detail.id)),
        ("办理情况报告", url_for("intake.report_sheet", dispute_id=detail.id)),
        *links,
    ]
    facts = came_facts(came)
    hint = which_leads(leading) if detail.state in OPEN_STATES else ""
    return IntakeFacts(facts=facts, links=tuple(links), hint=hint, is_next=is_late)


def which_leads(leading: Leading) -> str:
    """Return one sentence about the two dates; empty when the sender set none."""
    if leading.own_due is None:
        return ""
    theirs = day_words(leading.own_due)
    if leading.ours is None:
        return f"来件要求 {theirs}前办结,以它为准。"
    ours = day_words(leading.ours)
    if leading.sender_leads:
        return f"来件要求 {theirs}前办结,比本平台的期限({ours})早,以它为准。"
    return f"来件要求 {theirs}前办结;本平台的期限({ours})更早,以本平台的为准。"


def came_facts(came: Came) -> Pairs:
    """Return what was sent, shortly: by whom, under which number, until when."""
    told = came.registration
    return filled(
        ("来件", f"{CHANNEL_WORDS.get(told.channel, told.channel)} {told.issuing_unit}".strip()),
        ("文号", told.document_no),
        ("来件要求的期限", day_words(told.due_on) if told.due_on else ""),
    )


def filled(*pairs: tuple[str, str]) -> Pairs:
    """Return the pairs that say something."""
    return tuple(pair for pair in pairs if pair[1])
