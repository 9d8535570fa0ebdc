"""Incidents of a window that name one place and tell one grievance, whatever cell and category each was filed under.

People of one estate file the same noise under three categories, and a street is in two villages. What they write names
the place. The grouping is that of ``screening.grievances``: the likeness of the named place times that of the matter,
average linkage, and a group is taken only when it holds together firmly between different households.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

import numpy as np

from screening.grievances.grouping import firmness, groups_of, links, pieces, titles_agree
from screening.grievances.messages import Message, even_letters
from screening.grievances.names import name_spots
from screening.grievances.parameters import Parameters as Linking
from screening.grievances.table import letter_table
from screening.grievances.vectors import vectors
from screening.inputs import Incident
from screening.letters import plain_letters

SHORTEST: Final = 8
"""Letters below which a text names no place and tells no matter."""
TITLE: Final = 40
"""A first sentence of at most so many letters says where and what, as a title does."""
READ: Final = 240
"""Letters of a text in which its names are looked for."""
ENDS: Final = "。！？!?；;\n"


def named_groups(
    incidents: Sequence[Incident], households: Sequence[str], linking: Linking | None = None
) -> tuple[tuple[int, ...], ...]:
    """Give groups of positions that tell of one named place and one grievance; no position in two.

    Parameters
    ----------
    incidents : sequence of Incident
        Of one window, sorted by identity.
    households : sequence of str
        Household of each.
    linking : screening.grievances.parameters.Parameters or None
        None takes its defaults.

    Returns
    -------
    tuple of tuples of int
        Groups of two or more with at least two households, by their first position.
    """
    params = linking or Linking()
    chosen = sorted(
        (at for at, one in enumerate(incidents) if len(plain_letters(one.text)) >= SHORTEST),
        key=lambda at: (incidents[at].noted_on, incidents[at].dispute_id),
    )
    if len(chosen) < 2:
        return ()
    table = letter_table([_message(incidents[at], households[at]) for at in chosen])
    told = vectors(table, table.size)
    people = [households[at] for at in chosen]
    groups = []
    for piece in pieces(links(told, np.arange(table.size), 0, params), table.size):
        for rows in groups_of(told, piece, table.same_text, params):
            whole, place = firmness(told, rows, people, params)
            least = params.firm if titles_agree(table, rows, people) else params.firm_alone
            own = tuple(sorted(chosen[int(row)] for row in rows))
            if (
                len(own) > 1
                and whole >= least
                and place >= params.one_place
                and _share_a_name(own, incidents, households)
            ):
                groups.append(own)
    return tuple(sorted(groups))


def _share_a_name(group: Sequence[int], incidents: Sequence[Incident], households: Sequence[str]) -> bool:
    """Tell whether at least half of the households write a common piece of what stands where names stand.

    Without it the same sentence of several homes that names no place would count as one.
    """
    wrote: dict[str, set[str]] = defaultdict(set)
    for at in group:
        text = even_letters(incidents[at].text[:READ])
        for begin, end in name_spots(text):
            for first in range(begin, end - 1):
                wrote["".join(sorted(text[first : first + 2]))].add(households[at])
    most = max((len(homes) for homes in wrote.values()), default=0)
    return 2 * most >= len({households[at] for at in group})


def _message(one: Incident, household: str) -> Message:
    end = min((at for at in (one.text.find(mark) for mark in ENDS) if at > 0), default=len(one.text))
    head = one.text[: min(end, TITLE)]
    return Message(one.dispute_id, household, datetime.combine(one.noted_on, time()), head, one.text[len(head) :])
