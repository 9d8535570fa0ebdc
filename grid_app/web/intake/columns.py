"""Two steps of importing a sheet: which column is which item, and what names that nobody knows stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from grid_app.database.transaction import reading, transaction
from grid_app.errors import ConflictError, InvalidError
from grid_app.http.guard import requires, the_actor
from grid_app.policy import Action
from grid_app.queries.disputes_places import villages_of
from grid_app.services.intake.choices import Choices, Words, choose_columns, choose_words, proposed, words_in
from grid_app.services.intake.file import CsvRow
from grid_app.services.intake.proposal import ITEM_WORDS
from grid_app.services.intake.sheets import file_of, own_sheet, source_of
from grid_app.web.report.form import exact_categories
from grid_app.wiring import wired

MOST_WORDS: Final = 300
Answer = str | Response | WerkzeugResponse


@requires(Action.IMPORT_DISPUTES)
def columns(sheet_id: UUID) -> str:
    """Show which column is probably which item."""
    with reading() as session:
        choices = proposed(session, own_sheet(session, sheet_id=sheet_id, actor=the_actor()))
    return _columns_page(sheet_id, choices, {})


@requires(Action.IMPORT_DISPUTES)
def save_columns(sheet_id: UUID) -> Answer:
    """Keep the columns, then ask for the words nobody knows, or show the preview."""
    form = request.form
    told = {item: form.get(f"column_{item}", "") for item in ITEM_WORDS}
    choices = Choices(told, form.get("all_closed") == "1", form.get("place", ""), form.get("kind", ""))
    try:
        with transaction() as session:
            sheet = own_sheet(session, sheet_id=sheet_id, actor=the_actor(), lock=True)
            choose_columns(session, sheet, choices=choices, actor=the_actor(), now=wired().clock.now())
            words = words_in(session, sheet, file_of(sheet, wired().keys.fields), actor=the_actor())
    except InvalidError as refusal:
        fields = {name if name == "place" else f"column_{name}": told for name, told in refusal.fields.items()}
        return make_response(_columns_page(sheet_id, choices, fields), 422)
    except ConflictError as refusal:
        return _back(sheet_id, refusal.sentence)
    is_open = words.open_places or words.open_kinds
    return redirect(url_for("intake.words" if is_open else "intake.preview", sheet_id=sheet_id))


@requires(Action.IMPORT_DISPUTES)
def words(sheet_id: UUID) -> str:
    """Ask what the names of places and kinds stand for that nobody knows."""
    with reading() as session:
        sheet = own_sheet(session, sheet_id=sheet_id, actor=the_actor())
        found = words_in(session, sheet, file_of(sheet, wired().keys.fields), actor=the_actor())
        source = source_of(session, sheet).name
        villages = villages_of(session, the_actor())
    townships = {one.code[:9]: one.township for one in villages}
    options = [(one.code, f"{one.township} {one.name}") for one in villages]
    return render_template(
        "pages/intake_words.html",
        sheet_id=sheet_id,
        source=source,
        places=_asked(found.open_places),
        kinds=_asked(found.open_kinds),
        left=max(len(found.open_places), len(found.open_kinds)) - MOST_WORDS,
        villages=options + [(code, f"{name}(还不清楚是哪个村)") for code, name in townships.items()],
        categories=exact_categories(the_actor()),
    )


@requires(Action.IMPORT_DISPUTES)
def save_words(sheet_id: UUID) -> Answer:
    """Keep what the words stand for, for this source."""
    form = request.form
    try:
        with transaction() as session:
            sheet = own_sheet(session, sheet_id=sheet_id, actor=the_actor(), lock=True)
            found = words_in(session, sheet, file_of(sheet, wired().keys.fields), actor=the_actor())
            choose_words(
                session, sheet,
                places={word: form.get(name, "") for name, word in _named("place", found).items()},
                kinds={word: form.get(name, "") for name, word in _named("kind", found).items()},
                actor=the_actor(), now=wired().clock.now(),
            )  # fmt: skip
    except (InvalidError, ConflictError) as refusal:
        return _back(sheet_id, refusal.sentence)
    return redirect(url_for("intake.preview", sheet_id=sheet_id))


def _back(sheet_id: UUID, sentence: str) -> WerkzeugResponse:
    flash(sentence, "warning")
    return redirect(url_for("intake.sheet", sheet_id=sheet_id))


def _columns_page(sheet_id: UUID, choices: Choices, errors: dict[str, str]) -> str:
    with reading() as session:
        found = own_sheet(session, sheet_id=sheet_id, actor=the_actor())
        file = file_of(found, wired().keys.fields) if found.sealed else None
        villages = villages_of(session, the_actor())
        source = source_of(session, found).name
        session.expunge(found)  # the page reads it when the question is over
    samples = {name: _samples(file.rows, name) for name in file.columns} if file else {}
    return render_template(
        "pages/intake_columns.html",
        sheet_id=sheet_id, name=found.file_name, source=source, facts=found.facts, rows=found.rows, choices=choices,
        items=[(item, word, item in ("text", "noted_at")) for item, word in ITEM_WORDS.items()],
        options=[(one, f"{one}(例:{samples[one]})" if samples.get(one) else one) for one in found.facts["columns"]],
        villages=[(one.code, f"{one.township} {one.name}") for one in villages],
        categories=exact_categories(the_actor()), errors=errors,
    )  # fmt: skip


def _samples(rows: Iterable[CsvRow], name: str) -> str:
    values = (row.values.get(name, "").strip() for row in rows)
    first = next((value for value in values if value), "")
    return first if len(first) <= 16 else f"{first[:16]}…"


def _asked(words: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(str(at), word) for at, word in enumerate(words[:MOST_WORDS])]


def _named(kind: str, found: Words) -> dict[str, str]:
    """Return the words that the form asked for by the names of their fields; each field carries its word."""
    known = set(found.places if kind == "place" else found.kinds)
    told = {name: request.form.get(f"{name}_word", "") for name in request.form if name.startswith(f"{kind}_")}
    return {name: word for name, word in told.items() if word in known}


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of intake."""
    one = "/intake/import/<uuid:sheet_id>"
    bp.add_url_rule(f"{one}/columns", "columns", columns, methods=["GET"])
    bp.add_url_rule(f"{one}/columns", "save_columns", save_columns, methods=["POST"])
    bp.add_url_rule(f"{one}/words", "words", words, methods=["GET"])
    bp.add_url_rule(f"{one}/words", "save_words", save_words, methods=["POST"])
