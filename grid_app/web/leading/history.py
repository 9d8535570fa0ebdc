"""What the codes of the steps on a hard matter say in the history of a dispute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from grid_app.services.typed import day_of
from grid_app.vocabulary.leading import HEARING_INVITEES, HEARING_KINDS, SLOT_WAYS, SLOT_WORDS, VISIT_WAYS
from grid_app.web.wording import local_date

Details: TypeAlias = Mapping[str, Any]
Units: TypeAlias = Mapping[UUID, str]


def _assigned(details: Details, _units: Units) -> str:
    if details.get("handed_over"):
        return f"交接:由接任的领导包案,班子 {details.get('team')} 个"
    return f"{'调整班子、方案' if details.get('again') else '一名领导包案'},班子 {details.get('team')} 个"


def _visited(details: Details, _units: Units) -> str:
    day = day_of(str(details.get("on", "")))
    told = f"{local_date(day)}," if day else ""
    return f"{told}{VISIT_WAYS.get(str(details.get('way')), '')},答应 {details.get('promises', 0)} 件事"


def _number(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 条"


def _planned(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 份,共 {details.get('steps')} 步"


def _heard(details: Details, _units: Units) -> str:
    slot, way = str(details.get("slot")), str(details.get("way"))
    return f"{SLOT_WORDS.get(slot, '')}:{SLOT_WAYS.get(slot, {}).get(way, '')}"


def _hearing(details: Details, _units: Units) -> str:
    doors = {True: ",公开", False: ",不公开"}.get(details.get("public"), "")  # type: ignore[arg-type]  # None finds none
    return f"第 {details.get('number')} 次,{HEARING_KINDS.get(str(details.get('meeting')), '会')}{doors}"


def _held(details: Details, _units: Units) -> str:
    left_out = details.get("left_out")
    told = f";复核期限扣除听证 {left_out} 天(信访工作条例第三十六条)" if left_out else ""
    return f"第 {details.get('number')} 次,{HEARING_KINDS.get(str(details.get('meeting')), '会')}{told}"


def _invited(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 次,{HEARING_INVITEES.get(str(details.get('invitee')), '')},各方同意"


def _waiting(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 次,期限照常走"


LEADING_TOLD: Final[Mapping[str, Callable[[Details, Units], str]]] = {
    "lead_assigned": _assigned,
    "lead_visited": _visited,
    "promise_kept": _number,
    "plan_set": _planned,
    "plan_step_done": _number,
    "examination_heard": _heard,
    "hearing_planned": _hearing,
    "hearing_held": _held,
    "hearing_invited": _invited,
    "policy_asked": _waiting,
}
"""By the kind of step."""
