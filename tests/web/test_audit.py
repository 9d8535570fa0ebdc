"""The audit page: for the auditor alone, searchable, exported without formulas, chain walked by a button."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.policy import Role
from grid_app.services.audit import record_audit
from tests.world import NOW, World


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def note(world: World, action: str, target: tuple[str, str] = ("", ""), **details) -> None:
    with transaction() as session:
        record_audit(session, world.actor(session, "township_officer"), action, now=NOW, target=target, details=details)


@pytest.mark.parametrize("role", [str(role) for role in Role if role is not Role.AUDITOR])
def test_nobody_but_the_auditor_reads_or_exports(sign_in, role):
    client = sign_in(role)

    assert client.get("/audit").status_code == 403
    assert client.post("/audit/export").status_code == 403
    assert client.post("/audit/verify").status_code == 403


def test_strange_questions_are_answered_with_an_empty_list(sign_in):
    page = sign_in("auditor").get("/audit?first_day=yesterday&action=nothing&target=x&page=-3")

    assert page.status_code == 200
    assert "没有符合的记录" in page_of(page)


def test_the_auditor_sees_who_did_what_in_plain_words(sign_in, app_world):
    note(app_world, "dispute.accepted", ("dispute", "d-1"))
    page = page_of(sign_in("auditor").get("/audit?target=d-1"))

    assert "township_officer甲(乡镇经办)" in page
    assert "纠纷:受理" in page
    assert "d-1" in page


def test_the_chain_is_walked_by_a_button(sign_in, app_world):
    note(app_world, "round.opened")
    auditor = sign_in("auditor")

    before = page_of(auditor.get("/audit"))
    after = page_of(auditor.post("/audit/verify", follow_redirects=True))

    assert "还没有核对过" in before
    assert "审计链完好,已核对到第 2 条" in after


def test_a_broken_chain_is_said_with_its_number(sign_in, app_world):
    note(app_world, "round.opened")
    auditor = sign_in("auditor")
    with transaction() as session:
        session.get_one(AuditEvent, 1).action = "round.closed"

    page = page_of(auditor.post("/audit/verify", follow_redirects=True))

    assert "在第 1 条断开" in page


def test_the_export_holds_what_was_asked_for_and_is_an_event_itself(sign_in, app_world):
    note(app_world, "dispute.accepted", ("dispute", "=1+1"), figure=3)
    auditor = sign_in("auditor")

    answer = auditor.post("/audit/export", data={"action": "dispute.accepted"})

    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=audit-20261120-1000.csv")
    assert len(rows) == 2
    assert rows[1][1:] == [
        "2026-11-20 10:00:00", "township_officer甲", "乡镇经办", "", "dispute.accepted", "纠纷:受理",
        "dispute", "'=1+1", "是", '{"figure": 3}',
    ]  # fmt: skip
    with reading() as session:
        last = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number.desc())).first()
    assert last == "audit.exported"
