"""Batches from phones: the list of items in a body, and the answer to one item."""

from __future__ import annotations

from grid_app.api.openapi_models import Receipt, SyncAnswer, SyncResult, Warned
from grid_app.api.parsing import read_object
from grid_app.database.transaction import reading, transaction
from grid_app.errors import InvalidError
from grid_app.http.guard import the_actor
from grid_app.services.accounts.actors import acting_alike
from grid_app.services.reports.draft import Received
from grid_app.services.reports.item_sync import Content, FormKind, ItemDesk, read_form, receive_form
from grid_app.wiring import wired

ID_SIGNS = 64
FORM_BYTES = 1024 * 1024
FORM_ITEMS = 100


def take_forms(kind: FormKind[Content]) -> SyncAnswer:
    """Take in the batch of the present request, each item in a transaction of its own, and answer item by item."""
    items = items_of(read_object(FORM_BYTES), most=FORM_ITEMS)
    now = wired().clock.now()
    with reading() as session:
        desk = ItemDesk(acting_alike(session, the_actor(), now=now), wired().keys, now)
    results = []
    for item in items:
        with transaction() as session:
            answer = receive_form(session, kind=kind, sent=read_form(kind, item), desk=desk)
        results.append(result_of(item, answer))
    return SyncAnswer(results=results)


def items_of(body: dict[str, object], *, most: int) -> list[object]:
    """Return the list ``items`` of a body.

    Raises
    ------
    InvalidError
        There is none, there is something beside it, or it is too long; the whole batch is refused.
    """
    items = body.get("items")
    unknown = {name[:40]: "没有这一项,请去掉。" for name in body.keys() - {"items"}}
    if not isinstance(items, list) or unknown:
        fields = unknown or {"items": "要有一个列表 items。"}
        raise InvalidError("这一批的写法不对,什么也没有登记。请更新程序后重发;手机上的内容不会丢。", fields=fields)
    if len(items) > most:
        raise InvalidError(
            f"一次最多 {most} 条,这一批有 {len(items)} 条,什么也没有登记。请分几次发;手机上的内容不会丢。",
            code="too_many",
        )
    return items


def result_of(item: object, answer: Received) -> SyncResult:
    """Return the answer to one item under the id as it was sent."""
    return SyncResult(
        id=_sent_id(item),
        outcome=answer.outcome,
        digest=answer.digest,
        receipt=_receipt(answer),
        dispute_id=str(answer.dispute_id) if answer.dispute_id else None,
        case_code=answer.case_code,
        tracking_code=answer.tracking_code,
        code=answer.code,
        detail=answer.sentence,
        fields=answer.fields,
        warnings=[Warned(code=one.code, sentence=one.sentence) for one in answer.cautions],
    )


def _receipt(answer: Received) -> Receipt | None:
    if answer.received_at is None:
        return None
    return Receipt(signature=answer.receipt, received_at=answer.received_at)


def _sent_id(item: object) -> str | None:
    """Return the id as it was sent, so that the phone finds its own item again."""
    found = item.get("id") if isinstance(item, dict) else None
    return found[:ID_SIGNS] if isinstance(found, str) and found.isascii() else None
