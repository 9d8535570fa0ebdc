"""Coverage through its pages and its command: figures, one room, closing, the next sites, households, scopes."""

from __future__ import annotations

import io
from datetime import date, timedelta
from itertools import combinations

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select, update

from geo.coordinates import haversine_metres
from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.places import Division, MediationRoom
from grid_app.models.siting import SitingRun
from tests.command_line import command_line, document
from tests.world import COUNTY, NOW, VILLAGES, build_world

TODAY = date(2026, 11, 20)
A, B, C, D = VILLAGES
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def page(answer, status=200) -> str:
    assert answer.status_code == status, answer.get_data(as_text=True)[-800:]
    return BeautifulSoup(answer.get_data(as_text=True), "lxml").get_text(" ", strip=True)


def add_room(session, code, village, **told):
    usual = {
        "lon": VILLAGES[village][1] + 0.05, "lat": 29.05, "opening_hours": "每天 9:00-12:00", "mediators": 2,
        "term_until": TODAY, "used_on": TODAY - timedelta(days=3), "languages": "",
    }  # fmt: skip
    session.add(MediationRoom(id=new_id(), code=code, name=f"{code}调解室", division_code=village, **{**usual, **told}))


@pytest.fixture
def rooms(app, app_world):
    """Give the ids of three rooms: A has two (one is not effective), B has one, C and D none."""
    with transaction() as session:
        add_room(session, "R2", A, lon=111.06)
        add_room(session, "R3", B, woman_mediator=True)
    with reading() as session:
        return {room.code: room.id for room in session.scalars(select(MediationRoom))}


def send(client, address, **form):
    return client.post(address, data=form, follow_redirects=True)


def test_the_page_says_who_has_what_and_why_in_the_order_of_codes(sign_in, rooms):
    """R2 makes A effective, R1 lacks its term; C and D have none; the sums are of households, 600 of 800."""
    client = sign_in("county_lead")

    whole = page(client.get("/coverage?day=5&hour=10"))
    village = page(client.get("/coverage?root=990101001"))
    missing = page(client.get("/coverage?state=none"))

    assert "4 个村(社区)中,2 个有有效的调解室;50%的住户在 2 公里" in whole
    assert whole.index("东河镇") < whole.index("西山乡")
    assert "周六 10:00 ,50%的住户走得到" in whole
    assert "每周有 7 天开放半天以上;调解员 2 名,任期到 2026-11-20;2026-11-17 用过" in village
    assert "2 公里内有 2 个,可以选" in village
    assert "女调解员" in village
    assert "石桥村" in missing
    assert "云岭村" not in missing
    assert client.get("/coverage/map.svg").data.startswith(b"<svg")
    assert "R1" not in page(client.get("/coverage/rooms?state=effective"))


