"""Boundaries and mediation rooms, for the system administrator: upload, check, activate, import."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from geo.coordinates import CRS_NAMES
from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import guard_pages, requires, the_actor
from grid_app.http.tiles import begin_cutting_in_use
from grid_app.policy import Action, Scope
from grid_app.queries.boundaries import PENDING, GenerationRow, generations, tree
from grid_app.queries.rooms import ROOM_KIND_WORDS, ROOM_STATUS_WORDS, RoomRow, rooms_in
from grid_app.services.places.boundaries import activate, discard
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.room_values import COLUMNS
from grid_app.services.places.rooms import import_rooms, preview_rooms
from grid_app.vocabulary.words import LEVEL_WORDS
from grid_app.web.places.upload import Upload, load_upload
from grid_app.web.wording import local_time, number
from grid_app.wiring import wired

bp = Blueprint("places", __name__)
guard_pages(bp)

STATE_WORDS = {"pending": "待启用", "active": "使用中", "retired": "已停用"}
CRS_WORDS = {
    "wgs84": "WGS84(手机定位)",
    "cgcs2000": "CGCS2000(测绘、天地图)",
    "gcj02": "GCJ-02(高德、腾讯、微信)",
    "bd09": "BD-09(百度)",
}
FIELDS = ("level", "crs", "code_field", "name_field", "parent_field")
Answer = str | tuple[str, int] | Response


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
    return render_template("pages/places_imported.html", loaded=loaded, level=LEVEL_WORDS[loaded.imported.level])


@bp.get("/places/pending")
@requires(Action.MANAGE_PLACES)
def pending() -> str | Response:
    """Check the pending generation as a whole and ask whether to put it into use."""
    try:
        return _pending_page("", {})
    except ConflictError as error:
        flash(error.sentence, "info")
        return redirect(url_for("places.index"))


@bp.post("/places/activate")
@requires(Action.MANAGE_PLACES)
def put_into_use() -> Answer:
    """Activate the pending generation."""
    text = request.form.get("successors", "")
    try:
        successors = _successors(text)
        with transaction() as session:
            done = activate(session, actor=the_actor(), now=wired().clock.now(), successors=successors)
        begin_cutting_in_use()
    except InvalidError as error:
        return _pending_page(text, error.fields or {"successors": error.sentence}), 422
    flash(
        f"第 {done.generation} 代边界已启用。新增区划 {len(done.plan.added)} 个,停用 {len(done.plan.ended)} 个。",
        "success",
    )
    return redirect(url_for("places.index"))


@bp.post("/places/discard")
@requires(Action.MANAGE_PLACES)
def throw_away() -> Response:
    """Throw the pending generation away."""
    with transaction() as session:
        gone = discard(session, actor=the_actor(), now=wired().clock.now())
    flash(f"待启用的第 {gone} 代边界已放弃,正在使用的边界没有变。", "success")
    return redirect(url_for("places.index"))


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
    return render_template(
        "pages/places.html",
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


def _pending_page(successors: str, errors: Mapping[str, str]) -> str:
    with reading() as session:
        given = gather_check(session, now=wired().clock.now())
        names = {code: node.name for code, node in tree(session).items()}
    report = check_generation(given)
    names |= {entry.code: entry.name for entry in given.pending.entries if entry.name}
    return render_template(
        "pages/places_pending.html",
        report=report,
        plan=report.pending.plan,
        levels=LEVEL_WORDS,
        names=names,
        successors=successors,
        errors=errors,
    )


def _successors(text: str) -> dict[str, str]:
    pairs = {}
    for line in text.split():
        old, sign, new = line.partition("=")
        if not (sign and old and new):
            raise InvalidError("", fields={"successors": f"“{line[:40]}”写法不对,请一行写一个:旧代码=新代码。"})
        pairs[old] = new
    return pairs


def _rooms_page(errors: Mapping[str, str]) -> str:
    with reading() as session:
        rows = rooms_in(session, scope=Scope(paths=(the_actor().division_path,)))
    return render_template(
        "pages/rooms.html", rows=[_room(row) for row in rows], columns_text="、".join(COLUMNS), errors=errors
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
