"""Clearing the personal data of closed matters: what goes, what waits, what stays, and that only counts are told."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from grid_app.database.base import new_id
from grid_app.database.transaction import reading, transaction
from grid_app.jobs.retention import clear_job
from grid_app.models.accounts import AuditEvent
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute, DisputeEvent, Party, Submission
from grid_app.models.residents import ResidentRequest
from grid_app.queries.retention import due_matters
from grid_app.services.matters.step import Step
from grid_app.services.retention.holds import hold, kept_until, lift
from grid_app.services.retention.removal import bounds_of, clear_matters
from grid_app.wiring import wired
from tests.builders import add_dispute
from tests.world import NOW

DAY = timedelta(days=1)


def closed(session, world, *, days: int, ground: str = "not_established", state: str = "closed") -> Dispute:
    end = NOW - days * DAY
    dispute = add_dispute(session, world, at=end - DAY, state=state)
    if state == "closed":
        dispute.closed_at, dispute.closure_ground = end, ground
    session.add(DisputeEvent(dispute_id=dispute.id, number=2, at=end, kind="closed", to_state=state, details={}))
    session.add(Party(dispute_id=dispute.id, label="当事人A", name_sealed="n", phone_sealed="p", created_at=end))
    session.add(
        Submission(
            id=new_id(), digest="d", form="dispute/2", received_at=end, channel="sync", dispute_id=dispute.id,
            content_sealed="c",
        )
    )  # fmt: skip
    session.flush()
    return dispute


def due(session) -> set:
    return set(due_matters(session, bounds_of(session, now=NOW), size=100))


def test_what_is_over_its_period_goes_and_what_is_open_held_agreed_or_young_stays(session, world):
    old, declined = closed(session, world, days=400), closed(session, world, days=400, state="not_accepted")
    closed(session, world, days=300)
    closed(session, world, days=400, ground="agreement_performed")
    closed(session, world, days=400, state="handling")
    asked, held = closed(session, world, days=400), closed(session, world, days=400)
    session.add(ResidentRequest(dispute_id=asked.id, kind="see", at=NOW, due_on=NOW.date()))
    step = Step(held.id, world.actor(session, "township_officer"), 1, NOW)
    hold(session, step, reason="法院正在审理,要调取卷宗")
    session.flush()
    assert due(session) == {old.id, declined.id}

    done = clear_matters(session, sorted(due(session)), now=NOW)

    assert (done["parties"], done["reports"]) == (2, 2)
    session.expire_all()
    party = session.scalars(select(Party).where(Party.dispute_id == old.id)).one()
    assert (party.label, party.name_sealed, party.phone_sealed) == ("当事人A", None, None)
    assert old.summary
    assert due(session) == set()
    last = session.scalars(select(AuditEvent).order_by(AuditEvent.number.desc())).first()
    assert last.details == {"matters": 2, "parties": 2, "reports": 2, "evaluations": 0, "complaints": 0, "requests": 0}

    lift(session, step)
    assert due(session) == {held.id}
    assert kept_until(session, held.id).until == (NOW - 35 * DAY).date()
    assert closed(session, world, days=5500, ground="agreement_performed").id in due(session)


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_the_job_removes_photos_with_their_files_and_says_how_many(app, app_world):
    photo = new_id()
    with transaction() as session:
        dispute = closed(session, app_world, days=400)
        facts = {"kind": "photo", "type": "image/jpeg", "bytes": 3, "sha256": "0" * 64, "received": 3}
        session.add(Attachment(id=photo, dispute_id=dispute.id, number=1, completed_at=NOW, key_number=1, **facts))
    wired().files.prepare_whole(photo, b"abc").put()

    assert clear_job() == "matters=1 media=1"

    assert wired().files.whole(photo) is None
    with reading() as session:
        assert session.scalars(select(Attachment)).all() == []
    assert clear_job() == ""


@pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
def test_an_office_keeps_a_matter_longer_on_its_page_and_ends_that_again(sign_in, app_world):
    with transaction() as session:
        dispute = closed(session, app_world, days=400).id
    office, address = sign_in("township_officer"), f"/disputes/{dispute}/retention"

    assert office.post(address, data={"reason": "等"}).status_code == 422
    assert office.post(address, data={"reason": "法院正在审理,要调取卷宗"}).status_code == 302
    assert office.post(address, data={"reason": "法院正在审理,要调取卷宗"}).status_code == 409
    assert "法院正在审理" in office.get(address).get_data(as_text=True)
    assert clear_job() == ""
    assert office.post(address, data={"lift": "1"}).status_code == 302
    assert clear_job() == "matters=1 media=0"
    assert sign_in("other_township_lead").get(address).status_code == 404
