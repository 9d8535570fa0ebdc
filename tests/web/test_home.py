"""The start page of each role, and what a monitor may ask."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from grid_app.database.base import new_id
from grid_app.database.transaction import transaction
from grid_app.models.accounts import Assignment, Delegation, DeviceToken, Notice
from grid_app.models.disputes import Dispute
from grid_app.models.field import ReportGap
from grid_app.models.rounds import Round, RoundTemplate
from grid_app.policy import Role
from grid_app.queries import readiness
from grid_app.web.shell import NAVIGATION
from tests.world import COUNTY, NOW, World

OFFICES = ("township_officer", "township_lead", "county_officer", "county_lead")


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def add_dispute(session, world: World, *, village="990101001201", category="0701", state="reported") -> None:
    number = str(new_id())
    session.add(
        Dispute(
            case_code=number[-12:] + number[:6],
            tracking_code=number[-10:],
            state=state,
            category=category,
            summary="流转费没有付",
            division_code=village,
            place_kind="chosen",
            channel="grid_walk",
            household_label="x",
            grade="green",
            grade_reasons=[],
            reported_by=world.assignments["grid_worker"],
            owner_unit_id=world.units["township"],
            captured_at=NOW,
            received_at=NOW,
            noted_on=date(2026, 11, 20),
        )
    )


def add_round(session, division: str = COUNTY) -> None:
    session.add(RoundTemplate(code="weekly", name="村级每周排查", level="village", frequency="weekly", duration_days=7))
    session.flush()
    session.add(
        Round(
            template_code="weekly",
            division_code=division,
            period="2026-W47",
            name="第47周排查",
            state="open",
            opens_at=NOW - timedelta(days=1),
            due_at=NOW + timedelta(days=2),
            window_end=date(2026, 11, 22),
        )
    )


@pytest.mark.parametrize("role", [str(role) for role in Role])
def test_every_role_has_a_start_page_with_its_name_and_unit(sign_in, role):
    answer = sign_in(role).get("/")

    assert answer.status_code == 200
    assert f"{role}甲" in page_of(answer)


@pytest.mark.parametrize("role", ["grid_worker", "mediator", "village_lead"])
def test_in_the_field_reporting_comes_first(sign_in, role):
    page = page_of(sign_in(role).get("/"))

    assert 'class="button button-primary button-large" href="/report"' in page
    assert "120" in page


@pytest.mark.parametrize("role", ["security_admin", "sysadmin", "auditor"])
def test_an_administrator_sees_no_figure_of_disputes(sign_in, app_world, role):
    with transaction() as session:
        add_dispute(session, app_world)
    page = page_of(sign_in(role).get("/"))

    assert "纠纷" not in page.split("<main")[1].replace("没办完", "")
    assert "受理" not in page


def test_the_auditor_is_led_to_the_audit_trail(sign_in):
    assert 'href="/audit"' in page_of(sign_in("auditor").get("/"))


def test_a_township_counts_only_its_own_disputes(sign_in, app_world):
    with transaction() as session:
        add_dispute(session, app_world)
        add_dispute(session, app_world, state="closed")
        add_dispute(session, app_world, village="990101002201")

    own, other = sign_in("township_lead"), sign_in("other_township_lead")

    assert 'aria-label="1 件"' in page_of(own.get("/"))
    assert 'aria-label="1 件"' in page_of(other.get("/"))
    assert 'aria-label="2 件"' in page_of(sign_in("county_officer").get("/"))


def test_a_sealed_matter_is_counted_for_the_county_lead_alone(sign_in, app_world):
    with transaction() as session:
        add_dispute(session, app_world, category="1501")

    assert [name for name in OFFICES if 'aria-label="1 件"' in page_of(sign_in(name).get("/"))] == ["county_lead"]


def test_a_worker_sees_the_round_to_answer_with_its_day(sign_in, app_world):
    with transaction() as session:
        add_round(session)
        add_dispute(session, app_world)
    page = page_of(sign_in("grid_worker").get("/"))

    assert "第47周排查" in page
    assert "11月22日(周日) 10:00 前" in page
    assert 'aria-label="1 件"' in page
    assert "第47周排查" not in page_of(sign_in("mediator").get("/"))


def test_a_grid_without_a_worker_is_told_to_its_offices(sign_in, app_world):
    with transaction() as session:
        session.get_one(Assignment, app_world.assignments["grid_worker"]).valid_to = NOW

    assert "没有网格员" in page_of(sign_in("township_officer").get("/"))


def test_a_gap_between_phone_and_office_leads_its_township_to_the_phones(sign_in, app_world):
    with transaction() as session:
        token = DeviceToken(
            account_id=app_world.accounts["grid_worker"],
            assignment_id=app_world.assignments["grid_worker"],
            token_hash="0" * 64,
            pin_hash="x",
            label="试机",
            created_at=NOW,
            seen_at=NOW,
            expires_at=NOW + timedelta(days=1),
        )
        session.add(token)
        session.flush()
        session.add(ReportGap(device_id=token.id, report_id=new_id(), digest="0" * 64, kind="missing", noticed_at=NOW))

    seen = {
        name: "手机和平台对不上的上报" in page_of(sign_in(name).get("/")) for name in (*OFFICES, "other_township_lead")
    }

    assert 'href="/devices"' in page_of(sign_in("township_officer").get("/"))
    assert seen == dict.fromkeys(OFFICES, True) | {"other_township_lead": False}


def test_a_line_for_me_is_shown_until_i_put_it_away(sign_in, app_world):
    with transaction() as session:
        note = Notice(account_id=app_world.accounts["auditor"], kind="x", text="一句话<b>", created_at=NOW)
        session.add(note)
        session.flush()
        address = f"/notices/{note.id}/read"
    auditor = sign_in("auditor")

    sign_in("sysadmin").post(address)
    assert "一句话&lt;b&gt;" in page_of(auditor.get("/"))
    auditor.post(address)
    assert "一句话" not in page_of(auditor.get("/"))


def test_what_was_lent_is_shown_with_the_name_of_the_leader(sign_in, app_world):
    with transaction() as session:
        session.add(
            Delegation(
                from_assignment_id=app_world.assignments["township_lead"],
                to_assignment_id=app_world.assignments["township_officer"],
                actions=["finding.decide"],
                starts_at=NOW,
                ends_at=NOW + timedelta(days=1),
            )
        )

    page = page_of(sign_in("township_officer").get("/"))
    assert "受 township_lead甲 授权" in page
    assert "判断苗头提示" in page


def test_an_account_without_a_role_is_told_whom_to_ask(sign_in, app_world):
    client = sign_in("mediator")
    with transaction() as session:
        session.get_one(Assignment, app_world.assignments["mediator"]).valid_to = NOW

    answer = client.get("/")
    assert answer.status_code == 200
    assert "联系安全管理员" in page_of(answer)
    assert client.get("/accounts").status_code == 403
    assert client.get("/sign-in").location == "/"


def test_missing_boundaries_are_told(sign_in, app_world):
    with transaction() as session:
        session.execute(text("UPDATE boundary_generations SET state = 'retired'"))

    assert "还没有启用的边界" in page_of(sign_in("sysadmin").get("/"))


def test_every_entry_of_the_navigation_leads_somewhere(app):
    assert [endpoint for _, endpoint, _ in NAVIGATION if endpoint not in app.view_functions] == []


def test_a_monitor_may_ask_for_health_readiness_and_figures(app, app_world):
    client = app.test_client()

    assert page_of(client.get("/healthz")) == "ok\n"
    assert page_of(client.get("/readyz")) == "ready\n"
    figures = page_of(client.get("/metrics"))
    assert "grid_outbox_due 0\n" in figures
    assert "grid_escalations_open 0\n" in figures


def test_a_database_of_another_version_is_not_ready(app, app_world):
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, page_of(answer)) == (503, "database is not migrated\n")


def test_a_database_that_does_not_answer_is_not_ready(app, app_world, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise OperationalError("select", {}, Exception("postgresql://user:word@host"))

    monkeypatch.setattr(readiness.MigrationContext, "configure", refuse)

    answer = app.test_client().get("/readyz")

    assert (answer.status_code, page_of(answer)) == (503, "database does not answer\n")


def test_the_style_guide_is_not_there_in_use(app, app_world):
    assert app.test_client().get("/styleguide").status_code == 200
    app.config["TESTING"] = False

    assert app.test_client().get("/styleguide").status_code == 404
