"""What the drawing module is told of a layer: one byte for each place of a level, exact sums, and the marks.

Counts of villages and grids travel as classes, so that small numbers never leave the server; sums of the whole area are
exact. The bytes stand in the order of ``grid_app/queries/map_codes.py``, which the tiles use too.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import compress
from typing import Any, Final
from uuid import UUID

import numpy as np

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_scope
from grid_app.queries.map_area import VILLAGE_STEP, active_generation, narrowed, root_in_scope
from grid_app.queries.map_codes import LEVELS, IndexedCode, indexed_codes, numbered_under, under
from grid_app.queries.map_facts import CLOCKS, COUNTED, DISPUTES, FINDINGS, standing_in
from grid_app.queries.map_standing import GRADES, SERVICE, STATUTORY, LevelCounts, counts_at
from grid_app.queries.small_numbers import LEAST_SHOWN
from grid_app.vocabulary.words import GRADE_WORDS
from grid_app.web.card import OpenSession
from grid_app.web.maps.asked import NOT_YOURS, Asked, seen
from grid_app.web.maps.disputes import GRADE_KINDS, LATE_KINDS, marks_of
from grid_app.web.maps.ended import refuse_ended
from grid_app.web.maps.kept import remembering
from grid_app.web.maps.layers import LAYER_WORDS, Class, LayerView, Marks, few
from grid_app.wiring import wired

MIXED: Final = Class("mixed", "各村不一样", "dots")
STEPS: Final = (1, LEAST_SHOWN, 20, 50, 100)
STEP_WORDS: Final = ("<5 件", "5-19 件", "20-49 件", "50-99 件", "100 件以上")
OPEN_CLASSES: Final = (
    Class("none", "没有未办结的", "plain"),
    *(Class(f"open{at}", f"未办结 {word}", f"ramp{at}") for at, word in enumerate(STEP_WORDS, start=1)),
)
LATE_STEPS: Final = STEPS[:3]
LATE_CLASSES: Final = (
    Class("none", "没有超期的", "plain"),
    *(Class(f"service{at}", f"超过服务目标 {word}", f"ramp{at}")
      for at, word in enumerate(("<5 件", "5-19 件", "20 件以上"), start=1)),
    *(Class(f"statutory{at}", f"超过法定时限 {word}", fill)
      for at, (word, fill) in enumerate((("<5 件", "stripe"), ("5-19 件", "cross"), ("20 件以上", "dense")), start=1)),
)  # fmt: skip
NOTHING: Final = Class("", "没有内容", "plain")
MOST_LINES: Final = 600


@dataclass(frozen=True)
class Ground:
    """What a payload is about: the root, the boundaries in use, and the places of each level under the root."""

    root: str
    path: str
    generation: UUID | None
    places: Mapping[str, Sequence[IndexedCode]]
    codes: Mapping[str, Mapping[str, int]]
    """The codes of the places, numbered in their order."""

    @property
    def is_village(self) -> bool:
        """Whether the root is one village alone."""
        return len(self.path.strip("/").split("/")) == VILLAGE_STEP


def told(ask: Asked, version: str) -> dict[str, object]:
    """Return the payload of what is asked for.

    Raises
    ------
    NotFoundError
        When the area is not the actor's to see.
    """
    return {**(_counted(ask) if ask.layer in COUNTED else _stated(ask)), "version": version}


def _counted(ask: Asked) -> dict[str, object]:
    refuse_ended(ask.root)
    now = wired().clock.now()
    with reading() as session:
        ground = _ground(session, ask, also=("villages",))
        scope = narrowed(the_scope(), ground.path)
        rows = standing_in(session, scope=scope, now=now, week=ask.week, remember=remembering(session))
    villages = ground.codes["villages"]
    by_village = counts_at(rows, level="village", drawn=villages)
    shown = by_village
    if ask.level == "grids":
        shown = counts_at(rows, level="grid", drawn=ground.codes["grids"], villages=villages)
    elif ask.level == "townships":
        shown = _of_townships(by_village, ground)
    columns = _columns(ask)
    classes = LATE_CLASSES if ask.layer == CLOCKS else OPEN_CLASSES
    found = _late_classes(shown) if ask.layer == CLOCKS else _open_classes(shown, columns)
    values = bytes([found.get(place.code, 0) for place in ground.places[ask.level]])
    names = {SERVICE: "service", STATUTORY: "statutory", **dict(enumerate(GRADES))}
    totals = shown.totals(columns) | {names[at]: shown.column(at) for at in columns}
    marks = marks_of(
        {place.code: place.parent_code for place in ground.places["villages"]},
        by_village,
        LATE_KINDS if ask.layer == CLOCKS else GRADE_KINDS,
        columns,
    )
    empty = _why_empty(ask, totals["all"])
    if ground.is_village:  # its sums are those of the whole area, and hidden like a village's elsewhere
        return _payload(ask, ground, classes, values, replace(marks, townships={})) | {
            "totals": few(totals), "numbers": [], "empty": empty,
        }  # fmt: skip
    return _payload(ask, ground, classes, values, marks) | {
        "totals": totals,
        "numbers": _exact(shown, ground, columns) if ask.level == "townships" else [],
        "empty": empty,
    }


def _stated(ask: Asked) -> dict[str, object]:
    _, view = seen(ask)
    with reading() as session:
        ground = _ground(session, ask, also=("villages",))
    classes = (NOTHING, *view.classes, MIXED)
    numbers = {one.key: number for number, one in enumerate(classes)}
    states = view.grid_states if _is_by_grid(ask, view) else _states_at(ask.level, view.states, ground)
    values = bytes(numbers[states.get(place.code, NOTHING.key)] for place in ground.places[ask.level])
    lines = dict(view.lines) if len(view.lines) <= MOST_LINES else {}
    return _payload(ask, ground, classes, values, view.marks) | {
        "lines": lines,
        "totals": {**view.foot.values, **_undrawn(ask, view, ground)},
        "empty": "" if view.states else _why_empty(ask, 0),
    }


def _is_by_grid(ask: Asked, view: LayerView) -> bool:
    """Say whether grids have a state of their own, not their village's."""
    return ask.level == "grids" and bool(view.grid_states)


