"""Incidents of a window that name one place and tell one grievance, whatever category each was filed under.

People of one estate file the same noise under three categories, and a street is in two villages. What they write names
the place. The grouping is that of ``screening.grievances``: the likeness of the named place times that of the matter,
average linkage, and a group is taken only when it holds together firmly between different households.

A name is trusted as far as the cells allow. 公交站牌 or 屠宰点 stand where names stand, and every village writes them:
a piece of a name is **specific** when the texts that hold it lie in few villages, and at least half of the households
of a group must write one such piece. Over several villages a group goes only when one of them has two of its
households; otherwise three villages with one like matter each would be one.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Final

import numpy as np
from numpy.typing import NDArray

from screening.grievances.grouping import agreement, groups_of, links, pieces
from screening.grievances.messages import Message
from screening.grievances.parameters import Parameters as Linking
from screening.grievances.table import FIRST_PLACE, LetterTable, letter_table
from screening.grievances.vectors import vectors
from screening.inputs import Incident
from screening.letters import plain_letters

SHORTEST: Final = 8
"""Letters below which a text names no place and tells no matter."""
TITLE: Final = 40
"""A first sentence of at most so many letters says where and what, as a title does."""
MOST_CELLS: Final = 3
"""A piece of a name that is written in more villages is a word."""
ENDS: Final = "。！？!?；;\n"


def named_groups(
    incidents: Sequence[Incident], households: Sequence[str], linking: Linking | None = None
) -> tuple[tuple[int, ...], ...]:
    """Give groups of positions that tell of one named place and one grievance; no position in two.

    Parameters
    ----------
    incidents : sequence of Incident
        Of one window and of the time before it, in any order.
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
    own = [incidents[at] for at in chosen]
    people = [households[at] for at in chosen]
    table = letter_table([_message(*pair) for pair in zip(own, people, strict=True)])
    told = vectors(table, table.size)
    names = _names(table, _finest(own), people)
    groups = []
    for piece in pieces(links(told, np.arange(table.size), 0, params), table.size):
        for rows in groups_of(told, piece, table.same_text, params):
            firm = agreement(told, rows, people, params)
            is_firm = firm.core >= params.core and firm.place >= params.one_place
            if len(rows) > 1 and is_firm and names.hold(rows):
                groups.append(tuple(sorted(chosen[int(row)] for row in rows)))
    return tuple(sorted(groups))


@dataclass(frozen=True)
class _Names:
    """Which pieces of names are specific; ``cell`` is empty where nothing finer than other cells is known."""

    table: LetterTable
    cell: Sequence[str]
    people: Sequence[str]
    is_specific: NDArray[np.bool_]

    def hold(self, rows: NDArray[np.int64]) -> bool:
        """Tell whether a group of rows shares a specific name, and lies in no more villages than one name can."""
        return self._is_near(rows) and self._shares_one(rows)

    def _is_near(self, rows: NDArray[np.int64]) -> bool:
        homes = {(self.cell[row], self.people[row]) for row in rows if self.cell[row]}
        many = Counter(cell for cell, _ in homes)
        return len(many) < 2 or (len(many) <= MOST_CELLS and max(many.values()) > 1)

    def _shares_one(self, rows: NDArray[np.int64]) -> bool:
        wrote: dict[int, set[str]] = defaultdict(set)
        for row in rows:
            span = slice(int(self.table.starts[row]), int(self.table.starts[row + 1]))
            columns = self.table.columns[span][self.table.is_named[span]]
            for column in columns[self.is_specific[columns]].tolist():
                wrote[column].add(self.people[row])
        most = max((len(homes) for homes in wrote.values()), default=0)
        return 2 * most >= len({self.people[row] for row in rows})


def _names(table: LetterTable, cell: Sequence[str], people: Sequence[str]) -> _Names:
    number = {name: at for at, name in enumerate(sorted(set(cell) - {""}))}
    row = np.repeat(np.arange(table.size), np.diff(table.starts))
    where = np.array([number.get(name, -1) for name in cell], np.int64)[row]
    cells = max(1, len(number))
    pairs = np.unique(table.columns[where >= 0] * np.int64(cells) + where[where >= 0])
    spread = np.bincount(pairs // cells, minlength=max(1, len(table.codes)))
    is_letters = np.append(table.codes, [0] * (len(spread) - len(table.codes))) < FIRST_PLACE
    return _Names(table, cell, people, (spread <= MOST_CELLS) & is_letters)


def _finest(incidents: Sequence[Incident]) -> list[str]:
    """Give the cell of each incident, empty where it is an area that contains other incidents' cells."""
    containing = {above for one in incidents for above in one.path}
    return ["" if one.cell in containing else one.cell for one in incidents]


def _message(one: Incident, household: str) -> Message:
    end = min((at for at in (one.text.find(mark) for mark in ENDS) if at > 0), default=len(one.text))
    head = one.text[: min(end, TITLE)]
    return Message(one.dispute_id, household, datetime.combine(one.noted_on, time()), head, one.text[len(head) :])
