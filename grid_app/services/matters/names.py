"""Names of a dispute's parties in its free text: read by the unit that handles it, labels for everybody else.

Nobody is looked for by a name: each dispute hides the names of its own parties alone (个人信息保护法 6, 51).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.disputes import Dispute, Party
from grid_app.policy import Actor
from grid_app.queries.chunks import chunks
from grid_app.queries.disputes import DisputeLine
from grid_app.queries.disputes_detail import DisputeDetail, Moment
from grid_app.queries.return_pages import ReturnPage
from grid_app.security.fields import FieldCipher
from grid_app.services.matters.parties import name_context

LEAST_NAME: Final = 2
CUT: Final = "…"
Names: TypeAlias = Sequence[tuple[str, str]]
"""Names to hide and the labels that stand for them, the longest first."""


def party_names(session: Session, ids: Collection[UUID], *, cipher: FieldCipher) -> dict[UUID, Names]:
    """Return by dispute the names of its parties; each dispute asked for is in it."""
    found: dict[UUID, list[tuple[str, str]]] = {one: [] for one in ids}
    for some in chunks(list(found)):
        question = select(Party).where(Party.dispute_id.in_(some), Party.name_sealed.is_not(None))
        for party in session.scalars(question):
            name = cipher.decrypt(party.name_sealed or "", context=name_context(party.id)).strip()
            if len(name) >= LEAST_NAME:
                found[party.dispute_id].append((name, party.label))
    return {key: sorted(names, key=lambda pair: -len(pair[0])) for key, names in found.items()}


def names_kept_from(
    session: Session, ids: Collection[UUID], *, actor: Actor, cipher: FieldCipher
) -> Mapping[UUID, Names]:
    """Return by dispute the names that ``actor`` reads as labels; none where its unit handles it or it reported it."""
    own: set[UUID] = set()
    for some in chunks(list(dict.fromkeys(ids))):
        told = or_(Dispute.owner_unit_id == actor.unit_id, Dispute.reported_by == actor.assignment_id)
        own |= set(session.scalars(select(Dispute.id).where(Dispute.id.in_(some), told)))
    hidden = party_names(session, [one for one in dict.fromkeys(ids) if one not in own], cipher=cipher)
    return {**dict.fromkeys(own, ()), **hidden}


def hide_names(text: str, names: Names) -> str:
    """Return ``text`` with the label in place of each name, also where spaces were set between its signs."""
    for name, label in names:
        text = re.sub(r"\s*".join(re.escape(sign) for sign in name if not sign.isspace()), label, text)
    return text


def hide_in_excerpt(text: str, names: Names) -> str:
    """Return the beginning of a text without names, also without the half of one at which it was cut off."""
    text = hide_names(text, names)
    for name, label in names:
        for size in range(len(name) - 1, 0, -1):
            if text.endswith(f"{name[:size]}{CUT}"):
                return f"{text.removesuffix(CUT)[:-size]}{label}{CUT}"
    return text


def detail_without(detail: DisputeDetail, names: Names) -> DisputeDetail:
    """Return a dispute with labels in place of names in what was written about it."""
    return replace(detail, summary=hide_names(detail.summary, names), place_text=hide_names(detail.place_text, names))


def history_without(history: Sequence[Moment], names: Names) -> list[Moment]:
    """Return a history with labels in place of names in what was written at each step."""
    return [replace(one, note=hide_names(one.note, names)) for one in history]


def lines_without(lines: Sequence[DisputeLine], names: Mapping[UUID, Names]) -> list[DisputeLine]:
    """Return lines of a list with labels in place of names."""
    return [replace(one, summary=hide_names(one.summary, names.get(one.id, ()))) for one in lines]


def return_without(session: Session, page: ReturnPage, *, actor: Actor, cipher: FieldCipher) -> ReturnPage:
    """Return the prefilled return of a round with labels in place of the names that ``actor`` may not read."""
    names = names_kept_from(session, [one.dispute_id for one in page.entries], actor=actor, cipher=cipher)
    entries = (replace(one, summary=hide_names(one.summary, names[one.dispute_id])) for one in page.entries)
    return replace(page, entries=tuple(entries))
