"""What of a kept address can still be shown, when the place it names has ended."""

from __future__ import annotations

from dataclasses import replace

from grid_app.database.transaction import reading
from grid_app.http.guard import the_scope
from grid_app.queries.map_area import root_in_scope
from grid_app.web.maps.asked import Asked
from grid_app.web.maps.ended import EndedNotice, ended_notice
from grid_app.web.maps.look import Look


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
