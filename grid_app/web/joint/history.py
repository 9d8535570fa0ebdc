"""What the codes of joint work say in the history of a dispute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.joint import FLAG_WORDS, RATING_WORDS
from grid_app.web.wording import local_date

Details: TypeAlias = Mapping[str, Any]
Units: TypeAlias = Mapping[UUID, str]


def _unit(details: Details, units: Units) -> str:
    key = uuid_of(str(details.get("unit", "")))
    return units.get(key, "所选单位") if key else ""


def _asked(details: Details, _units: Units) -> str:
    return f"叫 {details.get('calls')} 个部门,{'紧急' if details.get('urgent') else '一般'}"


def _sent(details: Details, units: Units) -> str:
    return f"叫{_unit(details, units)}{'(紧急)' if details.get('urgent') else ''}"


def _answered(details: Details, units: Units) -> str:
    day = day_of(str(details.get("on", "")))
    return f"{_unit(details, units)}{f',{local_date(day)}以前做完' if day else ''}"


def _ruled(details: Details, units: Units) -> str:
    return f"{_unit(details, units)}{'要报到' if details.get('must_come') else '不用办'}"


def _rated(details: Details, units: Units) -> str:
    return f"{_unit(details, units)}:{RATING_WORDS.get(str(details.get('rating')), '')}"


def _silent(details: Details, units: Units) -> str:
    return f"{_unit(details, units)}到期没有{'到现场' if details.get('stage') == 'site' else '报到'}"


def _led(details: Details, units: Units) -> str:
    return f"{_unit(details, units)}牵头"


def _question(details: Details, _units: Units) -> str:
    return f"{details.get('units')} 个单位意见不一致"


def _decided(details: Details, units: Units) -> str:
    return f"由{_unit(details, units)}办理"


def _crossing(details: Details, _units: Units) -> str:
    flags = str(details.get("flags", "")).split(",")
    return "、".join(FLAG_WORDS[flag] for flag in flags if flag in FLAG_WORDS) or "没有跨"


JOINT_TOLD: Final[Mapping[str, Callable[[Details, Units], str]]] = {
    "whistle_asked": _asked,
    "whistle_sent": _sent,
    "whistle_answered": _answered,
    "whistle_declined": _unit,
    "whistle_ruled": _ruled,
    "whistle_on_site": _unit,
    "whistle_done": _unit,
    "whistle_rated": _rated,
    "whistle_silent": _silent,
    "joint_begun": _led,
    "joint_unit_added": _unit,
    "joint_unit_left": _unit,
    "competence_disputed": _question,
    "competence_decided": _decided,
    "crossing_marked": _crossing,
}
"""By the kind of step."""
