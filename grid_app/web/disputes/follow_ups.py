"""The follow-up visits on the page of a dispute: when, what came of each, and who makes those that are still due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from grid_app.queries.accounts import AssignmentRow
from grid_app.queries.follow_ups import Planned
from grid_app.vocabulary.words import FOLLOW_UP_STATE_WORDS, ROLE_WORDS
from grid_app.web.wording import local_date

OWN_UNIT = "办理单位自己做"


@dataclass(frozen=True)
class ShownFollowUps:
    """The visits in words; ``next_id`` is the first that is still due, ``carrier`` who makes it."""

    lines: tuple[tuple[str, str], ...]
    next_id: UUID | None
    carrier: str
    carrier_id: UUID | None
    choices: tuple[tuple[str, str], ...]


def shown_follow_ups(planned: Sequence[Planned], choices: Sequence[AssignmentRow]) -> ShownFollowUps:
    """Return the visits of the latest closing as the page shows them; those of an earlier one stand in the history."""
    latest = [one for one in planned if one.closed_at == planned[-1].closed_at] if planned else []
    due = next((one for one in latest if one.state == "due"), None)
    return ShownFollowUps(
        lines=tuple(
            (f"第 {one.day} 天", f"{local_date(one.due_on)} · {FOLLOW_UP_STATE_WORDS[one.state]}") for one in latest
        ),
        next_id=due.id if due else None,
        carrier=(due.carrier or OWN_UNIT) if due else "",
        carrier_id=due.carrier_id if due else None,
        choices=(("", OWN_UNIT), *((str(one.assignment_id), _label(one)) for one in choices)),
    )


def _label(row: AssignmentRow) -> str:
    return f"{row.display_name}({ROLE_WORDS[row.role]} · {row.division_name})"
