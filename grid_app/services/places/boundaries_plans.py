"""What was decided about the pending generation beside its polygons: which division continues which, and exceptions.

A table of successors is a CSV file with the columns old_code, new_code, date; a division that was split has one row
for each part. A column default (是 or 1) says which part takes the records without a point of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.models.boundary_changes import BoundaryPlan
from grid_app.policy import Actor
from grid_app.queries.boundaries import Node, tree
from grid_app.services.audit import record_audit
from grid_app.services.csv_rows import CsvRow, read_rows
from grid_app.services.places.boundaries_course import Succession, with_single_defaults
from grid_app.services.places.boundaries_pending import Pending, pending_state
from grid_app.services.places.namings import day_of

COLUMNS = ("old_code", "new_code", "date", "default")
NEEDED = ("old_code", "new_code", "date")
YES = frozenset({"是", "1", "y", "yes", "true"})
SHOWN = 10
NOTHING = "什么也没有改。"


def plan_row(session: Session, generation_id: UUID) -> BoundaryPlan:
    """Return the plan of a generation, made empty when there is none."""
    row = session.get(BoundaryPlan, generation_id)
    if row is None:
        row = BoundaryPlan(generation_id=generation_id, successors=[], choices={}, asked=[], before=None)
        session.add(row)
        session.flush()  # it is read again in the same transaction
    return row


def successions_in(row: BoundaryPlan | None) -> tuple[Succession, ...]:
    """Return what a plan says about successors."""
    if row is None:
        return ()
    return tuple(
        Succession(one["old"], one["new"], one["default"], date.fromisoformat(one["on"]) if one["on"] else None)
        for one in row.successors
    )


def kept_successions(given: Iterable[Succession]) -> list[dict[str, object]]:
    """Return successions as a plan keeps them."""
    return [
        {"old": one.old, "new": one.new, "default": one.is_default, "on": one.on.isoformat() if one.on else ""}
        for one in sorted(given, key=lambda one: (one.old, one.new))
    ]


def read_successors(content: bytes) -> tuple[Succession, ...]:
    """Return the successions of a CSV file.

    Raises
    ------
    InvalidError
        When the file cannot be read, or rows of it say nothing that could be meant; each is named.
    """
    rows = read_rows(content, columns=COLUMNS, needed=NEEDED)
    wrong: list[str] = []
    seen: set[tuple[str, str]] = set()
    found: list[Succession] = []
    for row in rows:
        one, why = _row(row)
        if (one.old, one.new) in seen:
            why = "和前面的一行重复了"
        seen.add((one.old, one.new))
        found.append(one)
        if why:
            wrong.append(f"第 {row.number} 行{why}")
    heirs = [one.old for one in found if one.is_default]
    wrong += [f"{old} 写了不止一个默认接续" for old in sorted({old for old in heirs if heirs.count(old) > 1})]
    if not found:
        wrong.append("表里只有表头,没有内容")
    if wrong:
        more = f"等 {len(wrong)} 处" if len(wrong) > SHOWN else ""
        raise InvalidError(f"接续表没有收下:{';'.join(wrong[:SHOWN])}{more}。请改好再传;{NOTHING}")
    return with_single_defaults(found)


def _row(row: CsvRow) -> tuple[Succession, str]:
    values = {name: "".join(row.values.get(name, "").split()) for name in COLUMNS}
    fields: dict[str, str] = {}
    day = day_of(values["date"], "date", fields)
    one = Succession(values["old_code"], values["new_code"], values["default"].lower() in YES, day)
    if not (one.old and one.new):
        return one, "少了旧代码或新代码"
    if one.old == one.new:
        return one, f"旧代码和新代码都是 {one.old}"
    if fields or day is None:
        return one, "的日期要写成 2026-11-21 这样"
    return one, ""


def save_successors(
    session: Session, *, successions: Sequence[Succession], actor: Actor | None, now: datetime
) -> tuple[Succession, ...]:
    """Put successions beside the pending generation; those of the same old codes are replaced.

    Raises
    ------
    ConflictError
        When nothing is pending.
    InvalidError
        When a code does not end in it, or a successor does not live in it.
    """
    pending = pending_state(session)
    check_successors(tree(session), pending, successions)
    row = plan_row(session, pending.id)
    replaced = {one.old for one in successions}
    kept = [one for one in successions_in(row) if one.old not in replaced]
    together = with_single_defaults([*kept, *successions])
    row.successors = kept_successions(together)
    record_audit(
        session, actor, "boundaries.successors_named", now=now, target=("generation", str(pending.id)),
        details={"ended": len(replaced), "successors": len(successions)},
    )  # fmt: skip
    return together


def save_choices(session: Session, *, choices: Mapping[str, str], actor: Actor | None, now: datetime) -> None:
    """Note where single records go; an empty code takes a choice back.

    Raises
    ------
    ConflictError
        When nothing is pending.
    InvalidError
        When a chosen division does not live in it.
    """
    pending = pending_state(session)
    living = living_codes(tree(session), pending)
    strange = sorted({code for code in choices.values() if code and code not in living})
    if strange:
        raise InvalidError(f"选的去处 {'、'.join(strange[:SHOWN])} 不存在或已停用。请重新选;{NOTHING}")
    row = plan_row(session, pending.id)
    row.choices = {key: code for key, code in {**row.choices, **choices}.items() if code}
    record_audit(
        session, actor, "boundaries.records_assigned", now=now, target=("generation", str(pending.id)),
        details={"records": len(choices)},
    )  # fmt: skip


def ended_codes(known: Mapping[str, Node], pending: Pending) -> set[str]:
    """Return the codes that are ended once the pending generation is in use."""
    dead = {code for code, node in known.items() if not node.alive}
    return (set(pending.plan.ended) | dead) - set(pending.plan.revived)


def living_codes(known: Mapping[str, Node], pending: Pending) -> set[str]:
    """Return the codes that live once the pending generation is in use."""
    alive = {entry.code for entry in pending.entries} | {code for code, node in known.items() if node.alive}
    return (alive | set(pending.plan.created)) - set(pending.plan.ended)


def check_successors(known: Mapping[str, Node], pending: Pending, successions: Iterable[Succession]) -> None:
    """Refuse successions that the pending generation does not bear out.

    Raises
    ------
    InvalidError
        Naming the first code that does not end, or that does not live afterwards.
    """
    ended, living = ended_codes(known, pending), living_codes(known, pending)
    for one in successions:
        if one.old not in ended:
            raise InvalidError(f"{one.old} 在这一代边界里没有停用,不用写接续的区划。请核对代码;{NOTHING}")
        if one.new not in living:
            raise InvalidError(f"接续的区划 {one.new} 不存在或已停用。请核对代码;{NOTHING}")


def refuse_future_days(successions: Iterable[Succession], *, today: date) -> None:
    """Refuse to activate before the day that a table of successors names.

    Raises
    ------
    InvalidError
        Naming the first that lies ahead.
    """
    for one in successions:
        if one.on is not None and one.on > today:
            raise InvalidError(
                f"接续表里 {one.old} 从 {one.on} 起由 {one.new} 接续,还没有到这一天。请到那天再启用,或者改接续表;"
                f"{NOTHING}"
            )


def chosen_defaults(given: Sequence[Succession], chosen: Mapping[str, str]) -> tuple[Succession, ...]:
    """Return the successions with the named ones as defaults; a pair that is not among them is added."""
    pairs = {(one.old, one.new) for one in given}
    more = [Succession(old, new, is_default=True) for old, new in chosen.items() if (old, new) not in pairs]
    return with_single_defaults(
        [*(replace(one, is_default=chosen.get(one.old, one.new if one.is_default else "") == one.new) for one in given),
         *more]
    )  # fmt: skip
