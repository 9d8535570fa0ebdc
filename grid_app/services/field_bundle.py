"""What a phone keeps for work without signal, gathered in one question for the acting role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.policy import Action, Actor, allows, dispute_scope
from grid_app.queries.disputes import DisputeLine, own_reports
from grid_app.queries.field import Duty, OpenNearby, duty_of, open_nearby
from grid_app.queries.return_pages import ReturnPage, places_to_answer, return_page
from grid_app.security.fields import FieldCipher
from grid_app.services.accounts.actors import acting_alike
from grid_app.services.matters.names import hide_in_excerpt, names_kept_from, return_without
from grid_app.services.rounds.returns import answerable

MOST_OWN = 100
MOST_PLACES = 30


@dataclass(frozen=True)
class FieldBundle:
    """Places with an open round, those that wait first; own reports, newest first; hints; whom to call."""

    returns: tuple[ReturnPage, ...]
    own_reports: tuple[DisputeLine, ...]
    nearby: tuple[OpenNearby, ...]
    duty: Duty


def field_bundle(session: Session, *, actor: Actor, cipher: FieldCipher, now: datetime) -> FieldBundle:
    """Return what ``actor`` needs without signal; own reports and hints lie in the actor's scope."""
    scope = dispute_scope(actor)
    return FieldBundle(
        returns=tuple(
            return_without(session, one, actor=actor, cipher=cipher) for one in _returns(session, actor, now)
        ),
        own_reports=own_reports(session, scope=scope, account_id=actor.account_id, size=MOST_OWN).lines,
        nearby=tuple(_nearby(session, actor, cipher, now)),
        duty=duty_of(session, path=actor.division_path),
    )


def _nearby(session: Session, actor: Actor, cipher: FieldCipher, now: datetime) -> list[OpenNearby]:
    """Return the open disputes near by, the names of their parties kept from whoever did not report them."""
    found = open_nearby(session, scope=dispute_scope(actor), today=local_date(now))
    names = names_kept_from(session, [one.id for one in found], actor=actor, cipher=cipher)
    return [replace(one, excerpt=hide_in_excerpt(one.excerpt, names[one.id])) for one in found]


def _returns(session: Session, actor: Actor, now: datetime) -> list[ReturnPage]:
    """Return the places that the account answers for in this role; a worker may have several grids."""
    if not allows(actor, Action.RETURN_ROUND):
        return []
    own = acting_alike(session, actor, now=now)
    places = [one for one in places_to_answer(session, own, now=now) if one.rounds]
    places.sort(key=lambda one: one.waiting == 0)
    return [_page(session, own, one.code, now) for one in places[:MOST_PLACES]]


def _page(session: Session, own: Sequence[Actor], code: str, now: datetime) -> ReturnPage:
    actor = next((one for one in own if code.startswith(one.division_code)), own[0])
    return return_page(session, actor, answerable(session, actor, code), now=now)
