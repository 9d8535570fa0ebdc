"""What becomes of a background report: contacted, taken up, assigned, closed; planned at once, written later.

First contacts have draws of their own, so that they move nothing else in the county.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from grid_app.clock import SHANGHAI, local
from grid_app.demo.background import Telling
from grid_app.demo.names import Department, table
from grid_app.demo.people import Staff

DAY: Final = timedelta(days=1)
STILL_OPEN_SHARE: Final = 0.1
DECLINED_SHARE: Final = 0.03
REFERRED_SHARE: Final = 0.02
ASSIGNED_SHARE: Final = 0.6
REOPENED_SHARE: Final = 0.03
MEDIAN_DAYS: Final = 15.0
CONTACTS: Final = 131
CONTACTED_SHARE: Final = 0.93
CONTACT_HOURS: Final = 5.0
CONTACT_WAYS: Final = {"phone": 0.68, "visit": 0.27, "not_reached": 0.05}
ENDINGS: Final = frozenset({"not_accepted", "referred_out", "closed"})
GROUNDS: Final = {
    "agreement_performed": 0.72,
    "withdrawn_by_party": 0.14,
    "moved_to_legal_pathway": 0.08,
    "not_established": 0.06,
}
OUTCOMES: Final = {
    "moved_to_legal_pathway": "双方愿意走法律途径,已告知怎么申请、到哪里去,并帮助联系了法律援助。",
    "not_established": "到现场核对过,反映的情况与实际不符,已当面说明,双方认可。",
}


@dataclass(frozen=True, kw_only=True)
class PlannedStep:
    """One step of handling: when, what, by whom, in which words.

    ``unit_id`` is the unit that gets the matter, ``way`` how the resident was contacted.
    """

    at: datetime
    kind: str
    by: UUID
    note: str = ""
    unit_id: UUID | None = None
    ground: str = ""
    basis: str = ""
    way: str = ""


class Courses:
    """Plans courses; ``bases`` gives the law by category."""

    def __init__(
        self,
        rng: np.random.Generator,
        staff: Staff,
        *,
        bases: Mapping[str, str],
        departments: Sequence[Department],
    ) -> None:
        self._rng = rng
        self._contacts = np.random.default_rng(CONTACTS)
        self._staff = staff
        self._bases = bases
        self._words: dict[str, list[str]] = table("matters.toml")["steps"]
        self._departments = {group: one.name for one in departments for group in one.groups}

    def plan(self, told: Telling, *, until: datetime) -> list[PlannedStep]:
        """Return the steps of a report's course that lie before ``until``, in time order."""
        step = working_time(self._rng, told.at + DAY * float(self._rng.uniform(0.15, 2.5)))
        by = self._handler(told.place.code)
        chance = float(self._rng.random())
        if chance < DECLINED_SHARE:
            steps = [PlannedStep(at=step, kind="not_accepted", by=by, note=self._text("decline"))]
        elif chance < DECLINED_SHARE + REFERRED_SHARE:
            steps = [PlannedStep(at=step, kind="referred_out", by=by, note=self._text("refer"))]
        else:
            steps = self._taken_up(told, step, by)
        if not told.imported:
            steps = self._with_contact(told, steps, by)
        return [one for one in steps if one.at < until]

    def _with_contact(self, told: Telling, steps: list[PlannedStep], by: UUID) -> list[PlannedStep]:
        """Return the steps with the first talk with whoever reported the matter, which most matters have."""
        rng = self._contacts
        hours = float(rng.lognormal(np.log(CONTACT_HOURS), 0.8))
        at = working_time(rng, told.at + timedelta(hours=hours))
        way = list(CONTACT_WAYS)[int(rng.choice(len(CONTACT_WAYS), p=list(CONTACT_WAYS.values())))]
        choices = self._words[f"contact_{way}"]
        note = choices[int(rng.integers(len(choices)))]
        ends = min((one.at for one in steps if one.kind in ENDINGS), default=None)
        if rng.random() >= CONTACTED_SHARE or (ends is not None and at >= ends):
            return steps
        contact = PlannedStep(at=at, kind="contacted", by=by, note=note, way=way)
        return sorted([*steps, contact], key=lambda one: one.at)

    def _taken_up(self, told: Telling, at: datetime, by: UUID) -> list[PlannedStep]:
        office = self._staff.government(told.place.code)
        steps = [PlannedStep(at=at, kind="accepted", by=by, note=self._text("accept"), unit_id=office)]
        if self._rng.random() < ASSIGNED_SHARE:
            at = working_time(self._rng, at + timedelta(hours=1))
            unit = self._unit(told)
            steps.append(PlannedStep(at=at, kind="assigned", by=by, note=self._text("assign"), unit_id=unit))
        length = DAY * float(np.clip(self._rng.lognormal(np.log(MEDIAN_DAYS), 0.6), 3, 75))
        for share in np.sort(self._rng.uniform(0.1, 0.9, int(self._rng.integers(1, 4)))):
            moment = working_time(self._rng, at + length * float(share))
            steps.append(PlannedStep(at=moment, kind="work_recorded", by=by, note=self._text("work")))
        if self._rng.random() >= STILL_OPEN_SHARE:
            steps += self._ended(told, working_time(self._rng, steps[-1].at + DAY + length * 0.2), by)
        return sorted(steps, key=lambda one: one.at)

    def _ended(self, told: Telling, at: datetime, by: UUID) -> list[PlannedStep]:
        steps = [self._closing(told, at, by)]
        if self._rng.random() < REOPENED_SHARE:
            again = working_time(self._rng, at + 12 * DAY)
            steps.append(PlannedStep(at=again, kind="reopened", by=by, note=self._text("reopen")))
            later = working_time(self._rng, again + 3 * DAY)
            steps.append(PlannedStep(at=later, kind="work_recorded", by=by, note=self._text("work")))
            steps.append(self._closing(told, working_time(self._rng, later + 4 * DAY), by))
        return steps

    def _closing(self, told: Telling, at: datetime, by: UUID) -> PlannedStep:
        ground = list(GROUNDS)[int(self._rng.choice(len(GROUNDS), p=list(GROUNDS.values())))]
        words = {"agreement_performed": self._text("close"), "withdrawn_by_party": self._text("withdrawn"), **OUTCOMES}
        basis = self._bases[told.category]
        return PlannedStep(at=at, kind="closed", by=by, note=words[ground], ground=ground, basis=basis)

    def _handler(self, code: str) -> UUID:
        return self._staff.officer(code) if self._rng.random() < 0.75 else self._staff.lead(code)

    def _unit(self, told: Telling) -> UUID:
        """Return who gets the matter: mostly the village's committee, sometimes the department it belongs to."""
        department = self._departments.get(told.category[:2])
        if department and self._rng.random() < 0.25:
            return self._staff.units[department]
        return self._staff.office_of(told.place.code)

    def _text(self, name: str) -> str:
        choices = self._words[name]
        return choices if isinstance(choices, str) else choices[int(self._rng.integers(len(choices)))]


def working_time(rng: np.random.Generator, moment: datetime) -> datetime:
    """Return an office's moment at or after ``moment``: the same day until 17:00, else the next working day."""
    there = local(moment)
    if there.hour >= 17 or there.weekday() > 4:
        there = _morning(there + DAY, rng)
    elif there.hour < 8:
        there = _morning(there, rng)
    while there.weekday() > 4:
        there += DAY
    return there.replace(microsecond=0).astimezone(moment.tzinfo)


def _morning(day: datetime, rng: np.random.Generator) -> datetime:
    minutes = int(rng.integers(8 * 60 + 10, 11 * 60 + 30))
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, int(rng.integers(60)), tzinfo=SHANGHAI)
