"""How the status of villages is shown: words, tones, rows by code; the official naming beside, never mixed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from flask import url_for

from grid_app.queries.map_area import Area
from grid_app.queries.map_layers import NAMED, NAMING_WORDS, NOT_NAMED
from grid_app.queries.naming_course import Course, StepLine
from grid_app.queries.village_months import MonthOnRecord
from grid_app.queries.village_status import VillageStatus, disagrees
from grid_app.standing.criteria import MET, NAMES, NO_DATA, NOT_MET, RESULT_WORDS, TOO_FEW, CriterionResult
from grid_app.standing.states import LAPSED, NOT_ASSESSED, ON_TRACK, STATE_WORDS, STATES, UNDER_REVIEW
from grid_app.vocabulary.namings import STEP_WORDS

TONES: Final = {
    NOT_ASSESSED: "neutral", ON_TRACK: "active", MET: "done", UNDER_REVIEW: "attention", LAPSED: "attention",
}  # fmt: skip
RESULT_TONES: Final = {MET: "done", NOT_MET: "attention", TOO_FEW: "neutral", NO_DATA: "neutral"}
DISAGREE, LOOK = "disagree", "look"
WAITING: Final = "waiting"
"""The list of namings narrowed to those that ask for something."""
FILTERS: Final = {
    **{state: f"只看{STATE_WORDS[state]}的" for state in STATES},
    DISAGREE: "只看两栏不一致的",
    LOOK: "只看需要看一看的",
}
Cell = dict[str, object]


@dataclass(frozen=True)
class Line:
    """One village in the table."""

    code: str
    township: str
    status: VillageStatus
    naming: str

    @property
    def disagrees(self) -> bool:
        """Say whether the two columns tell different things."""
        return disagrees(self.status.state, named=self.naming == NAMED)


def full_day(day: date) -> str:
    """Return a day with its year: what holds for years, or was done years ago, needs it."""
    return f"{day.year}年{day.month}月{day.day}日"


def lines_of(area: Area, statuses: Mapping[str, VillageStatus], namings: Mapping[str, str]) -> list[Line]:
    """Return one line for each village of the area, in the order of their codes."""
    return [
        Line(code, village.parent_code or "", statuses[code], namings.get(code, NOT_NAMED))
        for code, village in area.villages.items()
        if code in statuses
    ]


def chosen(lines: Sequence[Line], wanted: str) -> list[Line]:
    """Return the lines that a filter leaves; an unknown one leaves all."""
    if wanted in STATES:
        return [line for line in lines if line.status.state == wanted]
    if wanted == DISAGREE:
        return [line for line in lines if line.disagrees]
    return [line for line in lines if line.status.needs_a_look] if wanted == LOOK else list(lines)


def row_of(line: Line, area: Area) -> Cell:
    """Return a line as the table shows it."""
    township = area.townships.get(line.township)
    return {
        "code": line.code,
        "village": f"{township.name} {area.villages[line.code].name}" if township else area.villages[line.code].name,
        "url": url_for("villages.status", code=line.code),
        "state": STATE_WORDS[line.status.state],
        "tone": TONES[line.status.state],
        "why": line.status.why,
        "naming": NAMING_WORDS[line.naming],
        "naming_tone": "done" if line.naming == NAMED else "neutral",
        "naming_url": url_for("village_namings.course", code=line.code),
        "disagrees": line.disagrees,
        "look": bool(line.status.needs_a_look),
    }


def counts_of(lines: Sequence[Line]) -> list[tuple[str, int]]:
    """Return how many villages are in each state; villages are counted, nobody else."""
    return [(STATE_WORDS[state], sum(line.status.state == state for line in lines)) for state in STATES]


def criterion_of(result: CriterionResult) -> Cell:
    """Return one criterion as a page shows it."""
    return {
        "key": result.key,
        "name": NAMES[result.key],
        "word": RESULT_WORDS[result.state],
        "tone": RESULT_TONES[result.state],
        "evidence": result.evidence,
        "why": result.why,
    }


def month_of(month: MonthOnRecord) -> Cell:
    """Return one month on record as the history shows it."""
    found = month.status
    words = [f"{NAMES[one.key]}{RESULT_WORDS[one.state]}" for one in found.criteria if one.state != MET]
    return {
        "month": f"{found.month.year}年{found.month.month}月" if found.month else "",
        "state": STATE_WORDS[found.state],
        "tone": TONES[found.state],
        "why": found.why,
        "rest": "、".join(words) or "七项都达到",
        "holds": "重算一致" if month.holds else "重算不一致",
    }


def facts_of(status: VillageStatus) -> list[tuple[str, str]]:
    """Return the days of a status in words."""
    told = [
        ("评估到", full_day(status.month) if status.month else "还没有评估过"),
        ("现在的状态从", full_day(status.since) if status.since else ""),
        ("达标有效到", full_day(status.met_until) if status.met_until else ""),
        ("复核到", full_day(status.review_until) if status.review_until else ""),
    ]
    return [pair for pair in told if pair[1]]


def naming_of(course: Course) -> list[tuple[str, str]]:
    """Return the recorded naming in words."""
    row = course.naming
    if row is None:
        return [("现在", NAMING_WORDS[NOT_NAMED])]
    return [
        ("现在", NAMING_WORDS[row.status]),
        ("文号", row.document_number),
        ("命名日期", full_day(row.named_on)),
        ("到期日", full_day(row.expires_on) if row.expires_on else "文件没有写"),
        ("年度复核", f"{full_day(course.review_due)}以前" if course.review_due else "–"),
    ]


def step_of(line: StepLine) -> Cell:
    """Return one step of a naming as a table shows it."""
    return {
        "kind": STEP_WORDS[line.kind],
        "on": full_day(line.done_on),
        "unit": line.unit,
        "document": line.document_number,
        "reason": line.reason,
    }
