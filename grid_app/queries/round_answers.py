"""Which places count as having answered a round, also after villages were split or merged while it ran.

What was returned stays under the code it was returned for and counts for what continues it: a successor has answered
when everything that it continues had. A village that keeps its code and takes another in has answered when both had; a
part of a village has answered when the village had. Taking a change back reads the same way round. So no change makes
anybody answer twice for the same ground, and none answers for ground that nobody looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.codes import CODE_LENGTH
from grid_app.models.boundary_changes import BoundaryPlan, DivisionSuccession
from grid_app.models.places import BoundaryGeneration, Division
from grid_app.models.rounds import Round, RoundAnswer, ScreeningReturn
from grid_app.queries.boundaries import UNDONE
from grid_app.queries.chunks import chunks

VILLAGE: Final = CODE_LENGTH["village"]


@dataclass(frozen=True)
class Change:
    """One activation, or taking one back: what continues what from a moment on.

    ``origins`` are the codes that each code continues; ``kept`` are those of them that lived before and go on, so that
    their own answer is needed, too. ``grids`` are the grids of the villages concerned as they were before.
    """

    at: datetime
    origins: Mapping[str, Sequence[str]]
    kept: frozenset[str]
    grids: Mapping[str, Sequence[str]]
    is_undo: bool


def changes_during(session: Session, rounds: Collection[UUID]) -> list[Change]:
    """Return the changes of boundaries since the first of some rounds opened, in their order; mostly none."""
    first = session.scalar(select(func.min(Round.opens_at)).where(Round.id.in_(rounds))) if rounds else None
    if first is None:
        return []
    moment = func.coalesce(BoundaryGeneration.activated_at, BoundaryGeneration.retired_at)
    rows = session.execute(
        select(DivisionSuccession.old_code, DivisionSuccession.new_code, BoundaryGeneration.id, moment.label("at"))
        .join(BoundaryGeneration, BoundaryGeneration.id == DivisionSuccession.generation_id)
        .where(moment > first)
        .order_by(DivisionSuccession.old_code, DivisionSuccession.new_code)
    ).all()
    if not rows:
        return []
    ways: dict[UUID, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for old, new, generation, _ in rows:
        ways[generation][new].append(old)
    found = [_change(session, generation, origins) for generation, origins in ways.items()]
    return sorted(found, key=lambda one: one.at)


def answered_places(
    session: Session, rounds: Collection[UUID], *, only: Collection[str] = (), until: datetime | None = None
) -> dict[UUID, set[str]]:
    """Return for each round the villages and grids that count as having answered it.

    ``only`` are the places somebody asks about: others may be left out. ``until`` leaves out what came at or after a
    moment; who continues what is told as of now.
    """
    changes = changes_during(session, rounds)
    question = select(RoundAnswer.round_id, RoundAnswer.division_code).where(RoundAnswer.round_id.in_(rounds))
    if until is not None:
        question = question.join(ScreeningReturn, ScreeningReturn.id == RoundAnswer.return_id).where(
            ScreeningReturn.returned_at < until
        )
    if not changes:
        if only:
            question = question.where(RoundAnswer.division_code.in_(only))
        found: dict[UUID, set[str]] = defaultdict(set)
        for round_id, code in session.execute(question):
            found[round_id].add(code)
        return dict(found)
    return {round_id: _continued(given, changes) for round_id, given in _dated(session, rounds, until).items()}


def _dated(
    session: Session, rounds: Collection[UUID], until: datetime | None
) -> dict[UUID, list[tuple[datetime, str]]]:
    """Return the answers of each round in the order in which they came."""
    question = (
        select(RoundAnswer.round_id, ScreeningReturn.returned_at, RoundAnswer.division_code)
        .join(ScreeningReturn, ScreeningReturn.id == RoundAnswer.return_id)
        .where(RoundAnswer.round_id.in_(rounds))
    )
    if until is not None:
        question = question.where(ScreeningReturn.returned_at < until)
    found: dict[UUID, list[tuple[datetime, str]]] = defaultdict(list)
    for round_id, at, code in session.execute(question):
        found[round_id].append((at, code))
    return {round_id: sorted(given) for round_id, given in found.items()}


def _continued(given: Sequence[tuple[datetime, str]], changes: Iterable[Change]) -> set[str]:
    answered: set[str] = set()
    waiting = list(reversed(given))
    for change in changes:
        while waiting and waiting[-1][0] < change.at:
            answered.add(waiting.pop()[1])
        _carry(answered, change)
    return answered | {code for _, code in waiting}


def _carry(answered: set[str], change: Change) -> None:
    """Bring what was answered before a change over to what continues it."""
    for village, grids in change.grids.items():
        if village in answered:
            answered.update(grids)  # what answered as a whole answered for each of its grids
        elif grids and answered.issuperset(grids):
            answered.add(village)
    before = frozenset(answered)
    for new, origins in change.origins.items():
        carried = before.issuperset(origins)
        if change.is_undo:
            carried = carried or new in before
        elif new in change.kept:
            carried = carried and new in before
        (answered.add if carried else answered.discard)(new)


def _change(session: Session, generation_id: UUID, origins: Mapping[str, Sequence[str]]) -> Change:
    generation = session.get_one(BoundaryGeneration, generation_id)
    is_undo = generation.state == UNDONE
    plan = session.get(BoundaryPlan, generation_id)
    added = frozenset((plan.before or {}).get("added", ()) if plan and not is_undo else ())
    ended = {old for olds in origins.values() for old in olds}
    kept = frozenset() if is_undo else frozenset(origins) - added
    at = generation.retired_at if is_undo else generation.activated_at
    if at is None:
        raise LookupError(f"generation {generation.number} continues something and was never in use")
    villages = {code[:VILLAGE] for code in (*ended, *kept)}
    return Change(at, origins, kept, _grids_before(session, villages, ended, added), is_undo)


def _grids_before(
    session: Session, villages: Collection[str], ended: Collection[str], added: Collection[str]
) -> dict[str, list[str]]:
    """Return the grids that villages had when a change came: those that live on, and those that it ended."""
    ends: dict[str, object] = {}
    for part in chunks(sorted(villages)):
        ends.update(session.execute(select(Division.code, Division.valid_to).where(Division.code.in_(part))).all())
    found: dict[str, list[str]] = {code: [] for code in sorted(villages)}
    for part in chunks(sorted(villages)):
        rows = session.execute(
            select(Division.code, Division.parent_code, Division.valid_to)
            .where(Division.parent_code.in_(part), Division.level == "grid")
            .order_by(Division.code)
        )
        for code, parent, valid_to in rows:
            village = str(parent)  # of a grid it is never empty
            with_village = valid_to == ends[village]  # both live, or both ended on the same day
            if code not in added and (code in ended or with_village):
                found[village].append(code)
    return found
