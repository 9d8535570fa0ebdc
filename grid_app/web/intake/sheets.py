"""Importing sheets of old reports, step by step: upload, columns, words, preview, progress, result, undo."""

from __future__ import annotations

from contextlib import closing
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.intake_sheets import (
    SheetLine,
    earlier_imports,
    refused_rows,
    sheet_lines,
    source_names,
)
from grid_app.services.intake.batches import MOST_EXAMINED, examine_sheet, take_portion, undo_sheet
from grid_app.services.intake.choices import words_in
from grid_app.services.intake.importing import RowAnswer, tally
from grid_app.services.intake.sheet import read_sheet
from grid_app.services.intake.sheets import drop_sheet, file_of, keep_sheet, own_sheet, source_of, start_sheet
from grid_app.services.reports.receiving import Desk, Lookups
from grid_app.web.wording import local_time, number
from grid_app.wiring import wired

STATES: Final = {
    "reading": "还没有导入",
    "running": "正在导入",
    "done": "已导入",
    "undone": "已撤销",
    "dropped": "已放弃",
}
EXAMPLES: Final = 3
MOST_WORDS: Final = 300
Answer = str | Response | WerkzeugResponse


@requires(Action.IMPORT_DISPUTES)
def sheets() -> str:
    """Show the upload form and the sheets of the own unit."""
    return _index({}, {})


@requires(Action.IMPORT_DISPUTES)
def upload() -> Answer:
    """Read an uploaded sheet, keep it sealed, and go on to its columns."""
    values = {name: request.form.get(name, "").strip() for name in ("source", "sheet")}
    name, raw = _sent()
    try:
        sheet = read_sheet(raw, name, wanted=values["sheet"])
        with transaction() as session:
            key = keep_sheet(
                session, sheet=sheet, file_name=name, source=values["source"], actor=the_actor(),
                cipher=wired().keys.fields, now=wired().clock.now(),
            )  # fmt: skip
    except InvalidError as refusal:
        return make_response(_index(values, refusal.fields or {"file": refusal.sentence}), 422)
    return redirect(url_for("intake.columns", sheet_id=key))


@requires(Action.IMPORT_DISPUTES)
def preview(sheet_id: UUID) -> Answer:
    """Show what would become of every row, and why; nothing is written."""
    wiring = wired()
    with reading() as session:
        sheet = own_sheet(session, sheet_id=sheet_id, actor=the_actor())
        if sheet.state != "reading":
            return redirect(url_for("intake.sheet", sheet_id=sheet_id))
        if "chosen" not in sheet.facts:
            return redirect(url_for("intake.columns", sheet_id=sheet_id))
        desk = Desk(the_actor(), wiring.places, wiring.keys, wiring.clock.now(), "import", Lookups(session))
        answers = examine_sheet(session, sheet, desk=desk, cipher=wiring.keys.fields)
        open_words = words_in(session, sheet, file_of(sheet, wiring.keys.fields), actor=the_actor())
        before = earlier_imports(session, digest=sheet.digest, sheet_id=sheet_id)
        facts, rows, name = sheet.facts, sheet.rows, sheet.file_name
    return render_template(
        "pages/intake_preview.html",
        sheet_id=sheet_id,
        name=name,
        facts=facts,
        rows=rows,
        counts=tally(answers),
        examined=len(answers),
        is_part=rows > MOST_EXAMINED,
        refused=_lines(answers),
        open_words=bool(open_words.open_places or open_words.open_kinds),
        before=[local_time(moment) for moment in before],
    )


@requires(Action.IMPORT_DISPUTES)
def start(sheet_id: UUID) -> Answer:
    """Begin the import and take in the first portion at once; the rest goes on by itself."""
    try:
        with transaction() as session:
            sheet = own_sheet(session, sheet_id=sheet_id, actor=the_actor(), lock=True)
            start_sheet(session, sheet, actor=the_actor(), now=wired().clock.now())
    except ConflictError as refusal:
        return _back(sheet_id, refusal.sentence)
    return go_on(sheet_id)


