"""Signed papers as photos or scans with their key fields; and the archive package of a closed dispute."""

from __future__ import annotations

from io import BytesIO
from typing import Final
from uuid import UUID

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.documents.kinds import kinds
from grid_app.errors import ConflictError, InvalidError, NotFoundError
from grid_app.http.guard import requires, the_actor, the_scope
from grid_app.policy import Action
from grid_app.queries.attachments import attachments_of
from grid_app.queries.documents import issued_of, papers_of
from grid_app.security.fields import FieldCipherError
from grid_app.services.audit import record_audit
from grid_app.services.documents.archive import ENDINGS, NOT_CLOSED, build_archive
from grid_app.services.documents.drafts import NO_DOCUMENT, read_facts
from grid_app.services.documents.issuing import UNREADABLE, log_reading
from grid_app.services.documents.papers import (
    MOST_PAGES,
    MOST_TERMS,
    NOT_KEPT,
    Paper,
    Term,
    check_pages,
    record_paper,
    seal_pages,
)
from grid_app.services.matters.parties import Reason
from grid_app.services.matters.step import AlreadyDoneError, Step
from grid_app.services.typed import day_of, uuid_of
from grid_app.web.documents.shown import page_of
from grid_app.wiring import wired

NO_KIND: Final = "请选是哪一种文书。"
TYPED: Final = ("kind", "document", "signed_on", "note")


@requires(Action.ADD_TO_DISPUTE)
def new_paper(dispute_id: UUID) -> Response:
    """Show the form for a signed or handwritten paper."""
    asked = {name: request.args.get(name, "") for name in ("kind", "document")}
    return _form(dispute_id, {"id": str(new_id()), **asked}, {})


@requires(Action.ADD_TO_DISPUTE)
def save_paper(dispute_id: UUID) -> AnyResponse:
    """Keep the paper; what was typed stays on the page when something is missing."""
    pages = _pages()
    try:
        paper = _read_paper()
        check_pages(pages)
        waiting = seal_pages(pages, wired().files)
        try:
            with transaction() as session:
                record_paper(session, _step(dispute_id), paper, waiting)
        finally:
            for page in waiting:
                page.file.drop()
    except AlreadyDoneError as twice:
        flash(twice.sentence, "info")
    except InvalidError as refusal:
        return _form(dispute_id, request.form.to_dict(), refusal.fields, status=422)
    else:
        flash("已登记。纸上的日期和录入的时间都记下了,谁做什么、何时前也写进了经过。", "success")
    return redirect(url_for("documents.index", dispute_id=dispute_id))


@requires(Action.REVEAL_PARTY)
def paper_page(dispute_id: UUID, page_id: UUID) -> Response:
    """Show one page of a paper; each time is written into the audit trail."""
    with reading() as session:
        papers = papers_of(session, scope=the_scope(), dispute_id=dispute_id)
    found = next(((one, page) for one in papers for page in one.pages if page.id == page_id), None)
    if found is None:
        raise NotFoundError(NO_DOCUMENT)
    paper, page = found
    try:
        _log(dispute_id, {"document": paper.kind, "page": page.number})
    except InvalidError as refusal:
        return page_of(dispute_id, errors={f"reason-{page.id}": refusal.sentence}, status=422)
    name = f"paper-{page.number}.{ENDINGS[page.type]}"
    answer = send_file(BytesIO(_stored(page.id)), mimetype=page.type, download_name=name, etag=False)
    answer.headers["Cache-Control"] = "private, no-store"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'"
    return answer


