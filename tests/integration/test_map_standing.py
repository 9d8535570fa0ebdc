"""What the map counts, beside a count dispute by dispute in plain Python: random counties, both databases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import delete, select, update

from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, Division
from grid_app.policy import NOTHING, Role, Scope, dispute_scope
from grid_app.queries.map_area import narrowed
from grid_app.queries.map_counts import map_counts
from grid_app.queries.map_standing import counts_at, numbered, standing_now
from tests.dispute_rows import add_dispute
from tests.world import COUNTY, NOW, TOWNSHIPS, VILLAGES

COLUMNS = ("red", "orange", "yellow", "blue", "green", "late", "by law")
NONE = [0] * len(COLUMNS)
ENDED = ("closed", "not_accepted", "referred_out", "legally_concluded")
LEVELS = ("township", "village", "grid")
GRIDS = tuple(f"{code}J00{number}" for code in VILLAGES for number in (1, 2))
PLACES = (COUNTY, *TOWNSHIPS, *VILLAGES, *GRIDS)
ROLES = (Role.COUNTY_LEAD, Role.COUNTY_OFFICER, Role.TOWNSHIP_LEAD, Role.VILLAGE_LEAD, Role.GRID_WORKER)


def fill(session, world, rng: random.Random) -> None:
    """Put a hundred disputes of every kind anywhere; some places have no outline, some villages have ended."""
    for number in range(100):
        due, limit = (rng.choice([None, NOW - timedelta(hours=1), NOW, NOW + timedelta(days=1)]) for _ in range(2))
        add_dispute(
            session,
            number,
            village=rng.choice(PLACES),
            kind=rng.choice(["inside", "nearest", "chosen", "uncertain", "not_located"]),
            state=rng.choice(["reported", "handling", "reopened", *ENDED]),
            category=rng.choice(["0299", "0901", "1501", "1599", "1602", "99"]),
            grade=rng.choice([*COLUMNS[:5]]),
            about_unit_id=rng.choice([None, None, *world.units.values()]),
            reported_by=rng.choice([None, None, *world.assignments.values()]),
            due_at=due,
            statutory_due_at=limit,
        )
    undrawn = rng.sample(PLACES, rng.randrange(5))
    session.execute(delete(Boundary).where(Boundary.code.in_(undrawn)))
    gone = rng.sample(list(VILLAGES), rng.randrange(2))
    session.execute(update(Division).where(Division.code.in_(gone)).values(valid_to=NOW.date()))
    if gone and rng.random() < 0.5:
        session.execute(delete(Boundary).where(Boundary.code.in_(gone)))
    session.flush()


class Plainly:
    """The same county in dictionaries: who lies in whom goes by the parents, not by paths."""

    def __init__(self, session) -> None:
        self.above = dict(session.execute(select(Division.code, Division.parent_code)).all())
        self.level = dict(session.execute(select(Division.code, Division.level)).all())
        self.drawn: dict[str, set[str]] = defaultdict(set)
        for code, level in session.execute(select(Boundary.code, Boundary.level)):
            self.drawn[level].add(code)
        self.disputes = session.scalars(select(Dispute)).all()

    def chain(self, code: str | None) -> list[str]:
        return [code, *self.chain(self.above[code])] if code else []

    def is_seen(self, one: Dispute, scope: Scope, own: Iterable[object]) -> bool:
        roots = {path.strip("/").split("/")[-1] for path in scope.paths}
        reach = bool(roots & set(self.chain(one.division_code)))
        reach = reach or (scope.reporter_account is not None and one.reported_by in own)
        return (
            bool(scope.paths)
            and reach
            and (scope.sees_sealed or not one.category.startswith("15"))
            and (scope.sees_county_only or not one.category.startswith("16"))
            and (one.about_unit_id is None or one.about_unit_id != scope.unit_id)
        )

    def slot(self, one: Dispute, level: str) -> str:
        at = {self.level[code]: code for code in self.chain(one.division_code)}
        if one.category[:2] in ("15", "16"):
            return "withheld"
        if one.place_kind == "not_located" or at.get("village") not in self.drawn["village"]:
            return "not_located"
        return at[level] if at.get(level) in self.drawn[level] else "undrawn"

    def sums(self, scope: Scope, level: str, own: Iterable[object] = ()) -> dict[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(lambda: [*NONE])
        for one in self.disputes:
            if one.state in ENDED or not self.is_seen(one, scope, own):
                continue
            tally = found[self.slot(one, level)]
            tally[COLUMNS.index(one.grade)] += 1
            if one.statutory_due_at is not None and one.statutory_due_at < NOW:
                tally[6] += 1
            elif one.due_at is not None and one.due_at < NOW:
                tally[5] += 1
        return dict(found)


def counted(session, plain: Plainly, scope: Scope, level: str) -> dict[str, list[int]]:
    found = counts_at(
        standing_now(session, scope=scope, now=NOW),
        level=level,
        drawn=numbered(plain.drawn[level]),
        villages=numbered(plain.drawn["village"]),
    )
    apart = {name: list(getattr(found, name)) for name in ("undrawn", "not_located", "withheld")}
    assert found.drawn == [sum(column) for column in zip(*found.areas.values(), strict=True)] or found.drawn == NONE
    return {**found.areas, **{name: tally for name, tally in apart.items() if any(tally)}}


def scopes(session, world) -> list[Scope]:
    """Return what each role sees, what it sees of every place, and scopes of nothing and of nowhere."""
    whole = [dispute_scope(world.actor(session, role)) for role in ROLES]
    paths = session.scalars(select(Division.path)).all()
    cut = [narrowed(scope, path) for scope in whole for path in paths if path.startswith(scope.paths[0])]
    odd = [NOTHING, replace(whole[0], paths=("/999999/",)), replace(whole[0], paths=("/990101/990101001/", paths[-1]))]
    return [*cut, *(replace(scope, reporter_account=None) for scope in (*whole, *odd))]


@pytest.mark.parametrize("seed", range(4))
def test_every_place_has_what_a_count_one_by_one_gives(session, world, seed):
    fill(session, world, random.Random(seed))  # noqa: S311 - test data, the same every time
    plain, asked = Plainly(session), scopes(session, world)

    for scope in asked:
        for level in LEVELS:
            assert counted(session, plain, scope, level) == plain.sums(scope, level), (scope, level)
        seen = [one for one in plain.disputes if plain.is_seen(one, scope, ())]
        assert map_counts(session, scope).total == len(seen)
    assert len(asked) > 40


@pytest.mark.parametrize("role", [Role.COUNTY_LEAD, Role.TOWNSHIP_LEAD, Role.GRID_WORKER])
def test_own_reports_from_elsewhere_are_counted_once_where_they_are_asked_for(session, world, role):
    fill(session, world, random.Random(99))  # noqa: S311 - as above
    plain, scope = Plainly(session), dispute_scope(world.actor(session, role))

    for level in LEVELS:
        own = {world.assignments[str(role)]}
        assert counted(session, plain, scope, level) == plain.sums(scope, level, own)


def test_without_any_outline_everything_is_told_and_nothing_is_on_the_map(session, world):
    fill(session, world, random.Random(5))  # noqa: S311 - as above
    session.execute(delete(Boundary))
    plain, scope = Plainly(session), dispute_scope(world.actor(session, Role.COUNTY_LEAD))

    for level in LEVELS:
        found = counted(session, plain, scope, level)
        assert found == plain.sums(scope, level)
        assert found.keys() == {"not_located", "withheld"}


def test_a_county_without_disputes_counts_nothing(session, world):
    plain = Plainly(session)

    for scope in (*scopes(session, world), NOTHING):
        assert [counted(session, plain, scope, level) for level in LEVELS] == [{}, {}, {}]
