"""Ladders as versioned policy: who is asked first, who next, how long each may take, and on which basis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.database.base import new_id
from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.escalations import EscalationPolicy
from grid_app.policy import Action, Actor, allows
from grid_app.services.audit import record_audit
from grid_app.services.escalations.rows import insert_once
from notifications.ladder import Ladder, LadderError, Rung

HOUR: Final = 60
DAY: Final = 24 * HOUR
LONGEST_WAIT_MINUTES: Final = 30 * DAY
INBOX: Final = "inbox"
"""Every rung tells by the inbox; further channels only knock at the door."""

RED_ONLY: Final = "grade_red"
EVENT_KIND_WORDS: Final = {
    "grade_red": "纠纷升为红色",
    "finding_confirmed": "苗头提示得到确认",
    "finding_undecided": "苗头提示到期没有判断",
    "whistle_silent": "吹哨后部门到期没有回应",
}
UNIT_KIND_WORDS: Final = {
    "county_office": "县级经办单位",
    "county_lead_office": "县级领导值班",
    "department": "县级部门",
    "township_government": "乡镇人民政府",
}
BASES: Final = {
    "grade_red": "《信访工作条例》第二十五条",
    "finding_confirmed": "《信访工作条例》第五条:坚持源头治理化解矛盾;时限为本县规定,可以修改",
    "finding_undecided": "《信访工作条例》第五条:坚持源头治理化解矛盾;两天内判断为本县规定,可以修改",
    "whistle_silent": "《信访工作条例》第五条:谁主管、谁负责;时限为本县规定,可以修改",
}


@dataclass(frozen=True)
class RungRow:
    """One rung as it is stored: minutes of elapsed time to answer, in general and for red matters."""

    unit_kind: str
    wait_minutes: int
    red_wait_minutes: int
    channels: tuple[str, ...]


DEFAULT_RUNGS: Final = (
    RungRow("county_office", DAY, 2 * HOUR, (INBOX, "webpush")),
    RungRow("county_lead_office", DAY, 2 * HOUR, (INBOX, "webpush")),
)


def seed_ladders(session: Session, now: datetime) -> None:
    """Write version 1 of the ladder of each event kind; a kind that has one is left alone."""
    for event_kind, name in EVENT_KIND_WORDS.items():
        row = {
            "event_kind": event_kind,
            "version": 1,
            "name": name,
            "basis": BASES[event_kind],
            "rungs": [asdict(rung) for rung in DEFAULT_RUNGS],
            "enabled": True,
            "created_at": now,
        }
        insert_once(session, EscalationPolicy, row)


def current_policy(session: Session, event_kind: str, *, now: datetime) -> EscalationPolicy:
    """Return the newest enabled ladder of an event kind; where nobody has made one, the standing one is written.

    Raises
    ------
    InvalidError
        Nothing escalates under that name.
    """
    if event_kind not in EVENT_KIND_WORDS:
        raise InvalidError(f"没有“{event_kind}”这种提醒,没有发出;请检查程序。")
    newest = (
        select(EscalationPolicy)
        .where(EscalationPolicy.event_kind == event_kind, EscalationPolicy.enabled)
        .order_by(EscalationPolicy.version.desc())
        .limit(1)
    )
    found = session.scalar(newest)
    if found is None:
        seed_ladders(session, now)
        found = session.scalars(newest).one()
    return found


def rungs_of(policy: EscalationPolicy) -> tuple[RungRow, ...]:
    """Return the stored rungs of a policy, first asked first."""
    return rungs_from(policy.rungs)


def rungs_from(stored: Sequence[Mapping[str, Any]]) -> tuple[RungRow, ...]:
    """Return rungs from the form in which a policy stores them; what is missing is empty or nought."""
    return tuple(
        RungRow(
            unit_kind=row.get("unit_kind", ""),
            wait_minutes=row.get("wait_minutes", 0),
            red_wait_minutes=row.get("red_wait_minutes", 0),
            channels=tuple(row.get("channels", ())),
        )
        for row in stored
    )


def ladder_of(rungs: Sequence[RungRow], grade: str) -> Ladder:
    """Return the ladder that a matter of ``grade`` climbs.

    Raises
    ------
    LadderError
        Fewer than two rungs, a rung without a unit, or a wait that is not positive.
    """
    return Ladder(
        tuple(
            Rung(
                rung.unit_kind,
                timedelta(minutes=rung.red_wait_minutes if grade == "red" else rung.wait_minutes),
                rung.channels,
            )
            for rung in rungs
        )
    )


def save_ladder(
    session: Session,
    *,
    event_kind: str,
    rungs: Sequence[RungRow],
    basis: str,
    replaces: int,
    actor: Actor,
    now: datetime,
) -> int:
    """Write a new version of a ladder and return its number; what is already climbing keeps its own version.

    Parameters
    ----------
    replaces
        The version the editor was looking at; when another one was saved meanwhile, nothing is written.

    Raises
    ------
    ForbiddenError, InvalidError, ConflictError
        The actor may not edit policies; the ladder has holes or no basis; somebody else was first.
    """
    if not allows(actor, Action.EDIT_POLICY):
        raise ForbiddenError("只有安全管理员可以修改升级顺序。")
    check_ladder(event_kind, rungs, basis)
    newest = session.scalar(select(func.max(EscalationPolicy.version)).filter_by(event_kind=event_kind)) or 0
    row = {
        "id": new_id(),
        "event_kind": event_kind,
        "version": replaces + 1,
        "name": EVENT_KIND_WORDS[event_kind],
        "basis": basis.strip(),
        "rungs": [asdict(rung) for rung in rungs],
        "enabled": True,
        "created_at": now,
    }
    if newest != replaces or not insert_once(session, EscalationPolicy, row):
        raise ConflictError("别人刚刚保存了新的一版,您的修改没有保存。请看看新的一版,需要时再改。")
    record_audit(
        session,
        actor,
        "ladder.saved",
        now=now,
        target=("escalation_policy", str(row["id"])),
        details={"event_kind": event_kind, "version": replaces + 1, "rungs": len(rungs)},
    )
    return replaces + 1


def in_words(event_kind: str, rungs: Sequence[RungRow]) -> list[str]:
    """Return the ladder as sentences, one per rung and one for its end.

    The ladder of red disputes is climbed by red matters alone, so it has one waiting time per rung.
    """
    lines = []
    for number, rung in enumerate(rungs):
        opening = "先请" if number == 0 else "没有人确认,再请"
        push = ",同时推送到已开通提醒的设备" if len(rung.channels) > 1 else ""
        name = UNIT_KIND_WORDS.get(rung.unit_kind, rung.unit_kind)
        red = duration(rung.red_wait_minutes)
        wait = red if event_kind == RED_ONLY else f"{duration(rung.wait_minutes)}(红色等{red})"
        lines.append(f"{opening}{name}确认收到:放进收件箱{push};等{wait}。")
    return [*lines, "各级都没有确认:标为“各级均未确认”,在各收件箱里一直显示,并提醒县级领导打电话落实。"]


def duration(minutes: int) -> str:
    """Return a waiting time in words, such as ``1天``, ``2小时`` or ``1小时30分钟``."""
    days, rest = divmod(minutes, DAY)
    hours, left = divmod(rest, HOUR)
    parts = ((days, "天"), (hours, "小时"), (left, "分钟"))
    return "".join(f"{count}{word}" for count, word in parts if count) or "0分钟"


def check_ladder(event_kind: str, rungs: Sequence[RungRow], basis: str) -> None:
    """Return in silence when the ladder could be saved.

    Raises
    ------
    InvalidError
        Unknown event kind, no basis, fewer than two rungs, a hole, an unknown unit, a wait of nought or too long.
    """
    if event_kind not in EVENT_KIND_WORDS:
        raise InvalidError("没有这一类提醒,修改没有保存。请从策略页面重新进入。")
    if not basis.strip():
        raise InvalidError("没有写依据,修改没有保存。请写明依据哪条法规或本县文件。", fields={"basis": "请写明依据"})
    try:
        for grade in ("red", "yellow"):
            ladder_of(rungs, grade)
    except LadderError as error:
        raise InvalidError(f"{error}修改没有保存,原来的顺序继续有效。", fields={"rungs": str(error)}) from error
    _check_each(rungs)


def _check_each(rungs: Sequence[RungRow]) -> None:
    for number, rung in enumerate(rungs, start=1):
        if rung.unit_kind not in UNIT_KIND_WORDS:
            raise InvalidError(f"第{number}级的单位不在可选范围内,修改没有保存。请重新选择。")
        if INBOX not in rung.channels:
            raise InvalidError(f"第{number}级必须放进收件箱,修改没有保存。推送只是提示,收件箱才是依据。")
        if max(rung.wait_minutes, rung.red_wait_minutes) > LONGEST_WAIT_MINUTES:
            raise InvalidError(f"第{number}级的等待时间超过30天,修改没有保存。请改短一些。")