def test_without_households_it_counts_villages_and_a_file_of_them_is_taken(sign_in, app, rooms):
    """Unknown households are told; the file may be CSV or Excel names; zero is kept, wrong rows are named."""
    with transaction() as session:
        session.execute(update(Division).where(Division.level == "village").values(households=None))
    lead, admin = sign_in("county_lead"), sign_in("sysadmin")
    told = page(lead.get("/coverage"))
    rows = f'村代码,户数,城乡\n{A},300,城\n{B},0,\n{C},很多,\n{D},"1,100户",乡\n{D},1,\n990199001201,5,\n'

    def upload(mode):
        return admin.post(
            "/places/households", data={"file": (io.BytesIO(rows.encode("gb18030")), "户数.csv"), "mode": mode}
        )

    trial = page(upload("preview"))
    with reading() as session:
        assert session.get_one(Division, A).households is None
    done = page(upload("import"))

    assert "有 4 个村(社区)没有户数,所以这里的比例按村数算" in told
    assert "什么也没有写入" in trial
    for text in (trial, done):
        assert "第 4 行" in text
        assert "第 6 行" in text
        assert "不是您辖区里现有的" in text
        assert "户数写 0 的村(社区):柳湾村" in text
        assert "还有 1 个村(社区)没有户数" in text
    with reading() as session:
        stored = {row.code: (row.households, row.urban) for row in session.scalars(select(Division))}
    assert (stored[A], stored[B], stored[C], stored[D]) == ((300, True), (0, None), (None, None), (1100, False))
    assert "缺少列" in page(admin.post("/places/households", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv")}), 422)


def test_one_room_is_edited_tried_closed_with_a_preview_and_reopened(sign_in, rooms):
    client = sign_in("township_officer")
    at = f"/coverage/room/{rooms['R1']}"
    form = {
        "version": "1", "name": "云岭村调解室", "division_code": A, "kind": "village", "mediators": "三",
        "opening_hours": "周三 9:00-9:00", "lon": "111.25", "lat": "29.05", "term_until": "2027-01-01",
    }  # fmt: skip

    wrong = page(send(client, f"{at}/edit", **form), 422)
    far = page(send(client, f"{at}/edit", **{**form, "mediators": "3", "term_until": "9999-12-31"}), 422)
    saved = page(send(client, f"{at}/edit", **{**form, "mediators": "3"}))
    twice = send(client, f"{at}/edit", **{**form, "mediators": "5"})
    trial = page(send(client, f"{at}/trial", tested_on="2026-11-19"))
    late = page(send(client, f"{at}/trial", tested_on="2026-11-21"), 422)
    slip = page(send(client, f"{at}/trial", tested_on="0001-01-01"), 422)
    foreign = page(send(client, f"{at}/place", division_code=C), 422)
    kept = page(send(client, f"{at}/place"))

    assert "在任调解员 要填 0 到 999 的整数" in wrong
    assert "按登记的开放时间,一分钟也不开放" in saved
    assert "位置却在西山乡 石桥村" in saved
    assert twice.status_code == 409
    assert "2026-11-19 试开过" in trial
    assert "不能晚于今天" in late
    assert "年份要写对" in slip
    assert "9999-12-31 的年份不对" in far
    assert "不在您的辖区内" in foreign
    assert "位置不在所属区划内" not in kept

    other = f"/coverage/room/{rooms['R3']}"
    preview = page(client.get(f"{other}/close"))
    assert "600 户(75%) 400 户(50%)" in preview
    assert "不再有自己的调解室,走得到的一个也没有了" in preview
    assert "请写明为什么关闭" in page(send(client, f"{other}/close", reason=""), 422)
    assert "起关闭:房子要修" in page(send(client, f"{other}/close", reason="房子要修"))
    assert "先重新开放" in page(send(client, f"{other}/trial", tested_on="2026-11-19"))
    assert "已重新开放" in page(send(client, f"{other}/reopen"))


def best_by_hand(sites, number):
    """Return the most households that any choice of the sites adds to those that reach a room."""
    with reading() as session:
        rooms = [(room.lon, room.lat) for room in session.scalars(select(MediationRoom))]
    points = {code: (west + 0.05, 29.05) for code, (_, west) in VILLAGES.items()}

    def near(code, spots):
        return any(float(haversine_metres(*points[code], *spot)) <= 2000 for spot in spots)

    left = [code for code in VILLAGES if not near(code, rooms)]
    return max(200 * sum(near(code, chosen) for code in left) for chosen in combinations(sites, number))


def test_the_next_rooms_are_the_best_of_all_choices_and_the_answer_is_kept(sign_in, app, rooms):
    """Four sites of a file, every pair tried by hand; the list, the pictures and the file say the same."""
    client = sign_in("county_officer")
    spots = {"甲": (111.262, 29.052), "乙": (111.3, 29.05), "=丙": (111.352, 29.05), "丁": (111.06, 29.05)}
    rows = "name,lon,lat\n" + "".join(f"{name},{lon},{lat}\n" for name, (lon, lat) in spots.items())
    form = {"number": "2", "kind": "file", "rural_m": "2000", "urban_m": "1000", "existing": "open", "root": COUNTY}

    asked = {**form, "file": (io.BytesIO(rows.encode()), "sites.csv")}
    answer = client.post("/coverage/siting", data=asked)
    found = page(client.get(answer.location))
    with reading() as session:
        result = session.scalars(select(SitingRun)).one().result

    assert result["after"] - result["before"] == best_by_hand(list(spots.values()), 2) == 400
    assert "选出 2 处,新走得到 400 户,一共 100%。已证明" in found
    assert "内部使用,不作划界依据" in found
    assert {site[0] for site in result["sites"]} == {"甲", "=丙"}
    assert dict(result["villages"]) == {A: "b", B: "b", C: "n", D: "n"}
    assert "'=丙" in client.get(f"{answer.location}/sites.csv").get_data(as_text=True)
    with reading() as session:
        taken = session.scalars(select(AuditEvent).where(AuditEvent.action == "siting.taken")).one()
        assert (taken.target_id, taken.details) == (answer.location.rsplit("/", 1)[1], {"rows": 2})
    for when in ("before", "after"):
        assert client.get(f"{answer.location}/{when}.svg").data.startswith(b"<svg")
    assert client.get(f"{answer.location}/progress").get_json()["finished"]
    assert "已经结束了" in page(send(client, f"{answer.location}/cancel"))
    wrong = page(client.post("/coverage/siting", data={**form, "number": "0", "file": (io.BytesIO(b""), "")}), 422)
    assert "1 到 100" in wrong
    assert "文件是空的" in wrong


def test_a_search_under_way_keeps_others_waiting_and_a_cancelled_one_leaves_nothing(sign_in, app, app_world, rooms):
    client, begun = sign_in("county_officer"), new_id()
    asked = {"number": 1, "kind": "villages", "rural_m": 2000, "urban_m": 1000, "existing": "open", "sites": []}
    with transaction() as session:
        session.add(
            SitingRun(
                id=begun, division_code=COUNTY, asked=asked, state="running", started_at=NOW, beat_at=NOW, result={}
            )
        )
    form = {"number": "1", "kind": "villages", "root": COUNTY}

    assert "正在进行" in page(client.post("/coverage/siting", data=form), 409)
    assert "正在测算" in page(client.get(f"/coverage/siting/{begun}"))
    assert "已取消" in page(send(client, f"/coverage/siting/{begun}/cancel"))
    assert client.post("/coverage/siting", data=form).status_code == 302


def test_each_role_sees_its_own_area_and_no_other(sign_in, rooms):
    """A village lead reads the own village, edits nothing; a township does not reach its neighbour's room or runs."""
    village, town = sign_in("village_lead"), sign_in("other_township_lead")

    assert "云岭村" in page(village.get("/coverage"))
    assert village.get(f"/coverage?root={B}").status_code == 404
    assert village.get(f"/coverage/room/{rooms['R1']}").status_code == 200
    assert village.get(f"/coverage/room/{rooms['R3']}").status_code == 404
    assert village.get(f"/coverage/room/{rooms['R1']}/edit").status_code == 403
    assert town.get(f"/coverage/room/{rooms['R1']}").status_code == 404
    assert town.post(f"/coverage/room/{rooms['R1']}/close", data={"reason": "甲"}).status_code == 404
    assert town.post("/coverage/siting", data={"number": "1", "kind": "villages", "root": COUNTY}).status_code == 404
    for other in ("grid_worker", "mediator", "auditor", "sysadmin"):
        assert sign_in(other).get("/coverage").status_code == 403


def test_the_command_says_the_same_and_refuses_with_a_sentence(db_url, engine, tmp_path):
    with transaction(engine) as session:
        build_world(session)
        add_room(session, "R3", B, mediators=1)
    grid_app = command_line(db_url, tmp_path)
    bad = tmp_path / "bad.csv"
    bad.write_text("name,lon,lat\n甲,29,111\n", "utf-8")

    told = document(grid_app("coverage", "--next", 1, "--json"))
    plain = grid_app("coverage", "--division", "990101001")
    unknown, wrong = grid_app("coverage", "--division", "123"), grid_app("coverage", "--next", 1, "--candidates", bad)

    states = {row["code"]: row["state"] for row in told["rows"]}
    assert states == {A: "unknown", B: "nominal", C: "none", D: "none"}
    assert (told["basis"], told["share"], told["next"]["after"]) == ("households", 0.5, 600)
    assert "2 个村(社区)" in plain.stdout
    assert (unknown.exit_code, wrong.exit_code) == (1, 1)
    assert "第 2 行" in wrong.stderr
    assert grid_app("coverage", "--candidates", bad).exit_code == 2
