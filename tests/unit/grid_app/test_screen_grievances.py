"""grid-app screen grievances on files as people save them, and on the first half-year of real messages."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from grid_app.cli.screen.grievances import grievances_command
from tests.unit.screening.replay import rows_of

COLUMNS = ["message_id", "user_id", "title", "created_at", "body"]
ROWS = [
    ["1", "a", "翠竹湾小区夜宵摊油烟扰民", "2026-03-03 08:00:00", "翠竹湾小区楼下烧烤油烟直排"],
    ["2", "b", "翠竹湾小区烧烤油烟熏人", "2026/3/9 23:59", "翠竹湾小区餐馆没有烟道,油烟扰民"],
    ["3", "c", "翠竹湾小区油烟太大", "2026-03-09T16:00:00+00:00", "翠竹湾小区楼下餐馆油烟直排"],
]
DAYS = ["--from", "2026-03-02", "--to", "2026-03-20", "--every-days", "7"]


def table(rows: list[list[str]], columns: list[str] = COLUMNS) -> str:
    return "\n".join(",".join(f'"{cell}"' for cell in row) for row in [columns, *rows]) + "\n"


@pytest.fixture
def run(tmp_path: Path):
    def ran(content: str | bytes, *words: str):
        path = tmp_path / "messages.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return CliRunner().invoke(grievances_command, ["--messages", str(path), *(words or DAYS), "--json"])

    return ran


def test_a_message_of_midnight_takes_part_in_the_next_round_only(run):
    answer = json.loads(run(table(ROWS)).output)

    assert [one["as_of"] for one in answer["rounds"]] == ["2026-03-02", "2026-03-09", "2026-03-16"]
    assert [len(one["findings"]) for one in answer["rounds"]] == [0, 0, 1]
    found = answer["rounds"][2]["findings"][0]
    assert set(found) == {"finding_id", "state", "message_ids", "reporters", "label", "reason"}
    assert (found["message_ids"], found["reporters"], found["state"]) == (["1", "2", "3"], 3, "new")
    on_the_day = [*ROWS[:2], [*ROWS[2][:3], "2026-03-16 00:00:00", ROWS[2][4]]]
    assert json.loads(run(table(on_the_day)).output)["rounds"][2]["findings"] == []


def test_gbk_a_mark_in_front_and_any_order_of_rows_and_columns_read_alike(run):
    plain = json.loads(run(table(ROWS)).output)

    turned = table([[*row[3:], *row[:3]] for row in reversed(ROWS)], [*COLUMNS[3:], *COLUMNS[:3]])
    for content in (table(ROWS).encode("gbk"), b"\xef\xbb\xbf" + table(ROWS).encode(), turned):
        assert json.loads(run(content).output) == plain


def test_rows_that_lack_something_are_counted_and_no_user_is_nobody(run):
    bad = [
        ["4", "d", "翠竹湾小区油烟", "昨天", ""],
        ["", "e", "翠竹湾小区油烟", "2026-03-04", ""],
        ["1", "z", "后来的重复行", "2026-03-08", ""],
    ]
    nobody = [*ROWS[:2], [ROWS[2][0], "", *ROWS[2][2:]]]

    answer = json.loads(run(table([*ROWS, *bad])).output)
    assert answer["ignored"] == {"no_id": 1, "no_date": 1, "repeated_id": 1}
    assert len(answer["rounds"][2]["findings"]) == 1
    assert json.loads(run(table(nobody)).output)["rounds"][2]["findings"] == []


@pytest.mark.parametrize(
    ("content", "words", "sentence"),
    [
        ("", DAYS, "缺少列"),
        (table(ROWS, ["id", *COLUMNS[1:]]), DAYS, "缺少列:message_id"),
        (table(ROWS), ["--from", "2026-03-02"], "--all-time"),
        (table(ROWS), ["--from", "2026-03-20", "--to", "2026-03-02"], "请对调"),
    ],
)
def test_what_cannot_be_done_is_refused_with_a_sentence(run, content, words, sentence):
    done = run(content, *words)

    assert done.exit_code == 1
    assert sentence in done.output


def test_no_rows_one_row_and_all_time_have_defined_answers(run, tmp_path):
    places = tmp_path / "places.csv"
    places.write_text("name,alias,code\n翠竹湾小区,翠竹家园;竹湾,7\n", "utf-8")

    assert [one["findings"] for one in json.loads(run(table([])).output)["rounds"]] == [[], [], []]
    assert json.loads(run(table(ROWS[:1]), "--all-time").output)["rounds"][0]["findings"] == []
    assert json.loads(run(table([]), "--all-time").output)["rounds"] == []
    grouped = json.loads(run(table(ROWS), "--all-time", "--places", str(places)).output)
    assert [one["message_ids"] for one in grouped["rounds"][0]["findings"]] == [["1", "2", "3"]]


def test_ten_megabytes_in_one_message_are_read_at_their_head_and_the_answer_says_so(run):
    long = [*ROWS[:2], [*ROWS[2][:4], ROWS[2][4] + "啊" * 3_500_000]]

    found = json.loads(run(table(long)).output)["rounds"][2]["findings"][0]

    assert found["message_ids"] == ["1", "2", "3"]
    assert "其中1条正文过长,只读了开头" in found["reason"]


def test_real_messages_of_one_autumn_are_told_in_time_and_nothing_else_is_mixed_in(run, test_data):
    folder = test_data / "taidi2020c"
    rows = rows_of(folder / "messages_dev.csv")
    autumn = [[row[name].replace('"', "") for name in COLUMNS] for row in rows if row["created_at"] >= "2019-10-20"]
    members = rows_of(folder / "gold_members_dev.csv")
    largest = {row["message_id"] for row in members if row["issue_id"] == "H01"}
    traps = {row["message_id"] for row in rows_of(folder / "traps_dev.csv")}

    answer = json.loads(run(table(autumn), "--from", "2019-11-11", "--to", "2019-12-09", "--every-days", "14").output)

    second = answer["rounds"][1]["findings"][0]
    known = sum(row[0] in largest and row[3] < "2019-11-25" for row in autumn)
    assert len(set(second["message_ids"]) & largest) >= 0.9 * known
    assert set(second["message_ids"]) <= largest
    told = {name for one in answer["rounds"] for found in one["findings"] for name in found["message_ids"]}
    assert not told & traps
    assert all(found["reporters"] >= 3 for one in answer["rounds"] for found in one["findings"])
