"""A real county of 550 villages: one sum on map, table and in the database, and the best sites for three rooms."""

from __future__ import annotations

import random
from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import func, select, update

from geo.boundaries import read_boundaries
from geo.coordinates import haversine_metres
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.models.places import Boundary, Division, MediationRoom
from grid_app.models.siting import SitingRun
from grid_app.services.places.boundaries import activate, import_boundaries
from grid_app.vocabulary.words import GRADE_WORDS, OPEN_STATES
from tests.dispute_rows import add_dispute
from tests.siting_problems import best_by_branching
from tests.web.test_map_totals import table_of
from tests.world import NOW

pytestmark = [pytest.mark.parametrize("db_url", ["sqlite"], indirect=True), pytest.mark.slow]
COUNTY, TOWN = "430626", "430626001"
VILLAGES, TOWNSHIPS = 550, 25
GRADES = tuple(GRADE_WORDS)


@pytest.fixture
def county(app, app_world, test_data):
    """Put 平江县 into use with 2,000 disputes, and let the officers of the tests work there."""
    with transaction() as session:
        for name, level in (("county", "county"), ("towns", "township"), ("villages", "village")):
            path = test_data / "pingjiang" / f"{name}.geojson"
            found = read_boundaries(path, level=level, source_crs="wgs84")
            import_boundaries(session, boundary_set=found, source=path.name, actor=None, now=NOW)
        activate(session, actor=None, now=NOW)
        for who, code in (("county_lead", COUNTY), ("county_officer", COUNTY), ("township_lead", TOWN)):
            there = Assignment.id == app_world.assignments[who]
            session.execute(update(Assignment).where(there).values(division_code=code))
        codes = session.scalars(select(Division.code).where(Division.path.startswith(f"/{COUNTY}/"))).all()
        rng = random.Random(20261125)  # noqa: S311 - test data, the same every time
        for number in range(2_000):
            add_dispute(
                session, number, village=rng.choice(codes), kind=rng.choice(["inside", "chosen"]),
                state=rng.choice(["reported", "handling", "closed"]), grade=rng.choice(GRADES),
                category=rng.choice(["0299", "0901", "1102"]),
            )  # fmt: skip
    return codes


def stored(root: str, *conditions) -> int:
    with reading() as session:
        under = session.scalar(select(Division.path).where(Division.code == root))
        question = (
            select(func.count()).select_from(Dispute).join(Division, Division.code == Dispute.division_code)
            .where(Division.path.startswith(under), Dispute.state.in_(OPEN_STATES), *conditions)
        )  # fmt: skip
        return session.scalar(question)


@pytest.mark.parametrize(("role", "roots"), [("county_lead", (COUNTY, TOWN, "430626112")), ("township_lead", (TOWN,))])
def test_the_sums_of_a_real_county_agree_in_every_area_at_every_level_and_grade(sign_in, county, role, roots):
    client = sign_in(role)
    for root in roots:
        table = table_of(client, f"/map?root={root}")
        foot = dict(zip(table["heads"], table["合计"], strict=True))
        for grade in ("", *GRADES):
            wanted = stored(root, *([Dispute.grade == grade] if grade else []))
            for level in ("townships", "villages", "grids"):
                facts = client.get(f"/map/facts.json?root={root}&level={level}&grade={grade}").get_json()
                totals = facts["totals"]
                parts = sum(totals[part] for part in ("on_map", "undrawn", "not_located", "withheld"))

                assert totals["all"] == parts == wanted > 0, (root, grade, level)
                marks = facts["marks"]["townships"] or {}
                if level == "townships":
                    assert sum(facts["numbers"]) == totals["on_map"]
                    assert sum(sum(counts) for counts in marks.values()) == totals["on_map"]
            head = next(one for one in foot if one.endswith(GRADE_WORDS[grade] if grade else "未办结"))
            assert int(foot[head]) == wanted, (root, grade)
        rows = TOWNSHIPS if root == COUNTY else len([code for code in county if code[:9] == root and len(code) == 12])
        assert rows <= len(table) - 2 <= rows + 1  # heads and the sum beside the rows; one more for what has no village


def test_three_rooms_of_a_real_township_reach_as_many_as_any_other_three(sign_in, app, county):
    """Every choice of three villages of 汉昌街道 by hand, and the whole county by a solver that shares nothing."""
    with transaction() as session:
        session.execute(update(MediationRoom).values(status="closed"))
        rng = np.random.default_rng(6)
        below = session.scalars(select(Division).where(Division.level == "village").order_by(Division.code)).all()
        for row in below:
            row.households, row.urban = int(rng.integers(0, 900)), row.code.startswith(TOWN)
        active = select(Boundary.code, Boundary.label_lon, Boundary.label_lat).where(Boundary.level == "village")
        points = {code: (lon, lat) for code, lon, lat in session.execute(active) if code.startswith(TOWN)}
        weights = {row.code: row.households for row in below if row.code in points}
    client = sign_in("county_officer")
    form = {"number": "3", "kind": "villages", "rural_m": "2000", "urban_m": "1000", "existing": "open", "root": TOWN}

    answer = client.post("/coverage/siting", data=form)
    with reading() as session:
        result = session.scalars(select(SitingRun)).one().result

    codes = sorted(points)
    reach = {
        site: frozenset(at for at, code in enumerate(codes) if haversine_metres(*points[code], *points[site]) <= 1000)
        for site in codes
    }
    gains = [weights[code] for code in codes]
    by_hand = max(
        sum(gains[at] for at in frozenset().union(*(reach[site] for site in chosen)))
        for chosen in combinations(codes, 3)
    )
    assert answer.status_code == 302
    assert result["proof"] == "optimal"
    assert result["after"] - result["before"] == by_hand == best_by_branching(list(reach.values()), gains, 3)
