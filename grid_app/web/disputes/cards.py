"""Cards that workspaces add to the page of a dispute; a new workspace adds its maker to ``CARDS``."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from flask import url_for

from grid_app.policy import Actor
from grid_app.queries.disputes_detail import DisputeDetail
from grid_app.services.handling.board import board_of
from grid_app.web.assistance.card import assistance_card
from grid_app.web.card import Card, CardMaker, OpenSession
from grid_app.web.danger_words import danger_card
from grid_app.web.documents.card import documents_facts
from grid_app.web.duties.pages import responsible_card
from grid_app.web.earlier.pages import earlier_card
from grid_app.web.handling.shown import TITLES, next_step, offered, waiting_for
from grid_app.web.handling.told import handling_facts
from grid_app.web.intake.shown import intake_facts
from grid_app.web.joint.card import joint_card
from grid_app.web.leading.card import leading_card
from grid_app.web.mediation.card import mediation_card, spot_card
from grid_app.web.policies.holds import retention_card
from grid_app.web.projects.matter import project_card
from grid_app.web.residents.card import said_of_matter
from grid_app.web.support_work.card import duty_card

__all__ = ["CARDS", "Card", "CardMaker", "OpenSession", "cards_of"]


def handling_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return where handling by the law stands and, when it is this actor's turn, what comes next."""
    board = board_of(session, detail.id, actor=actor, now=now)
    if board is None:
        return None
    main = next_step(board, detail, offered(board, detail, actor, now))
    return Card(
        title="依法办理",
        facts=handling_facts(board),
        links=(("依法办理这件事", url_for("handling.page", dispute_id=detail.id)),),
        hint=f"轮到您:{TITLES[main]}。" if main else waiting_for(board, detail),
        is_next=bool(main),
    )


def residents_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return what the resident said of this matter, as far as this actor may know it."""
    said = said_of_matter(session, detail, actor, now)
    if said is None:
        return None
    return Card("群众评价和要求", said.facts, said.links, said.hint, is_next=said.is_next)


def intake_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card | None:
    """Return how the matter came, which date leads, and for offices the way to its duplicates."""
    told = intake_facts(session, detail, actor, now)
    return Card("登记和关联", told.facts, told.links, told.hint, is_next=told.is_next) if told else None


def documents_card(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> Card:  # noqa: ARG001 - as every maker
    """Return the newest documents of a dispute and the way to all of them."""
    facts = documents_facts(session, detail.id)
    links = (("出具、上传文书", url_for("documents.index", dispute_id=detail.id)),)
    return Card("文书", facts, links, hint="" if facts else "还没有出具文书,也没有上传签字的纸。")


CARDS: Final[tuple[CardMaker, ...]] = (
    danger_card,
    mediation_card,
    spot_card,
    handling_card,
    leading_card,
    joint_card,
    assistance_card,
    responsible_card,
    earlier_card,
    project_card,
    residents_card,
    intake_card,
    documents_card,
    duty_card,
    retention_card,
)
"""In the order of the page; a maker returns ``None`` where it has nothing to show this actor."""


def cards_of(session: OpenSession, detail: DisputeDetail, actor: Actor, now: datetime) -> list[Card]:
    """Return the cards of a dispute for ``actor``, who has been let in already."""
    return [card for make in CARDS if (card := make(session, detail, actor, now)) is not None]
