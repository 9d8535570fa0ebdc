"""The archive package of a closed dispute: index, issued documents, signed papers, photos, and their digests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from grid_app.clock import local, local_date
from grid_app.documents.defaults import default_template
from grid_app.documents.filling import Made, Row, Values, fill
from grid_app.documents.kinds import kinds
from grid_app.documents.package import Entry, package
from grid_app.documents.pdf import typeset
from grid_app.documents.reading import read_docx
from grid_app.documents.words import day_words
from grid_app.errors import ConflictError, NotFoundError
from grid_app.queries.attachments import Announced
from grid_app.queries.documents import IssuedLine, PaperLine
from grid_app.services.documents.issuing import UNREADABLE
from grid_app.services.documents.values import Facts, values_of

INDEX: Final = "case_index"
ENDINGS: Final = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/webp": "webp",
    "application/pdf": "pdf",
    "audio/webm": "webm",
    "audio/mp4": "m4a",
    "audio/ogg": "ogg",
}
NOT_CLOSED: Final = "这件事还没有办结,不能归档。办结以后再来,已有的文书都还在。"


@dataclass(frozen=True)
class Material:
    """One line of the index and its files: what it is, its number and day."""

    title: str
    number: str
    day: str
    entries: tuple[Entry, ...]


ReadFile = Callable[[UUID], bytes | None]


def build_archive(
    facts: Facts,
    *,
    issued: Sequence[IssuedLine],
    papers: Sequence[PaperLine],
    attachments: Sequence[Announced],
    read: ReadFile,
    now: datetime,
    by: str,
) -> bytes:
    """Return the zip; ``read`` gives the bytes of a stored file.

    Raises
    ------
    ConflictError
        The dispute is not closed.
    NotFoundError
        A stored file cannot be opened.
    """
    if facts.detail.state != "closed":
        raise ConflictError(NOT_CLOSED)
    found = [_issued(one, read) for one in reversed(issued)]
    found += [_paper(one, read) for one in papers]
    found += [_attachment(one, read) for one in attachments if one.is_complete]
    index = _index(facts, found, now=now, by=by)
    return package([*index, *(entry for one in found for entry in one.entries)], at=local(now))


def _index(facts: Facts, found: Sequence[Material], *, now: datetime, by: str) -> list[Entry]:
    kind = kinds()[INDEX]
    rows: list[Row] = [
        {
            "序号": str(place),
            "名称": one.title,
            "编号": one.number,
            "日期": one.day,
            "校验值": one.entries[0].digest[:16],
        }
        for place, one in enumerate(found, start=1)
    ]
    values: Values = {**values_of(facts, people=(), typed={}, terms=(), now=now, by=by), "目录": rows}
    made = Made(kind.title, facts.unit.name, now)
    docx = fill(default_template(kind.code), kind, values, made)
    pdf = typeset(read_docx(docx), made).body
    return [Entry(kind.title, "docx", docx), Entry(kind.title, "pdf", pdf)]


def _issued(one: IssuedLine, read: ReadFile) -> Material:
    title = kinds()[one.kind].title
    name = f"{title}{one.number_text}" + ("(已撤回)" if one.withdrawn_at else "")
    return Material(
        f"{title}(已撤回:{one.withdrawal_reason})" if one.withdrawn_at else title,
        one.number_text,
        day_words(local_date(one.issued_at)),
        (
            Entry(name, "pdf", _whole(read, one.pdf_file), "文书"),
            Entry(name, "docx", _whole(read, one.docx_file), "文书"),
        ),
    )


def _paper(one: PaperLine, read: ReadFile) -> Material:
    title = f"{kinds()[one.kind].title}签字件"
    pages = tuple(
        Entry(f"{title}第{page.number}页", ENDINGS[page.type], _whole(read, page.id), "签字件") for page in one.pages
    )
    return Material(title, f"{len(pages)} 页", day_words(one.signed_on), pages)


def _attachment(one: Announced, read: ReadFile) -> Material:
    word = "照片" if one.kind == "photo" else "语音"
    entry = Entry(f"上报的{word}{one.number}", ENDINGS[one.type], _whole(read, one.id), "上报材料")
    day = day_words(local_date(one.completed_at)) if one.completed_at else ""
    return Material(f"上报的{word}", "", day, (entry,))


def _whole(read: ReadFile, key: UUID) -> bytes:
    body = read(key)
    if body is None:
        raise NotFoundError(UNREADABLE)
    return body
