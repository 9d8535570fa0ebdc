"""Photos and voice notes at a desk: who may look and listen, what is written down, and how a voice becomes words."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute, DisputeEvent
from tests.web.api_phone import Phone
from tests.web.attachments import announced, damaged, files_of, made, put, report_with, send
from tests.web.forms import FreshClient
from tests.web.report_pages import page_of, parsed
from tests.world import World

PHOTO, VOICE = made(), made("audio/webm", 20_000)


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    app.test_client_class = FreshClient  # phone and desk in one test: each request on its own
    return Phone(app, app_world, "grid_worker")


@pytest.fixture
def spoken(phone: Phone) -> dict:
    """Send a report of one voice note and two photos, the second of which is still on its way."""
    told = [announced(VOICE, "audio/webm"), announced(PHOTO), announced(PHOTO)]
    answer = phone.sync(report_with(*told, summary="", phone_village="990101001202"))[0]
    send(phone, told[0], VOICE)
    send(phone, told[1], PHOTO)
    put(phone, told[2], 0, PHOTO[: len(PHOTO) // 2])
    page = f"/disputes/{answer['dispute_id']}"
    return {"page": page, "id": UUID(answer["dispute_id"]), "at": [f"{page}/attachments/{one['id']}" for one in told]}


def readings() -> list[dict]:
    with reading() as session:
        links = session.scalars(select(AuditEvent).where(AuditEvent.action == "attachment.read"))
        return [link.details for link in links]


def summary_of(spoken: dict) -> str:
    with reading() as session:
        return session.get_one(Dispute, spoken["id"]).summary


# --- who may look and listen ------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["other_township_lead", "other_grid_worker"])
def test_nobody_elsewhere_sees_or_hears(sign_in, spoken: dict, who: str) -> None:
    client = sign_in(who)

    assert [client.get(address).status_code for address in spoken["at"]] == [404] * 3
    assert readings() == []


@pytest.mark.parametrize("who", ["auditor", "sysadmin", "security_admin"])
def test_administrators_see_and_hear_nothing(sign_in, spoken: dict, who: str) -> None:
    assert sign_in(who).get(spoken["at"][0]).status_code == 403


def test_a_sealed_matter_keeps_its_photos_to_the_county_lead(sign_in, spoken: dict) -> None:
    with transaction() as session:
        session.execute(update(Dispute).values(category="1501"))

    assert sign_in("township_lead").get(spoken["at"][1]).status_code == 404
    assert sign_in("county_lead").get(spoken["at"][1]).status_code == 200


def test_a_photo_is_not_found_through_another_dispute(sign_in, phone: Phone, spoken: dict) -> None:
    other = phone.sync(report_with())[0]["dispute_id"]
    address = f"/disputes/{other}/attachments/{spoken['at'][1].rsplit('/', 1)[1]}"

    assert sign_in("township_lead").get(address).status_code == 404


def test_what_is_still_on_its_way_is_not_shown_by_halves(sign_in, spoken: dict) -> None:
    assert sign_in("township_lead").get(spoken["at"][2]).status_code == 404


@pytest.mark.parametrize("harm", ["gone", "changed"])
def test_a_file_that_cannot_be_opened_is_said(sign_in, app: Flask, spoken: dict, harm: str) -> None:
    for file in files_of(app):
        if harm == "gone":
            file.unlink()
        else:
            file.write_bytes(damaged(file.read_bytes()))

    answer = sign_in("township_lead").get(spoken["at"][1])

    assert answer.status_code == 404
    assert "系统管理员" in page_of(answer)


# --- looking and listening --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("number", "kind", "body", "media"), [(0, "voice", VOICE, "audio/webm"), (1, "photo", PHOTO, "image/jpeg")]
)
def test_the_bytes_come_whole_typed_and_are_kept_nowhere(
    sign_in, spoken: dict, number: int, kind: str, body: bytes, media: str
) -> None:
    answer = sign_in("township_officer").get(spoken["at"][number])

    assert (answer.data, answer.mimetype) == (body, media)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Disposition"].startswith("inline; filename=")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert readings() == [{"number": number + 1, "kind": kind}]


def test_a_player_gets_the_part_it_asks_for(sign_in, spoken: dict) -> None:
    answer = sign_in("grid_worker").get(spoken["at"][0], headers={"Range": "bytes=100-199"})

    assert (answer.status_code, answer.data) == (206, VOICE[100:200])
    assert len(readings()) == 1


def test_the_page_shows_the_photo_the_player_and_what_is_on_its_way(sign_in, spoken: dict) -> None:
    page = parsed(sign_in("township_lead").get(spoken["page"]))

    image, player = page.select_one(".attachments img"), page.select_one(".attachments audio")
    assert (image["src"], image["alt"]) == (spoken["at"][1], "上报人拍的照片 1")
    assert (player["src"], player["preload"]) == (spoken["at"][0], "none")
    assert "照片 2:还没有传到(已收到 50%)" in page.select_one(".attachments").get_text()
    assert "柳湾村(和登记的地点不同)" in page.get_text()


# --- a voice becomes words --------------------------------------------------------------------------------------


def test_a_spoken_report_says_so_wherever_it_is_listed(sign_in, spoken: dict) -> None:
    lead, worker = sign_in("township_lead"), sign_in("grid_worker")
    pages = [lead.get("/disputes?tab=all"), lead.get(spoken["page"]), worker.get("/report/mine")]

    assert [("(语音,待整理)" in page_of(answer)) for answer in pages] == [True] * 3


def test_the_next_step_of_an_office_is_to_write_it_up(sign_in, spoken: dict) -> None:
    page = parsed(sign_in("township_officer").get(spoken["page"]))

    assert page.select_one(".card-next form")["action"] == f"{spoken['page']}/write-up"


@pytest.mark.parametrize("who", ["grid_worker", "village_lead"])
def test_only_an_office_writes_it_up(sign_in, spoken: dict, who: str) -> None:
    client = sign_in(who)

    assert "write-up" not in page_of(client.get(spoken["page"]))
    answer = client.post(f"{spoken['page']}/write-up", data={"version": "1", "write_up_note": "三组的路灯坏了"})
    assert answer.status_code == 403
    assert summary_of(spoken) == ""


@pytest.mark.parametrize("words", ["", "  ", "坏了", "字" * 2_001])
def test_words_that_cannot_be_taken_come_back(sign_in, spoken: dict, words: str) -> None:
    answer = sign_in("township_officer").post(
        f"{spoken['page']}/write-up", data={"version": "1", "write_up_note": words}
    )

    assert answer.status_code == 422
    assert summary_of(spoken) == ""


def test_what_the_reporter_wrote_is_not_written_over(sign_in, phone: Phone) -> None:
    written = phone.sync(report_with())[0]["dispute_id"]
    client = sign_in("township_officer")

    answer = client.post(f"/disputes/{written}/write-up", data={"version": "1", "write_up_note": "三组的路灯坏了"})

    assert answer.status_code == 409
    assert "write-up" not in page_of(client.get(f"/disputes/{written}"))


def test_every_wording_stays_in_the_history_and_the_voice_beside_it(sign_in, spoken: dict) -> None:
    client = sign_in("county_officer")
    for version, words in ((1, "三组的路灯坏了,电话13812345678"), (2, "三组和四组的路灯坏了")):
        client.post(f"{spoken['page']}/write-up", data={"version": str(version), "write_up_note": words})

    page = page_of(client.get(spoken["page"]))
    assert summary_of(spoken) == "三组和四组的路灯坏了"
    assert "三组的路灯坏了,电话138****5678" in page
    assert "13812345678" not in page
    assert client.get(spoken["at"][0]).data == VOICE
    with reading() as session:
        kinds = session.scalars(select(DisputeEvent.kind).order_by(DisputeEvent.number)).all()
        assert kinds == ["reported", "written_up", "written_up"]


def test_two_people_who_listen_at_once_are_told_of_each_other(sign_in, spoken: dict) -> None:
    first, second = ({"version": "1", "write_up_note": words} for words in ("三组的路灯坏了", "三组没有路灯"))
    sign_in("township_officer").post(f"{spoken['page']}/write-up", data=first)

    answer = sign_in("county_officer").post(f"{spoken['page']}/write-up", data=second)

    assert answer.status_code == 409
    assert "三组没有路灯" in page_of(answer)
    assert summary_of(spoken) == "三组的路灯坏了"
