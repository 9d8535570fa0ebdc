"""Workbooks of the old kind (.xls), written byte by byte: as offices have them, and as nobody should make them."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence

SECTOR = 512
SHORTEST_STREAM = 4096
END, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Cell = "str | float | None"


def record(kind: int, content: bytes = b"") -> bytes:
    """Return one record of a sheet."""
    return struct.pack("<HH", kind, len(content)) + content


def cell_record(row: int, column: int, value: str | float) -> bytes:
    """Return the record of one cell: a text or a number."""
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, str):
        return record(0x0204, place + struct.pack("<HB", len(value), 1) + value.encode("utf-16-le"))
    return record(0x0203, place + struct.pack("<d", value))


def formula_record(row: int, column: int, value: float, code: bytes) -> bytes:
    """Return the record of a formula with the value that it had last."""
    place = struct.pack("<HHH", row, column, 0)
    return record(0x0006, place + struct.pack("<dHIH", value, 0, 0, len(code)) + code)


def dimensions(rows: int, columns: int) -> bytes:
    """Return the record by which a sheet says how large it is."""
    return record(0x0200, struct.pack("<IIHHH", 0, rows, 0, columns, 0))


def cells_of(rows: Sequence[Sequence[str | float | None]]) -> bytes:
    """Return the records of the cells of a sheet."""
    return b"".join(
        cell_record(at, column, value)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    )


def stream_of(sheets: Mapping[str, bytes]) -> bytes:
    """Return the stream of a workbook: its sheets by name, each with the records of its own."""
    begin = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 0, 0, 0)) + record(0x0042, struct.pack("<H", 1200))
    end = record(0x000A)
    sizes = [4 + 8 + 2 * len(name) for name in sheets]
    at = len(begin) + sum(sizes) + len(end)
    heads, bodies = [], []
    for name, records in sheets.items():
        body = record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 0, 0, 0)) + records + record(0x000A)
        said = struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")
        heads.append(record(0x0085, struct.pack("<IBB", at, 0, 0) + said))
        bodies.append(body)
        at += len(body)
    return b"".join([begin, *heads, end, *bodies])


def packed(stream: bytes, *, name: str = "Workbook") -> bytes:
    """Return the file that holds a stream, as the format of compound files has it."""
    body = stream.ljust(max(len(stream), SHORTEST_STREAM), b"\0")
    body = body.ljust(-(-len(body) // SECTOR) * SECTOR, b"\0")
    count = len(body) // SECTOR
    tables = -(-(count + 2) // (SECTOR // 4 - 1))
    chain = [END, *range(2, count + 1), END, *[FAT_SECTOR] * tables]
    fat = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * SECTOR, b"\xff")
    directory = _entry("Root Entry", 5, child=1, start=END, size=0) + _entry(name, 2, start=1, size=len(body))
    head = struct.pack(
        "<8s16sHHHHH6xIIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"", 0x3E, 3, 0xFFFE, 9, 6,
        0, tables, 0, 0, SHORTEST_STREAM, END, 0, END, 0, count + 1,
    )  # fmt: skip
    more = struct.pack(f"<{tables - 1}I", *range(count + 2, count + 1 + tables)) if tables > 1 else b""
    return (head + more).ljust(SECTOR, b"\xff") + directory.ljust(SECTOR, b"\0") + body + fat


def old_workbook(sheets: Mapping[str, Sequence[Sequence[str | float | None]]]) -> bytes:
    """Return an .xls file with sheets of texts and numbers."""
    return packed(stream_of({name: cells_of(rows) for name, rows in sheets.items()}))


def _entry(name: str, kind: int, *, start: int, size: int, child: int = FREE) -> bytes:
    said = name.encode("utf-16-le") + b"\0\0"
    return struct.pack(
        "<64sHBBIII16sI8s8sIQ", said, len(said), kind, 1, FREE, FREE, child, b"", 0, b"", b"", start, size
    )
