"""A large county is cut by a child process: pages answer meanwhile, a killed child leaves nothing and is replaced."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bench.map.county import LOGIN, PASSWORD, fill, placed_shapes
from grid_app.adapters import tile_cutting_apart
from grid_app.adapters.tile_cutting import BeingCutError, cut_tiles
from grid_app.adapters.tile_cutting_apart import CutterFailedError, cut_apart
from grid_app.http import tiles as http_tiles
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WAIT_SECONDS = 120


@pytest.fixture(scope="module")
def shapes():
    return placed_shapes(30, 420)


@pytest.fixture
def county(app, shapes):
    """Give a generation that takes a child a few seconds, and a client of the county's leader."""
    app.config["TILES_PATIENCE_SECONDS"] = 0
    generation = fill(app.extensions["grid"].engine, shapes, now=NOW)
    client = app.test_client()
    assert client.post("/sign-in", data={"login": LOGIN, "password": PASSWORD}).status_code == 302
    return generation, client


def until(told):
    """Wait for what a child does; how long it takes decides nothing."""
    end = time.monotonic() + WAIT_SECONDS
    while not (found := told()):
        assert time.monotonic() < end, "nothing happened"
        time.sleep(0.005)
    return found


def test_a_killed_child_leaves_nothing_to_serve_and_the_next_request_cuts_again(county):
    generation, client = county
    address = f"/map/codes/{generation}/990101/villages.json"
    folder = http_tiles.tile_files().folder

    begun = client.get(address)
    until(lambda: [*folder.glob("*.part")])
    child = next(iter(tile_cutting_apart.at_work))
    child.send_signal(signal.SIGSTOP)  # in the middle, for as long as the page takes
    page = client.get("/map")
    child.kill()
    finish()
    left = [*folder.glob("*.mbtiles")]
    again = client.get(address)
    finish()
    done = client.get(address)

    assert (begun.status_code, begun.json["code"], page.status_code) == (503, "tiles_being_cut", 200)
    assert (left, again.status_code, again.json["code"]) == ([], 503, "tiles_being_cut")
    assert (done.status_code, len(done.json["codes"])) == (200, 30)
    assert [*folder.glob("*.part")] == []
    assert not tile_cutting_apart.at_work


def test_a_server_that_cannot_start_a_process_cuts_by_itself(county, monkeypatch):
    generation, client = county

    def none_left(*_args, **_more):
        raise OSError("no process can be started")

    monkeypatch.setattr(subprocess, "Popen", none_left)
    client.get(f"/map/codes/{generation}/990101/townships.json")
    finish()

    assert client.get(f"/map/codes/{generation}/990101/townships.json").status_code == 200


def test_a_child_says_that_another_is_cutting_and_when_it_fails(app, county):
    generation, _ = county
    files, url = http_tiles.tile_files(), app.extensions["grid"].settings.url
    refused = []

    def read():
        try:
            cut_apart(generation, database_url=url, folder=files.folder)
        except BeingCutError:
            refused.append(True)
        return []

    cut_tiles(files, generation, read)

    assert refused == [True]
    with pytest.raises(CutterFailedError):
        cut_apart(generation, database_url=f"sqlite:///{files.folder}/none/grid.sqlite", folder=files.folder / "other")


def test_a_child_ends_with_the_process_that_asked(app, county, tmp_path):
    generation, _ = county
    url, folder = app.extensions["grid"].settings.url, tmp_path / "orphan"
    asking = subprocess.Popen(
        [sys.executable, "-c", ASKING, url, str(folder), str(generation)], stdout=subprocess.PIPE, text=True
    )
    child = int(asking.stdout.readline())
    asking.kill()
    asking.wait()
    asking.stdout.close()

    assert until(lambda: not is_alive(child))


def finish() -> None:
    """Wait until nothing is cut any more."""
    for thread in threading.enumerate():
        if "_work" in thread.name:
            thread.join(WAIT_SECONDS)


def is_alive(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


ASKING = """
import sys, threading, time
from pathlib import Path
from uuid import UUID
from grid_app.adapters import tile_cutting_apart as apart
url, folder, generation = sys.argv[1:]
threading.Thread(target=apart.cut_apart, args=(UUID(generation),), daemon=True,
                 kwargs={"database_url": url, "folder": Path(folder)}).start()
while not (apart.at_work and [*Path(folder).glob("*.part")]):
    time.sleep(0.005)
print(next(iter(apart.at_work)).pid, flush=True)
time.sleep(600)
"""
