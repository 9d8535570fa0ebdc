"""Keeping a finding the same finding from round to round.

The window moves on by a week, members leave it and new ones come; people must still find "their" matter. A group
keeps the identity of the known finding with which it shares most members.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from screening.inputs import SILENCE, KnownFinding

MIN_SHARE = 0.5
"""Shared members must be at least this part of the smaller side, or one stray member would carry a name away."""

BY_KEY: Final = ("growth", SILENCE)
"""Signals whose findings are known by place and category; the others by their members."""


@dataclass(frozen=True, slots=True)
class Match:
    """What became of one group: the finding it continues, those it swallowed, the one it broke away from."""

    known: KnownFinding | None
    merged: tuple[KnownFinding, ...]
    split_from: str | None


def match_groups(groups: Sequence[frozenset[str]], earlier: Sequence[KnownFinding]) -> tuple[Match, ...]:
    """Give for each group the known finding it continues, if any.

    A known finding goes to the group with the largest overlap (then the larger group, then the smaller first
    member). When several meet in one group the oldest lives and the others are merged. When one falls apart the
    largest part keeps it and the other parts are new, marked with the finding they broke away from.

    Parameters
    ----------
    groups : sequence of frozenset of str
        Dispute identities of each group inside the window; no dispute in two groups.
    earlier : sequence of KnownFinding
        In any order.

    Returns
    -------
    tuple of Match
        One per group, in the same order.
    """
    group_of = {member: at for at, group in enumerate(groups) for member in group}
    claims: dict[int, list[KnownFinding]] = {}
    oldest: dict[int, str] = {}
    for known in sorted(earlier, key=_age):
        overlap = _overlaps(known, group_of)
        for at in overlap:
            oldest.setdefault(at, known.finding_id)
        best = _best_group(overlap, groups)
        if best is not None:
            claims.setdefault(best, []).append(known)
    return tuple(_match(claims.get(at, []), oldest.get(at)) for at in range(len(groups)))


def match_keys(kind: str, keys: Sequence[str], earlier: Sequence[KnownFinding]) -> tuple[Match, ...]:
    """Give for each issue key of a signal in ``BY_KEY`` the known finding it continues; of several the oldest.

    Of silence the category is left out: it is that of the members, which change.
    """
    by_key = {_lasting(one.key, kind): one for one in sorted(earlier, key=_age, reverse=True)}
    return tuple(Match(by_key.get(_lasting(one, kind)), (), None) for one in keys)


def _lasting(key: str, kind: str) -> str:
    return key.partition("|")[2] if kind == SILENCE else key


def trend_of(households_now: int, known: KnownFinding | None) -> str:
    """Give ``new``, ``growing``, ``steady`` or ``shrinking``, by households against the last round."""
    if known is None:
        return "new"
    if households_now == known.last_households:
        return "steady"
    return "growing" if households_now > known.last_households else "shrinking"


def _match(claimed: list[KnownFinding], oldest: str | None) -> Match:
    """Give what became of a group that these findings claim; ``oldest`` is the first one that shares a member."""
    return Match(claimed[0], tuple(claimed[1:]), None) if claimed else Match(None, (), oldest)


def _overlaps(known: KnownFinding, group_of: dict[str, int]) -> dict[int, int]:
    counted: dict[int, int] = {}
    for member in known.member_ids:
        if member in group_of:
            counted[group_of[member]] = counted.get(group_of[member], 0) + 1
    return counted


def _best_group(overlap: dict[int, int], groups: Sequence[frozenset[str]]) -> int | None:
    still_here = sum(overlap.values())
    enough = [at for at, shared in overlap.items() if shared >= MIN_SHARE * min(len(groups[at]), still_here)]
    return min(enough, key=lambda at: (-overlap[at], -len(groups[at]), min(groups[at])), default=None)


def _age(known: KnownFinding) -> tuple[bool, str, str]:
    return (known.since is None, known.since.isoformat() if known.since else "", known.finding_id)
