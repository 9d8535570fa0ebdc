"""The figures of the linkage, each with its reason; docs/statistics.md shows what moving them does."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Parameters:
    """What decides that messages belong together and that a group is told.

    Attributes
    ----------
    join : float
        Mean likeness, 0 to 1, from which two groups become one (average linkage).
    core : float
        Likeness that one message needs to messages of two other people, so that the group is told as a finding. Higher
        than ``join``: in an all-time grouping a doubtful member costs little, a doubtful finding costs somebody a
        journey.
    one_place : float
        The least mean likeness of the place alone between different people: many kindergartens are not one.
    matter : float
        How much of the likeness is the matter, the rest being the place, as powers of a product.
    half_matter : float
        Likeness of the matter that counts half. Two letters about one thing share few words beyond the place, so that
        the cosine of a true pair is mostly below 0.3, and more of it proves little more.
    people, days : int
        How many different people within how many days make a grievance shared.
    recent_days : int
        People of these last days count twice in the order of a round.
    memory_days : int
        Messages older than this are not compared any more in a round.
    refresh : float
        Growth of what is known from which all pairs are weighed anew and not only those of new messages.
    many, refresh_many : int, float
        With so many messages known rarity changes slowly, and all are weighed anew at this growth instead.
    """

    join: float = 0.58
    core: float = 0.69
    one_place: float = 0.65
    matter: float = 0.65
    half_matter: float = 0.1
    people: int = 3
    days: int = 90
    recent_days: int = 28
    memory_days: int = 365
    refresh: float = 1.1
    many: int = 10_000
    refresh_many: float = 1.5
