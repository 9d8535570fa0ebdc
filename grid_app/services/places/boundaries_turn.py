"""Turning the records from one set of boundaries to the next: successions, moved records, what undoing needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from grid_app.clock import local_date
from grid_app.errors import InvalidError
from grid_app.models.accounts import Account, Assignment, Notice
from grid_app.models.boundary_changes import DivisionSuccession
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.queries.boundaries import in_parts
from grid_app.queries.boundaries_effects import PLATFORM, in_force, open_disputes
from grid_app.queries.boundaries_touched import listening, touched_by
from grid_app.queries.map_area import township_of
from grid_app.services.matters.step import take_turn
from grid_app.services.places.boundaries_attached import Destination, destinations, move_attached, unheard
from grid_app.services.places.boundaries_course import Succession
from grid_app.services.places.boundaries_future import Future
from grid_app.services.places.boundaries_moves import Going, Mover, move_disputes
from grid_app.services.places.boundaries_placing import Ground, changed, placed_after
from grid_app.services.places.divisions import TreePlan

MOVED_URL = "/places/moved"
VILLAGE_LENGTH = 12
MOST_NAMED = 10
UNHEARD = (
    "这些账号的手机或电脑在接收提醒,却没有写明由谁接续,启用后提醒就没有人收:{names}。"
    "请在“由谁接续”里写明,或者先停用这些账号身份。什么也没有改变。"
)
DESK = (Role.TOWNSHIP_OFFICER, Role.TOWNSHIP_LEAD)


@dataclass(frozen=True)
class Turned:
    """How many records went elsewhere: disputes by how, everything else by kind."""

    disputes: Mapping[str, int]
    attached: Mapping[str, int]

    @property
    def details(self) -> dict[str, str | int | bool | None]:
        """The same for the audit trail."""
        disputes = {f"disputes_by_{how}": count for how, count in sorted(self.disputes.items())}
        return {**disputes, **{f"{kind}s": count for kind, count in sorted(self.attached.items()) if count}}


def turn_records(session: Session, mover: Mover, future: Future) -> Turned:
    """Move what hangs on ended divisions and every open dispute whose point lies elsewhere now."""
    take_turn(session)
    onward = future.onward
    disputes = move_open_disputes(session, mover, future.ground)
    touched = touched_by(session, future.pending.plan.ended, now=mover.now)
    going = destinations(touched, onward)
    _refuse_unheard(unheard(going, listening(session, touched)))
    return Turned(disputes, move_attached(session, mover, going))


def _refuse_unheard(staying: Sequence[Destination]) -> None:
    """Refuse while a device that is told of escalations would be left with a village that is no more."""
    if staying:
        names = "、".join(f"{one.record.title}({one.record.code})" for one in staying[:MOST_NAMED])
        more = f"等 {len(staying)} 个" if len(staying) > MOST_NAMED else ""
        raise InvalidError(UNHEARD.format(names=names + more))


def move_open_disputes(session: Session, mover: Mover, ground: Ground) -> Counter[str]:
    """Move every open dispute that belongs elsewhere, and tell the townships that have to decide about some."""
    disputes = open_disputes(session, scope=PLATFORM)
    going = [
        Going(disputes.ids[at], disputes.codes[at], one.code, one.how)
        for at, one in changed(disputes, placed_after(disputes, ground))
    ]
    counts = move_disputes(session, mover, going)
    tell_townships(session, mover, [one.to_code for one in going if one.how in ("parent", "default")])
    return counts


def tell_townships(session: Session, mover: Mover, codes: Sequence[str]) -> None:
    """Leave a line to the offices of townships that have disputes to place by hand."""
    if not codes:
        return
    paths = dict(session.execute(select(Division.code, Division.path).where(Division.code.in_(set(codes)))).all())
    wanted = Counter(township_of(paths[code]) for code in codes if code in paths)
    rows = session.execute(
        select(Account.id, Assignment.division_code)
        .join(Assignment, Assignment.account_id == Account.id)
        .where(Assignment.division_code.in_(sorted(wanted)), Assignment.role.in_(DESK), in_force(mover.now))
        .order_by(Account.id)
        .distinct()
    )
    for account, township in rows:
        text = f"区划调整后,有 {wanted[township]} 件没有定位的纠纷换了地方,请核对各属于哪个村。"
        session.add(Notice(account_id=account, kind="boundaries", text=text, url=MOVED_URL, created_at=mover.now))


def keep_successions(session: Session, mover: Mover, given: Iterable[Succession], gone: Iterable[str]) -> None:
    """Write which division continues which; ``gone`` live again and are continued by nothing any more."""
    today = local_date(mover.now)
    rows = [
        {
            "old_code": one.old,
            "new_code": one.new,
            "since": one.on or today,
            "is_default": one.is_default,
            "generation_id": mover.generation_id,
        }
        for one in given
    ]
    for part in in_parts(sorted({*gone, *(str(row["old_code"]) for row in rows)})):
        session.execute(delete(DivisionSuccession).where(DivisionSuccession.old_code.in_(part)))
    if rows:
        session.execute(insert(DivisionSuccession), rows)


def tree_before(
    session: Session, plan: TreePlan, given: Iterable[Succession], shrunk: frozenset[str]
) -> dict[str, object]:
    """Return what undoing a plan needs: the rows it changes as they stand, the codes it adds, what continued which."""
    changed_codes = {node.code for node in plan.changed} | {one.new for one in given} | shrunk
    codes = sorted(changed_codes | {*plan.ended, *plan.revived})
    columns = (
        Division.code, Division.name, Division.kind, Division.parent_code, Division.path, Division.valid_to,
        Division.successor_code, Division.households,
    )  # fmt: skip
    rows = [
        [value.isoformat() if isinstance(value, date) else value for value in row]
        for part in in_parts(codes)
        for row in session.execute(select(*columns).where(Division.code.in_(part)).order_by(Division.code))
    ]
    continued = [
        [one.old_code, one.new_code, one.since.isoformat(), one.is_default, str(one.generation_id)]
        for part in in_parts(codes)
        for one in session.scalars(select(DivisionSuccession).where(DivisionSuccession.old_code.in_(part)))
    ]
    return {"rows": rows, "added": [node.code for node in plan.added], "continued": continued}


def add_up_households(
    session: Session, given: Iterable[Succession], *, added: frozenset[str], shrunk: frozenset[str]
) -> None:
    """Give a village that continues whole villages their households too.

    A part of a split one has no number, one that keeps the old code (``shrunk``) neither; and where one of the numbers
    is not known, nor is the sum. ``added`` villages had no households of their own.
    """
    heirs: dict[str, list[str]] = {}
    for one in given:
        heirs.setdefault(one.old, []).append(one.new)
    origins: dict[str, list[str]] = {}
    for old, news in heirs.items():
        if len(old) == VILLAGE_LENGTH:
            for new in news:
                origins.setdefault(new, []).append(old)
    for new, olds in sorted(origins.items()):
        village = session.get_one(Division, new)
        own = [] if new in added else [village.households]
        numbers = [*own, *(session.get_one(Division, old).households for old in olds)]
        whole = all(len(heirs[old]) == 1 for old in olds) and None not in numbers
        village.households = sum(number or 0 for number in numbers) if whole else None
    for code in sorted(shrunk):
        session.get_one(Division, code).households = None
    session.flush()  # bulk statements follow, which do not look at waiting rows
