"""What the source documents say of looking a second time: refusals that were wrong, and closings that were not true."""

from __future__ import annotations

from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import AuditEvent
from grid_app.models.callbacks import CallbackSample
from grid_app.models.disputes import Dispute
from grid_app.services.callbacks.drawing import draw_next
from grid_app.services.callbacks.verifying import Call, Heard, Verdict, record_result, record_verdict
from grid_app.wiring import wired
from tests.callbacks_world import decided
from tests.follow_ups_world import add_contact
from tests.scenarios.test_indicator_scenarios import indicator, shown
from tests.web.forms import fields_of
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def drawn(world: World, count: int, **more) -> list[UUID]:
    """Decide matters last month and draw from them; return the samples."""
    with transaction() as session:
        for one in decided(session, world, count, **more):
            add_contact(session, one.id, wired().keys.fields, at=NOW)
        while draw_next(session, seed="scenario", now=NOW):
            session.flush()
        return list(session.scalars(select(CallbackSample.id).order_by(CallbackSample.number)))


def answer(client: FlaskClient, sample: UUID, form: str, typed: dict[str, str]) -> None:
    address = f"/call-backs/{sample}"
    page = client.get(address).get_data(as_text=True)
    sent = client.post(f"{address}/{form}", data={**fields_of(page, f"{address}/{form}"), **typed})
    assert sent.status_code == 302


def test_S1_21_what_should_have_been_taken_up_is_found_by_a_sample_that_the_level_above_looks_at(sign_in, app_world):
    samples = drawn(app_world, 50, kind="not_accepted", owner="township", by="township_officer")
    client = sign_in("county_officer")
    wrong, right = ("wrong", "属于乡镇的职责,应当受理"), ("right", "理由清楚,也告知了途径")

    answer(client, samples[0], "verdict", {"result": "wrong", "words": wrong[1], "take_up": "1"})
    with transaction() as session:
        county, cipher = app_world.actor(session, "county_officer"), wired().keys.fields
        for sample, (result, why) in zip(samples[1:], [wrong] * 4 + [right] * 5, strict=True):
            verdict = Verdict(result, why, take_up=True)
            record_verdict(session, Call(sample, county, NOW), verdict=verdict, cipher=cipher)

    with reading() as session:
        taken_up = session.scalars(select(Dispute.state).where(Dispute.state == "accepted")).all()
    assert len(taken_up) == 5
    told = indicator(shown(client, "?period=m2026-10"), "不予受理,抽查发现错了")
    assert "50%" in told
    assert "20%–80%" in told


def test_S1_12_light_matters_are_asked_about_by_another_unit_and_the_figure_says_how_sure_it_is(sign_in, app_world):
    samples = drawn(app_world, 50, kind="settled_on_spot", ground="settled_on_spot", by="grid_worker")
    client = sign_in("township_lead")
    listed = client.get("/call-backs").get_data(as_text=True)
    assert listed.count("即时化解的事项") >= 10
    assert "种子" in listed
    words = "没有人来过,门口还是积水"

    answer(client, samples[0], "result", {"result": "not_verified", "told": "no", "words": words, "take_up": "1"})
    page = client.get(f"/call-backs/{samples[0]}").get_data(as_text=True)
    assert words in page
    assert "/supervision/new?matter=" in page
    with transaction() as session:
        lead, cipher = app_world.actor(session, "township_lead"), wired().keys.fields
        for number, sample in enumerate(samples[1:]):
            said = Heard("verified" if number < 5 else "not_verified", "yes", words, take_up=True)
            record_result(session, Call(sample, lead, NOW), heard=said, cipher=cipher)

    told = indicator(shown(client, "?period=m2026-10"), "抽查回访核实")
    assert "50%" in told
    assert "没有联系上、还没有回访的也在内" in told
    with reading() as session:
        assert len(session.scalars(select(Dispute.id).where(Dispute.state == "reopened")).all()) == 5


def test_whom_to_ask_is_opened_with_a_reason_on_record_and_a_refused_form_keeps_every_word(sign_in, app_world):
    sample, *_ = drawn(app_world, 1)
    client, address = sign_in("township_officer"), f"/call-backs/{sample}"
    page = client.get(address).get_data(as_text=True)
    assert "138****0000" in page
    reveal = next(part.split('"')[0] for part in page.split('href="') if "/parties/" in part)
    assert client.post(reveal, data={}).status_code == 422
    opened = client.post(reveal, data={"reason_kind": "handling", "reason": "抽查回访核实"})
    assert "13800000000" in opened.get_data(as_text=True)
    with reading() as session:
        assert "party.revealed" in session.scalars(select(AuditEvent.action)).all()

    again = client.post(f"{address}/result", data={"result": "not_verified", "told": "yes", "words": "不对"})

    assert again.status_code == 422
    assert "不对</textarea>" in again.get_data(as_text=True)
    assert client.post(f"{address}/try", data={"way": "phone"}).status_code == 302
    assert sign_in("village_lead").get(address).status_code == 403
    assert sign_in("county_officer").get(address).status_code == 404
    draws = client.get("/call-backs").get_data(as_text=True)
    repeat = next(part.split('"')[0] for part in draws.split('action="') if "/repeat" in part)
    assert "完全一样" in client.post(repeat, follow_redirects=True).get_data(as_text=True)
