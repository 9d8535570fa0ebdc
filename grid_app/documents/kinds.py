"""The kinds of documents as data: what each is called, what its template may and must hold, what is asked first."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

FOLDER: Final = Path(__file__).resolve().parent
LOOP: Final = "行"
"""The name that a row has inside a template's loop."""


@dataclass(frozen=True)
class Asked:
    """What whoever issues a document writes first: the field, a hint, and how many lines it usually takes."""

    name: str
    hint: str
    lines: int


@dataclass(frozen=True)
class Kind:
    """One kind of document.

    ``fields`` maps every placeholder to what it means, ``rows`` every list to its columns; ``required`` must stand in
    the template. ``numbered`` documents carry a number of the unit and year; those that are not ``issued`` are made
    as part of something else only.
    """

    code: str
    title: str
    basis: str
    fields: dict[str, str]
    examples: dict[str, str]
    rows: dict[str, tuple[str, ...]]
    required: tuple[str, ...]
    asked: tuple[Asked, ...]
    numbered: bool = True
    issued: bool = True


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind by its code, in the order of the file."""
    data = tomllib.loads((FOLDER / "kinds.toml").read_text("utf-8"))
    return {row["code"]: _kind(row, data["common"], data["rows"]) for row in data["kind"]}


def kind_of(code: str) -> Kind | None:
    """Return the kind with this code, or ``None``."""
    return kinds().get(code)


def _kind(row: dict[str, object], common: dict[str, list[str]], rows: dict[str, tuple[str, list[str]]]) -> Kind:
    asked = tuple(Asked(name, hint, lines) for name, hint, lines in _lists(row["asked"]))
    hints = {one.name: one.hint for one in asked}
    own = [str(name) for name in _list(row["fields"])]
    return Kind(
        code=str(row["code"]),
        title=str(row["title"]),
        basis=str(row["basis"]),
        fields={name: told[0] for name, told in common.items()} | {name: hints.get(name, name) for name in own},
        examples={name: told[1] for name, told in common.items()} | {name: f"(示例){name}" for name in own},
        rows={str(name): tuple(rows[str(name)][1]) for name in _list(row.get("rows", []))},
        required=tuple(str(name) for name in _list(row["required"])),
        asked=asked,
        numbered=bool(row.get("numbered", True)),
        issued=bool(row.get("issued", True)),
    )


def _list(found: object) -> list[object]:
    return found if isinstance(found, list) else []


def _lists(found: object) -> list[tuple[str, str, int]]:
    return [(str(one[0]), str(one[1]), int(one[2])) for one in _list(found) if isinstance(one, list)]
