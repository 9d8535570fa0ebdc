"""Checklists beside the stages of handling, from a file: the six of sorting, and three questions at each stage."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.duties import StageCheck
from grid_app.services.control_words import refuse_control_words
from grid_app.services.matters.step import Step, may_handle, opened, write
from grid_app.vocabulary.handling import FIVE_STAGE_WORDS

LONGEST_CODE: Final = 30


@dataclass(frozen=True)
class Line:
    """One line of a list: its code, which is also what its answer is kept under, and what is asked."""

    code: str
    ask: str


@dataclass(frozen=True)
class Checklist:
    """One list; ``groups`` are its parts (the stages, or one part without a name) with their lines."""

    code: str
    title: str
    groups: tuple[tuple[str, tuple[Line, ...]], ...]

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the codes of all its lines."""
        return tuple(line.code for _, lines in self.groups for line in lines)


@dataclass(frozen=True)
class Checklists:
    """The lists in force and their version."""

    version: int
    lists: tuple[Checklist, ...]

    def find(self, code: str) -> Checklist | None:
        """Return a list by its code."""
        return next((one for one in self.lists if one.code == code), None)


@cache
def checklists() -> Checklists:
    """Return the lists of the file."""
    return read_checklists(files("grid_app.services.handling").joinpath("checklists.toml").read_text("utf-8"))


def read_checklists(text: str) -> Checklists:
    """Return the lists that ``text`` (TOML) spells.

    Raises
    ------
    ValueError
        A list names a stage that does not exist, or a code twice.
    InvalidError
        A name holds a word of control.
    """
    data = tomllib.loads(text)
    lists = tuple(_checklist(row) for row in data["list"])
    codes = [one.code for one in lists]
    if len(set(codes)) < len(codes):
        raise ValueError(f"a list stands there twice: {codes}")
    return Checklists(int(data["version"]), lists)


def record_checks(session: Session, step: Step, *, list_code: str, done: Collection[str]) -> None:
    """Keep which lines of a list hold; the others are kept as not yet. It overwrites nothing but the answers before."""
    found = checklists().find(list_code)
    if found is None or not set(done) <= set(found.codes):
        raise InvalidError("没有保存。请在页面上重新勾选。", fields={"done": "请在页面上重新勾选。"})
    dispute = opened(session, step)
    step = may_handle(step, dispute)
    before = {
        row.item_code: row
        for row in session.scalars(
            select(StageCheck).where(StageCheck.dispute_id == dispute.id, StageCheck.list_code == list_code)
        )
    }
    changed = [code for code in found.codes if code not in before or before[code].done != (code in done)]
    if not changed:
        return
    for code in changed:
        row = before.get(code) or StageCheck(dispute_id=dispute.id, list_code=list_code, item_code=code)
        row.done, row.list_version, row.at = code in done, checklists().version, step.now
        row.assignment_id = step.actor.assignment_id
        session.add(row)
    write(session, step, dispute, kind="stage_checked", details={"list": list_code, "done": len(set(done))})


def _checklist(row: dict[str, object]) -> Checklist:
    items, stages = row["item"], row["stages"]
    if not isinstance(items, list) or not isinstance(stages, list):
        raise TypeError("a list has `item` and `stages`")
    code, title = str(row["code"]), str(row["title"])
    refuse_control_words({"title": title, **{str(one["code"]): str(one["ask"]) for one in items}})
    unknown = [stage for stage in stages if stage not in FIVE_STAGE_WORDS]
    if unknown:
        raise ValueError(f"no such stage: {unknown}")
    parts = [(FIVE_STAGE_WORDS[stage], f"{stage}_") for stage in stages] or [("", "")]
    groups = tuple(
        (word, tuple(Line(f"{begin}{one['code']}"[:LONGEST_CODE], str(one["ask"])) for one in items))
        for word, begin in parts
    )
    made = Checklist(code, title, groups)
    if len(set(made.codes)) < len(made.codes):
        raise ValueError(f"a line stands twice in {code}")
    return made
