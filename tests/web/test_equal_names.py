"""The real villages that share a name within their county: search and table list both, told apart by township."""

from __future__ import annotations

import csv
from collections import defaultdict
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from pypinyin import lazy_pinyin
from sqlalchemy import insert

from grid_app.database.transaction import transaction
from grid_app.models.places import Division
from tests.web.report_pages import parsed
from tests.world import COUNTY, NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
PAIRS = 26
Villages = list[dict[str, str]]


@pytest.fixture(scope="session")
def counties(test_data: Path) -> dict[str, Villages]:
    """Return the real villages by county."""
    found: dict[str, Villages] = defaultdict(list)
    for area in ("changde", "pingjiang"):
        with (test_data / area / "villages.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                found[row["county_code"]].append(row)
    return found


def pairs_of(villages: Villages) -> dict[str, Villages]:
    by_name: dict[str, Villages] = defaultdict(list)
    for row in villages:
        by_name[row["name"]].append(row)
    return {name: rows for name, rows in by_name.items() if len(rows) > 1}


def moved_here(villages: Villages) -> None:
    """Put the villages of one real county and their townships under the county of the tests."""
    towns = {row["town_code"]: row["town"] for row in villages}
    common = {"valid_from": NOW.date(), "households": None}
    rows = [
        {"code": code, "level": "township", "name": name, "parent_code": COUNTY, "path": f"/{COUNTY}/{code}/", **common}
        for code, name in towns.items()
    ]
    rows += [
        {
            "code": row["code"], "level": "village", "name": row["name"], "parent_code": row["town_code"],
            "path": f"/{COUNTY}/{row['town_code']}/{row['code']}/", **common,
        }
        for row in villages
    ]  # fmt: skip
    with transaction() as session:
        session.execute(insert(Division), rows)


def listed(answer) -> dict[str, str]:
    """Return the lines of the search page by the code that stands in each."""
    page = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    return {
        row.select_one(".hint").get_text(strip=True): row.a.get_text(strip=True)
        for row in page.select("ul.plain-rows li")
    }


@pytest.mark.parametrize("county", ["430703", "430721", "430722", "430723", "430725", "430726", "430626"])
def test_both_villages_of_a_name_are_listed_with_their_townships(sign_in, counties, county: str):
    villages = counties[county]
    pairs = pairs_of(villages)
    moved_here(villages)
    client = sign_in("county_lead")

    for name, rows in pairs.items():
        wanted = {row["code"]: f"{name}({row['town']})" for row in rows}
        for typed in (name, "".join(lazy_pinyin(name)), " ".join(lazy_pinyin(name))):
            page = listed(client.get("/map/search", query_string={"q": typed}))
            assert {code: page.get(code) for code in wanted} == wanted, (name, typed)
            told = client.get("/map/places.json", query_string={"q": typed}).get_json()["places"]
            assert {one["code"]: one["township"] for one in told if one["code"] in wanted} == {
                row["code"]: row["town"] for row in rows
            }
        assert len({row["town"] for row in rows}) == len(rows), "the township tells them apart"
        for row in rows:
            found = listed(client.get("/map/search", query_string={"q": f"{row['town']} {name}"}))
            assert [code for code, line in found.items() if line.startswith(f"{name}(")] == [row["code"]]


def test_the_counties_hold_the_pairs_that_are_known(counties, db_url):
    assert sum(len(pairs_of(villages)) for villages in counties.values()) == PAIRS


def test_the_table_of_statuses_tells_equal_names_apart(sign_in, counties):
    moved_here(counties["430626"])

    pairs = pairs_of(counties["430626"])
    client = sign_in("county_lead")
    pages = -(-(len(counties["430626"]) + 4) // 50)
    rows = {
        cell.get_text(" ", strip=True)
        for page in range(1, pages + 1)
        for cell in parsed(client.get(f"/villages/status?page={page}")).select("tbody tr th")
    }

    for name, villages in pairs.items():
        assert {f"{row['town']} {name}" for row in villages} <= rows
