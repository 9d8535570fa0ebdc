"""A card on the page of a dispute: a few facts, and the way to a workspace's own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from grid_app.policy import Actor
from grid_app.queries.disputes_detail import DisputeDetail

OpenSession: TypeAlias = Any
"""An open database session, handed on to queries; pages know nothing of it."""


@dataclass(frozen=True)
class Card:
    """A card: its title, facts as pairs of word and text, and links as pairs of word and address.

    ``hint`` is one plain sentence under the facts; ``is_next`` marks what this actor has to do now.
    """

    title: str
    facts: tuple[tuple[str, str], ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    hint: str = ""
    is_next: bool = False


CardMaker: TypeAlias = Callable[[OpenSession, DisputeDetail, Actor, datetime], Card | None]
"""Returns ``None`` where there is nothing to show this actor."""
