"""Boundaries and mediation rooms, for the system administrator: upload, check, activate, import."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from typing import Final

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from geo.coordinates import CRS_NAMES
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.policy import Action, Scope
from grid_app.queries.boundaries import PENDING, GenerationRow, generations
from grid_app.queries.boundaries_undo import undo_outlook
from grid_app.queries.rooms import ROOM_KIND_WORDS, ROOM_STATUS_WORDS, RoomRow, rooms_in
from grid_app.services.places.room_values import COLUMNS
from grid_app.services.places.rooms import import_rooms, preview_rooms
from grid_app.vocabulary.words import LEVEL_WORDS
from grid_app.web.places import moved as places_moved
from grid_app.web.places import pending as places_pending
from grid_app.web.places import reshape as places_reshape
from grid_app.web.places.upload import Upload, load_upload
from grid_app.web.turning import turned
from grid_app.web.wording import local_time, number
from grid_app.wiring import wired

bp = Blueprint("places", __name__)
guard_pages(bp)
places_pending.add_routes(bp)
places_reshape.add_routes(bp)
places_moved.add_routes(bp)

STATE_WORDS = {"pending": "待启用", "active": "使用中", "retired": "已停用", "undone": "已撤回"}
CRS_WORDS = {
    "wgs84": "WGS84(手机定位)",
    "cgcs2000": "CGCS2000(测绘、天地图)",
    "gcj02": "GCJ-02(高德、腾讯、微信)",
    "bd09": "BD-09(百度)",
}
FIELDS = ("level", "crs", "code_field", "name_field", "parent_field")
Answer = str | tuple[str, int] | Response
ON_A_PAGE: Final = 50


@bp.get("/places")
@requires(Action.MANAGE_PLACES)
def index() -> str:
    """Show the generations and the upload form."""
    return _index({}, {})


@bp.post("/places/boundaries")
@requires(Action.MANAGE_PLACES)
def upload() -> Answer:
    """Load an uploaded file into the pending generation and show what was found in it."""
    values = {name: request.form.get(name, "").strip() for name in FIELDS}
    sent = [file for file in request.files.getlist("file") if file.filename]
    try:
        loaded = load_upload(sent, Upload(values["level"], *(values[name] for name in FIELDS[1:])), actor=the_actor())
    except InvalidError as error:
        return _index(values, error.fields or {"file": error.sentence}), 422
    except ConflictError as error:
        return _index(values, {"file": error.sentence}), 409
    return render_template("pages/places_imported.html", loaded=loaded, level=LEVEL_WORDS[loaded.imported.level])


@bp.get("/places/rooms")
@requires(Action.MANAGE_PLACES)
def rooms() -> str:
    """Show the rooms and the upload form."""
    return _rooms_page({})


@bp.post("/places/rooms")
@requires(Action.MANAGE_PLACES)
def upload_rooms() -> Answer:
    """Import an uploaded file of rooms, or show only what it would do."""
    content = _sent()
    is_trial = request.form.get("mode") == "preview"
    try:
        if is_trial:
            with reading() as session:
                done = preview_rooms(session, content=content, now=wired().clock.now(), places=wired().places)
        else:
            with transaction() as session:
                done = import_rooms(
                    session, content=content, actor=the_actor(), now=wired().clock.now(), places=wired().places
                )
    except InvalidError as error:
        return _rooms_page({"file": error.sentence}), 422
    return render_template("pages/rooms_imported.html", done=done, is_trial=is_trial)


def _sent() -> bytes:
    """Return the uploaded file; empty when there is none."""
    file = request.files.get("file")
    if file is None:
        return b""
    with closing(file.stream):
        return file.stream.read()


def _index(values: Mapping[str, str], errors: Mapping[str, str]) -> str:
    with reading() as session:
        rows = generations(session)
        outlook = undo_outlook(session, now=wired().clock.now())
    return render_template(
        "pages/places.html",
        may_undo=outlook.previous is not None,
        rows=[_generation(row) for row in rows],
        has_pending=any(row.state == PENDING for row in rows),
        levels=list(LEVEL_WORDS.items()),
        systems=[(name, CRS_WORDS[name]) for name in CRS_NAMES],
        values=values,
        errors=errors,
    )


def _generation(row: GenerationRow) -> dict[str, object]:
    return {
        "number": f"第 {row.number} 代",
        "state": row.state,
        "word": STATE_WORDS[row.state],
        "counts": "、".join(f"{LEVEL_WORDS[level]} {number(count)}" for level, count in row.counts.items()) or "空",
        "since": local_time(row.activated_at or row.created_at),
        "note": row.note,
    }


def _rooms_page(errors: Mapping[str, str]) -> str:
    with reading() as session:
        rows = rooms_in(session, scope=Scope(paths=(the_actor().division_path,)))
    first, pages = turned(len(rows), size=ON_A_PAGE, url=lambda page: url_for("places.rooms", page=page))
    return render_template(
        "pages/rooms.html",
        rows=[_room(row) for row in rows[first : first + ON_A_PAGE]],
        total=len(rows),
        pages=pages,
        columns_text="、".join(COLUMNS),
        errors=errors,
    )


def _room(row: RoomRow) -> dict[str, object]:
    return {
        "code": row.code,
        "name": row.name,
        "division": row.division_name,
        "kind": ROOM_KIND_WORDS.get(row.kind, row.kind),
        "hours": row.opening_hours,
        "mediators": row.mediators,
        "placed": "有" if row.lon is not None else "没有",
        "status": ROOM_STATUS_WORDS.get(row.status, row.status),
    }
