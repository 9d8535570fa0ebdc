"""Trying a ladder before it is saved: holes that no check of its words finds, and what last month would have sent."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.queries.ladder_trials import Standing, last_cases, standing_of
from grid_app.services.escalations.course import QUIET, office_hours
from grid_app.services.escalations.ladder_rows import CHANNEL_WORDS, UNIT_KIND_WORDS, RungRow, ladder_of
from notifications.ladder import ON_DUTY
from notifications.rehearsal import Case, Rehearsal, rehearse


def check_holes(session: Session, rungs: Sequence[RungRow], *, path: str, now: datetime) -> None:
    """Return in silence when somebody stands on every rung below the division with ``path``.

    Raises
    ------
    InvalidError
        A rung's kind of office does not exist there, nobody in it may answer, or it is to ask who is on duty and none
        keeps a roster.
    """
    for number, rung in enumerate(rungs, start=1):
        sentence = _hole(number, rung, standing_of(session, kind=rung.unit_kind, path=path, now=now))
        if sentence:
            raise InvalidError(f"{sentence}修改没有保存,原来的顺序继续有效。", fields={"rungs": sentence})


def trial(session: Session, event_kind: str, rungs: Sequence[RungRow], *, path: str, now: datetime) -> list[str]:
    """Return in sentences what the ladder would have sent in the last thirty days, and what it reaches today."""
    cases = last_cases(session, event_kind=event_kind, path=path, now=now)
    lines = _last_month(session, rungs, cases, now=now)
    for number, rung in enumerate(rungs, start=1):
        standing = standing_of(session, kind=rung.unit_kind, path=path, now=now)
        lines.append(f"第{number}级现在有 {standing.offices} 个单位:{_reach(rung, standing)}。")
    return lines


def _last_month(session: Session, rungs: Sequence[RungRow], cases: Sequence[Case], *, now: datetime) -> list[str]:
    if not cases:
        return ["最近 30 天没有这一类提醒,没有可以试算的。"]
    hours = office_hours(session)
    parts = [
        rehearse(ladder_of(rungs, grade), some, until=now, hours=hours, quiet=QUIET)
        for grade, some in (
            ("red", [one for one in cases if one.grade == "red"]),
            ("yellow", [one for one in cases if one.grade != "red"]),
        )
    ]
    return _in_words(rungs, parts)


def _in_words(rungs: Sequence[RungRow], parts: Sequence[Rehearsal]) -> list[str]:
    told = [sum(part.told[number] for part in parts) for number in range(len(rungs))]
    cases, held = sum(part.cases for part in parts), sum(part.held for part in parts)
    top = sum(part.exhausted for part in parts)
    each = ",".join(
        f"第{number}级({UNIT_KIND_WORDS.get(rung.unit_kind, rung.unit_kind)}){count} 次"
        for number, (rung, count) in enumerate(zip(rungs, told, strict=True), start=1)
    )
    return [
        f"最近 30 天有 {cases} 件这一类提醒。按这个顺序、按当时确认的时间算,会通知:{each}。",
        f"其中 {held} 次在夜间或休息时间,推送要等到早上;{top} 件各级都没有人确认。",
    ]


def _hole(number: int, rung: RungRow, standing: Standing) -> str:
    name = UNIT_KIND_WORDS.get(rung.unit_kind, rung.unit_kind)
    if not standing.offices:
        return f"第{number}级要找“{name}”,但现在没有这种单位,到这一级就断了。请换一种单位,或先登记单位。"
    if not standing.answering:
        return f"第{number}级“{name}”里没有能确认收到的人,到这一级就断了。请先给单位设置人员。"
    if rung.whom == ON_DUTY and not standing.with_roster:
        return f"第{number}级要叫值班人员,但“{name}”都没有排值班表。请先排班,或改叫全单位。"
    return ""


def _reach(rung: RungRow, standing: Standing) -> str:
    found = {"webpush": standing.devices} | standing.endpoints
    parts = [
        f"{words} {found.get(kind, 0)} 个" for kind, words in CHANNEL_WORDS.items() if kind in rung.channels
    ]  # fmt: skip
    return "、".join(["收件箱", *parts])
