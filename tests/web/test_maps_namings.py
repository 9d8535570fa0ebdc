"""The pages of recorded namings: the county office records, imports and withdraws; nobody else."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading
from grid_app.models.places import VillageNaming
from grid_app.web.maps import namings as maps_namings

WEST = "990101001201"
GOOD = {"division_code": WEST, "document_number": "青信联〔2026〕1号", "named_on": "2026-03-01", "expires_on": ""}
HEADER = "division_code,document_number,named_on,expires_on\n"


def recorded() -> list[VillageNaming]:
    with reading() as session:
        found = session.scalars(select(VillageNaming)).all()
        session.expunge_all()
        return list(found)


def upload(client, text: str):
    return client.post("/map/namings/preview", data={"file": (io.BytesIO(text.encode()), "namings.csv")})


@pytest.mark.parametrize("role", ["village_lead", "township_lead", "sysadmin", "auditor"])
def test_only_the_county_records(sign_in, role):
    client = sign_in(role)

    assert client.get("/map/namings").status_code == 403
    assert client.post("/map/namings", data=GOOD).status_code == 403
    assert recorded() == []


def test_a_faulty_form_comes_back_filled(sign_in, app_world):
    answer = sign_in("county_officer").post("/map/namings", data=GOOD | {"named_on": "2030-01-01"})

    page = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    assert answer.status_code == 422
    assert "命名日期在今天以后" in page.get_text()
    assert page.find(id="document_number")["value"] == GOOD["document_number"]
    assert page.find("option", value=WEST).has_attr("selected")
    assert recorded() == []


def test_a_naming_is_recorded_shown_and_withdrawn(sign_in, app_world):
    client = sign_in("county_officer")

    taken = client.post("/map/namings", data=GOOD)
    twice = client.post("/map/namings", data=GOOD)
    [naming] = recorded()
    page = client.get("/map/namings").get_data(as_text=True)
    asked = client.get(f"/map/namings/{naming.id}/withdraw")
    refused = client.post(f"/map/namings/{naming.id}/withdraw", data={"reason": ""})
    done = client.post(f"/map/namings/{naming.id}/withdraw", data={"reason": "青信联〔2026〕9号"})

    assert (taken.status_code, twice.status_code) == (302, 409)
    assert "命名有效" in page
    assert (asked.status_code, refused.status_code, done.status_code) == (200, 422, 302)
    assert "命名已撤销" in client.get("/map/namings").get_data(as_text=True)
    assert recorded()[0].withdrawn_reason == "青信联〔2026〕9号"


def test_a_file_is_looked_at_before_it_is_taken(sign_in, app_world):
    client = sign_in("county_officer")

    shown = upload(client, HEADER + f"{WEST},1号,2026-03-01,\n990101009999,1号,2026-03-01,\n")
    page = BeautifulSoup(shown.get_data(as_text=True), "lxml")
    before = recorded()
    taken = client.post("/map/namings/import", data={"table": page.find(id="table")["value"]})

    assert "可以登记 1 条" in page.get_text()
    assert "第 3 行" in page.get_text()
    assert before == []
    assert taken.status_code == 302
    assert [naming.division_code for naming in recorded()] == [WEST]


@pytest.mark.parametrize("text", ["", "a,b\n1,2\n", "division_code\n" + "9" * 6_000])
def test_a_file_that_cannot_be_used_is_refused_with_a_sentence(sign_in, app_world, monkeypatch, text):
    monkeypatch.setattr(maps_namings, "MOST_BYTES", 5_000)

    answer = upload(sign_in("county_officer"), text)

    assert answer.status_code == 422
    assert "什么也没有导入" in answer.get_data(as_text=True)


def test_a_content_that_was_tampered_with_is_refused(sign_in, app_world):
    answer = sign_in("county_officer").post("/map/namings/import", data={"table": "%%%"})

    assert answer.status_code == 422
    assert recorded() == []


def test_a_naming_that_is_not_there_cannot_be_withdrawn(sign_in, app_world):
    client = sign_in("county_officer")
    address = "/map/namings/018f0000-0000-7000-8000-000000000000/withdraw"

    assert client.get(address).status_code == 404
    assert client.post(address, data={"reason": "依据"}).status_code == 404


def test_no_page_of_namings_shows_a_number_of_petitions(sign_in, app_world):
    client = sign_in("county_officer")
    client.post("/map/namings", data=GOOD)

    for address in ("/map/namings", "/map?layer=namings", f"/map/village/{WEST}"):
        text = client.get(address).get_data(as_text=True)
        assert "信访件" not in text
        assert "上访量" not in text
        assert "访数" not in text
