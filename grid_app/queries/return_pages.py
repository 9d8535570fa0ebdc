"""What the return page shows: the places somebody answers for, and one place with its rounds and entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.models.rounds import Round
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.accounts import grids_without_worker
from grid_app.queries.returns import Entry, RoundOver, entries_since_last_return, last_return_at, rounds_over
from grid_app.queries.round_progress import progress_of_rounds


@dataclass(frozen=True)
class PlaceToAnswer:
    """A grid or village somebody may answer for; ``waiting`` counts the open rounds it has not answered.

    ``staffed`` is false for a grid without a worker, which falls to its village.
    """

    code: str
    name: str
    level: str
    waiting: int
    rounds: int
    staffed: bool


@dataclass(frozen=True)
class ReturnPage:
    """One place with the rounds it answers and the entries of its next return."""

    code: str
    name: str
    level: str
    village_code: str
    rounds: tuple[RoundOver, ...]
    entries: tuple[Entry, ...]
    last_return: datetime | None
    grids: tuple[PlaceToAnswer, ...]

    @property
    def waiting(self) -> tuple[RoundOver, ...]:
        """The rounds that wait for this place's answer."""
        return tuple(one for one in self.rounds if not one.answered)


def places_to_answer(session: Session, actors: Sequence[Actor], *, now: datetime) -> list[PlaceToAnswer]:
    """Return what the actors (one account's assignments of one role) answer for, in code order.

    A grid, or all grids of a village and then the village; of a larger area its villages.
    """
    found: dict[str, PlaceToAnswer] = {}
    for actor in actors:
        home = session.get(Division, actor.division_code)
        if home is None:
            continue
        places = _in_village(session, home, now) if home.level in ("grid", "village") else _villages(session, home, now)
        found.update({place.code: place for place in places})
    return sorted(found.values(), key=lambda place: (place.level, place.code))


def own_answers(session: Session, actor: Actor, *, now: datetime) -> dict[UUID, bool]:
    """Return for each open round whether the actor's own grid or village has answered; nothing for larger areas."""
    home = session.get(Division, actor.division_code)
    if home is None or home.level not in ("grid", "village"):
        return {}
    return {one.round_id: one.answered for one in rounds_over(session, home, now=now)}


def return_page(session: Session, actor: Actor, division: Division, *, now: datetime) -> ReturnPage:
    """Return the page of one grid or village, whose reach the caller has checked."""
    grids = _in_village(session, division, now) if division.level == "village" else []
    return ReturnPage(
        code=division.code,
        name=division.name,
        level=division.level,
        village_code=division.code[:12],
        rounds=tuple(rounds_over(session, division, now=now)),
        entries=tuple(entries_since_last_return(session, dispute_scope(actor), division=division, now=now)),
        last_return=last_return_at(session, division.code),
        grids=tuple(one for one in grids if one.level == "grid"),
    )


def _in_village(session: Session, home: Division, now: datetime) -> list[PlaceToAnswer]:
    """Return a grid alone, or a village with its grids."""
    alone = set(grids_without_worker(session, path=home.path, now=now))
    places = session.scalars(
        select(Division)
        .where(
            or_(Division.code == home.code, Division.parent_code == home.code),
            Division.level.in_(("grid", "village")),
            Division.valid_to.is_(None),
        )
        .order_by(Division.code)
    ).all()
    return [_place(session, place, now, staffed=place.code not in alone) for place in places]


def _place(session: Session, place: Division, now: datetime, *, staffed: bool) -> PlaceToAnswer:
    rounds = rounds_over(session, place, now=now)
    waiting = sum(not one.answered for one in rounds)
    return PlaceToAnswer(place.code, place.name, place.level, waiting, len(rounds), staffed)


def _villages(session: Session, home: Division, now: datetime) -> list[PlaceToAnswer]:
    above = [code for code in home.path.strip("/").split("/") if code]
    rounds = session.execute(
        select(Round.id, Round.division_code)
        .join(Division, Division.code == Round.division_code)
        .where(
            Round.state == "open",
            Round.opens_at <= now,
            or_(Round.division_code.in_(above), Division.path.startswith(home.path, autoescape=True)),
        )
    ).all()
    progress = progress_of_rounds(
        session, [round_id for round_id, _ in rounds], [code for _, code in rounds], within=home.path
    )
    waiting: dict[str, PlaceToAnswer] = {}
    for villages in progress.values():
        for one in villages:
            before = waiting.get(one.code, PlaceToAnswer(one.code, one.name, "village", 0, 0, staffed=True))
            waiting[one.code] = PlaceToAnswer(
                one.code, one.name, "village", before.waiting + (not one.returned), before.rounds + 1, staffed=True
            )
    return list(waiting.values())
