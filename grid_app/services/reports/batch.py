"""A batch from a phone: every item read for itself, so that a broken one never blocks its neighbours."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from grid_app.errors import InvalidError
from grid_app.services.reports.content import digest_report, parse_report
from grid_app.services.reports.draft import DraftReport, Received
from grid_app.services.reports.receiving import answer_again, receive_reports, rejected
from grid_app.services.reports.rows import Desk

KEYS = frozenset({"id", "digest", "content"})
RESEND = "这一条没有接收。请更新程序后重发,手机上的内容不会丢。"
NO_ID = UUID(int=0)


class Take(Protocol):
    """What is done with readable reports: receiving them, or only examining them."""

    def __call__(self, session: Session, *, drafts: Sequence[DraftReport], desk: Desk) -> list[Received]:
        """Return one answer per report, in their order."""
        ...


@dataclass(frozen=True)
class SentItem:
    """One item of a batch as far as it could be read.

    Exactly one of ``draft`` and ``refusal`` is set. ``report_id`` and ``digest`` are there as soon as they could be
    read, even when the content cannot be taken: a repeated item is recognised although its form has grown old.
    """

    report_id: UUID | None
    digest: str = ""
    draft: DraftReport | None = None
    refusal: InvalidError | None = None


def read_items(items: Iterable[object]) -> list[SentItem]:
    """Return what each element of the batch's list holds; needs no database."""
    return [_read(item) for item in items]


def receive_items(session: Session, *, items: Sequence[SentItem], desk: Desk) -> list[Received]:
    """Take in a batch and return one answer per item, in its order, in the caller's transaction."""
    return answer_items(session, items=items, desk=desk, take=receive_reports)


def answer_items(session: Session, *, items: Sequence[SentItem], desk: Desk, take: Take) -> list[Received]:
    """Return one answer per item: of ``take`` for what could be read, else a refusal or the first receipt again."""
    desk.lookups.ask_for(item.report_id for item in items if item.report_id is not None)
    taken = iter(take(session, drafts=[item.draft for item in items if item.draft], desk=desk))
    return [next(taken) if item.draft else _refused(item, desk) for item in items]


def _refused(item: SentItem, desk: Desk) -> Received:
    known = desk.lookups.known(item.report_id) if item.report_id and item.digest else None
    if known is not None and item.report_id is not None:
        return answer_again(known, report_id=item.report_id, digest=item.digest, keys=desk.keys)
    refusal = item.refusal or InvalidError(RESEND)
    return rejected(refusal, report_id=item.report_id, digest=item.digest)


def _read(item: object) -> SentItem:
    if not isinstance(item, Mapping):
        return SentItem(None, refusal=InvalidError(RESEND, fields={"item": "每一条都要是一个对象。"}, code="bad_item"))
    report_id = item_id(item.get("id"))
    problems = item_problems(item)
    if problems or report_id is None:
        return SentItem(report_id, refusal=InvalidError(RESEND, fields=problems, code="bad_item"))
    return _with_content(report_id, item["content"], item.get("digest"))


def _with_content(report_id: UUID, content: Mapping[str, object], claimed: str | None) -> SentItem:
    digest = ""
    try:
        digest = digest_report(content, claimed=claimed)
        return SentItem(report_id, digest, draft=parse_report(content, report_id=report_id, digest=digest))
    except InvalidError as refusal:
        return SentItem(report_id, digest, refusal=refusal)


def item_problems(item: Mapping[str, object]) -> dict[str, str]:
    """Return a sentence for what is wrong with an item around its content: id, digest, unknown names."""
    problems = {_shown(name): "没有这一项,请去掉。" for name in item.keys() - KEYS}
    if item_id(item.get("id")) is None:
        problems["id"] = "每一条都要有一个 UUID 编号。"
    if not isinstance(item.get("content"), Mapping):
        problems["content"] = "缺少内容,或者内容不是一个对象。"
    if not isinstance(item.get("digest", ""), str):
        problems["digest"] = "摘要要写成文字。"
    return problems


def _shown(name: str) -> str:
    """Return an unknown name as it can be written into the answer."""
    return name[:40].encode("utf-8", "replace").decode()


def item_id(value: object) -> UUID | None:
    """Return the id of an item; ``None`` for what is no UUID, or the empty one."""
    try:
        found = UUID(value) if isinstance(value, str) else NO_ID
    except ValueError:
        return None
    return None if found == NO_ID else found
