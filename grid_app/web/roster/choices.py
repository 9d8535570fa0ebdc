"""What the forms of a roster offer and read: people, moments, kinds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from grid_app.clock import local
from grid_app.queries.roster_pages import Person
from grid_app.services.intake.dates import moment_of
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import ROLE_WORDS

Choice = tuple[str, str]


def people_choices(people: Iterable[Person]) -> list[Choice]:
    """Return who may be chosen, by name; of equal names the role stands beside."""
    there = list(people)
    twice = Counter(one.name for one in there)
    return [
        (str(one.assignment_id), f"{one.name}({ROLE_WORDS[one.role]})" if twice[one.name] > 1 else one.name)
        for one in there
    ]


def typed_people(typed: Mapping[str, str], names: Iterable[str]) -> tuple[UUID, ...]:
    """Return who was chosen in the fields, in their order."""
    found = (uuid_of(typed.get(name, "")) for name in names)
    return tuple(one for one in found if one is not None)


def typed_moment(typed: Mapping[str, str], name: str) -> datetime | None:
    """Return the moment that a field of day and time holds, ``None`` for none."""
    return moment_of(typed.get(name, ""))


def moment_typed(moment: datetime) -> str:
    """Return a moment as a field of day and time takes it."""
    return f"{local(moment):%Y-%m-%dT%H:%M}"
