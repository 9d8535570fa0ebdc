"""What a page shows of a dispute to this very actor: parties' names in free text only by right."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from grid_app.http.guard import the_actor
from grid_app.policy import Scope
from grid_app.queries.disputes import DisputeLine
from grid_app.queries.disputes_detail import DisputeDetail, Moment, Related, dispute_detail, history_of, related_of
from grid_app.queries.earlier import EarlierMatters, earlier_matters
from grid_app.queries.related import Linked, linked_to
from grid_app.services.matters.names import Names, detail_without, history_without, lines_without, names_kept_from
from grid_app.web.card import OpenSession
from grid_app.wiring import wired


def kept_names(session: OpenSession, ids: Collection[UUID]) -> Mapping[UUID, Names]:
    """Return by dispute the names that the acting role reads as labels."""
    return names_kept_from(session, ids, actor=the_actor(), cipher=wired().keys.fields)


def shown_detail(session: OpenSession, *, scope: Scope, dispute_id: UUID) -> DisputeDetail | None:
    """Return one dispute of the scope as its pages show it, or ``None`` when there is none."""
    found = dispute_detail(session, scope=scope, dispute_id=dispute_id)
    return detail_without(found, kept_names(session, [dispute_id])[dispute_id]) if found else None


def shown_history(session: OpenSession, *, scope: Scope, dispute_id: UUID) -> list[Moment]:
    """Return the history of one dispute of the scope as its pages show it, the newest step first."""
    history = history_of(session, scope=scope, dispute_id=dispute_id)
    return history_without(history, kept_names(session, [dispute_id])[dispute_id])


def shown_lines(session: OpenSession, lines: Sequence[DisputeLine]) -> list[DisputeLine]:
    """Return lines of a list as the list shows them."""
    return lines_without(lines, kept_names(session, [one.id for one in lines]))


def shown_related(session: OpenSession, *, scope: Scope, dispute_id: UUID) -> list[Related]:
    """Return what somebody linked to a dispute of the scope, as its page shows it."""
    found = related_of(session, scope=scope, dispute_id=dispute_id)
    lines = shown_lines(session, [one.line for one in found])
    return [replace(one, line=line) for one, line in zip(found, lines, strict=True)]


def shown_linked(session: OpenSession, *, scope: Scope, dispute_id: UUID) -> list[Linked]:
    """Return the same with what is known of each, as the page of links shows it."""
    found = linked_to(session, scope=scope, dispute_id=dispute_id)
    lines = shown_lines(session, [one.line for one in found])
    return [replace(one, line=line) for one, line in zip(found, lines, strict=True)]


def shown_earlier(session: OpenSession, *, scope: Scope, dispute_id: UUID) -> EarlierMatters:
    """Return the earlier matters of a dispute of the scope, as the cards show them."""
    found = earlier_matters(session, scope=scope, dispute_id=dispute_id)
    lines = shown_lines(session, [one.linked.line for one in found.rows])
    rows = [replace(one, linked=replace(one.linked, line=line)) for one, line in zip(found.rows, lines, strict=True)]
    return replace(found, rows=tuple(rows))
