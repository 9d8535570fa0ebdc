"""What the steps of supervision say in a matter's history: which unit, how, until when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final
from uuid import UUID

from grid_app.services.support_work.supervision import METHOD_WORDS
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.wording import local_date as day_words


def _supervised(details: Mapping[str, object], units: Mapping[UUID, str]) -> str:
    due_on = day_of(str(details.get("due_on", "")))
    until = f",{day_words(due_on)}以前答复" if due_on else ""
    return f"{METHOD_WORDS.get(str(details.get('method')), '')}:{_unit(details, units)}{until}"


def _unit(details: Mapping[str, object], units: Mapping[UUID, str]) -> str:
    key = uuid_of(str(details.get("unit", "")))
    return units.get(key, "办理单位") if key else "办理单位"


DUTY_TOLD: Final[Mapping[str, Callable[[Mapping[str, object], Mapping[UUID, str]], str]]] = {
    "supervised": _supervised,
    "supervision_answered": _unit,
}
