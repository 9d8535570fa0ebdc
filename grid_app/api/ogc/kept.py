"""What is said of the villages, counted once for the pages of one program: it asks for a thousand after the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from flask import current_app

from grid_app.adapters.map_feed import feed_of
from grid_app.adapters.map_memo import KEPT_SECONDS, USUAL_SECONDS, memo_of
from grid_app.database.transaction import give_back
from grid_app.queries.layers import village_facts
from grid_app.queries.layers_areas import Asking, Value
from grid_app.wiring import wired

OpenSession: TypeAlias = Any
"""An open database session, handed on to queries; the interface knows nothing of it."""


def kept_facts(session: OpenSession, asking: Asking) -> Mapping[str, Mapping[str, Value]]:
    """Return ``village_facts``, or what it gave a moment ago to somebody of the same scope, unless facts changed."""
    wiring = wired()
    versions = tuple(sorted(feed_of(wiring.engine).current(wiring.clock.now).items()))
    seconds = float(current_app.config.get(KEPT_SECONDS, USUAL_SECONDS))
    give_back(session)  # it may have to wait for somebody who counts the same
    found: Mapping[str, Mapping[str, Value]] = memo_of(wiring.engine)(
        ("ogc", asking.scope, asking.counts, versions), lambda: village_facts(session, asking), seconds=seconds
    )
    return found
