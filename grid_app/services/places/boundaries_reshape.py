"""Splitting and merging villages: both put a complete next generation beside the one in use, with its successors.

Several may be gathered in the pending generation before it is activated. The other villages and grids of the county
come along unchanged, because a generation speaks for a whole county.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shapely import MultiPolygon
from sqlalchemy.orm import Session

from geo.codes import level_of, normalise_code, parent_code
from geo.errors import GeometryError
from geo.features import BoundaryFeature
from geo.reshaping import divided, grouped, merged
from grid_app.errors import InvalidError
from grid_app.policy import Actor
from grid_app.services.places.boundaries_base import Base, base_of, feature_of, renumbered, with_corners
from grid_app.services.places.boundaries_course import Succession
from grid_app.services.places.boundaries_reshape_rows import Reshape, store_reshape

LONGEST_NAME = 100
MOST_MERGED = 20
NOT_DONE = "没有改动,填过的都还在。请改好下面的内容再试。"


@dataclass(frozen=True)
class Part:
    """A village to be: its code and its name."""

    code: str
    name: str


@dataclass(frozen=True)
class MergeWish:
    """Villages that become one; ``into`` may have the code of one of them."""

    codes: tuple[str, ...]
    into: Part


@dataclass(frozen=True)
class SplitWish:
    """A village that becomes two or more; one part may keep its code.

    Attributes
    ----------
    code : str
        The village.
    parts : tuple of Part
        With a line: left of it, then right of it.
    line : tuple of (float, float)
        WGS84 degrees; empty when the grids decide.
    grids : mapping of str to int
        The part each grid goes to, by position.
    default : str
        The part that takes the records without a point; empty: each is decided by hand.
    """

    code: str
    parts: tuple[Part, ...]
    line: tuple[tuple[float, float], ...] = ()
    grids: Mapping[str, int] | None = None
    default: str = ""


@dataclass(frozen=True)
class Reshaped:
    """What was put beside the generation in use."""

    generation: int
    villages: tuple[BoundaryFeature, ...]
    grids: tuple[BoundaryFeature, ...]


def merge_villages(session: Session, *, wish: MergeWish, actor: Actor | None, now: datetime) -> Reshaped:
    """Put a generation beside the one in use in which some villages are one.

    Raises
    ------
    InvalidError
        Naming the fields that are wrong; nothing was changed then.
    ConflictError
        When no boundaries are in use.
    """
    base = base_of(session)
    chosen = _chosen(base, wish.codes, least=2)
    _check_parts(base, [wish.into], {one.code for one in chosen})
    whole = merged([one.polygon for one in chosen])
    village = feature_of(wish.into.code, wish.into.name, whole)
    grids, followed = renumbered(base, chosen, [village])
    ways = [Succession(one.code, village.code, is_default=True) for one in chosen if one.code != village.code]
    made = Reshape(
        gone=_gone(base, chosen),
        villages=(village,),
        grids=tuple(grids),
        ways=(*ways, *followed),
        told=f"{'、'.join(one.title for one in chosen)}合并为{village.title}",
    )
    return Reshaped(store_reshape(session, base, made, actor=actor, now=now), made.villages, made.grids)


def split_village(session: Session, *, wish: SplitWish, actor: Actor | None, now: datetime) -> Reshaped:
    """Put a generation beside the one in use in which a village is two or more.

    Raises
    ------
    InvalidError
        Naming the fields that are wrong; nothing was changed then.
    ConflictError
        When no boundaries are in use.
    """
    base = base_of(session)
    chosen = _chosen(base, (wish.code,), least=1)
    _check_parts(base, wish.parts, {wish.code})
    codes = [part.code for part in wish.parts]
    if wish.default and wish.default not in codes:
        raise _wrong("default", "默认接续要从新村里选一个。")
    shapes = _shapes(base, chosen[0], wish)
    villages = [feature_of(part.code, part.name, shape) for part, shape in zip(wish.parts, shapes, strict=True)]
    grids, followed = renumbered(base, chosen, villages)
    ways = [Succession(wish.code, code, is_default=code == wish.default) for code in codes if wish.code not in codes]
    made = Reshape(
        gone=_gone(base, chosen),
        villages=(*villages, *with_corners(base, chosen[0], villages)),
        grids=tuple(grids),
        ways=(*ways, *followed),
        told=f"{chosen[0].title}拆分为{'、'.join(one.title for one in villages)}",
    )
    return Reshaped(store_reshape(session, base, made, actor=actor, now=now), tuple(villages), made.grids)


def _gone(base: Base, chosen: Sequence[BoundaryFeature]) -> frozenset[str]:
    codes = {one.code for one in chosen}
    return frozenset(codes | set(base.grids_of(codes)))


def _chosen(base: Base, codes: Sequence[str], *, least: int) -> list[BoundaryFeature]:
    wanted = list(dict.fromkeys(codes))
    strange = [code for code in wanted if code not in base.features or level_of(code) != "village"]
    if strange:
        raise _wrong("codes", f"{'、'.join(strange[:5])} 不是有边界的村(社区)。请从列表里选。")
    if len(wanted) < least:
        raise _wrong("codes", "请至少选两个村(社区)。" if least > 1 else "请选一个村(社区)。")
    if len(wanted) > MOST_MERGED:
        raise _wrong("codes", f"一次最多合并 {MOST_MERGED} 个村,现在选了 {len(wanted)} 个。")
    if len({code[:6] for code in wanted}) > 1:
        raise _wrong("codes", "只能在一个县以内合并。请重新选。")
    return [base.features[code] for code in wanted]


def _check_parts(base: Base, parts: Sequence[Part], chosen: set[str]) -> None:
    wrong: dict[str, str] = {}
    seen: set[str] = set()
    for at, part in enumerate(parts):
        sentence = _code_trouble(base, part.code, chosen) or ("两个新村的代码一样。" if part.code in seen else "")
        seen.add(part.code)
        if sentence:
            wrong[f"code_{at}"] = sentence
        if not part.name.strip():
            wrong[f"name_{at}"] = "请填写村(社区)的名称。"
        elif len(part.name) > LONGEST_NAME:
            wrong[f"name_{at}"] = f"名称有 {len(part.name)} 个字,最多 {LONGEST_NAME} 个。"
    if wrong:
        raise InvalidError(NOT_DONE, fields=wrong)


def _code_trouble(base: Base, code: str, chosen: set[str]) -> str:
    try:
        plain = normalise_code(code, "village")
    except GeometryError as error:
        return error.message
    township = base.nodes.get(str(parent_code(plain)))
    known = base.nodes.get(plain)
    troubles = {
        "代码请写成 12 位数字。": plain != code,
        f"没有代码是 {parent_code(plain)} 的乡镇。新村的代码要以现有乡镇的代码开头。": township is None
        or not township.alive,
        "新村要在同一个县里。": plain[:6] not in {one[:6] for one in chosen},
        f"{code} 已经是别的村(社区)的代码。": code not in chosen
        and (code in base.features or (known is not None and known.alive)),
        f"{code} 是以前停用的代码,不能再给别的村。请用新代码。": code not in chosen
        and known is not None
        and not known.alive,
    }
    return next((sentence for sentence, is_so in troubles.items() if is_so), "")


def _shapes(base: Base, village: BoundaryFeature, wish: SplitWish) -> tuple[MultiPolygon, ...]:
    try:
        if wish.line:
            if len(wish.parts) != 2:
                raise _wrong("line", "一条分界线只能分成两个村。")
            return divided(village.polygon, wish.line)
        grids = base.grids_of([village.code])
        asked = {code: part for code, part in (wish.grids or {}).items() if code in grids}
        if set(asked) != set(grids) or len(wish.parts) < 2 or not set(asked.values()) <= set(range(len(wish.parts))):
            raise _wrong("grids", "每一个网格都要选分到哪个新村;没有网格的村,请用分界线。")
        members = [(grids[code].polygon, part) for code, part in sorted(asked.items())]
        return grouped(village.polygon, members, parts=len(wish.parts))
    except GeometryError as error:
        raise _wrong("line" if wish.line else "grids", error.message) from error


def _wrong(field: str, sentence: str) -> InvalidError:
    return InvalidError(NOT_DONE, fields={field: sentence})
