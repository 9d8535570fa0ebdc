"""Codes for walls and windows: every place and mediation room of the area, and a sheet to print with its QR code."""

from __future__ import annotations

import ipaddress
from typing import Final
from urllib.parse import urlsplit

import segno
from flask import Blueprint, render_template, request, url_for
from markupsafe import Markup

from grid_app.clock import local_date
from grid_app.database.transaction import reading
from grid_app.errors import NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action, covers
from grid_app.queries.residents import entrance_of, offices_along, places_under, rooms_at
from grid_app.security.marks import PlaceMark
from grid_app.web.residents.frame import code_of, marks, place_of
from grid_app.wiring import wired

QUIET_ZONE: Final = 4
SIZES: Final = (("a4", "A4"), ("a5", "A5"))


@requires(Action.HANDLE_DISPUTE)
def sheets() -> str:
    """List the place itself, what lies directly under it, and its mediation rooms."""
    actor, today = the_actor(), local_date(wired().clock.now())
    asked = request.args.get("place", "") or actor.division_code
    with reading() as session:
        place = entrance_of(session, division=asked[:24].replace("\x00", ""), room=None, today=today)
        if place is None or not covers(actor, place.path):
            raise NotFoundError("没有这个地方,或者它不归您管。")
        below = places_under(session, place.code, today=today)
        rooms = [(room.name, marks().place_code(PlaceMark(room=room.id))) for room in rooms_at(session, place.path)]
    return render_template(
        "pages/residents_sheets.html",
        place=place,
        own=code_of(place.code),
        below=[(one.name, one.code, code_of(one.code)) for one in below],
        rooms=rooms,
        deeper=place.level in ("county", "township"),
    )


@requires(Action.HANDLE_DISPUTE)
def sheet(code: str) -> str:
    """Show one sheet to print."""
    place = place_of(code)
    if not covers(the_actor(), place.path):
        raise NotFoundError("没有这个地方,或者它不归您管。")
    with reading() as session:
        phone = next((one.phone for one in offices_along(session, place.path) if one.phone), "")
    address = url_for("residents.entrance", code=code, _external=True)
    size = request.args.get("size", "a4")
    return render_template(
        "pages/residents_sheet.html",
        place=place,
        code=code,
        address=address,
        qr=qr_svg(address),
        phone=phone,
        size=size if size in dict(SIZES) else "a4",
        sizes=[(name, word, url_for("residents_office.sheet", code=code, size=name)) for name, word in SIZES],
        is_private=is_private(address),
    )


def qr_svg(address: str) -> Markup:
    """Return a QR code as an inline drawing; a quarter of it may be dirty and it still reads."""
    drawn = segno.make_qr(address, error="q")
    text = drawn.svg_inline(border=QUIET_ZONE, scale=1, omitsize=True, dark="#000", light="#fff", title="二维码")
    return Markup(text)  # noqa: S704 - drawn here, from an address of our own


def is_private(address: str) -> bool:
    """Say whether the phones of residents cannot reach this address: it is this machine's or a private one."""
    parts = urlsplit(address)
    host = parts.hostname or ""
    if parts.scheme != "https" or host == "localhost" or host.endswith((".local", ".invalid")):
        return True
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of offices and residents."""
    bp.add_url_rule("/residents/codes", "sheets", sheets, methods=["GET"])
    bp.add_url_rule("/residents/codes/<code>", "sheet", sheet, methods=["GET"])
