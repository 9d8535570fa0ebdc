"""What a kept address of a village that is no more says, and where it leads."""

from __future__ import annotations

from dataclasses import dataclass

from flask import url_for

from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import the_scope
from grid_app.queries.map_ended import Ended, ended_division
from grid_app.web.wording import local_date


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