def _undrawn(ask: Asked, view: LayerView, ground: Ground) -> dict[str, int]:
    """Return how many grids have a state and no outline."""
    if not _is_by_grid(ask, view):
        return {}
    return {"grids_undrawn": len(view.grid_states.keys() - ground.codes["grids"].keys())}


def _payload(ask: Asked, ground: Ground, classes: Sequence[Class], values: bytes, marks: Marks) -> dict[str, object]:
    sums = Counter(values)
    return {
        "layer": ask.layer,
        "level": ask.level,
        "root": ground.root,
        "generation": str(ground.generation or ""),
        "as_of": wired().clock.now().isoformat(),
        "week": ask.week.isoformat() if ask.week else "",
        "grade": ask.grade,
        "filter": ask.only,
        "refused": ask.refused,
        "classes": {
            "keys": [one.key for one in classes],
            "words": [one.word for one in classes],
            "fills": [one.fill for one in classes],
            "areas": [sums[number] for number in range(len(classes))],
        },
        "values": base64.b64encode(values).decode(),
        "marks": {
            "unit": marks.unit,
            "kinds": [{"key": key, "sign": sign, "word": word} for key, sign, word in marks.kinds],
            "values": {code: list(counts) for code, counts in marks.values.items()},
            "townships": {code: list(counts) for code, counts in marks.townships.items()} or None,
            "points": [list(point) for point in marks.points],
        },
    }


