"""What the page of a backtest shows beside its result: names of places, and what the reader may open."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Organisation
from grid_app.models.duties import DutyUnit
from grid_app.models.places import Division
from grid_app.policy import Actor, Scope
from grid_app.queries.backtests import StoredFinding
from grid_app.queries.chunks import chunks
from grid_app.queries.round_inputs import organisation_id_of
from grid_app.queries.scoping import visible
from screening.replayed import Left


@dataclass(frozen=True)
class OwnPart:
    """The disputes of a finding that name the reader's unit: as the one complained of, or as the one with the duty."""

    complained: frozenset[str]
    duty: frozenset[str]


@dataclass(frozen=True)
class Reached:
    """A member dispute that the reader may open."""

    dispute_id: UUID
    case_code: str


@dataclass(frozen=True)
class FindingsInReach:
    """One page of a replay's findings with what it names.

    ``total`` counts all that the reader may see; ``withheld`` those that complain of the reader's unit.
    """

    shown: tuple[StoredFinding, ...]
    total: int
    withheld: int
    places: dict[str, str]
    organisations: dict[str, str]
    own_duty: frozenset[str]
    reached: dict[str, Reached]


def findings_in_reach(
    session: Session, actor: Actor, scope: Scope, findings: Sequence[StoredFinding], *, offset: int, limit: int
) -> FindingsInReach:
    """Return one page of findings in their order, without those that complain of the reader's unit."""
    own = own_part(session, unit_id=actor.unit_id, disputes={name for one in findings for name, _ in one.told.joined})
    readable = [one for one in findings if own.complained.isdisjoint(name for name, _ in one.told.joined)]
    shown = tuple(readable[offset : offset + limit])
    registered = (organisation_id_of(one.told.organisation) for one in shown)
    return FindingsInReach(
        shown=shown,
        total=len(readable),
        withheld=len(findings) - len(readable),
        places=places_named(session, (one.told.cell for one in shown)),
        organisations=organisations_named(session, (one for one in registered if one)),
        own_duty=own.duty,
        reached=members_reached(session, scope, {name for one in shown for name, _ in one.told.joined}),
    )


def without_complaints(session: Session, actor: Actor, lines: Sequence[Left]) -> list[Left]:
    """Return the lines without those that hold a dispute that complains of the reader's unit."""
    own = own_part(session, unit_id=actor.unit_id, disputes={name for one in lines for name in one.member_ids})
    return [one for one in lines if own.complained.isdisjoint(one.member_ids)]


def places_named(session: Session, codes: Iterable[str]) -> dict[str, str]:
    """Return the name of each division, a village's with its township before it."""
    above, found = aliased(Division), {}
    for some in chunks(sorted(set(codes))):
        rows = session.execute(
            select(Division.code, Division.name, above.name)
            .outerjoin(above, and_(above.code == Division.parent_code, above.level == "township"))
            .where(Division.code.in_(some))
        )
        found.update({code: f"{parent or ''}{name}" for code, name, parent in rows})
    return found


def organisations_named(session: Session, ids: Iterable[UUID]) -> dict[str, str]:
    """Return the name of each registered organisation."""
    found: dict[str, str] = {}
    for some in chunks(sorted(set(ids))):
        rows = session.execute(select(Organisation.id, Organisation.name).where(Organisation.id.in_(some)))
        found.update({str(identity): name for identity, name in rows})
    return found


def own_part(session: Session, *, unit_id: UUID, disputes: Iterable[str]) -> OwnPart:
    """Return which of the disputes complain of a unit, and which give it the duty to solve them."""
    complained: set[str] = set()
    duty: set[str] = set()
    for some in chunks(_ids(disputes)):
        own = Dispute.id.in_(some)
        rows = session.scalars(select(Dispute.id).where(own, Dispute.about_unit_id == unit_id))
        complained.update(str(one) for one in rows)
        named = select(DutyUnit.dispute_id).where(DutyUnit.dispute_id.in_(some), DutyUnit.unit_id == unit_id)
        written = (
            select(Organisation.id)
            .join(Unit, Unit.name == Organisation.name)
            .where(Unit.id == unit_id)
            .scalar_subquery()
        )
        rows = session.scalars(
            select(Dispute.id).where(own, or_(Dispute.id.in_(named), Dispute.organisation_id.in_(written)))
        )
        duty.update(str(one) for one in rows)
    return OwnPart(frozenset(complained), frozenset(duty))


def members_reached(session: Session, scope: Scope, disputes: Iterable[str]) -> dict[str, Reached]:
    """Return those of the disputes that lie in a scope."""
    found: dict[str, Reached] = {}
    for some in chunks(_ids(disputes)):
        rows = session.execute(select(Dispute.id, Dispute.case_code).where(visible(scope), Dispute.id.in_(some)))
        found.update({str(identity): Reached(identity, code) for identity, code in rows})
    return found


def _ids(names: Iterable[str]) -> Sequence[UUID]:
    return [UUID(name) for name in sorted(set(names))]
