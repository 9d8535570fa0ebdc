"""Rounds, progress and runs as their pages show them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from flask import url_for

from grid_app.queries.returns import RoundOver
from grid_app.queries.round_progress import VillageProgress
from grid_app.queries.rounds import RoundRow, RunRow
from grid_app.vocabulary.words import ROUND_STATE_WORDS
from grid_app.web.wording import local_date, local_time, remaining

FEW_VILLAGES = 60
"""As many missing villages are named at once; where there are more, a township is chosen first."""

MIDNIGHT = timedelta(seconds=1)
"""A round ends at the midnight after its last day; a second earlier is still that day."""

TONES = {"open": "active", "closed": "attention", "analysed": "attention", "reviewed": "done"}
OWN_WORDS = {True: "已回执", False: "待回执"}
COUNT_WORDS = (
    ("in_window", "时段内登记的纠纷"),
    ("entries", "合并同户同事后"),
    ("in_base", "用作比较的以往纠纷"),
    ("groups", "分成的事项"),
    ("findings", "苗头提示"),
    ("gone", "不再提示的"),
)


@dataclass(frozen=True)
class RoundCell:
    """One round in the list."""

    name: str
    url: str
    progress: str
    due: str
    state: str
    tone: str


@dataclass(frozen=True)
class TownshipProgress:
    """The villages of one township: how many returned, and those missing when they are shown."""

    code: str
    name: str
    returned: int
    villages: int
    missing: tuple[VillageProgress, ...]
    shown: bool


@dataclass(frozen=True)
class RunCell:
    """One run: when, its counts in words, and what proves it."""

    number: int
    at: str
    counts: tuple[tuple[str, int], ...]
    proof: tuple[tuple[str, str], ...]


def round_cells(
    rows: Sequence[RoundRow], counts: Mapping[UUID, tuple[int, int]], own: Mapping[UUID, bool], *, now: datetime
) -> list[RoundCell]:
    """Return the cells of the list, in the order of ``rows``; ``own`` says what the own grid or village answered."""
    return [_round_cell(row, counts[row.round_id], own.get(row.round_id), now) for row in rows]


def _round_cell(row: RoundRow, counted: tuple[int, int], own: bool | None, now: datetime) -> RoundCell:  # noqa: FBT001 - a fact, not a switch
    left = f",{remaining(row.due_at, now)}" if row.state == "open" else ""
    everybody = f"已回执 {counted[0]} / {counted[1]} 个村(社区)"
    return RoundCell(
        name=row.name,
        url=url_for("rounds.detail", round_id=row.round_id),
        progress=f"{everybody if own is None else OWN_WORDS[own]}{left}",
        due=f"{last_day(row)} 截止",
        state=ROUND_STATE_WORDS[row.state],
        tone=TONES[row.state],
    )


def last_day(row: RoundRow | RoundOver) -> str:
    """Return the last day of a round; its due moment is the midnight that ends it."""
    return local_date(row.due_at - MIDNIGHT)


def group_by_township(progress: Sequence[VillageProgress], *, chosen: str) -> list[TownshipProgress]:
    """Return the progress by township in code order; missing villages are named when few or when chosen."""
    few = sum(not one.returned for one in progress) <= FEW_VILLAGES
    groups: dict[str, list[VillageProgress]] = {}
    for one in progress:
        groups.setdefault(one.township_code, []).append(one)
    return [
        TownshipProgress(
            code=code,
            name=villages[0].township,
            returned=sum(one.returned for one in villages),
            villages=len(villages),
            missing=tuple(one for one in villages if not one.returned) if few or code == chosen else (),
            shown=few or code == chosen,
        )
        for code, villages in groups.items()
    ]


def run_cells(runs: Sequence[RunRow]) -> list[RunCell]:
    """Return the runs of a round, the newest first."""
    return [
        RunCell(
            number=run.number,
            at=local_time(run.started_at),
            counts=tuple((word, int(run.counts[key])) for key, word in COUNT_WORDS),
            proof=(
                ("输入摘要", run.input_digest),
                ("结果摘要", run.result_digest),
                ("随机种子", str(run.seed)),
                ("程序版本", run.code_version),
                ("用时", f"{run.duration_ms / 1000:.1f} 秒"),
            ),
        )
        for run in runs
    ]
