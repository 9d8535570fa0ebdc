"""Workbooks of the old kind, and hostile ones: read as the others are, or refused with a sentence; nobody is harmed."""

from __future__ import annotations

import io
import random
import resource
import struct
import time
import zipfile
from contextlib import suppress

import pytest

from grid_app.documents import workbook_apart, workbook_apart_child
from grid_app.errors import InvalidError
from grid_app.services.intake.sheet import BUSY, TOO_LARGE, UNREADABLE, read_sheet
from tests.old_sheets import cell_record, cells_of, dimensions, formula_record, old_workbook, packed, record, stream_of
from tests.sheets import HEAD, ledger

ROWS = [
    ["日期", "村(社区)", "主要内容", "户数"],
    ["2025-01-01", "云岭村", "水沟堵了", 3.0],
    ["2025-01-02", "柳湾村", "停车场收费", 2.5],
]
FAR = cells_of(ROWS) + cell_record(65_535, 255, "远")
MERGED_OVER_ALL = record(0x00E5, struct.pack("<H", 1_000) + struct.pack("<HHHH", 0, 65_535, 0, 255) * 1_000)
WITHOUT_CODE = b"\x01\x00\x00\x00\x00"
NAMES_A_SHEET_ELSEWHERE = record(0x01AE, b"\x01\x00" + b"\x08\x00\x01C:\\other") + record(
    0x0017, b"\x01\x00" + b"\xff" * 6
)


def sheet_of(records: bytes) -> bytes:
    return packed(stream_of({"台账": records}))


def broken_place() -> bytes:
    stream = bytearray(stream_of({"台账": cells_of(ROWS)}))
    at = stream.index(struct.pack("<H", 0x0085), 20)
    stream[at + 4 : at + 8] = b"\xff\xff\xff\x7f"
    return packed(bytes(stream))


def ring() -> bytes:
    """Return a file whose stream never ends: its last sector is followed by its first."""
    raw = bytearray(old_workbook({"台账": ROWS}))
    at = raw.rindex(struct.pack("<I", 0xFFFFFFFE))
    raw[at : at + 4] = struct.pack("<I", 1)
    return bytes(raw)


def refused(raw: bytes, name: str = "台账.xls") -> str:
    with pytest.raises(InvalidError) as refusal:
        read_sheet(raw, name)
    return refusal.value.sentence


@pytest.mark.parametrize("name", ["台账.xls", "台账.XLS", "台账.xlsx"])
def test_a_workbook_of_the_old_kind_is_read_whatever_its_name_says(name: str) -> None:
    sheet = read_sheet(old_workbook({"台账": ROWS, "说明": [["没有台账"]]}), name)

    assert (sheet.name, sheet.others, sheet.header_line) == ("台账", ("说明",), 1)
    assert sheet.file.columns == ("日期", "村(社区)", "主要内容", "户数")
    assert [row.values["户数"] for row in sheet.file.rows] == ["3", "2.5"]


def test_a_new_workbook_under_an_old_name_is_read() -> None:
    assert read_sheet(ledger(), "台账.xls").file.columns == HEAD


def test_formulas_tell_their_last_value_and_nothing_elsewhere_is_fetched() -> None:
    records = NAMES_A_SHEET_ELSEWHERE + cells_of(ROWS) + formula_record(2, 3, 7.0, WITHOUT_CODE)

    assert [row.values["户数"] for row in read_sheet(sheet_of(records), "a.xls").file.rows] == ["3", "7"]


@pytest.mark.parametrize(
    "raw",
    [
        sheet_of(dimensions(0xFFFF_FFFF, 0xFFFF) + cells_of(ROWS)),
        sheet_of(record(0x0200, struct.pack("<IIHHH", 5, 1, 5, 1, 0)) + cells_of(ROWS)),
        sheet_of(cells_of(ROWS) + cell_record(65_535, 65_535, "远")),
        packed(stream_of({f"表{number}": FAR for number in range(12)})),
        sheet_of(cells_of([ROWS[0], *ROWS[1:] * 40]) + MERGED_OVER_ALL),
        sheet_of(record(0x0204, b"\0") + cells_of(ROWS)),
        broken_place(),
        old_workbook({"台账": ROWS})[:3_000],
        packed(stream_of({"台账": cells_of(ROWS)}), name="Other"),
    ],
    ids=["huge", "backwards", "far", "many_far", "merged", "short_record", "place", "cut", "no_book"],
)  # fmt: skip
def test_what_asks_for_more_than_there_is_ends_with_a_sentence(raw: bytes) -> None:
    begun, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    assert refused(raw) in (UNREADABLE, TOO_LARGE)

    assert time.monotonic() - begun < workbook_apart.LONGEST_SECONDS / 2
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 300 * 1024
    assert read_sheet(old_workbook({"台账": ROWS}), "a.xls").name == "台账"


def test_a_file_that_was_bent_anywhere_is_read_or_refused() -> None:
    rng, whole = random.Random(20261123), old_workbook({"台账": ROWS})  # noqa: S311 - test data, the same every time
    assert read_sheet(ring(), "a.xls").file.columns == tuple(ROWS[0])
    for _ in range(25):
        bent = bytearray(whole)
        for _ in range(rng.randint(1, 12)):
            bent[rng.choice((rng.randrange(512, 1_400), rng.randrange(len(bent))))] = rng.randrange(256)
        with suppress(InvalidError):
            assert read_sheet(bytes(bent), "a.xls").file.columns


def test_a_packed_file_that_hides_behind_another_beginning_is_measured_too() -> None:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("xl/worksheets/sheet1.xml", b"<worksheet>" + b" " * 500_000_000)

    for start in (b"X", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        assert "。" in refused(start + kept.getvalue())


def test_one_text_in_a_million_cells_is_not_told_a_million_times(monkeypatch) -> None:
    monkeypatch.setattr(workbook_apart_child, "MOST_TOLD", 60)

    with pytest.raises(MemoryError):
        workbook_apart_child._found(old_workbook({"台账": ROWS * 9}), wanted="", most_lines=99)


def test_who_comes_while_others_read_is_told_to_come_again(monkeypatch) -> None:
    monkeypatch.setattr(workbook_apart, "PATIENCE_SECONDS", 0.01)
    with workbook_apart._turn:  # somebody else's turn
        assert refused(ledger()) == BUSY

    assert read_sheet(ledger(), "a.xlsx").file.columns == HEAD
