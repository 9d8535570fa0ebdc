"""What somebody without an account does on a phone: reports, asks by code and tail, says what there is to say."""

from __future__ import annotations

from bs4 import BeautifulSoup
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.disputes import Dispute
from grid_app.security.marks import Marks, PlaceMark
from grid_app.wiring import wired
from tests.web.forms import fields_of
from tests.web.report_pages import page_of

GRID = "990101001201J001"
PHONE = "13800001234"
TYPED = {"tile": "neighbour", "danger": "no", "how": "report", "summary": "门口的排水沟堵了一个月"}


def marks() -> Marks:
    keys = wired().keys
    return Marks(receipt=keys.receipt, session=keys.session)


def code_of(division: str) -> str:
    return marks().place_code(PlaceMark(division=division))


def report(client, code: str = "", **typed: str):
    code = code or code_of(GRID)
    address = f"/r/{code}/report"
    return client.post(address, data={**fields_of(page_of(client.get(address)), address), **TYPED, **typed})


def tracking_of(answer) -> str:
    shown = BeautifulSoup(page_of(answer), "lxml").find(class_="receipt-code")
    assert shown is not None, page_of(answer)
    return shown.get_text(strip=True)


def ask(client, code: str, tail: str = ""):
    form = fields_of(page_of(client.get("/r/progress")), "/r/progress")
    return client.post("/r/progress", data={**form, "code": code, "tail": tail})


def close(code: str) -> None:
    with transaction() as session:
        dispute = session.scalars(select(Dispute).where(Dispute.tracking_code == code.replace(" ", ""))).one()
        dispute.state, dispute.closed_at = "closed", wired().clock.now()


def send(client, page: str, action: str, **typed: object):
    return client.post(action, data={**fields_of(page, action), **typed})


def words_in_audit() -> str:
    with reading() as session:
        return " ".join(f"{one.action} {one.details}" for one in session.scalars(select(AuditEvent)))


def tracking_code(dispute_id) -> str:
    with reading() as session:
        return session.get_one(Dispute, dispute_id).tracking_code
