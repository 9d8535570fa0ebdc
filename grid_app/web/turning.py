"""Turning the pages of a list that is counted whole."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from flask import request

LONGEST_NUMBER: Final = 3


def turned(count: int, *, size: int, url: Callable[[int], str]) -> tuple[int, dict[str, str | None] | None]:
    """Return where the asked page of a list begins, and what leads on; a page after the last is the last.

    ``url`` gives the address of a page by its number from 0; of a list that fits on one page nothing leads on.
    """
    asked = request.args.get("page", "0")
    last = max(count - 1, 0) // size
    page = min(int(asked), last) if asked.isdecimal() and len(asked) <= LONGEST_NUMBER else 0
    first = page * size
    if not last:
        return first, None
    return first, {
        "text": f"第 {first + 1}-{min(first + size, count)} 个,共 {count} 个",
        "previous_url": url(page - 1) if page else None,
        "next_url": url(page + 1) if page < last else None,
    }
