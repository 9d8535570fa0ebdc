"""When rooms are open by the hour, and which of them are effective."""

from collections.abc import Sequence

import numpy as np

from geo.coverage.opening import Opening
from geo.coverage.opening_words import DAY_MINUTES
from geo.coverage.places import Flags, Ints


def effective_state(
    openings: Sequence[Opening], mediators: Sequence[int | None], idle_days: Sequence[int | None]
) -> Ints:
    """Return 1 for each effective room, 0 for one that is not, -1 where a fact is missing and no other fact says no.

    Effective: open at least one half-day a week, two mediators or more, used or test-opened in the last 90 days.

    Examples
    --------
    >>> from geo.coverage.opening import read_opening
    >>> openings = [read_opening("周三上午"), read_opening(""), read_opening("")]
    >>> effective_state(openings, [2, 2, 1], [90, 5, None]).tolist()
    [1, -1, 0]
    """
    found = [
        _all_known(
            None if opening.state in {"unknown", "unreadable"} else opening.half_days() >= 1,
            None if count is None else count >= 2,
            None if idle is None else idle <= 90,
        )
        for opening, count, idle in zip(openings, mediators, idle_days, strict=True)
    ]
    return np.array(found, dtype=np.int64)


def hours_open(openings: Sequence[Opening]) -> Flags:
    """Return whether each room is open for at least half of each hour, shape (rooms, 7, 24).

    Examples
    --------
    >>> from geo.coverage.opening import read_opening
    >>> hours_open([read_opening("周二 8:30-11:20")])[0, 1].nonzero()[0].tolist()
    [8, 9, 10]
    """
    table = np.zeros((len(openings), 7, DAY_MINUTES), dtype=np.bool_)
    for room, opening in enumerate(openings):
        for weekday, spans in enumerate(opening.week):
            for begin, end in spans:
                table[room, weekday, begin:end] = True
    return np.asarray(table.reshape(len(openings), 7, 24, 60).sum(axis=3) >= 30, dtype=np.bool_)


def _all_known(*facts: bool | None) -> int:
    if False in facts:
        return 0
    return -1 if None in facts else 1
