"""What a request asks of the map: layer, area, grade, round; and the facts that answer it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

from flask import request, url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_actor, the_scope
from grid_app.policy import Action, Actor, allows
from grid_app.queries.coverage_needs import NO_NEEDS, Needs
from grid_app.queries.map_area import Area, narrowed, root_in_scope
from grid_app.queries.map_codes import LEVELS
from grid_app.queries.map_facts import (
    CLOCKS,
    DISPUTES,
    FINDINGS,
    LAYERS,
    NAMINGS,
    RETURNS,
    ROOMS,
    STATUS,
    MapFacts,
    area_in_scope,
    map_facts,
)
from grid_app.queries.map_past import past_weeks
from grid_app.queries.points import Points, points_in
from grid_app.services.typed import uuid_of
from grid_app.web.maps.coverage import namings_view
from grid_app.web.maps.disputes import clocks_view, disputes_view, findings_view
from grid_app.web.maps.ended import refuse_ended
from grid_app.web.maps.kept import one_answer, remembering
from grid_app.web.maps.layers import LayerView
from grid_app.web.maps.picked import STATES, picked
from grid_app.web.maps.returns import returns_view
from grid_app.web.maps.rooms_past import rooms_at
from grid_app.web.maps.squares import squares_view
from grid_app.web.maps.standing import disagreement_view, status_view
from grid_app.web.wording import GRADES
from grid_app.wiring import wired

NEEDS = {
    DISPUTES: Action.READ_DISPUTES,
    FINDINGS: Action.READ_FINDINGS,
    RETURNS: Action.READ_ROUNDS,
    ROOMS: Action.READ_MAP,
    CLOCKS: Action.READ_DISPUTES,
    STATUS: Action.READ_STATUS,
    NAMINGS: Action.READ_MAP,
}
VIEWS: Final = {
    CLOCKS: clocks_view,
    FINDINGS: findings_view,
    RETURNS: returns_view,
    ROOMS: rooms_at,
    NAMINGS: namings_view,
    STATUS: status_view,
}
VILLAGES: Final = "villages"
DISAGREE: Final = "disagree"
NOT_YOURS = "没有这个区划,或者它不在您的辖区内。地图只显示自己的辖区。"


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as the actor may have it.

    ``refused`` is a layer without the right to it; ``week`` the Monday of a past week, ``None`` for now; ``only`` is
    ``disagree``, one state of status or naming, of rooms what they have to offer, or empty; ``level`` is townships,
    villages or grids. ``squares`` asks for open disputes by squares of 500 metres, which are told of the present alone.
    """

    layer: str
    root: str | None
    grade: str
    round_id: UUID | None
    refused: str
    week: date | None = None
    only: str = ""
    level: str = VILLAGES
    squares: bool = False

    def url(self, endpoint: str) -> str:
        """Return the address of ``endpoint`` for the same view."""
        return url_for(
            endpoint,
            layer=self.layer,
            root=self.root,
            grade=self.grade or None,
            round=self.round_id,
            week=self.week,
            filter=self.only or None,
            level=None if self.level == VILLAGES else self.level,
            squares="1" if self.squares else None,
        )


def layers_of(actor: Actor) -> list[str]:
    """Return the layers the actor may see."""
    return [layer for layer in LAYERS if allows(actor, NEEDS[layer])]


def asked() -> Asked:
    """Return what this request asks for; unknown values fall back to the first layer and all grades."""
    open_layers = layers_of(the_actor())
    wanted = request.args.get("layer", "")
    grade = request.args.get("grade", "")
    layer = wanted if wanted in open_layers else open_layers[0]
    week = _week(request.args.get("week", ""))
    return Asked(
        layer=layer,
        root=request.args.get("root") or None,
        grade=grade if grade in GRADES else "",
        round_id=uuid_of(request.args.get("round", "")),
        refused=wanted if wanted in LAYERS and wanted not in open_layers else "",
        week=week,
        only=_only(layer, request.args.get("filter", "")),
        level=request.args["level"] if request.args.get("level") in LEVELS else VILLAGES,
        squares=request.args.get("squares") == "1" and layer == DISPUTES and week is None,
    )


