"""The card of residents on the page of a dispute: evaluation, requests, and complaints for who may see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from flask import url_for

from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.queries.residents_office import complaints_about_matter, evaluations_of, requests_for
from grid_app.services.residents.answers import evaluation_words
from grid_app.services.residents.said import MISSING, REQUESTS
from grid_app.web.wording import local_date as day_words
from grid_app.wiring import wired

OpenSession: TypeAlias = Any
"""An open database session, handed on to queries; pages know nothing of it."""


@dataclass(frozen=True)
class SaidOfMatter:
    """What stands on the card: facts, links, a hint, and whether this actor has something to do."""

    facts: tuple[tuple[str, str], ...]
    links: tuple[tuple[str, str], ...]
    hint: str
    is_next: bool


def said_of_matter(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> SaidOfMatter | None:
    """Return what the resident said of this matter; the unit complained of learns nothing of a complaint."""
    facts, cipher = [], wired().keys.fields
    for row in evaluations_of(session, actor, detail.id):
        missing = "、".join(MISSING[code] for code in row.missing if code in MISSING)
        words = evaluation_words(row, cipher)
        said = [one for one in ("满意" if row.satisfied else "不满意", missing, words) if one]
        facts.append((f"{day_words(row.at)}评价", ":".join(said[:2]) + (f"。{words}" if len(said) > 2 else "")))
    waiting = [one.row for one in requests_for(session, actor, dispute_id=detail.id) if one.row.state == "open"]
    facts += [("要求", f"{REQUESTS[row.kind]},{day_words(row.due_on)}前答复") for row in waiting]
    seen = complaints_about_matter(session, actor, detail.id, now=now)
    facts += [("投诉", f"{seen} 件,请在专页里看")] if seen else []
    handles = allows(actor, Action.HANDLE_DISPUTE)
    works = handles or (allows(actor, Action.ADD_TO_DISPUTE) and actor.unit_id == detail.owner_unit_id)
    links = [("补发查询码", url_for("residents_office.code", dispute_id=detail.id))] if works else []
    links += [("答复要求", url_for("residents_office.requests"))] if waiting and handles else []
    links += [("看投诉", url_for("residents_office.complaints"))] if seen else []
    if not facts and not links:
        return None
    hint = (
        "撤回要打当事人留的电话,由另一位同事问一次,再办结。" if any(row.kind == "withdraw" for row in waiting) else ""
    )
    return SaidOfMatter(tuple(facts), tuple(links), hint, is_next=bool(waiting) and works)
