"""The filters of the list in its address: read, written back, said in words, and what to loosen when nothing fits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final
from urllib.parse import urlencode

from flask import url_for

from grid_app.policy import Actor, Scope, dispute_scope
from grid_app.queries.disputes import STATES_OF, Order, Tab
from grid_app.queries.disputes_choices import place_word, township_of, townships_in, unit_word, units_in, villages_in
from grid_app.queries.disputes_filters import Clock, Filters, is_withheld
from grid_app.queries.disputes_words import Words, words_of
from grid_app.services.typed import uuid_of
from grid_app.vocabulary.categories import category_names, name_of
from grid_app.vocabulary.words import CHANNEL_WORDS, GRADE_WORDS, OPEN_STATES, STATE_WORDS
from grid_app.web.card import OpenSession

CLOSED_TABS: Final = (Tab.ENDED, Tab.ON_SPOT)
"""The tabs without any running clock."""
REVIEW, RECEIPT = "review", "receipt"
TAB_WORDS: Final = {
    Tab.REPORTED: "待受理",
    Tab.HANDLING: "办理中",
    Tab.URGENT: "红橙",
    Tab.ENDED: "已办结",
    Tab.ON_SPOT: "即时化解",
    Tab.ALL: "全部",
}
WAITING_WORDS: Final = {REVIEW: "等我审核", RECEIPT: "等我签收"}
CLOCK_WORDS: Final = {
    Clock.OVERDUE: "已经超期",
    Clock.TODAY: "今天到期",
    Clock.SOON: "三天内到期",
    Clock.STATUTORY: "超过法定期限",
}
ORDER_WORDS: Final = {Order.DUE: "期限近的在前", Order.NEWEST: "新收到的在前"}
LABELS: Final = {
    "place": "地点",
    "state": "状态",
    "category": "类别",
    "clock": "期限",
    "unit": "办理单位",
    "grade": "等级",
    "channel": "渠道",
    "words": "查找",
}
PLACE_SIGNS: Final = 24


@dataclass(frozen=True)
class View:
    """What an address asks for; ``tab`` is one of the tabs or of the waiting lists, ``told`` is about the words."""

    tab: str
    filters: Filters
    order: Order
    may_sort: bool
    typed: str
    told: str

    @property
    def of_states(self) -> Tab:
        """Return the tab whose states are listed; the waiting lists hold any."""
        return Tab(self.tab) if self.tab in TAB_WORDS else Tab.ALL

    def url(self, **changes: str | None) -> str:
        """Return the address of this list with some parts changed; an empty part is left out."""
        own = "" if self.order is _usual_order(self.tab, self.filters) else str(self.order)
        parts: dict[str, str | None] = {"tab": self.tab, **_texts(self.filters, self.typed), "sort": own, **changes}
        query = urlencode({name: value for name, value in parts.items() if value})
        return f"{url_for('disputes.index')}?{query}"


def view_of(typed: Mapping[str, str], tab: str) -> View:
    """Return what was asked for; what is unknown is left out, and a filter that a tab cannot hold leads to all."""
    words = words_of(typed.get("words", ""))
    filters = _filters(typed, words)
    here = Tab(tab) if tab in TAB_WORDS else Tab.ALL
    if (filters.state and filters.state not in STATES_OF[here]) or (filters.clock and here in CLOSED_TABS):
        tab = Tab.ALL
    usual = _usual_order(tab, filters)
    may_sort = usual is Order.DUE
    asked = next((one for one in Order if one == typed.get("sort")), usual)
    return View(str(tab), filters, asked if may_sort else usual, may_sort, " ".join(words.words), words.told)


def _usual_order(tab: str, filters: Filters) -> Order:
    """Return how a list is sorted unasked: open disputes by what is due next, the others by arrival."""
    if tab in WAITING_WORDS or tab in (Tab.REPORTED, Tab.HANDLING, Tab.URGENT) or filters.clock:
        return Order.DUE
    return Order.DUE if tab == Tab.ALL and filters.state in OPEN_STATES else Order.NEWEST


def _filters(typed: Mapping[str, str], words: Words) -> Filters:
    place = typed.get("place") or _finer(typed.get("township", ""), typed.get("village", ""))
    return Filters(
        place=place if place.isalnum() and place.isascii() and len(place) <= PLACE_SIGNS else "",
        state=_known(typed, "state", STATE_WORDS),
        category=_known(typed, "category", category_names()),
        clock=next((one for one in Clock if one == typed.get("clock")), None),
        unit=uuid_of(typed.get("unit", "")),
        grade=_known(typed, "grade", GRADE_WORDS),
        channel=_known(typed, "channel", CHANNEL_WORDS),
        words=words.words,
    )


def _finer(township: str, village: str) -> str:
    """Return the village when it lies in the township; whoever changes the township leaves the village behind."""
    return village if village and village.startswith(township) else township


def _known(typed: Mapping[str, str], name: str, words: Mapping[str, str]) -> str:
    value = typed.get(name, "")
    return value if value in words else ""


def _texts(filters: Filters, typed: str) -> dict[str, str]:
    found = {one.name: str(getattr(filters, one.name) or "") for one in fields(filters)}
    return {**found, "words": typed}


def said(session: OpenSession, filters: Filters) -> dict[str, str]:
    """Return each filter that is set in words, by name."""
    words = {
        "place": lambda: place_word(session, filters.place),
        "state": lambda: STATE_WORDS[filters.state],
        "category": lambda: name_of(filters.category),
        "clock": lambda: CLOCK_WORDS[filters.clock] if filters.clock else "",
        "unit": lambda: unit_word(session, filters.unit) if filters.unit else "",
        "grade": lambda: GRADE_WORDS[filters.grade],
        "channel": lambda: CHANNEL_WORDS[filters.channel],
        "words": lambda: " ".join(filters.words),
    }
    return {name: f"{LABELS[name]}:{words[name]()}" for name in filters.set_ones}


def choices(session: OpenSession, actor: Actor, view: View) -> dict[str, object]:
    """Return what each filter offers to this actor."""
    townships = townships_in(session, actor)
    chosen = township_of(session, view.filters.place)
    township = chosen if townships else actor.division_code
    places = {"townships": townships, "villages": villages_in(session, township) if township else []}
    states = STATES_OF[view.of_states]
    return {
        **places,
        "township": chosen,
        "states": [(one, STATE_WORDS[one]) for one in states] if len(states) > 1 else [],
        "groups": _groups(dispute_scope(actor)),
        "clocks": [] if view.of_states in CLOSED_TABS else list(CLOCK_WORDS.items()),
        "units": units_in(session, actor, township=chosen),
        "grades": list(GRADE_WORDS.items()),
        "channels": list(CHANNEL_WORDS.items()),
        "orders": list(ORDER_WORDS.items()) if view.may_sort else [],
    }


def _groups(scope: Scope) -> list[tuple[str, str, list[tuple[str, str]]]]:
    """Return the groups of categories that the scope can see, each with its members, named without their group."""
    names = category_names()
    groups = [code for code in names if len(code) == 2 and not is_withheld(code, scope)]
    return [
        (
            group,
            names[group],
            [(code, name.partition("·")[2]) for code, name in names.items() if code[:2] == group != code],
        )
        for group in groups
    ]