def _only(layer: str, typed: str) -> str:
    if layer == ROOMS:
        return ",".join(Needs.of(typed.split(",")).named())
    return typed if typed in (DISAGREE, *STATES.get(layer, ())) and layer in STATES else ""


def _week(typed: str) -> date | None:
    """Return the Monday that was asked for; ``None`` for what is no past week that can be looked back at."""
    try:
        week = date.fromisoformat(typed)
    except ValueError:
        return None
    return week if week in past_weeks(wired().clock.now()) else None


def area_for(root: str | None) -> Area:
    """Return the area under a root, without facts, once for everyone of the same scope.

    Raises
    ------
    NotFoundError
        When it is not the actor's to see, or has ended.
    """

    def _asked() -> Area:
        refuse_ended(root)
        with reading() as session:
            area = area_in_scope(session, scope=the_scope(), root=root)
        if area is None:
            raise NotFoundError(NOT_YOURS)
        return area

    return one_answer(("area", root), _asked)


def seen(ask: Asked) -> tuple[MapFacts, LayerView]:
    """Return the facts of what is asked for and the layer as people read it, once for everyone of the same scope.

    Raises
    ------
    NotFoundError
        When the area is not the actor's to see.
    """

    def _asked() -> tuple[MapFacts, LayerView]:
        facts = facts_of(ask)
        return facts, view_of(ask, facts)

    return one_answer(("seen", replace(ask, level=VILLAGES, refused="")), _asked, layer=ask.layer)


def facts_of(ask: Asked) -> MapFacts:
    """Return the facts of what is asked for.

    Raises
    ------
    NotFoundError
        When the area is not the actor's to see.
    """
    layers = frozenset({NAMINGS, STATUS} if ask.only == DISAGREE else {ask.layer})
    needs = Needs.of(ask.only.split(",")) if ask.layer == ROOMS else NO_NEEDS
    now = wired().clock.now()
    return facts_for(layers, root=ask.root, round_id=ask.round_id, now=now, week=ask.week, needs=needs)


def facts_for(
    layers: frozenset[str],
    *,
    root: str | None,
    round_id: UUID | None,
    now: datetime,
    week: date | None = None,
    needs: Needs = NO_NEEDS,
) -> MapFacts:
    """Return the facts of some layers over an area of the actor.

    Raises
    ------
    NotFoundError
        When the area is not the actor's to see.
    """
    area = area_for(root)
    with reading() as session:
        facts = map_facts(
            session,
            area=area,
            layers=layers,
            scope=the_scope(),
            root=root,
            now=now,
            round_id=round_id,
            week=week,
            needs=needs,
            remember=remembering(session),
        )
    if facts is None:
        raise NotFoundError(NOT_YOURS)
    return facts


def points_for(ask: Asked) -> Points:
    """Return the points and squares of the asked area, of one grade when the address has one.

    Raises
    ------
    NotFoundError
        When the area is not the actor's to see.
    """
    with reading() as session:
        root = root_in_scope(session, scope=the_scope(), code=ask.root)
        if root is None:
            raise NotFoundError(NOT_YOURS)
        here = narrowed(the_scope(), root.path)
        found: Points = remembering(session)(
            ("points", here, ask.grade), lambda: points_in(session, scope=here, grade=ask.grade)
        )
    return found


def is_of_one_village(ask: Asked) -> bool:
    """Say whether the asked area is a village alone, whose sums are those of a village and hidden like them."""
    with reading() as session:
        root = root_in_scope(session, scope=the_scope(), code=ask.root)
        return root is not None and root.level == "village"


def view_of(ask: Asked, facts: MapFacts) -> LayerView:
    """Return the asked layer as people read it."""
    if ask.squares:
        return squares_view(facts, points_for(replace(ask, grade="")), only=ask.grade)
    if ask.layer == DISPUTES:
        return disputes_view(facts, only=ask.grade)
    if ask.only == DISAGREE:
        return disagreement_view(facts, ask.layer)
    view = VIEWS[ask.layer](facts)
    return picked(view, ask.only) if ask.layer in STATES else view
