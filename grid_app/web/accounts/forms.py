"""What the account forms share: choosing a place by its name, then a unit and role that fit it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from grid_app.database.transaction import reading
from grid_app.errors import InvalidError, Refusal
from grid_app.policy import Actor
from grid_app.queries.account_lists import PlaceRow, place_row, places_matching, units_answering_for
from grid_app.services.accounts.assignments import ROLE_LEVELS
from grid_app.vocabulary.words import LEVEL_WORDS, ROLE_WORDS


@dataclass(frozen=True)
class PlaceForm:
    """The state of the form: what was searched and found, or the chosen place with what fits it."""

    words: str
    searched: bool
    found: list[PlaceRow] = field(default_factory=list)
    place: PlaceRow | None = None
    units: list[tuple[str, str]] = field(default_factory=list)
    roles: list[tuple[str, str]] = field(default_factory=list)
    level_words: Mapping[str, str] = field(default_factory=lambda: LEVEL_WORDS)


def place_form(actor: Actor, given: Mapping[str, str]) -> PlaceForm:
    """Return the form for what was ``given``: ``place`` is searched for, ``division`` is a place chosen."""
    words = given.get("place", "").strip()
    with reading() as session:
        place = place_row(session, given.get("division", "").replace("\x00", ""), path=actor.division_path)
        if place is None:
            return PlaceForm(words, bool(words), places_matching(session, path=actor.division_path, words=words))
        units = units_answering_for(session, place.code, path=actor.division_path)
    return PlaceForm(
        words,
        searched=True,
        place=place,
        units=[(str(unit.unit_id), unit.name) for unit in units],
        roles=[(str(role), ROLE_WORDS[role]) for role, levels in ROLE_LEVELS.items() if place.level in levels],
    )


def sentences_of(refusal: Refusal) -> tuple[dict[str, str], str]:
    """Return a refusal's sentences by field, and its own sentence when it names no field."""
    fields = refusal.fields if isinstance(refusal, InvalidError) else {}
    return fields, "" if fields else refusal.sentence
