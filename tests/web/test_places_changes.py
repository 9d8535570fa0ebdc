"""Splitting and merging villages in the browser: choose, look, name who continues, activate, settle, take back."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.http.boundary_work import NAME
from grid_app.models.accounts import Assignment
from grid_app.models.disputes import Dispute
from grid_app.queries.boundaries import generation_in
from grid_app.services.upkeep.leases import take_lease
from tests.boundary_files import VILLAGES, write_squares
from tests.dispute_rows import add_dispute
from tests.escalation_world import add_subscription
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
WEST, EAST = VILLAGES[0][0], VILLAGES[1][0]
NORTH, SOUTH = "990101001203", "990101001204"
LINE = {
    "village": WEST, "way": "line", "line": "110.9,29.06\n111.2,29.06", "name_0": "北村", "code_0": NORTH,
    "name_1": "南村", "code_1": SOUTH,
}  # fmt: skip


@pytest.fixture
def admin(sign_in):
    return sign_in("sysadmin")


def text_of(answer) -> str:
    return BeautifulSoup(answer.get_data(as_text=True), "lxml").get_text(" ", strip=True)


def send(client, content: bytes, name: str):
    data = {"level": "village", "crs": "wgs84", "file": (io.BytesIO(content), name)}
    return client.post("/places/boundaries", data=data)


def test_a_split_from_the_first_look_to_the_last_dispute_and_back(admin, sign_in, app_world):
    with transaction() as session:
        told = add_dispute(session, 1, village=WEST, kind="chosen")
        add_dispute(session, 2, village=WEST, point=(111.05, 29.02))
    lead = app_world.assignments["village_lead"]

    chosen = admin.get(f"/places/split?township={WEST[:9]}&village={WEST}")
    wrong = admin.post("/places/split", data=LINE | {"line": "111.0,29.06\n错"})
    ready = admin.post("/places/split", data=LINE, follow_redirects=True)

    assert "<svg" in chosen.get_data(as_text=True)
    assert "内部使用" in text_of(chosen)
    assert "内部使用" in text_of(ready)
    assert "云岭村第1网格" in text_of(chosen)
    assert wrong.status_code == 422
    assert "看不懂" in text_of(wrong)
    assert "北村" in wrong.get_data(as_text=True)
    page = ready.get_data(as_text=True)
    assert re.search(r'<path d="[^"]+" fill="#7fb8b6"', page)
    assert "没有写明由谁接续,留在原代码下" in text_of(ready)
    assert "先放到乡镇核定(1 件)" in text_of(ready)

    noted = admin.post("/places/heirs", data={f"choice_assignment:{lead}": NORTH}, follow_redirects=True)
    assert "已记下" in text_of(noted)
    done = admin.post("/places/activate", data={}, follow_redirects=True)
    assert "换了地方的有 2 件纠纷" in text_of(done)
    with reading() as session:
        assert session.get_one(Assignment, lead).division_code == NORTH

    officer = sign_in("township_officer")
    listed = officer.get("/places/moved")
    assert "南村" in text_of(listed)
    settled = officer.post(
        "/places/moved", data={f"village_{told}": SOUTH, f"version_{told}": "2"}, follow_redirects=True
    )
    assert "已核定 1 件" in text_of(settled)
    assert "没有要核定的" in text_of(settled)

    asked = admin.get("/places/undo")
    assert "北村" in text_of(asked)
    back = admin.post("/places/undo", data={"generation": "2"}, follow_redirects=True)
    assert "第 2 代边界已撤回,现在使用第 1 代" in text_of(back)
    with reading() as session:
        assert set(session.scalars(select(Dispute.division_code))) == {WEST}
        assert session.get_one(Assignment, lead).division_code == WEST


def test_a_device_that_nobody_continues_is_named_in_the_preview_and_stops_the_activation(admin, app_world):
    lead = app_world.assignments["village_lead"]
    with transaction() as session:
        add_subscription(session, app_world, "village_lead")
    ready = admin.post("/places/split", data=LINE, follow_redirects=True)

    refused = admin.post("/places/activate", data={})
    admin.post("/places/heirs", data={f"choice_assignment:{lead}": NORTH})
    done = admin.post("/places/activate", data={}, follow_redirects=True)

    assert "1 台设备接收提醒" in text_of(ready)
    assert "没有写明由谁接续,写明了才能启用" in text_of(ready)
    assert refused.status_code == 422
    assert "什么也没有改变" in text_of(refused)
    assert "第 2 代边界已启用" in text_of(done)


def test_a_second_click_takes_back_no_second_activation(admin, app_world):
    for number, lines in ((2, LINE), (3, LINE | {"village": NORTH, "line": "111.05,29.0\n111.05,29.2"})):
        names = {"name_0": "一村", "code_0": f"99010100121{number}", "name_1": "二村", "code_1": f"99010100122{number}"}
        admin.post("/places/split", data=lines | (names if number == 3 else {}))
        admin.post("/places/activate", data={})
    form = BeautifulSoup(admin.get("/places/undo").get_data(as_text=True), "lxml")
    sent = {"generation": form.find("input", {"name": "generation"})["value"]}

    answers = [admin.post("/places/undo", data=sent, follow_redirects=True) for _ in range(2)]

    assert "第 3 代边界已撤回,现在使用第 2 代" in text_of(answers[0])
    assert "这次没有撤回" in text_of(answers[1])
    with reading() as session:
        assert generation_in(session, "active").number == 2


def test_a_merge_asks_again_until_it_is_right_and_a_table_names_who_continues(admin, app_world, tmp_path):
    none = admin.post("/places/merge", data={"township": WEST[:9], "codes": [WEST], "name": "云柳村", "code": WEST})
    taken = admin.post("/places/merge", data={"codes": [WEST, EAST], "name": "云柳村", "code": VILLAGES[2][0]})
    assert (none.status_code, taken.status_code) == (422, 422)
    assert "至少选两个" in text_of(none)
    assert "已经是别的村" in text_of(taken)

    ready = admin.post(
        "/places/merge", data={"codes": [WEST, EAST], "name": "云柳村", "code": NORTH}, follow_redirects=True
    )
    assert "合并为云柳村" in text_of(ready)
    bad = admin.post("/places/successors", data={"table": (io.BytesIO(b"old,new\n1,2\n"), "t.csv")})
    assert bad.status_code == 422
    assert "缺少列" in text_of(bad)
    table = f"old_code,new_code,date\n{WEST},{NORTH},2026-11-01\n".encode()
    good = admin.post("/places/successors", data={"table": (io.BytesIO(table), "t.csv")}, follow_redirects=True)
    assert "接续表已收下,共 1 行" in text_of(good)


def test_endless_numbers_in_a_split_are_refused_like_any_other(admin, app_world):
    endless = "9" * 5_000

    by_grid = admin.post("/places/split", data=LINE | {"way": "grids", "default": endless, f"grid_{WEST}J001": endless})

    assert by_grid.status_code == 422
    assert "每一个网格都要选" in text_of(by_grid)


def test_boundary_work_of_somebody_else_is_waited_for_with_what_was_typed(admin, app_world, tmp_path):
    with transaction() as session:
        assert take_lease(session, name=NAME, holder="x", lease=timedelta(minutes=5), now=NOW)

    content = write_squares(tmp_path / "v.geojson", VILLAGES).read_bytes()
    answers = [
        send(admin, content, "v.geojson"),
        admin.post("/places/split", data=LINE),
        admin.post("/places/merge", data={"codes": [WEST, EAST], "name": "云柳村", "code": NORTH}),
    ]

    assert [one.status_code for one in answers] == [409, 409, 409]
    assert all("另一个人正在" in text_of(one) for one in answers)
    assert "云柳村" in answers[2].get_data(as_text=True)
    with reading() as session:
        assert generation_in(session, "pending") is None


def test_zips_are_opened_and_bad_ones_refused_with_a_sentence(admin, app_world, tmp_path):
    squares = write_squares(tmp_path / "v.geojson", VILLAGES).read_bytes()
    good = zip_of({"边界/v.geojson": squares, "__MACOSX/._v.geojson": b"x"})

    assert "已导入 4 个" in text_of(send(admin, good, "v.zip"))
    for content, words in (
        (b"PK not a zip", "打不开"),
        (zip_of({"readme.txt": b"x"}), "现在有 0 个"),
        (zip_of({"a.geojson": squares, "b.geojson": squares}), "现在有 2 个"),
        (zip_of({"a.geojson": b""}), "a.geojson 打不开"),
        (zip_of({"名.geojson": squares}).replace("名".encode(), b"\xff\xff\xff"), "打不开"),
        (broken_lzma(squares), "打不开"),
    ):
        answer = send(admin, content, "bad.zip")
        assert answer.status_code == 422
        assert words in text_of(answer)


def broken_lzma(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.geojson", content)
    name = packed.getvalue().index(b"a.geojson") + len("a.geojson")
    return packed.getvalue()[: name + 12] + b"\xff" * 8 + packed.getvalue()[name + 20 :]


def zip_of(files: dict[str, bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return packed.getvalue()
