"""More parts of a village's page: states, clocks, the status criterion by criterion, reach, history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from grid_app.clock import local_date as day_of
from grid_app.http.guard import the_actor
from grid_app.policy import Action, Scope, allows
from grid_app.queries.boundaries_successors import predecessors_of
from grid_app.queries.coverage import VillageCoverage, coverage_in
from grid_app.queries.map_area import Place
from grid_app.queries.map_facts import DISPUTES, RETURNS, MapFacts
from grid_app.queries.map_layers import RETURN_WORDS
from grid_app.queries.map_village import OpenMatters, months_of, open_matters, past_rounds
from grid_app.queries.small_numbers import band_shown, shown
from grid_app.queries.village_status import VillageStatus, statuses_in
from grid_app.standing.criteria import RESULT_WORDS
from grid_app.standing.states import MET, STATE_WORDS
from grid_app.vocabulary.words import STATE_WORDS as MATTER_WORDS
from grid_app.web.card import OpenSession
from grid_app.web.maps.links import url_if_there
from grid_app.web.wording import local_date

COVERAGE_WORDS = {
    "effective": "有有效调解室",
    "nominal": "有调解室,未达有效",
    "none": "没有调解室",
    "unknown": "有调解室,待补登记",
}
KILOMETRE = 1_000


@dataclass(frozen=True)
class StatusPart:
    """The computed status: its word, why, and the seven criteria as cells; never mixed with the naming."""

    word: str
    is_met: bool
    why: str
    criteria: tuple[dict[str, str], ...]
    looks: tuple[str, ...]
    url: str


@dataclass(frozen=True)
class MorePanel:
    """More parts of one village's page; a part that the actor has no right to is ``None``."""

    states: tuple[tuple[str, str], ...] | None
    clocks: str | None
    status: StatusPart | None
    coverage: tuple[str, ...]
    rounds: tuple[str, ...] | None
    history: tuple[str, ...]


def more_of(session: OpenSession, facts: MapFacts, *, here: Scope, layers: frozenset[str]) -> MorePanel:
    """Return the further parts of the village that is the root of ``facts``."""
    village, now = facts.area.root, facts.as_of
    matters = open_matters(session, scope=here, now=now) if DISPUTES in layers else None
    may_see_status = allows(the_actor(), Action.READ_STATUS)
    status = statuses_in(session, scope=here, on=day_of(now)).get(village.code) if may_see_status else None
    months = months_of(session, village=village.code) if may_see_status else []
    cover = coverage_in(session, scope=here, root_path=village.path, now=now).villages.get(village.code)
    return MorePanel(
        states=_states(matters) if matters else None,
        clocks=_clocks(matters) if matters else None,
        status=_status(village, status) if status else None,
        coverage=_coverage(cover) if cover else (),
        rounds=_rounds(session, village, facts) if RETURNS in layers else None,
        history=(
            *(f"{one.since:%Y-%m-%d} 接续{one.name}({one.code})" for one in predecessors_of(session, village.code)),
            *(f"{month:%Y 年 %m 月}:{STATE_WORDS[state]}" for month, state in months),
        ),
    )


def _states(matters: OpenMatters) -> tuple[tuple[str, str], ...]:
    return tuple((MATTER_WORDS[state], f"{shown(number)} 件") for state, number in matters.by_state.items())


def _clocks(matters: OpenMatters) -> str:
    late = f"超过法定时限 {shown(matters.statutory)} 件,超过服务目标 {shown(matters.service)} 件"
    if not matters.statutory and not matters.service:
        late = "没有超期的"
    coming = f";最近一个期限是{local_date(matters.next_due)}" if matters.next_due else ""
    return f"{late}{coming}。"


def _status(village: Place, status: VillageStatus) -> StatusPart:
    return StatusPart(
        word=STATE_WORDS[status.state],
        is_met=status.state == MET,
        why=status.why,
        criteria=tuple(
            {
                "name": f"{one.key} {one.name}",
                "result": RESULT_WORDS[one.state],
                "evidence": "。".join(part.rstrip("。") for part in (one.evidence, one.why) if part) + "。",
            }
            for one in status.criteria
        ),
        looks=status.needs_a_look,
        url=url_if_there("villages.status", code=village.code),
    )


def _coverage(cover: VillageCoverage) -> tuple[str, ...]:
    lines = [f"{COVERAGE_WORDS[cover.state]}:{cover.why}"]
    if cover.metres is not None:
        lines.append(f"最近的开放调解室直线距离 {_way(cover.metres)}。")
    if cover.access is not None:
        near = "就近有调解室" if cover.access else "近处没有调解室"
        lines.append(f"{near},{'还有第二处可选' if cover.second else '没有第二处可选'}。")
    if cover.load.cases:
        lines.append(f"近 90 天调解 {band_shown(cover.load.cases)} 件。")
    return tuple(lines)


def _way(metres: float) -> str:
    return f"{metres / KILOMETRE:.1f} 公里" if metres >= KILOMETRE else f"{metres:.0f} 米"


def _rounds(session: OpenSession, village: Place, facts: MapFacts) -> tuple[str, ...]:
    past: Sequence[tuple[str, object, str]] = past_rounds(
        session, village=village.code, path=village.path, now=facts.as_of
    )
    return tuple(f"{name}:{RETURN_WORDS[state]}" for name, _, state in past)
