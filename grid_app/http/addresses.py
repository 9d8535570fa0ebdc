"""Addresses that no page of ours leads to are refused before any view reads them."""

from __future__ import annotations

from flask import request

from grid_app.errors import NotFoundError

LONGEST_PAGE_NUMBER = 6


def check_address() -> None:
    """Refuse an address with a null byte, which PostgreSQL cannot take, or with a page number beyond all lists.

    Raises
    ------
    NotFoundError
        The address is one of these.
    """
    if request.path.startswith("/api/"):
        return  # the API names the field that makes no sense
    values = [value for given in request.args.lists() for value in (given[0], *given[1])]
    if "\x00" in request.path or any("\x00" in value for value in values):
        raise NotFoundError("网址里有看不见的坏字符,没有这个页面。请从首页重新进入。")
    if len(request.args.get("page", "")) > LONGEST_PAGE_NUMBER:
        raise NotFoundError("没有这一页。请从列表的第一页重新进入。")
