"""Null bytes in forms, which nobody types and PostgreSQL cannot keep: never an error of ours, on either database."""

from __future__ import annotations

import io

from openpyxl import Workbook
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.exports import SuperiorSheet
from grid_app.models.places import VillageNaming
from tests.boundary_files import VILLAGES

WEST, EAST = VILLAGES[0][0], VILLAGES[1][0]
NEW = "990101001203"


def workbook() -> bytes:
    book = Workbook()
    book.active.append(("序号", "编号", "主要内容"))
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def test_forms_of_the_county_take_words_without_their_null_bytes(sign_in, app_world):
    client = sign_in("county_officer")
    named = {"division_code": f"{WEST}\x00", "document_number": "县字\x001号", "named_on": "2026-01-01"}
    sheet = {"name": "周\x00报", "period": "week", "covers": "stock", "file": (io.BytesIO(workbook()), "a\x00.xlsx")}
    sites = {"number": "1", "kind": "villages", "rural_m": "2000", "urban_m": "1000", "root": "99\x00"}

    answers = [
        client.post("/map/namings", data=named),
        client.post("/exports/sheets", data=sheet),
        client.post("/exports", data={"kind": "disputes", "form": "csv", "place": "99\x00"}),
        client.post("/coverage/siting", data=sites),
    ]

    assert [one.status_code for one in answers] == [302, 302, 302, 404]
    with reading() as session:
        assert session.scalar(select(VillageNaming.document_number)) == "县字1号"
        assert session.scalar(select(SuperiorSheet.name)) == "周报"


def test_forms_of_boundaries_take_words_without_their_null_bytes(sign_in, app_world):
    client = sign_in("sysadmin")

    merged = client.post("/places/merge", data={"codes": [WEST, f"{EAST}\x00"], "code": NEW, "name": "云\x00柳村"})
    split = client.post("/places/split", data={"village": f"{WEST}\x00", "way": "grids", "township": "99\x00"})

    assert (merged.status_code, split.status_code) == (302, 422)
