"""Names of places as people say them, and the villages an actor may choose from."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from grid_app.models.places import Division
from grid_app.policy import Actor


@dataclass(frozen=True)
class Village:
    """A village that may be chosen: its code, its name, and the township it belongs to."""

    code: str
    name: str
    township: str


def place_names(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the place of each division code in words, such as ``东河镇 云岭村``; a county is its own name.

    A code that the tree does not hold is returned as it is.
    """
    wanted = set(codes)
    rows = session.execute(select(Division.code, Division.path).where(Division.code.in_(wanted)))
    paths = dict(rows.all())
    along = {code: path.strip("/").split("/") for code, path in paths.items()}
    every = {part for parts in along.values() for part in parts}
    named = session.execute(select(Division.code, Division.name).where(Division.code.in_(every)))
    names = dict(named.all())
    found = {code: _said([names[part] for part in parts if part in names]) for code, parts in along.items()}
    return {code: found.get(code, code) for code in wanted}


def _said(names: list[str]) -> str:
    """Join township, village and grid; a grid's name that begins with its village's replaces it."""
    below = names[1:] or names
    kept = [name for name, after in zip(below, [*below[1:], ""], strict=True) if not after.startswith(name)]
    return " ".join(kept)


def villages_of(session: Session, actor: Actor) -> list[Village]:
    """Return the living villages of the actor's subtree, or the one the actor's grid lies in, by code."""
    own = actor.division_path.strip("/").split("/")
    township = Division.__table__.alias("township")
    rows = session.execute(
        select(Division.code, Division.name, township.c.name)
        .join(township, township.c.code == Division.parent_code)
        .where(
            Division.level == "village",
            Division.valid_to.is_(None),
            or_(Division.path.startswith(actor.division_path, autoescape=True), Division.code.in_(own)),
        )
        .order_by(Division.code)
    )
    return [Village(code, name, township_name) for code, name, township_name in rows]


def villages_by_code(session: Session, codes: Collection[str]) -> list[Village]:
    """Return the villages of the given codes, by code; unknown codes are left out."""
    township = Division.__table__.alias("township")
    rows = session.execute(
        select(Division.code, Division.name, township.c.name)
        .join(township, township.c.code == Division.parent_code)
        .where(Division.level == "village", Division.code.in_(set(codes)))
        .order_by(Division.code)
    )
    return [Village(code, name, township_name) for code, name, township_name in rows]
