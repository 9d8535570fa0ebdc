"""Mediation rooms from a file: bad rows are named, good ones taken, repeating changes nothing."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.database.transaction import transaction
from grid_app.errors import InvalidError
from grid_app.models.places import MediationRoom
from grid_app.policy import NOTHING, Scope
from grid_app.queries.rooms import rooms_in
from grid_app.services.places.rooms import import_rooms, preview_rooms
from tests.command_line import command_line, document
from tests.world import NOW, build_world

HEADER = "code,name,division_code,lon,lat,crs,brand,kind,opening_hours,mediators,phone,status\n"
GOOD = "R2,柳湾村调解室,990101001202,111.15,29.05,wgs84,老杨调解,village,每日,2,0736-1234567,active\n"


def take(session, text: str, encoding="utf-8"):
    return import_rooms(session, content=text.encode(encoding), actor=None, now=NOW)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"code,name\n1,2\n", "division_code"),
        (HEADER.encode() + b"\x00", "空字符"),
        (b"\xff\xfe\x80\x80", "编码"),
        (HEADER.encode() + b'"R1,x', "引号"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_whole(session, world, content, words):
    with pytest.raises(InvalidError, match=words):
        import_rooms(session, content=content, actor=None, now=NOW)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",无代码,990101001201,,,,,,,,,", "code 没有填"),
        ("R9,甲,990101009999,,,,,,,,,", "不存在或已停用"),
        ("R9,甲,990101001201,111.05,,,,,,,,", "要么都填数字"),
        ("R9,甲,990101001201,29.05,111.05,,,,,,,", "中国范围以外"),
        ("R9,甲,990101001201,nan,29.05,,,,,,,", "中国范围以外"),
        ("R9,甲,990101001201,111.05,29.05,wgs,,,,,,", "crs 不能是"),
        ("R9,甲,990101001201,,,,,palace,,,,", "kind 不能是"),
        ("R9,甲,990101001201,,,,,,,-1,,", "mediators"),
        ("R9,甲,990101001201,,,,,,,,,shut", "status 不能是"),
        (f"R9,{'长' * 101},990101001201,,,,,,,,,", "超过 100"),
    ],
)
def test_a_bad_row_is_left_out_with_its_reason(session, world, row, reason):
    done = take(session, HEADER + GOOD + row + "\n")

    assert (done.rows, done.added) == (2, 1)
    assert [refused.number for refused in done.refused] == [3]
    assert reason in done.refused[0].reasons[0]


def test_a_row_with_several_faults_names_them_all(session, world):
    done = take(session, HEADER + "R9,,990101009999,1,2,,,,,x,,\n")

    assert len(done.refused[0].reasons) == 4


def test_the_second_row_of_a_code_is_left_out(session, world):
    done = take(session, HEADER + GOOD + GOOD)

    assert done.added == 1
    assert done.refused[0].reasons == ("代码在第 2 行已出现过",)


def test_repeating_an_import_changes_nothing_and_a_change_is_taken(session, world):
    take(session, HEADER + GOOD)

    same = take(session, HEADER + GOOD)
    moved = take(session, HEADER + GOOD.replace("111.15", "111.16").replace(",2,", ",4,"))

    assert (same.added, same.changed, same.unchanged) == (0, 0, 1)
    assert (moved.added, moved.changed, moved.unchanged) == (0, 1, 0)
    session.expire_all()
    room = session.scalars(select(MediationRoom).where(MediationRoom.code == "R2")).one()
    assert (room.lon, room.mediators, room.kind) == (111.16, 4, "village")


def test_a_column_that_is_not_there_keeps_what_is_stored(session, world):
    done = take(session, "code,name,division_code\nR1,云岭村新调解室,990101001201\n")

    assert done.changed == 1
    session.expire_all()
    room = session.scalars(select(MediationRoom).where(MediationRoom.code == "R1")).one()
    assert (room.name, room.mediators, room.lon) == ("云岭村新调解室", 3, 111.05)


def test_points_in_another_datum_are_stored_in_wgs84(session, world):
    take(session, HEADER + GOOD.replace("wgs84", "gcj02"))

    room = session.scalars(select(MediationRoom).where(MediationRoom.code == "R2")).one()
    assert room.lon == pytest.approx(111.15 - 0.0057, abs=0.001)


def test_files_of_chinese_excel_are_read(session, world):
    assert take(session, HEADER + GOOD, encoding="gb18030").added == 1
    assert take(session, "\ufeff" + HEADER + GOOD).unchanged == 1


def test_a_preview_writes_nothing(session, world):
    shown = preview_rooms(session, content=(HEADER + GOOD).encode(), now=NOW)

    assert shown.added == 1
    assert [room.code for room in session.scalars(select(MediationRoom))] == ["R1"]


def test_rooms_are_listed_for_the_asked_subtree_only(session, world):
    take(session, HEADER + GOOD)

    village = rooms_in(session, scope=Scope(paths=("/990101/990101001/990101001202/",)))

    assert [room.code for room in village] == ["R2"]
    assert rooms_in(session, scope=NOTHING) == []


def test_the_command_takes_good_rows_and_ends_with_1_when_there_are_none(db_url, engine, tmp_path):
    with transaction(engine) as session:
        build_world(session)
    grid_app = command_line(db_url, tmp_path)
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text(HEADER + GOOD + "R9,甲,990101009999,,,,,,,,,\n", "utf-8")
    bad.write_text(HEADER + "R9,甲,990101009999,,,,,,,,,\n", "utf-8")

    dry = document(grid_app("rooms", "import", good, "--json", "--dry-run"))
    taken = document(grid_app("rooms", "import", good, "--json"))
    refused = grid_app("rooms", "import", bad)
    missing = grid_app("rooms", "import", tmp_path / "none.csv")

    assert (dry["added"], taken["added"], taken["refused"][0]["number"]) == (1, 1, 3)
    assert refused.exit_code == 1
    assert "第 2 行(R9)" in refused.stdout
    assert "没有一行能导入" in refused.stderr
    assert missing.exit_code == 1


FACTS = (
    "code,name,division_code,lon,lat,opening_hours,"
    "term_until,used_on,tested_on,accessible,woman_mediator,languages,seats,status\n"
)


def test_facts_about_a_room_are_read_and_odd_ones_are_told_and_kept(session, world):
    rows = (
        "R2,云岭村矛盾纠纷调解室,990101001201,111.25,29.05,每天 9:00-9:00,"
        "2027年3月1日,2026/11/1,,是,0,苗语,12,active\n",
        "R3,甲,990101001202,111.15,29.05,周三上午,,,2026-11-20,,,,,closed\n",
        "R4,乙,990101001202,,,,2026-2-30,,,,,,,\n",
        "R5,丙,990101001202,,,,,2026-11-21,,也许,,,-1,\n",
    )

    done = import_rooms(
        session, content=(FACTS + "".join(rows)).encode(), actor=None, now=NOW, places=MemoryPlaceFinder()
    )

    assert (done.added, [row.number for row in done.refused]) == (2, [4, 5])
    assert [len(row.reasons) for row in done.refused] == [1, 3]
    assert [(row.number, len(row.reasons)) for row in done.remarks] == [(2, 3)]
    assert "石桥村" in done.remarks[0].reasons[0]
    stored = {room.code: room for room in session.scalars(select(MediationRoom))}
    assert (stored["R2"].term_until, stored["R2"].used_on) == (date(2027, 3, 1), date(2026, 11, 1))
    assert (stored["R2"].accessible, stored["R2"].woman_mediator, stored["R2"].seats) == (True, False, 12)
    assert (stored["R3"].tested_on, stored["R3"].accessible, stored["R3"].languages) == (date(2026, 11, 20), None, "")
