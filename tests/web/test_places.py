"""Boundaries and rooms in the browser: upload, check, activate or throw away; import rooms."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from grid_app.database.transaction import reading, transaction
from grid_app.queries.boundaries import generation_in, tree
from tests.boundary_files import VILLAGES, write_squares
from tests.dispute_rows import add_dispute

WEST, EAST = VILLAGES[0], VILLAGES[1]


@pytest.fixture
def admin(sign_in):
    return sign_in("sysadmin")


def text_of(answer) -> str:
    return BeautifulSoup(answer.get_data(as_text=True), "lxml").get_text(" ", strip=True)


def send(client, tmp_path, squares, *, name="villages.geojson", **form):
    path = write_squares(tmp_path / "squares.geojson", squares)
    data = {"level": "village", "crs": "wgs84", "file": (io.BytesIO(path.read_bytes()), name)} | form
    return client.post("/places/boundaries", data=data)


def state(name: str):
    with reading() as session:
        return generation_in(session, name)


@pytest.mark.parametrize("role", ["county_lead", "township_lead", "security_admin", "auditor"])
def test_only_the_system_administrator_manages_places(sign_in, role):
    client = sign_in(role)

    for address in ("/places", "/places/pending", "/places/rooms"):
        assert client.get(address).status_code == 403
    for address in ("/places/boundaries", "/places/activate", "/places/discard", "/places/rooms"):
        assert client.post(address).status_code == 403


def test_a_generation_of_an_earlier_year_is_told_with_it(app_world, sign_in, clock):
    clock.advance(timedelta(days=60))

    assert re.search(r"启用或建立.*\b2026年\d+月\d+日\(周.\)", text_of(sign_in("sysadmin").get("/places")))


def test_an_upload_without_level_datum_or_file_names_each(admin, app_world, tmp_path):
    answer = send(admin, tmp_path, VILLAGES, level="", crs="mars")
    nothing = admin.post("/places/boundaries", data={"level": "village", "crs": "wgs84"})

    assert answer.status_code == nothing.status_code == 422
    assert "请选择文件里是哪一级" in text_of(answer)
    assert "请选择坐标系" in text_of(answer)
    assert "请选择边界文件" in text_of(nothing)
    assert state("pending") is None


@pytest.mark.parametrize("name", ["villages.exe", "villages", "../../etc/passwd"])
def test_a_file_of_another_kind_is_not_opened(admin, app_world, tmp_path, name):
    answer = send(admin, tmp_path, VILLAGES, name=name)

    assert answer.status_code == 422
    assert "请选择边界文件" in text_of(answer)


def test_a_bad_file_changes_nothing_and_keeps_the_choices(admin, app_world, tmp_path):
    answer = send(admin, tmp_path, [*VILLAGES, VILLAGES[0]])

    page = BeautifulSoup(answer.get_data(as_text=True), "lxml")
    assert answer.status_code == 422
    assert "出现了两次" in page.get_text()
    assert page.find("option", value="village").has_attr("selected")
    assert state("pending") is None


def test_upload_check_and_activate(admin, app_world, tmp_path):
    with transaction() as session:
        add_dispute(session, 1, village=WEST[0], kind="chosen")
    before = state("active")

    imported = send(admin, tmp_path, [EAST, *VILLAGES[2:]], name="村 界.geojson")
    checked = admin.get("/places/pending")
    activated = admin.post("/places/activate", data={"successors": f"{WEST[0]}={EAST[0]}"})

    assert "已导入 3 个村(社区),还没有启用" in text_of(imported)
    assert f"停用:云岭村 {WEST[0]}" in text_of(checked)
    assert "村不再有边界 1" in text_of(checked)
    assert "4 个账号身份" in text_of(checked)
    assert activated.status_code == 302
    after = state("active")
    assert before is not None
    assert after is not None
    assert (before.number, after.number) == (1, 2)
    assert "村_界.geojson" in after.note
    with reading() as session:
        assert not tree(session)[WEST[0]].alive
    assert "第 2 代边界已启用" in text_of(admin.get("/places"))


def test_a_wrong_successor_is_refused_and_what_was_typed_stays(admin, app_world, tmp_path):
    send(admin, tmp_path, VILLAGES[1:])

    unreadable = admin.post("/places/activate", data={"successors": "990101001201"})
    unknown = admin.post("/places/activate", data={"successors": f"{WEST[0]}=990101009999"})

    assert unreadable.status_code == unknown.status_code == 422
    assert "旧代码=新代码" in text_of(unreadable)
    assert "不存在或已停用" in text_of(unknown)
    assert "990101009999" in text_of(unknown)
    assert state("pending") is not None


def test_a_pending_generation_can_be_thrown_away(admin, app_world, tmp_path):
    send(admin, tmp_path, VILLAGES)

    admin.post("/places/discard")

    assert state("pending") is None
    assert admin.get("/places/pending").status_code == 302
    assert admin.post("/places/activate").status_code == 409


def test_the_check_shows_counts_and_no_content(admin, app_world, tmp_path):
    with transaction() as session:
        add_dispute(session, 1, village=WEST[0], point=(111.05, 29.05))
    send(admin, tmp_path, VILLAGES)

    text = text_of(admin.get("/places/pending"))

    assert "未办结 1" in text
    assert "排水沟" not in text


def test_rooms_are_previewed_and_imported(admin, app_world):
    content = "code,name,division_code\nR2,柳湾村调解室,990101001202\nR3,甲,990101009999\n".encode()

    tried = admin.post("/places/rooms", data={"mode": "preview", "file": (io.BytesIO(content), "rooms.csv")})
    listed = text_of(admin.get("/places/rooms"))
    taken = admin.post("/places/rooms", data={"mode": "import", "file": (io.BytesIO(content), "rooms.csv")})

    assert "什么也没有写入" in text_of(tried)
    assert "柳湾村调解室" not in listed
    assert "第 3 行(R3)" in text_of(taken)
    assert "柳湾村调解室" in text_of(admin.get("/places/rooms"))


def test_many_rooms_are_told_fifty_at_a_time(admin, app_world):
    lines = "".join(f"MANY-{number:03},第{number}调解室,990101001201\n" for number in range(1, 53))
    content = f"code,name,division_code\n{lines}".encode()
    admin.post("/places/rooms", data={"mode": "import", "file": (io.BytesIO(content), "rooms.csv")})

    first, last = text_of(admin.get("/places/rooms")), text_of(admin.get("/places/rooms?page=999"))

    total = int(re.search(r"登记的调解室\((\d+) 个\)", first).group(1))
    assert total >= 52
    assert f"第 1-50 个,共 {total} 个" in first
    assert "第52调解室" not in first
    assert "第52调解室" in last
    assert "下一页" not in last


def test_a_file_of_rooms_that_cannot_be_read_is_refused(admin, app_world):
    answer = admin.post("/places/rooms", data={"mode": "import"})

    assert answer.status_code == 422
    assert "文件是空的" in text_of(answer)