@requires(Action.REVEAL_PARTY)
def archive(dispute_id: UUID) -> Response:
    """Give the archive package of a closed dispute."""
    now, actor = wired().clock.now(), the_actor()
    with reading() as session:
        facts = read_facts(session, _step(dispute_id), cipher=wired().keys.fields)
        issued = issued_of(session, scope=the_scope(), dispute_id=dispute_id)
        papers = papers_of(session, scope=the_scope(), dispute_id=dispute_id)
        attachments = attachments_of(session, scope=the_scope(), dispute_id=dispute_id)
    if facts.detail.state != "closed":
        return page_of(dispute_id, errors={"archive": NOT_CLOSED}, status=409)
    try:
        _log(dispute_id, {"document": "archive", "papers": len(papers), "documents": len(issued)})
    except InvalidError as refusal:
        return page_of(dispute_id, errors={"reason-archive": refusal.sentence}, status=422)
    try:
        body = build_archive(
            facts, issued=issued, papers=papers, attachments=attachments, read=_stored, now=now, by=actor.display_name
        )  # fmt: skip
    except ConflictError as refusal:
        return page_of(dispute_id, errors={"archive": refusal.sentence}, status=409)
    with transaction() as session:
        details = {"bytes": len(body), "files": len(issued) + len(papers)}
        target = ("dispute", str(dispute_id))
        record_audit(session, actor, "dispute.archived", now=now, target=target, details=details)
    answer = send_file(
        BytesIO(body), mimetype="application/zip", as_attachment=True, download_name=f"{facts.detail.case_code}.zip"
    )
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def add_routes(bp: Blueprint) -> None:
    """Hang these pages on the blueprint of documents."""
    one = "/disputes/<uuid:dispute_id>"
    bp.add_url_rule(f"{one}/papers/new", "new_paper", new_paper, methods=["GET"])
    bp.add_url_rule(f"{one}/papers", "save_paper", save_paper, methods=["POST"])
    bp.add_url_rule(f"{one}/papers/pages/<uuid:page_id>", "paper_page", paper_page, methods=["POST"])
    bp.add_url_rule(f"{one}/archive", "archive", archive, methods=["POST"])


def _pages() -> list[bytes]:
    found: list[bytes] = []
    for file in request.files.getlist("pages"):
        with file.stream:
            if file.filename and len(found) <= MOST_PAGES:
                found.append(file.stream.read())
    return found


def _read_paper() -> Paper:
    form = request.form
    kind = kinds().get(form.get("kind", ""))
    if kind is None or not kind.issued:
        raise InvalidError(NOT_KEPT, fields={"kind": NO_KIND})
    document = form.get("document", "").strip()
    terms = []
    for row in range(MOST_TERMS):
        who, what, when = (form.get(f"term_{name}_{row}", "").strip() for name in ("who", "what", "when"))
        day = day_of(when)
        if not (who or what or when):
            continue
        if not (who and what) or day is None:
            raise InvalidError(NOT_KEPT, fields={"term_0": "每一件都要写全:谁、做什么、哪天前(2026-12-01 这样)。"})
        terms.append(Term(who, what, day))
    return Paper(
        paper_id=uuid_of(form.get("id", "")) or new_id(),
        kind=kind,
        signed_on=day_of(form.get("signed_on", "")),
        terms=terms,
        note=form.get("note", ""),
        document_id=uuid_of(document) if document else None,
    )


def _form(dispute_id: UUID, typed: dict[str, str], errors: dict[str, str], *, status: int = 200) -> Response:
    with reading() as session:
        facts = read_facts(session, _step(dispute_id), cipher=wired().keys.fields)
        issued = issued_of(session, scope=the_scope(), dispute_id=dispute_id)
    kind = next((one.kind for one in issued if str(one.id) == typed.get("document")), "")
    typed = {**typed, "kind": typed.get("kind") or kind}
    page = render_template(
        "pages/dispute_paper.html",
        detail=facts.detail,
        kinds=[(kind.code, kind.title) for kind in kinds().values() if kind.issued],
        issued=[
            (str(one.id), f"{kinds()[one.kind].title} {one.number_text}") for one in issued if one.withdrawn_at is None
        ],
        typed=typed,
        rows=range(MOST_TERMS),
        errors=errors,
        sentence=NOT_KEPT if errors else "",
    )
    return make_response(page, status)


def _log(dispute_id: UUID, what: dict[str, str | int]) -> None:
    reason = Reason("delivery", request.form.get("reason", ""))
    with transaction() as session:
        log_reading(
            session, _step(dispute_id), what=what, per_day=wired().settings.reveals_per_day, reason=reason
        )  # fmt: skip


def _stored(key: UUID) -> bytes:
    try:
        body = wired().files.whole(key)
    except FieldCipherError:
        body = None
    if body is None:
        raise NotFoundError(UNREADABLE)
    return body


def _step(dispute_id: UUID) -> Step:
    return Step(dispute_id, the_actor(), 0, wired().clock.now())
