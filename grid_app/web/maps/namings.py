"""The recorded 无上访村(社区)命名: the list, one by one from a form, many from a CSV file, and withdrawing."""

from __future__ import annotations

import base64
import binascii
from contextlib import closing
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.map_facts import NAMINGS, MapFacts
from grid_app.queries.map_layers import NAMING_WORDS, WITHDRAWN, NamingRow
from grid_app.services.places.namings import draft_of, import_namings, preview_namings, record_naming, withdraw_naming
from grid_app.web.maps.asked import facts_for
from grid_app.wiring import wired

MOST_BYTES = 512 * 1024
FIELDS = ("division_code", "document_number", "named_on", "expires_on")
Answer = str | tuple[str, int] | Response


@requires(Action.RECORD_NAMING)
def namings() -> str:
    """Show the recorded namings, the form for one, and the upload for many."""
    return _page({"division_code": request.args.get("village", "")}, {})


@requires(Action.RECORD_NAMING)
def record() -> Answer:
    """Record one naming."""
    values = {name: request.form.get(name, "") for name in FIELDS}
    try:
        draft = draft_of(values)
        with transaction() as session:
            record_naming(session, draft=draft, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _page(values, error.fields), 422
    except ConflictError as error:
        return _page(values, {"document_number": error.sentence}), 409
    flash("已登记。", "success")
    return redirect(url_for("maps.namings"))


@requires(Action.RECORD_NAMING)
def preview() -> Answer:
    """Show what an uploaded file holds, before anything is recorded."""
    content = _sent(MOST_BYTES + 1)
    if not content or len(content) > MOST_BYTES:
        sentence = "请选择一个 CSV 文件(最大 512 KB)。什么也没有导入。"
        return _page({}, {"file": sentence}), 422
    try:
        with reading() as session:
            found = preview_namings(session, content=content, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _page({}, {"file": error.sentence}), 422
    return render_template("pages/naming_preview.html", found=found, table=base64.b64encode(content).decode())


@requires(Action.RECORD_NAMING)
def take() -> Answer:
    """Record the new rows of the file that was previewed."""
    try:
        content = base64.b64decode(request.form.get("table", ""), validate=True)
    except (binascii.Error, ValueError):
        content = b""
    try:
        with transaction() as session:
            done = import_namings(session, content=content, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _page({}, {"file": error.sentence}), 422
    flash(f"登记了 {len(done.fresh)} 条,原来已有 {done.already} 条,没有导入 {len(done.refused)} 条。", "success")
    return redirect(url_for("maps.namings"))


@requires(Action.RECORD_NAMING)
def ask_withdrawal(naming_id: UUID) -> str:
    """Ask for the reason of a withdrawal."""
    return _withdrawal_page(naming_id, "", {})


@requires(Action.RECORD_NAMING)
def withdraw(naming_id: UUID) -> Answer:
    """Record the withdrawal."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            withdraw_naming(session, naming_id=naming_id, reason=reason, actor=the_actor(), now=wired().clock.now())
    except InvalidError as error:
        return _withdrawal_page(naming_id, reason, error.fields), 422
    flash("已登记撤销,原来的记录还在。", "success")
    return redirect(url_for("maps.namings"))


def add_routes(bp: Blueprint) -> None:
    """Register these pages on the map's blueprint."""
    bp.add_url_rule("/map/namings", "namings", namings, methods=["GET"])
    bp.add_url_rule("/map/namings", "record_naming", record, methods=["POST"])
    bp.add_url_rule("/map/namings/preview", "preview_namings", preview, methods=["POST"])
    bp.add_url_rule("/map/namings/import", "import_namings", take, methods=["POST"])
    address = "/map/namings/<uuid:naming_id>/withdraw"
    bp.add_url_rule(address, "ask_withdrawal", ask_withdrawal, methods=["GET"])
    bp.add_url_rule(address, "withdraw_naming", withdraw, methods=["POST"])


def _sent(most: int) -> bytes:
    """Return up to ``most`` bytes of the uploaded file; none when there is no file."""
    file = request.files.get("file")
    if file is None:
        return b""
    with closing(file.stream):
        return file.stream.read(most)


def _facts() -> MapFacts:
    return facts_for(frozenset({NAMINGS}), root=None, round_id=None, now=wired().clock.now())


def _page(values: dict[str, str], errors: dict[str, str]) -> str:
    facts = _facts()
    names = {code: place.name for code, place in facts.area.townships.items()}
    villages = [
        (code, f"{names.get(village.parent_code or '', '')} {village.name}".strip())
        for code, village in facts.area.villages.items()
    ]
    return render_template(
        "pages/namings.html",
        area=facts.area.root.name,
        rows=[_row(row) for row in facts.namings],
        villages=villages,
        values=values,
        errors=errors,
        field_names=FIELDS,
    )


def _row(row: NamingRow) -> dict[str, object]:
    withdrawn = f"{row.withdrawn_on} {row.withdrawn_reason}" if row.withdrawn_on else ""
    return {
        "village": row.division_name,
        "village_url": url_for("maps.village", code=row.division_code),
        "document": row.document_number,
        "named_on": row.named_on,
        "expires_on": row.expires_on,
        "status": row.status,
        "word": NAMING_WORDS[row.status],
        "withdrawn": withdrawn,
        "withdraw_url": "" if row.status == WITHDRAWN else url_for("maps.ask_withdrawal", naming_id=row.id),
    }


def _withdrawal_page(naming_id: UUID, reason: str, errors: dict[str, str]) -> str:
    row = next((row for row in _facts().namings if row.id == naming_id), None)
    if row is None:
        raise NotFoundError("没有这条命名记录,或者它不在您的辖区内。")
    return render_template("pages/naming_withdraw.html", row=row, reason=reason, errors=errors)
