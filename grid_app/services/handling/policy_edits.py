"""Changing the gates and the list of legal pathways: new versions from what was ticked and typed on a page."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError, NotFoundError
from grid_app.policy import Actor
from grid_app.services.handling import gates, legal_pathways
from grid_app.services.handling.gates import CONDITIONS, GateRow, gate_policy, policy_of
from grid_app.services.handling.legal_pathways import KIND_WORDS, Pathway, pathway_list
from grid_app.services.policy_versions import NOT_SAVED, NewVersion, refuse_persons, save_version, versions_of
from grid_app.vocabulary.categories import category_names
from grid_app.vocabulary.handling import ROUTE_WORDS

GATED: Final = (("contact", "transfer"), ("contact", "assign"), ("contact", "supervise"), ("review", "close"))
CONDITION_WORDS: Final = {
    "always": "每次都要",
    "yellow_and_above": "等级是黄色以上",
    "petition_track": "按信访事项办理",
    "written_agreement": "有书面协议",
    "was_transferred": "在单位之间转办过",
    "duty_of_township": "责任单位是乡镇(街道)本身",
}
"""The closed list of conditions; each looks at the matter, none at a person."""
LONGEST: Final = {"name": 40, "authority": 120, "basis": 200, "limit": 120, "how": 300}
NO_PATHWAY: Final = "没有这条法定途径,可能已经删除。请从清单重新进入。"


@dataclass(frozen=True)
class Edit:
    """What every change carries: why, from when, and which version the editor was looking at."""

    basis: str
    valid_from: date | None
    replaces: int


def newest_gates(session: Session) -> tuple[int, tuple[GateRow, ...]]:
    """Return the newest version of the gates, whether it counts already or not."""
    saved = versions_of(session, gates.CODE)
    policy = policy_of(saved[0]) if saved else gate_policy()
    return policy.version, policy.rows


def save_gates(session: Session, *, ticked: Collection[str], edit: Edit, actor: Actor, now: datetime) -> int:
    """Save which step needs which gate when; ``ticked`` holds words like ``contact.assign.petition_track``.

    Raises
    ------
    InvalidError, ForbiddenError, ConflictError
        A word names a gate, a step or a condition that does not exist; as `save_version`.
    """
    possible = {f"{gate}.{step}.{when}": (gate, step, when) for gate, step in GATED for when in CONDITIONS}
    if strange := set(ticked) - set(possible):
        raise InvalidError(NOT_SAVED, fields={"ticked": f"没有“{sorted(strange)[0][:40]}”这个条件。"}, code="no_such")
    told = {(row.gate, row.step, row.when): row.why for row in gate_policy().rows}
    chosen = [key for word, key in possible.items() if word in ticked]
    rows = [
        {"gate": key[0], "step": key[1], "when": key[2], "why": told.get(key, CONDITION_WORDS[key[2]])}
        for key in chosen
    ]
    return save_version(session, code=gates.CODE, new=_new(rows, edit), actor=actor, now=now)


def newest_pathways(session: Session) -> tuple[int, tuple[Pathway, ...]]:
    """Return the newest version of the list, whether it counts already or not."""
    saved = versions_of(session, legal_pathways.CODE)
    if not saved:
        return pathway_list().version, pathway_list().pathways
    return saved[0].number, legal_pathways.checked_pathways(saved[0].rows)


def save_pathway(
    session: Session, *, code: str, typed: Mapping[str, str], groups: Sequence[str], edit: Edit, actor: Actor,
    now: datetime,
) -> int:  # fmt: skip
    """Save one pathway, new when ``code`` is empty, as a new version of the whole list.

    Raises
    ------
    NotFoundError, InvalidError, ForbiddenError, ConflictError
        No such pathway; something is missing, too long, or speaks of persons; as `save_version`.
    """
    _check(typed, groups)
    _, rows = newest_pathways(session)
    if code and code not in {one.code for one in rows}:
        raise NotFoundError(NO_PATHWAY)
    changed = Pathway(
        code=code or _free_code(rows), kind=typed["kind"], route=typed["route"], groups=tuple(groups),
        **{name: typed[name].strip() for name in LONGEST},
    )  # fmt: skip
    kept = [changed if one.code == code else one for one in rows] + ([] if code else [changed])
    return _save_list(session, kept, edit, actor=actor, now=now)


def drop_pathway(session: Session, *, code: str, edit: Edit, actor: Actor, now: datetime) -> int:
    """Take a pathway out of the list from a day on; what was sorted by it keeps it.

    Raises
    ------
    NotFoundError, InvalidError, ForbiddenError, ConflictError
        No such pathway, or the last one; as `save_version`.
    """
    _, rows = newest_pathways(session)
    kept = [one for one in rows if one.code != code]
    if len(kept) == len(rows):
        raise NotFoundError(NO_PATHWAY)
    if not kept:
        raise InvalidError(NOT_SAVED, fields={"version_basis": "清单里至少要留一条。"})
    return _save_list(session, kept, edit, actor=actor, now=now)


def _save_list(session: Session, kept: Sequence[Pathway], edit: Edit, *, actor: Actor, now: datetime) -> int:
    new = _new([_row(one) for one in kept], edit)
    return save_version(session, code=legal_pathways.CODE, new=new, actor=actor, now=now)


def _new(rows: Sequence[Mapping[str, Any]], edit: Edit) -> NewVersion:
    return NewVersion(rows, edit.basis, edit.valid_from, edit.replaces)


def _row(pathway: Pathway) -> dict[str, Any]:
    return {**asdict(pathway), "groups": list(pathway.groups)}


def _free_code(rows: Sequence[Pathway]) -> str:
    taken = {one.code for one in rows}
    return next(name for number in range(1, len(rows) + 2) if (name := f"own_{number}") not in taken)


def _check(typed: Mapping[str, str], groups: Sequence[str]) -> None:
    wrong = {
        name: f"请填写,最多 {most} 个字。" for name, most in LONGEST.items() if not 0 < len(typed[name].strip()) <= most
    }
    if typed["kind"] not in KIND_WORDS:
        wrong["kind"] = "请从列表里选。"
    if typed["route"] not in ROUTE_WORDS:
        wrong["route"] = "请从列表里选。"
    if [one for one in groups if one not in category_names() or len(one) != len("01")]:
        wrong["groups"] = "请从列表里选。"
    if wrong:
        raise InvalidError(NOT_SAVED, fields=wrong)
    refuse_persons({name: typed[name] for name in LONGEST})
