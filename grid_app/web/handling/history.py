"""What the codes of handling by the law say in the history of a dispute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias
from uuid import UUID

from grid_app.services.typed import uuid_of
from grid_app.vocabulary.handling import (
    CONTACT_SIDE_WORDS,
    METHOD_WORDS,
    RESULT_WORDS,
    REVIEW_RESULT_WORDS,
    REVIEW_SIDE_WORDS,
    SEAL_KIND_WORDS,
    STAGE_WORDS,
)
from grid_app.vocabulary.words import CLOSURE_WORDS, COMPLEXITY_WORDS, TRACK_WORDS

Details: TypeAlias = Mapping[str, Any]
Units: TypeAlias = Mapping[UUID, str]


def _unit(details: Details, units: Units) -> str:
    key = uuid_of(str(details.get("unit", "")))
    return units.get(key, "所选单位") if key else "所选单位"


def _transferred(details: Details, units: Units) -> str:
    return f"转给{_unit(details, units)}办理{',县级裁定' if details.get('ruling') else ''}"


def _returned(details: Details, units: Units) -> str:
    return f"退回{_unit(details, units)}"


def _contacted(details: Details, units: Units) -> str:
    side = CONTACT_SIDE_WORDS.get(str(details.get("side")), "")
    return f"{side}:{_unit(details, units)}" if details.get("unit") else side


def _corrected(details: Details, _units: Units) -> str:
    def words(before: str) -> str:
        track = TRACK_WORDS.get(str(details.get(f"{before}track")), "")
        return f"{track},{COMPLEXITY_WORDS.get(str(details.get(f'{before}complexity')), '')}"

    return f"{words('from_')} → {words('')}"


def _proposed(details: Details, _units: Units) -> str:
    return CLOSURE_WORDS.get(str(details.get("ground")), "")


def _reviewed(details: Details, _units: Units) -> str:
    side = REVIEW_SIDE_WORDS.get(str(details.get("side")), "")
    passed = ",本单位没有第二个人,由县级审核" if details.get("passed_up") else ""
    return f"{side}:{'同意' if details.get('agrees') else '不同意'}{passed}"


def _drafted(details: Details, _units: Units) -> str:
    return RESULT_WORDS.get(str(details.get("result")), "")


def _replied(details: Details, units: Units) -> str:
    refused = ",当事人不愿签收" if details.get("refused") else ""
    return f"{METHOD_WORDS.get(str(details.get('method')), '')}{refused}。{_drafted(details, units)}"


def _asked(details: Details, _units: Units) -> str:
    return STAGE_WORDS.get(str(details.get("stage")), "")


def _answered(details: Details, units: Units) -> str:
    return f"{_asked(details, units)}:{REVIEW_RESULT_WORDS.get(str(details.get('result')), '')}"


def _sealed(details: Details, units: Units) -> str:
    kind = SEAL_KIND_WORDS.get(str(details.get("kind")), "")
    return f"{_unit(details, units)}{f',{kind}' if kind else ''}"


def _named_duty(details: Details, units: Units) -> str:
    return _unit(details, units)


def _recused(details: Details, units: Units) -> str:
    return f"本单位没有第二个人,交给{_unit(details, units)}" if details.get("unit") else "由同单位的别的同事接着办"


HANDLING_TOLD: Final[Mapping[str, Callable[[Details, Units], str]]] = {
    "transferred": _transferred,
    "transfer_returned": _returned,
    "contacted": _contacted,
    "pathway_corrected": _corrected,
    "closing_proposed": _proposed,
    "closing_reviewed": _reviewed,
    "opinion_drafted": _drafted,
    "replied": _replied,
    "review_asked": _asked,
    "review_answered": _answered,
    "sealed": _sealed,
    "seal_confirmed": _sealed,
    "seal_lifted": _sealed,
    "duty_named": _named_duty,
    "recused": _recused,
}
"""By the kind of step."""
