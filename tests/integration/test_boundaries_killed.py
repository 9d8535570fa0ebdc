"""An activation of boundaries killed in the middle leaves the old ones whole and in use; the next try succeeds."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from grid_app.database.base import db
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import JobLease
from grid_app.models.disputes import Dispute
from grid_app.models.places import Division
from grid_app.services.audit import first_broken_link
from grid_app.services.places.boundaries import import_boundaries
from tests.boundary_files import VILLAGES, squares_set
from tests.dispute_rows import add_dispute
from tests.warm_program import WarmProcess
from tests.world import COUNTY, NOW

WEST, EAST = VILLAGES[0][0], VILLAGES[1][0]
WORDS = ["boundaries", "activate", "--successor", f"{EAST}={WEST}"]
LEASE_MINUTES = 11
"""So much later comes the next one who tries: the lease of the killed one has run out."""
Try = Callable[..., list[int]]


@pytest.fixture
def attempt(db_url: str, tmp_path: Path) -> Iterator[Try]:
    """Give a function that activates in a process of its own, which dies at a point."""
    process = WarmProcess(
        (), os.environ, err=tmp_path / "child.log", module="tests.integration.activation_child", listens=True
    )
    assert process.stdout.readline() == "ready\n"

    def run(point: int | str, *, minutes: int) -> list[int]:
        process.stdin.write(json.dumps([db_url, str(tmp_path), WORDS, minutes, point]) + "\n")
        process.stdin.flush()
        return list(json.loads(process.stdout.readline()))

    yield run
    process.stdin.close()
    process.wait()
    process.stdout.close()


def everything() -> dict[str, str]:
    """Return a digest of each table's rows, without the lease of whoever works."""
    told = {}
    with reading() as session:
        for table in db.metadata.sorted_tables:
            if table is not JobLease.__table__:
                rows = sorted(
                    repr([getattr(one, "desc", one) for one in row]) for row in session.execute(select(table))
                )
                told[table.name] = hashlib.sha256("".join(rows).encode()).hexdigest()
    return told


def codes(client, generation) -> list[str]:
    """Return the villages of a generation as its map lists them, once its tiles are cut."""
    address = f"/map/codes/{generation}/{COUNTY}/villages.json"
    while (answer := client.get(address)).status_code == 503:
        time.sleep(0.05)
    assert answer.status_code == 200, answer.status_code
    return list(answer.get_json()["codes"])


def test_a_killed_activation_leaves_everything_as_it_was_and_the_next_try_succeeds(
    app, app_world, sign_in, attempt, tmp_path
):
    with transaction() as session:
        import_boundaries(
            session, boundary_set=squares_set(tmp_path, (VILLAGES[0], *VILLAGES[2:])), source="f", actor=None, now=NOW
        )
        moved = add_dispute(session, 1, village=EAST, kind="chosen")
    client = sign_in("county_lead")
    all_four = [code for code, _, _ in VILLAGES]
    before, minutes, reached = everything(), 0, []
    for point in (4, 6, 9, 12, 15, "commit"):
        ended, _, written = attempt(point, minutes=minutes)
        assert ended == signal.SIGKILL, point
        assert everything() == before, point
        busy = attempt("", minutes=minutes)
        assert (busy[:2], everything()) == ([0, 1], before), point  # too early: the killed one's lease still runs
        assert client.get("/map/facts.json").get_json()["generation"] == str(app_world.generation_id)
        assert codes(client, app_world.generation_id) == all_four
        reached.append(written)
        minutes += LEASE_MINUTES
    assert reached == sorted(set(reached))  # each died later than the one before

    assert attempt("tiles", minutes=minutes)[0] == signal.SIGKILL  # all is stored, only the tiles are not cut

    generation = client.get("/map/facts.json").get_json()["generation"]
    assert generation != str(app_world.generation_id)
    assert codes(client, generation) == [WEST, *all_four[2:]]
    assert codes(client, app_world.generation_id) == all_four  # maps that are still open
    with reading() as session:
        assert session.get_one(Dispute, moved).division_code == WEST
        assert session.get_one(Division, EAST).valid_to is not None
        assert first_broken_link(session) is None
    assert attempt("", minutes=minutes + LEASE_MINUTES)[:2] == [0, 1]  # nothing is left to activate
