"""What a kept address of a village that is no more says, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from flask import url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_scope
from grid_app.queries.map_area import root_in_scope
from grid_app.queries.map_ended import Ended, ended_division
from grid_app.web.wording import local_date

if TYPE_CHECKING:
    from grid_app.web.maps.asked import Asked
    from grid_app.web.maps.look import Look


@dataclass(frozen=True)
class EndedNotice:
    """A sentence about a division that has ended, and links to what continues it."""

    sentence: str
    links: tuple[tuple[str, str], ...]


def ended_notice(code: str | None) -> EndedNotice | None:
    """Return the notice for the code of an address; ``None`` when the division is living or not to be seen."""
    if not code:
        return None
    with reading() as session:
        ended = ended_division(session, scope=the_scope(), code=code)
    return None if ended is None else EndedNotice(sentence_of(ended), _links(ended))


def refuse_ended(code: str | None) -> None:
    """Refuse what is asked of a division that has ended, with the sentence what continues it.

    Raises
    ------
    NotFoundError
        When it has ended.
    """
    notice = ended_notice(code)
    if notice is not None:
        raise NotFoundError(f"{notice.sentence}请打开接续它的地方再试。")


def living(ask: Asked, look: Look) -> tuple[Asked, Look, EndedNotice | None]:
    """Return what can be shown of what an address asks for: an ended root or place gives way, with a notice."""
    notice = ended_notice(ask.root)
    if notice is not None:
        return replace(ask, root=None), replace(look, at="", place=""), notice
    if not look.place or _is_seen(look.place):
        return ask, look, ended_notice(look.place)
    return (
        ask,
        replace(look, place=""),
        ended_notice(look.place)
        or EndedNotice("链接里选中的村(社区)不在您的辖区内,或者没有这个代码。先显示您的辖区。", ()),
    )


def _is_seen(code: str) -> bool:
    with reading() as session:
        division = root_in_scope(session, scope=the_scope(), code=code)
        return division is not None and division.valid_to is None


def sentence_of(ended: Ended) -> str:
    """Return what became of a division, in a sentence."""
    what = f"{ended.name}({ended.code})已在{local_date(ended.on)}撤销"
    if not ended.successors:
        return f"{what},没有登记由哪里接续。它的记录都还在。"
    names = "、".join(one.name for one in ended.successors)
    return f"{what},现在由{names}接续。它的记录都还在。"


def _links(ended: Ended) -> tuple[tuple[str, str], ...]:
    return tuple(
        (
            f"看{one.name}",
            url_for("maps.village", code=one.code) if one.level == "village" else url_for("maps.index", root=one.code),
        )
        for one in ended.successors
    )
