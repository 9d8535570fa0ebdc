"""What somebody asked for on the page of indicators: a period, a place, perhaps a unit; anything wrong is said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from grid_app.clock import local_date
from grid_app.errors import NotFoundError
from grid_app.policy import Actor, dispute_scope
from grid_app.queries.indicators_asked import Asked, Span
from grid_app.queries.indicators_places import Place, places_under, units_under
from grid_app.queries.indicators_spans import last_day, month_of, quarter_of, with_earlier
from grid_app.web.card import OpenSession

EARLIER: Final = 3
OWN: Final = "own"
LONGEST: Final = timedelta(days=732)
FIRST: Final = date(2000, 1, 1)
NOT_YOURS: Final = "没有这个地方或者单位,或者它不在您的范围内。请从列表里选。"


@dataclass(frozen=True)
class Question:
    """A question as it can be answered, and everything its form shows again."""

    asked: Asked
    place: Place
    unit_name: str
    values: Mapping[str, str]
    periods: list[tuple[str, str]]
    places: list[tuple[str, str]]
    units: list[tuple[str, str]]
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def of_what(self) -> str:
        """Return whose figures these are."""
        return f"{self.unit_name}({self.place.name})" if self.unit_name else self.place.name


def question_of(session: OpenSession, actor: Actor, args: Mapping[str, str], now: datetime) -> Question:
    """Return what was asked; a wrong date is told at its field and the present quarter taken instead.

    Raises
    ------
    NotFoundError
        The place or the unit is not in the actor's scope.
    """
    places = places_under(session, actor.division_path)
    place = next((one for one in places if one.code == args.get("place", "")), None)
    if place is None:
        if args.get("place") or not places:
            raise NotFoundError(NOT_YOURS)
        place = places[0]
    units = units_under(session, place)
    unit_id, unit_name = _unit(args.get("unit", ""), units)
    today = local_date(now)
    span, chosen, errors = _span(args, today)
    spans = with_earlier(span, count=EARLIER)
    values = {name: args.get(name, "") for name in ("since", "until")}
    return Question(
        asked=Asked(dispute_scope(actor), place.path, spans, now, unit_id),
        place=place,
        unit_name=unit_name,
        values=values | {"period": chosen, "place": place.code, "unit": str(unit_id or "")},
        periods=_periods(today),
        places=_place_options(places),
        units=[(str(key), name) for key, name in units],
        errors=errors,
    )


def span_told(span: Span) -> str:
    """Return a span in words: a month, a quarter, or from day to day."""
    if span == month_of(span.since):
        return f"{span.since.year}年{span.since.month}月"
    if span == quarter_of(span.since):
        return f"{span.since.year}年第{(span.since.month + 2) // 3}季度"
    return f"{span.since:%Y-%m-%d} 至 {last_day(span):%Y-%m-%d}"


def _unit(given: str, units: list[tuple[UUID, str]]) -> tuple[UUID | None, str]:
    if not given:
        return None, ""
    for key, name in units:
        if str(key) == given:
            return key, name
    raise NotFoundError(NOT_YOURS)


def _span(args: Mapping[str, str], today: date) -> tuple[Span, str, dict[str, str]]:
    given = args.get("period", "")
    if given == OWN:
        span, errors = _own_span(args, today)
        return (span, OWN, {}) if span else (quarter_of(today), OWN, errors)
    for code, one in _known(today).items():
        if code == given:
            return one, code, {}
    return quarter_of(today), f"q{quarter_of(today).since:%Y-%m}", {}


def _own_span(args: Mapping[str, str], today: date) -> tuple[Span | None, dict[str, str]]:
    since, until = _day(args.get("since", "")), _day(args.get("until", ""))
    errors = {}
    if since is None or since > today:
        errors["since"] = "请选开始的日子,今天或者以前的一天。"
    if until is None:
        errors["until"] = "请选结束的日子。"
    elif since and until < since:
        errors["until"] = "结束的日子不能在开始以前。"
    elif since and until - since > LONGEST:
        errors["until"] = "一次最多看两年。请把日子选近一点。"
    if errors or since is None or until is None:
        return None, errors
    return Span(since, until + timedelta(days=1)), {}


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given.strip())
    except ValueError:
        return None
    return found if found >= FIRST and found.year < 9000 else None


def _known(today: date) -> dict[str, Span]:
    quarters = with_earlier(quarter_of(today), count=7)
    months = with_earlier(month_of(today), count=12)
    return {f"q{one.since:%Y-%m}": one for one in quarters} | {f"m{one.since:%Y-%m}": one for one in months}


def _periods(today: date) -> list[tuple[str, str]]:
    return [(code, span_told(span)) for code, span in _known(today).items()] + [(OWN, "自己选日子(填下面两格)")]


def _place_options(places: list[Place]) -> list[tuple[str, str]]:
    names = {one.code: one.name for one in places}
    above = {one.code: names.get(one.code[:9], "") if one.level == "village" else "" for one in places}
    return [(one.code, f"{above[one.code]} {one.name}".strip()) for one in places]