def _ground(session: OpenSession, ask: Asked, also: tuple[str, ...] = ()) -> Ground:
    root = root_in_scope(session, scope=the_scope(), code=ask.root)
    if root is None:
        raise NotFoundError(NOT_YOURS)
    generation = active_generation(session)
    county = root.path.strip("/").split("/")[0]
    if generation is None:
        nothing: dict[str, Any] = dict.fromkeys((ask.level, *also), ())
        return Ground(root.code, root.path, None, nothing, {level: {} for level in nothing})
    asked = partial(indexed_codes, session, generation_id=generation, county_code=county)
    counted = partial(numbered_under, session, generation_id=generation, county_code=county, root_path=root.path)
    levels = {ask.level, *also}
    places = {level: under(asked(level=LEVELS[level]), root.path) for level in levels}
    return Ground(root.code, root.path, generation, places, {level: counted(level=LEVELS[level]) for level in levels})


def _columns(ask: Asked) -> tuple[int, ...]:
    if ask.layer == CLOCKS:
        return (STATUTORY, SERVICE)
    return (GRADES.index(ask.grade),) if ask.grade else tuple(range(len(GRADES)))


def _open_classes(shown: LevelCounts, columns: Sequence[int]) -> dict[str, int]:
    steps = np.searchsorted(STEPS, shown.matrix[:, list(columns)].sum(axis=1), side="right")
    return dict(zip(shown.codes, steps.tolist(), strict=True))


def _late_classes(shown: LevelCounts) -> dict[str, int]:
    by_law, by_target = (np.searchsorted(LATE_STEPS, shown.matrix[:, at], side="right") for at in (STATUTORY, SERVICE))
    steps = np.where(by_law > 0, len(LATE_STEPS) + by_law, by_target)
    return dict(zip(shown.codes, steps.tolist(), strict=True))


def _of_townships(villages: LevelCounts, ground: Ground) -> LevelCounts:
    """Return the sums of whole townships; what lies in one without an outline is undrawn."""
    numbers = {code: number for number, code in enumerate(ground.codes["townships"])}
    above = {place.code: numbers.get(place.parent_code, len(numbers)) for place in ground.places["villages"]}
    sums = np.zeros((len(numbers) + 1, villages.matrix.shape[1]), np.int64)
    at = np.array([above[code] for code in villages.codes], np.int64)
    np.add.at(sums, at, villages.matrix)
    found = np.bincount(at, minlength=len(numbers) + 1)[:-1] > 0
    codes = list(compress(numbers, found))
    return LevelCounts(codes, sums[:-1][found], sums[-1].tolist(), villages.not_located, villages.withheld)


def _exact(shown: LevelCounts, ground: Ground, columns: Sequence[int]) -> list[int]:
    """Return the exact numbers of townships, in their order; those of villages and grids never travel."""
    tallies = [shown.areas.get(place.code, ()) for place in ground.places["townships"]]
    return [sum(tally[at] for at in columns) if tally else 0 for tally in tallies]


def _states_at(level: str, states: Mapping[str, str], ground: Ground) -> dict[str, str]:
    """Return the state of each place: of a grid its village's, of a township its villages' when they have one alone."""
    if level == "villages":
        return dict(states)
    if level == "grids":
        return {
            place.code: states[place.parent_code] for place in ground.places["grids"] if place.parent_code in states
        }
    below: dict[str, set[str]] = {}
    for place in ground.places["villages"]:
        if place.code in states:
            below.setdefault(place.parent_code, set()).add(states[place.code])
    return {code: found.pop() if len(found) == 1 else MIXED.key for code, found in below.items()}


def _why_empty(ask: Asked, number: int) -> str:
    """Return why there is nothing to see; empty when there is something."""
    if number:
        return ""
    if ask.refused:
        return f"您现在的身份不能看“{LAYER_WORDS[ask.refused]}”这一层。"
    scope = the_scope()
    rights = "" if scope.sees_sealed and scope.sees_county_only else "按规定您看不到的事项不计在内。"
    grade = f"{GRADE_WORDS[ask.grade]}色的" if ask.grade else ""
    what = {CLOCKS: "超期的", FINDINGS: "已确认的苗头提示", DISPUTES: f"未办结的{grade}纠纷"}.get(ask.layer, "内容")
    return f"这个范围里没有{what}。{rights}"
