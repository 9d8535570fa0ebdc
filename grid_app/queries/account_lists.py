"""What the account pages list: accounts of an area, places to choose from, and the units that answer for a place."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session

from grid_app.models.accounts import Account, Assignment, Unit
from grid_app.models.places import Division
from grid_app.policy import Role
from grid_app.queries.accounts import AssignmentRow, assignment_is_valid, assignments_in_force, under

PER_PAGE = 50
MOST_PLACES = 30


@dataclass(frozen=True)
class AccountRow:
    """One account as the security administrator sees it, with what it acts as now; ``[]`` when disabled."""

    account_id: UUID
    login: str
    display_name: str
    disabled: bool
    locked: bool
    must_change_password: bool
    assignments: tuple[AssignmentRow, ...]


@dataclass(frozen=True)
class AccountPage:
    """One page of accounts and how many there are in all."""

    rows: list[AccountRow]
    total: int


@dataclass(frozen=True)
class PlaceRow:
    """One division to choose, with the names of the places above it."""

    code: str
    name: str
    level: str
    path: str
    above: str


@dataclass(frozen=True)
class UnitRow:
    """One unit to choose."""

    unit_id: UUID
    name: str


def accounts_page(
    session: Session, *, path: str, words: str, role: Role | None, page: int, now: datetime
) -> AccountPage:
    """Return accounts of the area (and those that act as nothing), found by ``words`` in login or name, by login."""
    conditions = [_in_area(path, now)]
    if words:
        like = f"%{_escaped(words.lower())}%"
        name = func.lower(Account.display_name).like(like, escape="\\")
        conditions.append(or_(func.lower(Account.login).like(like, escape="\\"), name))
    if role is not None:
        conditions.append(_holds(Assignment.role == str(role), now))
    total = session.scalar(select(func.count(Account.id)).where(*conditions)) or 0
    question = select(Account).where(*conditions).order_by(Account.login).limit(PER_PAGE).offset((page - 1) * PER_PAGE)
    return AccountPage(_with_assignments(session, list(session.scalars(question)), now), total)


def account_row(session: Session, account_id: UUID, *, path: str, now: datetime) -> AccountRow | None:
    """Return one account of the area, or ``None``."""
    found = session.scalar(select(Account).where(Account.id == account_id, _in_area(path, now)))
    return _with_assignments(session, [found], now)[0] if found else None


def _in_area(path: str, now: datetime) -> ColumnElement[bool]:
    current = or_(Assignment.valid_to.is_(None), Assignment.valid_to > now)
    outside = exists().where(
        Assignment.account_id == Account.id, current, Division.code == Assignment.division_code, ~under(path)
    )
    return ~outside


def _holds(condition: ColumnElement[bool], now: datetime) -> ColumnElement[bool]:
    return exists().where(Assignment.account_id == Account.id, assignment_is_valid(now), condition)


def _escaped(words: str) -> str:
    return words.replace("\x00", "").replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def _with_assignments(session: Session, accounts: list[Account], now: datetime) -> list[AccountRow]:
    ids = [account.id for account in accounts]
    held: dict[UUID, list[AssignmentRow]] = defaultdict(list)
    for row in assignments_in_force(session, Assignment.account_id.in_(ids), now=now):
        held[row.account_id].append(row)
    return [
        AccountRow(
            account_id=account.id,
            login=account.login,
            display_name=account.display_name,
            disabled=account.disabled_at is not None,
            locked=account.locked_until is not None and account.locked_until > now,
            must_change_password=account.must_change_password,
            assignments=tuple(held[account.id]),
        )
        for account in accounts
    ]


def places_matching(session: Session, *, path: str, words: str) -> list[PlaceRow]:
    """Return up to 30 divisions of the area whose name holds ``words`` or whose code begins with them, large first."""
    plain = _escaped(words.strip())
    if not plain:
        return []
    fits = or_(Division.name.like(f"%{plain}%", escape="\\"), Division.code.like(f"{plain}%", escape="\\"))
    question = (
        select(Division)
        .where(under(path), Division.valid_to.is_(None), fits)
        .order_by(func.length(Division.path), Division.code)
        .limit(MOST_PLACES)
    )
    return [_place_row(session, found) for found in session.scalars(question)]


def place_row(session: Session, code: str, *, path: str) -> PlaceRow | None:
    """Return one division of the area that is in force, or ``None``."""
    found = session.scalar(select(Division).where(Division.code == code, under(path), Division.valid_to.is_(None)))
    return _place_row(session, found) if found else None


def _place_row(session: Session, found: Division) -> PlaceRow:
    codes = [code for code in found.path.split("/") if code and code != found.code]
    above = session.scalars(
        select(Division.name).where(Division.code.in_(codes)).order_by(func.length(Division.path))
    ).all()
    return PlaceRow(found.code, found.name, found.level, found.path, " ".join(above))


def units_answering_for(session: Session, code: str, *, path: str) -> list[UnitRow]:
    """Return the units of the area whose own area holds the division ``code``, the nearest first."""
    place = session.get(Division, code)
    codes = [part for part in place.path.split("/") if part] if place else []
    question = (
        select(Unit.id, Unit.name)
        .join(Division, Division.code == Unit.division_code)
        .where(Unit.division_code.in_(codes), Unit.closed_at.is_(None), under(path))
        .order_by(func.length(Division.path).desc(), Unit.name)
    )
    return [UnitRow(*row) for row in session.execute(question)]
