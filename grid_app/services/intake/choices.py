"""What is chosen for a sheet and kept for its source: which column is which item, what its words stand for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.intake import ImportSheet
from grid_app.policy import Actor
from grid_app.services.intake.columns import Columns
from grid_app.services.intake.file import CsvFile
from grid_app.services.intake.matching import kind_words, matched, place_words
from grid_app.services.intake.proposal import ITEM_WORDS, propose
from grid_app.services.intake.sheets import require_reading, source_of
from grid_app.services.intake.table import RowReader, Tables

NEEDED: Final = {"text": "主要内容", "noted_at": "日期"}


@dataclass(frozen=True)
class Choices:
    """What a person chose for a sheet: the column of each item, and values for what the sheet does not say."""

    columns: Mapping[str, str]
    all_closed: bool = False
    place: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Words:
    """The words of a sheet for places and kinds: all of them, and the codes of those that are understood."""

    places: tuple[str, ...]
    kinds: tuple[str, ...]
    place_codes: Mapping[str, str]
    kind_codes: Mapping[str, str]

    @property
    def open_places(self) -> tuple[str, ...]:
        """The names of places that a person must choose for."""
        return tuple(word for word in self.places if word not in self.place_codes)

    @property
    def open_kinds(self) -> tuple[str, ...]:
        """The names of kinds that a person must choose for."""
        return tuple(word for word in self.kinds if word not in self.kind_codes)


def proposed(session: Session, sheet: ImportSheet) -> Choices:
    """Return what was chosen for this sheet, else what is proposed from its source and its column names."""
    chosen = sheet.facts.get("chosen")
    if isinstance(chosen, dict):
        return Choices(**chosen)
    kept = source_of(session, sheet).columns
    named = {item: [name] for item, name in kept.get("columns", {}).items()}
    columns = propose(sheet.facts["columns"], named)
    return Choices(columns, bool(kept.get("all_closed")), kept.get("place", ""), kept.get("kind", ""))


def choose_columns(session: Session, sheet: ImportSheet, *, choices: Choices, actor: Actor, now: datetime) -> None:
    """Keep which column is which item, for this sheet and for its source.

    Raises
    ------
    ConflictError
        The sheet is being imported already.
    InvalidError
        Something a report needs is missing, or a column stands twice.
    """
    require_reading(sheet)
    problems = _column_problems(choices, sheet, place_words(session, actor=actor))
    if problems:
        raise InvalidError("还没有保存,已选的都还在。", fields=problems)
    kept = {
        "columns": {item: name for item, name in choices.columns.items() if name},
        "all_closed": choices.all_closed, "place": choices.place, "kind": choices.kind,
    }  # fmt: skip
    sheet.facts = {**sheet.facts, "chosen": kept}
    source = source_of(session, sheet)
    source.columns, source.changed_at, sheet.changed_at = kept, now, now


def words_in(session: Session, sheet: ImportSheet, file: CsvFile, *, actor: Actor) -> Words:
    """Return the words of a sheet for places and kinds, with the codes of those that are understood."""
    choices = proposed(session, sheet)
    chosen = source_of(session, sheet).words
    places = _values(file, choices.columns.get("district", ""))
    kinds = _values(file, choices.columns.get("type", ""))
    return Words(
        places,
        kinds,
        matched(places, known=place_words(session, actor=actor), chosen=chosen.get("places", {}), kind=False),
        matched(kinds, known=kind_words(actor), chosen=chosen.get("kinds", {}), kind=True),
    )


def choose_words(
    session: Session, sheet: ImportSheet, *, places: Mapping[str, str], kinds: Mapping[str, str], actor: Actor,
    now: datetime,
) -> None:  # fmt: skip
    """Keep what the words of a source stand for; an empty code leaves the rows of that word out.

    Raises
    ------
    ConflictError, InvalidError
        The sheet is being imported already; a code lies outside the actor's area or rights.
    """
    require_reading(sheet)
    reach, may = allowed_places(session, actor), set(kind_words(actor).values())
    if any(code and code not in reach for code in places.values()) or any(c and c not in may for c in kinds.values()):
        raise InvalidError("有的选择不在您的范围内,没有保存。请重新选择。")
    source = source_of(session, sheet)
    before = source.words
    source.words = {
        "places": {**before.get("places", {}), **{word: code for word, code in places.items() if code}},
        "kinds": {**before.get("kinds", {}), **{word: code for word, code in kinds.items() if code}},
    }
    source.changed_at = sheet.changed_at = now


def reader_of(session: Session, sheet: ImportSheet, file: CsvFile, *, actor: Actor) -> RowReader:
    """Return what turns the rows of a sheet into reports, by what was chosen."""
    choices, words = proposed(session, sheet), words_in(session, sheet, file, actor=actor)
    sources = {item: (name,) for item, name in choices.columns.items() if name and item in ITEM_WORDS}
    fixed = {"state": "已办结"} if choices.all_closed else {}
    if "district" not in sources and choices.place:
        fixed["division"] = choices.place
    if "type" not in sources:
        fixed["category"] = choices.kind or "99"
    kept = {item: names for item, names in sources.items() if item not in fixed}
    tables = Tables(words.kind_codes, words.place_codes, _space(session, sheet), allowed_places(session, actor))
    return RowReader(Columns(kept, fixed), tables)


def allowed_places(session: Session, actor: Actor) -> frozenset[str]:
    """Return the codes that an actor may bring something into."""
    return frozenset(place_words(session, actor=actor).values())


def _space(session: Session, sheet: ImportSheet) -> str:
    """Return the name space of a source's references: two offices may both have a number 1."""
    return f"{sheet.unit_id}/{source_of(session, sheet).name}"


def _column_problems(choices: Choices, sheet: ImportSheet, places: Mapping[str, str]) -> dict[str, str]:
    columns = sheet.facts["columns"]
    used = [name for name in choices.columns.values() if name]
    problems = {
        item: "这一列已经选给别的项目了,请换一列。" for item, name in choices.columns.items() if used.count(name) > 1
    }
    problems |= {item: "文件里没有这一列。" for item, name in choices.columns.items() if name and name not in columns}
    missing = {item: word for item, word in NEEDED.items() if not choices.columns.get(item)}
    problems |= {item: f"请选哪一列是“{word}”。没有它不能导入。" for item, word in missing.items()}
    if not choices.columns.get("district") and choices.place not in places.values():
        problems["place"] = "请选哪一列是村(社区);没有这一列,就选一个地点给所有的行。"
    return problems


def _values(file: CsvFile, column: str) -> tuple[str, ...]:
    found = dict.fromkeys(row.values.get(column, "").strip() for row in file.rows) if column else {}
    return tuple(word for word in found if word)
