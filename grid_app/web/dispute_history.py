"""The history of a dispute in words: what was done, by which unit and role, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from grid_app.clocks.rules import STANDING
from grid_app.queries.disputes_detail import Moment
from grid_app.services.matters.words import EVENT_WORDS
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.words import (
    CLOSURE_WORDS,
    COMPLEXITY_WORDS,
    GRADE_WORDS,
    ROLE_WORDS,
    STATE_WORDS,
    TRACK_WORDS,
    VISIT_OUTCOME_WORDS,
    VISIT_WAY_WORDS,
)
from grid_app.web.handling.history import HANDLING_TOLD
from grid_app.web.joint.history import JOINT_TOLD
from grid_app.web.leading.history import LEADING_TOLD
from grid_app.web.mediation.history import TOLD
from grid_app.web.support_work.history import DUTY_TOLD
from grid_app.web.wording import local_time

RELATION_WORDS = {
    "same_household": "同一户同一件事",
    "other_household": "另一户同样的事",
    "unrelated": "无关",
    "earlier_matter": "同一事由前案",
}
PLACED = ("place_settled", "boundary_moved")
MOVED_BY = {
    "point": "(按位置)",
    "default": "(由接续的村接着办)",
    "parent": "(还没有定在哪个村,请乡镇核定)",
    "origin": "(调整撤回,回到原来的地方)",
}
ATTENTION = frozenset({"grade_raised"})
EXTENSIONS = ("extension_asked", "extended_by_parties", "extension_approved", "extension_refused")
CLOCK_NAMES = {rule.code: rule.name for rule in STANDING}


def timeline_of(
    history: list[Moment], *, units: Mapping[UUID, str], places: Mapping[str, str]
) -> list[dict[str, object]]:
    """Return the history as the timeline component takes it, in the given order."""
    return [_item(moment, units, places) for moment in history]


def units_named(history: list[Moment]) -> set[UUID]:
    """Return the ids of the units that a history mentions."""
    found = (uuid_of(str(moment.details.get("unit", ""))) for moment in history)
    return {key for key in found if key}


def places_named(history: list[Moment]) -> set[str]:
    """Return the division codes that a history mentions."""
    settled = [moment.details for moment in history if moment.kind in PLACED]
    return {str(details[name]) for details in settled for name in ("from", "to") if details.get(name)}


def _item(moment: Moment, units: Mapping[UUID, str], places: Mapping[str, str]) -> dict[str, object]:
    word = EVENT_WORDS.get(moment.kind, moment.kind)
    moved = moment.from_state is not None and moment.to_state in STATE_WORDS
    state = f" → {STATE_WORDS[moment.to_state or '']}" if moved and STATE_WORDS[moment.to_state or ""] != word else ""
    told = (_told(moment, units, places), moment.note)
    return {
        "title": f"{word}{state}",
        "at": local_time(moment.at),
        "iso": moment.at.isoformat(),
        "actor": _who(moment),
        "body": "\n".join(part for part in told if part),
        "tone": "attention" if moment.kind in ATTENTION or moment.details.get("to") == "red" else None,
    }


def _who(moment: Moment) -> str:
    if not moment.unit:
        return "群众(扫码)" if moment.details.get("via") == "qr" else "系统"
    acting = f"(代{moment.for_name})" if moment.for_name else ""
    return f"{moment.unit} · {ROLE_WORDS.get(moment.role, moment.role)} · {moment.name}{acting}"


def _told(moment: Moment, units: Mapping[UUID, str], places: Mapping[str, str]) -> str:
    """Return what the codes of an event say in words."""
    details = moment.details
    if moment.kind == "assigned":
        unit = uuid_of(str(details.get("unit", "")))
        return f"由{units.get(unit, '所选单位') if unit else '所选单位'}办理"
    tellers = (TOLD, HANDLING_TOLD, JOINT_TOLD, LEADING_TOLD, DUTY_TOLD)
    told = next((one[moment.kind] for one in tellers if moment.kind in one), None)
    if told is not None:
        return told(details, units)
    if moment.kind in ("graded", "grade_raised", "grade_lowered"):
        return _grades(details)
    if moment.kind in PLACED:
        why = MOVED_BY.get(str(details.get("how")), "")
        return f"{places.get(str(details.get('from')), '')} → {places.get(str(details.get('to')), '')}{why}"
    words = {
        "closed": _closed(details),
        "followed_up": _followed_up(details),
        "carrier_named": "交给另一位同事回访" if details.get("to") else "由办理单位自己回访",
        "reopened": f"原来的办结依据:{CLOSURE_WORDS.get(str(details.get('ground')), '')}",
        "sorted": _sorted(details),
        **dict.fromkeys(EXTENSIONS, _extension(details)),
        "linked": RELATION_WORDS.get(str(details.get("relation")), ""),
        "band_confirmed": f"{details.get('to')} 户",
        "party_added": str(details.get("label", "")),
    }
    return words.get(moment.kind, "")


def _sorted(details: Mapping[str, object]) -> str:
    track, complexity = str(details.get("track")), str(details.get("complexity"))
    return f"{TRACK_WORDS.get(track, '')},{COMPLEXITY_WORDS.get(complexity, '')}"


def _extension(details: Mapping[str, object]) -> str:
    return f"{CLOCK_NAMES.get(str(details.get('rule')), '期限')}:{details.get('days')} 天"


def _closed(details: Mapping[str, object]) -> str:
    ground, visits = CLOSURE_WORDS.get(str(details.get("ground")), ""), details.get("follow_ups")
    return f"{ground},要回访 {visits} 次" if visits else ground


def _followed_up(details: Mapping[str, object]) -> str:
    way, outcome = VISIT_WAY_WORDS.get(str(details.get("way")), ""), str(details.get("outcome"))
    return f"第 {details.get('day')} 天,{way}:{VISIT_OUTCOME_WORDS.get(outcome, '')}"


def _grades(details: Mapping[str, object]) -> str:
    before, after = (GRADE_WORDS.get(str(details.get(name)), "") for name in ("from", "to"))
    reasons = details.get("reasons")
    why = ";".join(str(reason) for reason in reasons) if isinstance(reasons, list) else ""
    change = f"{before} → {after}" if before and after and before != after else after or before
    return f"{change}:{why}" if why else change
