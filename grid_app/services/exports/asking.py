"""What somebody asks of an export, from what was typed, and back from the row of the job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from grid_app.errors import InvalidError
from grid_app.queries.exports.disputes import ANY, ENDED, OPEN, Wanted
from grid_app.services.exports.kinds import FORM_WORDS, KINDS
from grid_app.services.typed import day_of, without_null

STATE_CHOICES: Final = {ANY: "全部", OPEN: "未办结的", ENDED: "已办结、已转出的"}
NOT_STARTED: Final = "没有开始导出,有几处要改。已填的都还在。"
DATE_FORM: Final = "请写成 2026-11-20 这样的日期。"
LONGEST_CODE: Final = 24
ALL: Final = Wanted()


@dataclass(frozen=True)
class Asked:
    """An export as it can be made; ``with_mark`` puts the mark before CSV that office programs know UTF-8 by."""

    kind: str
    form: str
    wanted: Wanted = ALL
    with_mark: bool = True

    def parameters(self) -> dict[str, Any]:
        """Return what stands in the row of the job beside kind and form."""
        wanted = self.wanted
        return {
            "first": wanted.first.isoformat() if wanted.first else "",
            "last": wanted.last.isoformat() if wanted.last else "",
            "place": wanted.place,
            "state": wanted.state,
            "with_mark": self.with_mark,
        }


def asked_of(typed: Mapping[str, str]) -> Asked:
    """Return what was asked for.

    Raises
    ------
    InvalidError
        An unknown kind, a form it does not come in, or dates that are none; every field has its sentence.
    """
    wrong: dict[str, str] = {}
    kind = KINDS.get(typed.get("kind", ""))
    form = typed.get("form", "")
    if kind is None:
        wrong["kind"] = "请选要导出什么。"
    elif form not in kind.forms:
        able = "、".join(FORM_WORDS[one] for one in kind.forms)
        wrong["form"] = f"“{kind.word}”可以选:{able}。"
    wanted = Wanted()
    if kind is not None and kind.is_filtered:
        wanted, dates = _wanted(typed)
        wrong |= dates
    if wrong or kind is None:
        raise InvalidError(NOT_STARTED, fields=wrong)
    return Asked(kind.code, form, wanted, with_mark=typed.get("mark", "yes") != "no")


def _wanted(typed: Mapping[str, str]) -> tuple[Wanted, dict[str, str]]:
    days: dict[str, date | None] = {name: day_of(typed.get(name, "")) for name in ("first", "last")}
    wrong = {name: DATE_FORM for name, day in days.items() if day is None and typed.get(name, "").strip()}
    first, last = days["first"], days["last"]
    if first and last and first > last:
        wrong["last"] = "截止日期早于开始日期,请核对。"
    state = typed.get("state", ANY)
    if state not in STATE_CHOICES:
        wrong["state"] = "请从列表里选。"
    return Wanted(first, last, without_null(typed.get("place", "")).strip()[:LONGEST_CODE], state), wrong


def asked_again(kind: str, form: str, parameters: Mapping[str, Any]) -> Asked:
    """Return what the row of a job says was asked for."""
    wanted = Wanted(
        first=day_of(parameters.get("first", "")), last=day_of(parameters.get("last", "")),
        place=parameters.get("place", ""), state=parameters.get("state", ANY),
    )  # fmt: skip
    return Asked(kind, form, wanted, with_mark=bool(parameters.get("with_mark", True)))
