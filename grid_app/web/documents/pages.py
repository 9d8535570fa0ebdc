"""The documents of a dispute: which fit now, a draft to look at, issuing with a number, downloading, withdrawing."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Final
from urllib.parse import quote
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.documents.filling import Row
from grid_app.documents.kinds import Kind, kind_of
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import guard_pages, requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.documents import issued_one
from grid_app.security.fields import FieldCipherError
from grid_app.services.documents.drafts import (
    MOST_TERMS,
    NO_DOCUMENT,
    Draft,
    Rendered,
    Wanted,
    check_wanted,
    draft_to_issue,
    preview,
    read_facts,
    render,
)
from grid_app.services.documents.fitting import fitting
from grid_app.services.documents.issuing import UNREADABLE, issue, log_reading, seal, withdraw
from grid_app.services.documents.values import proposed, proposed_terms
from grid_app.services.matters.parties import Reason
from grid_app.services.matters.step import AlreadyDoneError, Step
from grid_app.services.typed import uuid_of
from grid_app.web.documents import blanks as documents_blanks
from grid_app.web.documents import papers as documents_papers
from grid_app.web.documents.shown import page_of
from grid_app.wiring import wired

bp = Blueprint("documents", __name__)
guard_pages(bp)
documents_papers.add_routes(bp)
documents_blanks.add_routes(bp)

TRIES: Final = 5
NO_KIND: Final = "没有这种文书,或者这件事现在用不上它。请回到那件事的文书页再选。"
BUSY: Final = "这会儿出具文书的人多,没有编上号,已填的都还在。请再点一次。"
MEDIA: Final = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


@bp.get("/disputes/<uuid:dispute_id>/documents")
@requires(Action.READ_DISPUTES)
def index(dispute_id: UUID) -> Response:
    """Show what was issued, what fits now, and the signed papers."""
    return page_of(dispute_id)


@bp.get("/disputes/<uuid:dispute_id>/documents/<kind>")
@requires(Action.ADD_TO_DISPUTE)
def form(dispute_id: UUID, kind: str) -> Response:
    """Show the form of one document, filled with what is known."""
    return _form(dispute_id, kind)


@bp.post("/disputes/<uuid:dispute_id>/documents/<kind>/preview")
@requires(Action.ADD_TO_DISPUTE)
def show_draft(dispute_id: UUID, kind: str) -> Response:
    """Show the draft as a PDF: names masked, no number, marked on every page."""
    try:
        wanted = check_wanted(_wanted(kind))
        with reading() as session:
            draft = preview(session, _step(dispute_id), wanted, cipher=wired().keys.fields)
    except InvalidError as refusal:
        return _form(dispute_id, kind, refusal, status=422)
    return _file(render(draft).pdf, "pdf", f"草稿-{draft.wanted.kind.title}", inline=True)


@bp.post("/disputes/<uuid:dispute_id>/documents/<kind>")
@requires(Action.ADD_TO_DISPUTE)
def give_out(dispute_id: UUID, kind: str) -> AnyResponse:
    """Issue the document with the next number of the unit; a double tap is one document."""
    try:
        rendered, draft = _issued(dispute_id, check_wanted(_wanted(kind)))
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except (InvalidError, ConflictError) as refusal:
        return _form(dispute_id, kind, refusal, status=409 if isinstance(refusal, ConflictError) else 422)
    else:
        flash(
            f"已出具《{draft.wanted.kind.title}》{draft.number_text}。打印、签字、盖章后,请上传签字的照片。", "success"
        )
        if rendered.missing:
            signs = "、".join(rendered.missing)
            flash(f"字库里没有这些字:{signs}。PDF 里印成“〓”,请手写补上;DOCX 里是原字。", "warning")
    return redirect(url_for("documents.index", dispute_id=dispute_id))


@bp.post("/disputes/<uuid:dispute_id>/documents/<uuid:document_id>/download")
@requires(Action.REVEAL_PARTY)
def download(dispute_id: UUID, document_id: UUID) -> Response:
    """Give one issued file as it was issued; each time is written into the audit trail."""
    ending = "docx" if request.form.get("format") == "docx" else "pdf"
    with reading() as session:
        found = issued_one(session, scope=the_scope(), dispute_id=dispute_id, document_id=document_id)
    if found is None:
        raise NotFoundError(NO_DOCUMENT)
    what = {"document": found.kind, "number": found.number_text, "format": ending}
    try:
        note_reading(dispute_id, what)
    except InvalidError as refusal:
        return page_of(dispute_id, errors={f"reason-{document_id}": refusal.sentence}, status=422)
    body = stored(found.docx_file if ending == "docx" else found.pdf_file)
    title = kind_or_404(found.kind).title
    return _file(body, ending, f"{title}{found.number_text}", inline=False)


@bp.post("/disputes/<uuid:dispute_id>/documents/<uuid:document_id>/withdraw")
@requires(Action.ADD_TO_DISPUTE)
def take_back(dispute_id: UUID, document_id: UUID) -> AnyResponse:
    """Withdraw a document with a reason; it stays where it is, marked."""
    reason = request.form.get("reason", "")
    try:
        with transaction() as session:
            withdraw(session, _step(dispute_id), document_id=document_id, reason=reason)
    except InvalidError as refusal:
        errors = {f"withdraw-{document_id}": refusal.fields["reason"]}
        return page_of(dispute_id, errors=errors, typed={f"withdraw-{document_id}": reason}, status=422)
    except ConflictError as refusal:
        flash(refusal.sentence, "info")
    else:
        flash("已撤回。编号不再使用,原文还可以下载。请告诉已经收到它的人。", "success")
    return redirect(url_for("documents.index", dispute_id=dispute_id))


def note_reading(dispute_id: UUID, what: Mapping[str, str | int]) -> None:
    """Log that something in full is given out.

    Raises
    ------
    InvalidError
        A reason is needed and missing.
    """
    reason = Reason("delivery", request.form.get("reason", ""))
    with transaction() as session:
        log_reading(
            session, _step(dispute_id), what=what, per_day=wired().settings.reveals_per_day, reason=reason
        )  # fmt: skip


def stored(key: UUID) -> bytes:
    """Return the bytes of a stored file.

    Raises
    ------
    NotFoundError
        It cannot be opened.
    """
    try:
        body = wired().files.whole(key)
    except FieldCipherError:
        body = None
    if body is None:
        raise NotFoundError(UNREADABLE)
    return body


def kind_or_404(code: str) -> Kind:
    """Return the kind with this code.

    Raises
    ------
    NotFoundError
        There is none that is issued.
    """
    found = kind_of(code)
    if found is None or not found.issued:
        raise NotFoundError(NO_KIND)
    return found


def _issued(dispute_id: UUID, wanted: Wanted) -> tuple[Rendered, Draft]:
    """Issue the document; made anew when somebody took the number or changed the dispute meanwhile."""
    wiring = wired()
    step = _step(dispute_id)
    for _ in range(TRIES):
        with transaction() as session:
            draft = draft_to_issue(
                session, step, wanted, cipher=wiring.keys.fields, per_day=wiring.settings.reveals_per_day
            )  # fmt: skip
        rendered = render(draft)
        sealed = seal(rendered, wiring.files)
        try:
            with transaction() as session:
                done = issue(session, step, draft, sealed)
        finally:
            sealed.drop()
        if done:
            return rendered, draft
    raise ConflictError(BUSY, code="busy")


def _step(dispute_id: UUID) -> Step:
    return Step(dispute_id, the_actor(), 0, wired().clock.now())


def _wanted(code: str) -> Wanted:
    kind = kind_or_404(code)
    typed = {
        one.name: request.form.get(f"field_{place}", "").replace("\r\n", "\n") for place, one in enumerate(kind.asked)
    }
    return Wanted(uuid_of(request.form.get("id", "")) or new_id(), kind, typed, _terms() if _has_terms(kind) else ())


def _has_terms(kind: Kind) -> bool:
    return "协议事项" in kind.required


def _terms() -> list[Row]:
    return [
        {name: request.form.get(f"term_{column}_{row}", "") for name, column in COLUMNS.items()}
        for row in range(MOST_TERMS)
    ]


COLUMNS: Final = {"谁": "who", "做什么": "what", "何时前": "when"}


def _form(
    dispute_id: UUID, code: str, refusal: InvalidError | ConflictError | None = None, *, status: int = 200
) -> Response:
    kind = kind_or_404(code)
    with reading() as session:
        facts = read_facts(session, _step(dispute_id), cipher=wired().keys.fields, kind=kind)
    if kind not in fitting(state=facts.detail.state, category=facts.detail.category):
        raise NotFoundError(NO_KIND)
    sent = request.method == "POST"
    known, terms = proposed(kind, facts), proposed_terms(facts)
    if sent:
        wanted = _wanted(code)
        known, terms = dict(wanted.typed), list(wanted.terms)
    page = render_template(
        "pages/dispute_document.html",
        detail=facts.detail,
        kind=kind,
        unit=facts.unit.name,
        document_id=request.form.get("id", "") if sent else str(new_id()),
        fields=[(f"field_{place}", one, known.get(one.name, "")) for place, one in enumerate(kind.asked)],
        terms=[*terms, *([{}] * (MOST_TERMS - len(terms)))] if _has_terms(kind) else [],
        columns=COLUMNS,
        errors=refusal.fields if isinstance(refusal, InvalidError) else {},
        sentence=refusal.sentence if refusal else "",
        needed=set(kind.required),
    )
    return make_response(page, status)


def _file(body: bytes, ending: str, name: str, *, inline: bool) -> Response:
    answer = send_file(BytesIO(body), mimetype=MEDIA[ending], etag=False, last_modified=None)
    shown = "inline" if inline else "attachment"
    answer.headers["Content-Disposition"] = (
        f"{shown}; filename=\"document.{ending}\"; filename*=UTF-8''{quote(name)}.{ending}"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
    return answer
