"""What stands in each column of a superior's sheet: a field of ours, a fixed text, or nothing; our words in theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final

from grid_app.errors import InvalidError
from grid_app.services.control_words import control_words_in
from grid_app.services.sheets.fields import FIELDS, proposed, tells_of_persons
from grid_app.services.typed import without_null

if TYPE_CHECKING:  # the module loads openpyxl, which a start need not wait for
    from grid_app.documents.tables.template import Header

FIXED: Final = "fixed"
NOTHING: Final = ""
LONGEST_FIXED: Final = 200
MOST_WORDS: Final = 120
NOT_SAVED: Final = "没有保存,有几处要改。已填的都还在。"
PERSONS: Final = "这一列是写人的,平台不填。"


@dataclass(frozen=True)
class SheetColumn:
    """A column: its letter and name; ``source`` is a field, ``fixed`` with ``text``, or nothing.

    ``words`` turns our words into the superior's, such as 是 into 1.
    """

    letter: str
    name: str
    source: str = NOTHING
    text: str = ""
    words: Mapping[str, str] = field(default_factory=dict)


def first_columns(header: Header, before: Sequence[SheetColumn] = ()) -> list[SheetColumn]:
    """Return the columns of a new header: as they were in the version before where the name is the same."""
    known = {"".join(one.name.split()): one for one in before}
    found = []
    for letter, name in header.columns:
        kept = known.get("".join(name.split()))
        found.append(
            SheetColumn(letter, name, kept.source, kept.text, kept.words)
            if kept
            else SheetColumn(letter, name, proposed(name))
        )
    return found


def stored(columns: Sequence[SheetColumn]) -> list[dict[str, Any]]:
    """Return columns as they stand in the row of a sheet."""
    return [asdict(one) for one in columns]


def read(rows: Sequence[Mapping[str, Any]]) -> list[SheetColumn]:
    """Return the columns of a stored sheet."""
    return [SheetColumn(**row) for row in rows]


def typed_columns(columns: Sequence[SheetColumn], typed: Mapping[str, str]) -> list[SheetColumn]:
    """Return the columns with what a person chose for each.

    ``typed`` holds per letter ``source_B``, ``text_B`` and ``words_B`` (a line per word: 是=1).

    Raises
    ------
    InvalidError
        Nothing is filled at all, a column of persons was given something, or a line is no translation.
    """
    wrong: dict[str, str] = {}
    found = []
    for one in columns:
        source = typed.get(f"source_{one.letter}", NOTHING)
        text = " ".join(without_null(typed.get(f"text_{one.letter}", "")).split())
        words, problem = _words(without_null(typed.get(f"words_{one.letter}", "")))
        found.append(SheetColumn(one.letter, one.name, source, text if source == FIXED else "", words))
        if problem:
            wrong[f"words_{one.letter}"] = problem
        wrong |= _problem(found[-1], text)
    if not wrong and not any(one.source in FIELDS for one in found):
        wrong["columns"] = "还没有一列选了要填的内容,请至少选一列。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    return found


def _problem(one: SheetColumn, text: str) -> dict[str, str]:
    source, told = f"source_{one.letter}", f"text_{one.letter}"
    if one.source not in (NOTHING, FIXED) and one.source not in FIELDS:
        return {source: "请从列表里选。"}
    if one.source != NOTHING and tells_of_persons(one.name):
        return {source: f"“{one.name}”{PERSONS}请选“不填”。"}
    if one.source == FIXED and not 0 < len(text) <= LONGEST_FIXED:
        return {told: f"选了“固定的字”,请写是什么字,最多 {LONGEST_FIXED} 个。"}
    if found := control_words_in(" ".join((text, *one.words.values()))):
        return {told: f"不能有“{'、'.join(found)}”。只写事情,不写人。"}
    return {}


def said_words(words: Mapping[str, str]) -> str:
    """Return translations as they are typed: a line per word."""
    return "\n".join(f"{ours}={theirs}" for ours, theirs in words.items())


def _words(text: str) -> tuple[dict[str, str], str]:
    found: dict[str, str] = {}
    for line in filter(None, (part.strip() for part in text.replace("\r", "").split("\n"))):
        ours, sign, theirs = line.replace("=", "=", 1).partition("=")
        if not (sign and ours.strip()):
            return found, f"“{line[:30]}”看不懂。请一行写一个,例如:是=1。"
        found[ours.strip()[:60]] = theirs.strip()[:60]
    return found, "" if len(found) <= MOST_WORDS else f"最多写 {MOST_WORDS} 行。"