@requires(Action.IMPORT_DISPUTES)
def go_on(sheet_id: UUID) -> Answer:
    """Take in the next portion of a running import."""
    wiring = wired()
    with reading() as session:
        wiring.places.find(session, lon=0.0, lat=0.0, accuracy_m=None)  # builds its index before anything is locked
    with transaction() as session:
        desk = Desk(the_actor(), wiring.places, wiring.keys, wiring.clock.now(), "import", Lookups(session))
        take_portion(session, sheet_id=sheet_id, desk=desk, cipher=wiring.keys.fields)
    return redirect(url_for("intake.sheet", sheet_id=sheet_id))


@requires(Action.IMPORT_DISPUTES)
def sheet(sheet_id: UUID) -> Answer:
    """Show how far an import is, and in the end what became of every row."""
    with reading() as session:
        found = own_sheet(session, sheet_id=sheet_id, actor=the_actor())
        if found.state == "reading":
            return redirect(url_for("intake.preview", sheet_id=sheet_id))
        source = source_of(session, found).name
        line = next(one for one in sheet_lines(session, unit_id=found.unit_id, only=sheet_id))
        refused = refused_rows(session, sheet_id)
    return render_template("pages/intake_sheet.html", line=line, source=source, refused=refused, states=STATES)


@requires(Action.IMPORT_DISPUTES)
def undo(sheet_id: UUID) -> Answer:
    """Take back everything that a sheet brought in."""
    try:
        with transaction() as session:
            gone = undo_sheet(session, sheet_id=sheet_id, actor=the_actor(), now=wired().clock.now())
    except ConflictError as refusal:
        return _back(sheet_id, refusal.sentence)
    flash(f"已撤销这一批,删掉了它带来的 {gone} 件。同一个文件可以重新导入。", "success")
    return redirect(url_for("intake.sheets"))


@requires(Action.IMPORT_DISPUTES)
def drop(sheet_id: UUID) -> Answer:
    """Give up a sheet of which nothing was imported."""
    try:
        with transaction() as session:
            found = own_sheet(session, sheet_id=sheet_id, actor=the_actor(), lock=True)
            drop_sheet(found, now=wired().clock.now())
    except ConflictError as refusal:
        return _back(sheet_id, refusal.sentence)
    flash("已放弃,什么也没有导入,上传的表格已删掉。选过的列还记着,下次直接用。", "success")
    return redirect(url_for("intake.sheets"))


def _back(sheet_id: UUID, sentence: str) -> WerkzeugResponse:
    flash(sentence, "warning")
    return redirect(url_for("intake.sheet", sheet_id=sheet_id))


def _sent() -> tuple[str, bytes]:
    file = request.files.get("file")
    if file is None:
        return "", b""
    with closing(file.stream):
        return file.filename or "", file.stream.read()


def _index(values: dict[str, str], errors: dict[str, str]) -> str:
    with reading() as session:
        lines = sheet_lines(session, unit_id=the_actor().unit_id)
        names = source_names(session, unit_id=the_actor().unit_id)
    return render_template(
        "pages/intake_import.html",
        rows=[_line(one) for one in lines], sources=names, values=values, errors=errors,
    )  # fmt: skip


def _line(one: SheetLine) -> dict[str, object]:
    return {
        "name": one.file_name,
        "url": url_for("intake.sheet", sheet_id=one.id),
        "source": one.source,
        "state": STATES.get(one.state, one.state),
        "rows": f"{number(one.taken)} / {number(one.rows)}" if one.state == "running" else number(one.rows),
        "at": local_time(one.uploaded_at),
    }


def _lines(answers: list[RowAnswer]) -> list[tuple[int, str]]:
    return [(one.line, one.sentence) for one in answers if one.outcome == "rejected"][:500]


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of intake."""
    bp.add_url_rule("/intake/import", "sheets", sheets, methods=["GET"])
    bp.add_url_rule("/intake/import", "upload", upload, methods=["POST"])
    one = "/intake/import/<uuid:sheet_id>"
    bp.add_url_rule(one, "sheet", sheet, methods=["GET"])
    bp.add_url_rule(f"{one}/preview", "preview", preview, methods=["GET"])
    for ending, view in (("start", start), ("go-on", go_on), ("undo", undo), ("drop", drop)):
        bp.add_url_rule(f"{one}/{ending}", ending.replace("-", "_"), view, methods=["POST"])
