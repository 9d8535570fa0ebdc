"""What the codes of a mediation's steps say in the history of a dispute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias
from uuid import UUID

from grid_app.services.typed import day_of, uuid_of
from grid_app.vocabulary.mediation import (
    CHOICE_WORDS,
    CONSENT_WAY_WORDS,
    COURT_RESULT_WORDS,
    DANGER_WORDS,
    END_WORDS,
    FORM_WORDS,
    INVITEE_WORDS,
    REPORTED_TO_WORDS,
    SOURCE_WORDS,
    mediation_rules,
)
from grid_app.web.wording import local_date

Details: TypeAlias = Mapping[str, Any]
Units: TypeAlias = Mapping[UUID, str]
ROUTE_NAMES: Final = {route.code: route.name for route in mediation_rules().routes}


def _offered(details: Details, units: Units) -> str:
    unit = uuid_of(str(details.get("unit", "")))
    name = units.get(unit, "所选的调解组织") if unit else "所选的调解组织"
    return f"{name}去问各方愿不愿意;{SOURCE_WORDS.get(str(details.get('source')), '')}"


def _label(details: Details, _units: Units) -> str:
    way = CONSENT_WAY_WORDS.get(str(details.get("way")), "")
    return f"{details.get('label', '')}{f'({way})' if way else ''}"


def _began(details: Details, _units: Units) -> str:
    choice = CHOICE_WORDS.get(str(details.get("choice")), "")
    return f"{choice};{'公开进行' if details.get('public') else '不公开'}"


def _number(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 次"


def _helper(details: Details, _units: Units) -> str:
    return f"第 {details.get('number')} 次,{INVITEE_WORDS.get(str(details.get('helper')), '')}"


def _drafted(details: Details, _units: Units) -> str:
    return f"{FORM_WORDS.get(str(details.get('form')), '')},约定 {details.get('terms')} 条"


def _agreed(details: Details, _units: Units) -> str:
    return f"{FORM_WORDS.get(str(details.get('form')), '')},{_day(details)}生效"


def _term(details: Details, _units: Units) -> str:
    return f"第 {details.get('term')} 条,{_day(details)}履行"


def _ended(details: Details, _units: Units) -> str:
    told = ";其他途径已告诉各方" if details.get("told") else ""
    return f"{END_WORDS.get(str(details.get('why')), '')}{told}"


def _told(details: Details, _units: Units) -> str:
    return f"{_day(details)},{CONSENT_WAY_WORDS.get(str(details.get('way')), '')}"


def _route(details: Details, _units: Units) -> str:
    return ROUTE_NAMES.get(str(details.get("route")), "")


def _asked(details: Details, _units: Units) -> str:
    return f"{_day(details)}申请"


def _answered(details: Details, _units: Units) -> str:
    return f"{_day(details)},{'受理' if details.get('accepted') else '不予受理'}"


def _decided(details: Details, _units: Units) -> str:
    return f"{_day(details)},{COURT_RESULT_WORDS.get(str(details.get('result')), '')}"


def _spot(details: Details, _units: Units) -> str:
    return f"双方都满意;要回访 {details.get('follow_ups', 0)} 次"


def _danger(details: Details, _units: Units) -> str:
    to = REPORTED_TO_WORDS.get(str(details.get("to")), "")
    return f"{to};{DANGER_WORDS.get(str(details.get('danger')), '')}"


def _day(details: Details) -> str:
    day: date | None = day_of(str(details.get("on", "")))
    return local_date(day) if day else ""


TOLD: Final[Mapping[str, Callable[[Details, Units], str]]] = {
    "mediation_offered": _offered,
    "mediation_consented": _label,
    "mediation_refused": _label,
    "mediation_started": _began,
    "session_planned": _number,
    "session_held": _number,
    "session_put_off": _number,
    "helper_invited": _helper,
    "agreement_drafted": _drafted,
    "agreed": _agreed,
    "term_done": _term,
    "mediation_terminated": _ended,
    "routes_told": _told,
    "pathway_taken": _route,
    "court_asked": _asked,
    "court_answered": _answered,
    "court_decided": _decided,
    "settled_on_spot": _spot,
    "danger_reported": _danger,
}
"""By the kind of step."""
