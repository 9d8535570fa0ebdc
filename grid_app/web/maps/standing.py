"""The layer of 源头治理服务达标, and where the official naming and the status disagree; two columns, never mixed."""

from __future__ import annotations

from collections import Counter
from typing import Final

from grid_app.queries.map_facts import STATUS, MapFacts
from grid_app.queries.map_layers import NAMED, naming_status
from grid_app.standing.states import LAPSED, MET, NOT_ASSESSED, ON_TRACK, STATE_WORDS, UNDER_REVIEW
from grid_app.web.maps.coverage import legend_of, states_row
from grid_app.web.maps.layers import Class, Column, LayerView, rows_of, total_of
from grid_app.web.wording import local_date, number

STATUS_CLASSES: Final = (
    Class(MET, STATE_WORDS[MET], "full"),
    Class(ON_TRACK, STATE_WORDS[ON_TRACK], "dots"),
    Class(UNDER_REVIEW, STATE_WORDS[UNDER_REVIEW], "stripe"),
    Class(LAPSED, STATE_WORDS[LAPSED], "cross"),
    Class(NOT_ASSESSED, STATE_WORDS[NOT_ASSESSED], "empty"),
)
NAMED_ONLY, MET_ONLY, AGREE, NOT_KNOWN = "named_only", "met_only", "agree", "not_known"
DISAGREEMENT: Final = (
    Class(NAMED_ONLY, "有命名,服务没有达标", "stripe"),
    Class(MET_ONLY, "服务达标,没有命名", "dots"),
    Class(AGREE, "两者一致", "plain"),
    Class(NOT_KNOWN, "还没有评估,没法比", "back"),
)
_VILLAGES: Final = Column("villages", "村(社区)")


def status_view(facts: MapFacts) -> LayerView:
    """Return the computed status of every village; namings, petitions and lawsuits do not enter it."""
    states = {code: _state(facts, code) for code in facts.area.villages}
    met = Counter(states.values())[MET]
    return _view(
        facts,
        STATUS,
        states,
        STATUS_CLASSES,
        headline=f"{number(len(states))} 个村(社区)中 {number(met)} 个达标,按{local_date(facts.as_of)}前最近一次评估。",
        note="只按服务做得怎样评:排查、调解室、首次联系、回访等。群众信访、投诉、打官司都不算在里面。",
    )


def disagreement_view(facts: MapFacts, layer: str) -> LayerView:
    """Return where a village has the naming without the status, or the status without the naming."""
    found = naming_status(facts.namings)
    states = {code: _compared(found.get(code) == NAMED, _state(facts, code)) for code in facts.area.villages}
    sums = Counter(states.values())
    differ = sums[NAMED_ONLY] + sums[MET_ONLY]
    return _view(
        facts,
        layer,
        states,
        DISAGREEMENT,
        headline=f"命名和服务达标不一致的有 {number(differ)} 个村(社区)。",
        note="命名由县里按文件登记,服务达标按服务记录计算,互不影响。不一致的,请到村里看一看。",
    )


def _view(
    facts: MapFacts, layer: str, states: dict[str, str], classes: tuple[Class, ...], *, headline: str, note: str
) -> LayerView:
    words = {one.key: one.word for one in classes}
    columns = (_VILLAGES, *(Column(key, word) for key, word in words.items()))
    rows = rows_of(facts.area, facts.area.villages, lambda codes: states_row(states, codes, words))
    return LayerView(
        key=layer,
        headline=headline,
        note=note,
        legend=legend_of(classes, Counter(states.values())),
        columns=columns,
        rows=tuple(rows),
        foot=total_of(columns, rows),
        lines={code: words[state] for code, state in states.items()},
        states=states,
        classes=classes,
    )


def _state(facts: MapFacts, code: str) -> str:
    found = facts.statuses.get(code)
    return found.state if found else NOT_ASSESSED


def _compared(is_named: bool, state: str) -> str:  # noqa: FBT001 - the two columns that are compared
    if state == NOT_ASSESSED:
        return NOT_KNOWN
    if is_named == (state == MET):
        return AGREE
    return NAMED_ONLY if is_named else MET_ONLY
