"""The search for sites through its pages, against a solver that shares nothing with the product's."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from sqlalchemy import select

from geo.coordinates import haversine_metres
from grid_app.database.transaction import reading, transaction
from grid_app.http import siting
from grid_app.models.places import Division, MediationRoom
from grid_app.models.siting import SitingRun
from tests.siting_problems import best_by_branching, scatter_villages
from tests.web.test_coverage import add_room, page
from tests.world import COUNTY, VILLAGES

on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
FORM = {"rural_m": "2000", "urban_m": "1000", "existing": "open", "root": COUNTY}


def test_the_solver_of_these_tests_finds_the_best_of_every_choice():
    rng = np.random.default_rng(8)
    for _ in range(60):
        within = [frozenset(np.flatnonzero(rng.random(12) < 0.3).tolist()) for _ in range(9)]
        weights, number = rng.integers(0, 20, 12).tolist(), int(rng.integers(0, 5))

        every = max(
            sum(weights[village] for village in frozenset().union(*(within[site] for site in chosen)))
            for chosen in combinations(range(9), number)
        )
        assert best_by_branching(within, weights, number) == every


def uncovered(points, rooms):
    """Return what each candidate village would add, village by village, and what each village counts for."""
    with reading() as session:
        urban = dict(session.execute(select(Division.code, Division.urban)).all())

    def reaches(code, lon, lat):
        return float(haversine_metres(*points[code][:2], lon, lat)) <= (1000 if urban[code] else 2000)

    left = [code for code in points if not any(reaches(code, *room) for room in rooms)]
    within = [frozenset(at for at, code in enumerate(left) if reaches(code, *points[site][:2])) for site in points]
    return within, [points[code][2] for code in left]


@on_sqlite
@pytest.mark.parametrize(("seed", "number"), [(1, 3), (2, 5), (3, 7), (4, 10)])
def test_the_next_rooms_of_a_made_county_are_worth_as_much_as_another_solver_finds(
    sign_in, app, app_world, monkeypatch, seed, number
):
    asked_solver = []
    solve_apart = siting.solve_apart
    monkeypatch.setattr(siting, "solve_apart", lambda *a, **k: asked_solver.append(1) or solve_apart(*a, **k))
    with transaction() as session:
        points = scatter_villages(session, app_world, number=60, seed=seed)
        for at, code in enumerate(list(points)[:6]):
            add_room(session, f"N{at}", "990101001201", lon=points[code][0], lat=points[code][1])
    with reading() as session:
        rooms = [(room.lon, room.lat) for room in session.scalars(select(MediationRoom))]
    client = sign_in("county_officer")

    answer = client.post("/coverage/siting", data={**FORM, "number": str(number), "kind": "villages"})
    found = page(client.get(answer.location))
    with reading() as session:
        result = session.scalars(select(SitingRun)).one().result

    far = {code: (west + 0.05, 29.05, 200) for code, (_, west) in VILLAGES.items()}
    best = best_by_branching(*uncovered(points | far, rooms), number)
    assert asked_solver == [1]
    assert result["proof"] == "optimal"
    assert result["after"] - result["before"] == best == sum(gain for *_, gain in result["sites"])
    assert f"新走得到 {best:,.0f} 户" in found
    assert "已证明" in found


@on_sqlite
def test_two_thousand_candidates_of_a_file_are_searched_and_one_more_than_five_thousand_is_refused(
    sign_in, app, app_world
):
    rng = np.random.default_rng(5)
    with transaction() as session:
        points = scatter_villages(session, app_world, number=60, seed=9)
    spots = [(111 + rng.random() * 0.16, 29.2 + rng.random() * 0.16) for _ in range(2000)]
    client = sign_in("county_officer")

    def upload(count):
        rows = "".join(f"地点{at},{spots[at % 2000][0]:.6f},{spots[at % 2000][1]:.6f}\n" for at in range(count))
        file = (io.BytesIO(f"name,lon,lat\n{rows}".encode()), "sites.csv")
        return client.post("/coverage/siting", data={**FORM, "number": "20", "kind": "file", "file": file})

    answer, refused = upload(2000), upload(5001)
    with reading() as session:
        result = session.scalars(select(SitingRun)).one().result

    sums = sum(households for *_, households in points.values()) + 800
    assert (result["candidates"], result["total"]) == (2000, sums)
    assert result["before"] < result["after"] <= result["bound"]
    assert result["proof"] == "optimal" or 0 < result["gap"] < 1
    assert "新设之后走得到" in page(client.get(answer.location))
    assert "一次最多 5,000 个" in page(refused, 422)
