"""The pending generation beside the active one: what activation would keep, change and end."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import ConflictError
from grid_app.queries.boundaries import ACTIVE, PENDING, Entry, entries_of, generation_in, tree
from grid_app.services.places.divisions import TreePlan, missing_from, plan_tree

NOTHING_PENDING = "没有待启用的边界。请先导入边界文件,核对后再启用;现在使用的边界没有变。"


@dataclass(frozen=True)
class Pending:
    """The pending generation beside the active one: what activation would keep, change and end.

    Attributes
    ----------
    id, number : UUID, int
        The pending generation.
    active_id : UUID or None
        The generation in use.
    entries : tuple of Entry
        What was imported.
    carried : tuple of str
        Codes whose boundary would be taken over from the active generation.
    plan : TreePlan
        What would become of the tree.
    """

    id: UUID
    number: int
    active_id: UUID | None
    entries: tuple[Entry, ...]
    carried: tuple[str, ...]
    plan: TreePlan


def pending_state(session: Session) -> Pending:
    """Return what activating the pending generation would do.

    Raises
    ------
    ConflictError
        When there is none, or nothing is in it.
    """
    pending = generation_in(session, PENDING)
    entries = entries_of(session, pending.id) if pending else []
    if pending is None or not entries:
        raise ConflictError(NOTHING_PENDING, code="nothing_pending")
    active = generation_in(session, ACTIVE)
    bounded = {entry.code: entry.level for entry in entries_of(session, active.id)} if active else {}
    plan = plan_tree(tree(session), entries, bounded)
    gone = missing_from(entries, bounded) - set(plan.kept) | set(plan.ended)
    named = {entry.code for entry in entries}
    carried = tuple(sorted(code for code in bounded if code not in named and code not in gone))
    return Pending(pending.id, pending.number, active.id if active else None, tuple(entries), carried, plan)
