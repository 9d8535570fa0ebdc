"""Which forms the page of a dispute offers to an actor; the services decide again when one is sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from grid_app.policy import Action, Actor, allows
from grid_app.queries.disputes_detail import DisputeDetail, Moment
from grid_app.services.handling.details import COUNTY_ROLES
from grid_app.services.handling.voice import WRITTEN_UP
from grid_app.services.matters.states import ASSIGNABLE_STATES, is_referral_only, moves_from
from grid_app.vocabulary.words import GRADE_ORDER, OPEN_STATES

OFFICE_MOVES: Final = ("accept", "decline", "refer_out", "close", "reopen")


def offered_steps(detail: DisputeDetail, actor: Actor, history: Sequence[Moment]) -> frozenset[str]:
    """Return the names of the forms that this actor may use on this dispute now."""
    is_open = detail.state in OPEN_STATES
    handles = allows(actor, Action.HANDLE_DISPUTE)
    adds = allows(actor, Action.ADD_TO_DISPUTE)
    works = handles or (adds and actor.unit_id == detail.owner_unit_id)
    moves = moves_from(detail.state, detail.category)
    may_assign = detail.state in ASSIGNABLE_STATES and not is_referral_only(detail.category)
    offers = {
        **{name: handles and name in moves for name in OFFICE_MOVES},
        "work": works and "work" in moves,
        "add": adds and is_open,
        "party": adds and is_open,
        "assign": handles and may_assign,
        "band": allows(actor, Action.CONFIRM_BAND) and is_open,
        "raise": works and is_open and detail.grade != GRADE_ORDER[-1],
        "lower": actor.role in COUNTY_ROLES and is_open and detail.grade_raised_to is not None,
        "place": handles and is_open,
        "write_up": handles and _was_spoken(detail, history),
    }
    return frozenset(name for name, offered in offers.items() if offered)


def joined_steps(detail: DisputeDetail, offered: frozenset[str], *, is_elsewhere: bool) -> frozenset[str]:
    """Return the forms for staff of a unit that handles the matter too: recording work, and what it could do anyway.

    ``is_elsewhere``: the matter is another place's; then nothing else is theirs.
    """
    own = {"work"} & moves_from(detail.state, detail.category)
    return frozenset(own) if is_elsewhere else offered | own


def _was_spoken(detail: DisputeDetail, history: Sequence[Moment]) -> bool:
    return not detail.summary or any(moment.kind == WRITTEN_UP for moment in history)


def main_step(detail: DisputeDetail, offered: frozenset[str], *, elsewhere: bool = False) -> str:
    """Return the one step that comes next, or an empty string when this actor has none to take.

    ``elsewhere`` says that a card leads to what is next, so that recording work or closing is no first button.
    """
    if not detail.summary and "write_up" in offered:
        return "write_up"
    order = (
        ("refer_out",) if is_referral_only(detail.category) else ("accept", "work", "close")[: 1 if elsewhere else 3]
    )
    return next((name for name in order if name in offered), "")
