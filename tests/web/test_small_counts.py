"""Guard: whatever shows sums of a village says the same of one to four matters, for every role that may see it.

Four counties are alike but for how many matters one village has; what each output says of that village must not tell
them apart. Lists of matters to open one by one (the work itself) are no sums and are left out.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from docx import Document
from flask.testing import FlaskClient
from pypdf import PdfReader

from grid_app.clock import local_date
from grid_app.database.transaction import transaction
from grid_app.factory import create_app
from grid_app.jobs.villages import assess_villages_job
from grid_app.models.disputes import DisputeEvent
from grid_app.settings import Settings
from tests.conftest import finish_work
from tests.dispute_rows import add_dispute
from tests.fakes import FrozenClock
from tests.web.test_bulletins import QUARTERLY
from tests.world import NOW, PASSWORD, build_world

VILLAGE, NEXT, TOWN, COUNTY = "990101001201", "990101001202", "990101001", "990101"
NAME = "云岭村"
OFFICES = ("township_officer", "township_lead", "county_officer", "county_lead")
ROLES = (*OFFICES, "village_lead")
LAYERS = ("disputes", "clocks")
SERVED = NOW - timedelta(days=30)


OPEN = {"grade": "red", "due_at": NOW - timedelta(days=2), "statutory_due_at": NOW - timedelta(days=1)}
ENDED = {"state": "closed", "closed_at": NOW - timedelta(days=9), "closure_ground": "agreement_performed"}


@contextmanager
def county_with(number: int, kind: dict[str, object], template: Path, folder: Path):
    """Give an application whose village has so many matters, open and late or ended; its neighbour has twelve."""
    folder.mkdir()
    shutil.copy(template, folder / "grid.sqlite")
    url = f"sqlite:///{folder / 'grid.sqlite'}"
    app = create_app(Settings(instance_dir=folder / "instance", database_url=url), clock=FrozenClock(NOW))
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, ANALYSIS_PATIENCE_SECONDS=60, TILES_PATIENCE_SECONDS=60)
    with app.app_context():
        with transaction() as session:
            build_world(session)
            for serial in range(number):
                _add(session, serial, VILLAGE, kind)
            for serial in range(12):
                _add(session, 5000 + serial, NEXT, kind)
        assess_villages_job()
        yield app
        finish_work()
        app.extensions["grid"].engine.dispose()


def _add(session, serial: int, village: str, kind: dict[str, object]) -> None:
    made = add_dispute(session, serial, village=village, received_at=SERVED, **kind)
    for at, event in enumerate(("contacted", "closed") if kind is ENDED else ("contacted",), start=1):
        details = {"ground": "agreement_performed"} if event == "closed" else {}
        day = SERVED + timedelta(hours=5 * at)
        session.add(DisputeEvent(dispute_id=made, number=at, at=day, kind=event, details=details))


def words_of(answer, *without: str) -> str:
    """Return what the main part of a page says, without the tables of single matters."""
    assert answer.status_code == 200, answer.get_data(as_text=True)[:400]
    page = BeautifulSoup(answer.get_data(as_text=True), "lxml").select_one("main")
    for part in page.select(", ".join(("script", "style", *without))):
        part.decompose()
    return " ".join(page.get_text(" ").split())


def row_of(answer, select: str) -> str:
    page = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    return " | ".join(" ".join(row.get_text(" ").split()) for row in page.select(select) if NAME in row.get_text())


def line_of(text: str) -> str:
    return " | ".join(",".join(row) for row in csv.reader(io.StringIO(text)) if any(NAME in cell for cell in row))


def maps(client: FlaskClient) -> Iterator[tuple[str, str]]:
    yield "panel", words_of(client.get(f"/map/village/{VILLAGE}"), "table")
    for layer in LAYERS:
        own, above = f"layer={layer}&root={VILLAGE}", f"layer={layer}&root={TOWN}"
        yield f"{layer} of the village", words_of(client.get(f"/map?{own}"))
        yield f"{layer} as a file", client.get(f"/map/table.csv?{own}").get_data(as_text=True)
        for level in ("townships", "villages", "grids"):
            told = client.get(f"/map/facts.json?{own}&level={level}").get_json()
            yield f"{layer}: {level} of its own told", str({**told, "as_of": "", "version": ""})
        yield f"{layer} drawn", client.get(f"/map/picture.svg?{own}").get_data(as_text=True)
        around = client.get(f"/map?{above}")
        if around.status_code == 200:
            yield f"{layer}: row of the township", row_of(around, "#map-table tbody tr")
            yield f"{layer}: line of the file", line_of(client.get(f"/map/table.csv?{above}").get_data(as_text=True))
            for level in ("villages", "grids"):
                told = client.get(f"/map/facts.json?{above}&level={level}").get_json()
                yield f"{layer}: {level} told", f"{told['values']} {told['marks']['values'].get(VILLAGE)}"


def papers(client: FlaskClient) -> Iterator[tuple[str, str]]:
    yield "map on paper", _paper(client.get(f"/map/print?layer=disputes&root={VILLAGE}").data)
    sheet = Document(io.BytesIO(client.get(f"/villages/{VILLAGE}/verification.docx").data))
    yield "sheet", " ".join(cell.text for table in sheet.tables for row in table.rows for cell in row.cells)
    bulletin = client.post(QUARTERLY, data={"quarter": "2026Q4", "form": "docx"})
    if bulletin.status_code == 302:
        with client.get(f"{bulletin.location}/file") as file:
            tables = Document(io.BytesIO(file.data)).tables
        rows = [[cell.text for cell in row.cells] for table in tables for row in table.rows]
        yield "quarter", str([row for row in rows if NAME in row[0] or TOWN in row[0]] or "by township")


def _paper(body: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(body)).pages).split())


def status(client: FlaskClient) -> Iterator[tuple[str, str]]:
    yield "status", words_of(client.get(f"/villages/{VILLAGE}/status"))
    yield "statuses", row_of(client.get("/villages/status"), "tbody tr")


def offices(client: FlaskClient) -> Iterator[tuple[str, str]]:
    yield "coverage", row_of(client.get(f"/coverage?root={TOWN}"), "main section:has(h3)")
    yield "funnel", row_of(client.get("/dashboard"), "section.card tbody tr") or "no row of so few"
    yield "indicators", words_of(client.get(f"/indicators?place={VILLAGE}"))
    for name in ("villages", "statuses"):
        page = client.post("/exports", data={"kind": name, "form": "csv"}).location
        with client.get(f"{page}/file") as file:
            yield f"export of {name}", line_of(file.data.decode("utf-8-sig"))
    features = client.get("/ogc/collections/villages/items?limit=100").get_json(force=True)["features"]
    yield "OGC", str(next(one["properties"] for one in features if one["id"] == VILLAGE))


def everything(app, role: str) -> dict[str, str]:
    client = app.test_client()
    assert client.post("/sign-in", data={"login": role, "password": PASSWORD}).status_code == 302
    parts = [*maps(client), *status(client)]
    parts += offices(client) if role in OFFICES else ()
    parts += papers(client) if role in ("township_lead", "village_lead") else ()
    return {name: text.replace(str(local_date(NOW)), "") for name, text in parts}


@pytest.mark.parametrize("kind", [OPEN, ENDED], ids=["open and late", "ended"])
def test_no_output_tells_one_to_four_matters_of_a_village_apart(sqlite_template, tmp_path, kind):
    found: dict[int, dict[str, dict[str, str]]] = {}
    for number in (1, 4, 7):
        with county_with(number, kind, sqlite_template, tmp_path / str(number)) as app:
            found[number] = {role: everything(app, role) for role in ROLES}

    for role in ROLES:
        for name, said in found[1][role].items():
            assert said.strip(" |[]"), (role, name)
            assert found[4][role][name] == said, (role, name)
        told_apart = {name for name, said in found[1][role].items() if found[7][role][name] != said}
        assert {"panel", "disputes of the village", "disputes as a file"} <= told_apart, "the guard can fail"
