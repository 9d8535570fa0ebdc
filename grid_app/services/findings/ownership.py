"""Who owns a finding and may decide it: nobody decides about an own duty (see docs/decisions/0015-who-decides.md).

A finding belongs to the township whose members it holds; across townships, to the county. Where the duty holder of a
member, or the unit it complains of, is a village committee or a government unit, the level above that unit owns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Assignment, Unit
from grid_app.models.disputes import Dispute
from grid_app.models.findings import FindingCourse
from grid_app.models.places import Division
from grid_app.models.rounds import Finding, FindingMember
from grid_app.policy import Action, Actor, Role, acting_for, allows
from grid_app.queries.finding_duties import complained_units, duty_units
from grid_app.vocabulary.findings import COUNTY, COUNTY_LEAD, LEVEL_DECIDERS, LEVELS, TOWNSHIP, WHY_WORDS
from screening.inputs import BAND_FLOORS

MANY_HOUSEHOLDS: Final = 10
"""From so many households on, the owner's own level cannot dismiss a finding by itself."""
LEVEL_ABOVE: Final = {
    "village_committee": TOWNSHIP,
    "mediation_committee": TOWNSHIP,
    "legal_clinic": TOWNSHIP,
    "township_government": COUNTY,
    "department": COUNTY,
    "county_office": COUNTY_LEAD,
    "county_lead_office": COUNTY_LEAD,
}
"""By the kind of a unit, the lowest level that may decide about its duty."""
RANKS: Final = {
    Role.TOWNSHIP_LEAD: LEVELS.index(TOWNSHIP),
    Role.COUNTY_OFFICER: LEVELS.index(COUNTY),
    Role.COUNTY_LEAD: LEVELS.index(COUNTY_LEAD),
}


@dataclass(frozen=True)
class Owner:
    """The level that owns a finding, in which division, and why (key of ``WHY_WORDS``)."""

    level: str
    code: str
    why: str


@dataclass(frozen=True)
class Parts:
    """What says who owns a finding: the paths of its members, the units complained of and those with the duty."""

    paths: Sequence[str]
    complained: Sequence[Unit]
    duty: Sequence[Unit]


@dataclass(frozen=True)
class Rights:
    """What an actor may do about a finding; ``sentence`` says why not more, empty when nothing is left out."""

    decides: bool
    dismisses: bool
    sentence: str


@dataclass(frozen=True)
class _Standing:
    rank: int
    path: str
    units: frozenset[UUID]


def settle_owner(
    session: Session, finding: Finding, *, parts: Parts | None = None, course: FindingCourse | None = None
) -> FindingCourse:
    """Bring the owner of a finding up to date and return its course; a finding without one is given it.

    ``parts`` and ``course`` are given where they were read for many findings at once.
    """
    owner = _owner(session, finding, parts or _parts_of(session, finding))
    course = course or session.get(FindingCourse, finding.id)
    if course is None:
        course = FindingCourse(finding_id=finding.id, version=1, told_grade="", told_disputes=0)
        session.add(course)
    course.level, course.owner_code, course.why = owner.level, owner.code, owner.why
    return course


def _parts_of(session: Session, finding: Finding) -> Parts:
    """Return where the members of a finding are, and the units that have an own part in it."""
    paths = session.scalars(
        select(Division.path)
        .join(Dispute, Dispute.division_code == Division.code)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding.id)
        .distinct()
    ).all()
    return Parts(paths, complained_units(session, finding.id), duty_units(session, finding.id))


def _owner(session: Session, finding: Finding, parts: Parts) -> Owner:
    """Return who owns a finding by its members and the units that have an own part in it."""
    own = session.get_one(Division, finding.division_code).path
    along = [path.strip("/").split("/") for path in (*parts.paths, own)]
    townships = {steps[1] if len(steps) > 1 else "" for steps in along[: len(parts.paths)] or along}
    township = townships.pop() if len(townships) == 1 else ""
    level, why = (TOWNSHIP, "place") if township else (COUNTY, "across")
    for reason, units in (("complained", parts.complained), ("duty", parts.duty)):
        needed = max((_above(session, unit, township) for unit in units), default=0)
        if needed > LEVELS.index(level):
            level, why = LEVELS[needed], reason
    return Owner(level, township if level == TOWNSHIP else along[0][0], why)


def _above(session: Session, unit: Unit, township: str) -> int:
    """Return the rank of the lowest level above a unit; one of another township lies only under the county."""
    rank = LEVELS.index(LEVEL_ABOVE.get(unit.kind, COUNTY_LEAD))
    if rank:
        return rank
    here = township in session.get_one(Division, unit.division_code).path.strip("/").split("/")
    return rank if here else LEVELS.index(COUNTY)


def rights_on(session: Session, actor: Actor, finding: Finding, course: FindingCourse) -> Rights:
    """Return what ``actor`` may do about a finding in reach.

    Dismissing one of ten households or more needs the level above the owner, where there is one.
    """
    needed = LEVELS.index(course.level)
    standing = _standing(session, actor)
    decider, why = LEVEL_DECIDERS[course.level], WHY_WORDS[course.why]
    own = {unit.id for unit in (*duty_units(session, finding.id), *complained_units(session, finding.id))}
    if own & (standing.units if standing else {actor.unit_id}):
        sentence = f"您的单位有解决这件事的责任,不由自己判断:由{decider}判断。"
        return Rights(decides=False, dismisses=False, sentence=sentence)
    path = session.get_one(Division, course.owner_code).path
    if standing is None or standing.rank < needed or not path.startswith(standing.path):
        sentence = f"这条提示由{decider}判断({why});您可以查看,不能判断。"
        return Rights(decides=False, dismisses=False, sentence=sentence)
    many = size_of(session, finding) >= MANY_HOUSEHOLDS
    above = min(needed + many, len(LEVELS) - 1)
    if standing.rank >= above:
        return Rights(decides=True, dismisses=True, sentence="")
    sentence = f"涉及 {MANY_HOUSEHOLDS} 户以上,要判断为不成立,由上一级({LEVEL_DECIDERS[LEVELS[above]]})决定。"
    return Rights(decides=True, dismisses=False, sentence=sentence)


def rights_of(session: Session, actor: Actor, finding_id: UUID) -> Rights:
    """Return what ``actor`` may do about a finding whose reach was checked, as it stands on record."""
    course = session.get(FindingCourse, finding_id)
    if course is None:
        return Rights(decides=False, dismisses=False, sentence="这条提示还没有定由谁判断,请稍后再看。")
    return rights_on(session, actor, session.get_one(Finding, finding_id), course)


def size_of(session: Session, finding: Finding) -> int:
    """Return how many households a finding touches: those that told of it, or the largest band of a member."""
    bands = session.scalars(
        select(Dispute.household_band)
        .join(FindingMember, FindingMember.dispute_id == Dispute.id)
        .where(FindingMember.finding_id == finding.id, Dispute.household_band.is_not(None))
        .distinct()
    ).all()
    return max([finding.households_ever, *(BAND_FLOORS[band] for band in bands if band)])


def _standing(session: Session, actor: Actor) -> _Standing | None:
    """Return where and how high an actor decides: in the own right, or in that of the leader who lent it."""
    if not allows(actor, Action.DECIDE_FINDING):
        return None
    lender = acting_for(actor, Action.DECIDE_FINDING)
    if lender is None:
        return _Standing(RANKS[actor.role], actor.division_path, frozenset({actor.unit_id}))
    post = session.get_one(Assignment, lender)
    path = session.get_one(Division, post.division_code).path
    return _Standing(RANKS[Role(post.role)], path, frozenset({actor.unit_id, post.unit_id}))
