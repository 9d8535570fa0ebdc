"""The pages of leaders who own hard matters: every form once, what is refused, what an office's list tells."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Unit
from grid_app.models.disputes import Dispute, Party
from grid_app.models.leading import Hearing, LeaderPromise, PlanStep, PolicyQuery
from tests.builders import add_dispute
from tests.web.forms import FreshClient
from tests.world import NOW

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
TODAY, SOON = "2026-11-20", "2026-11-30"
BOTH = ["当事人A", "当事人B"]


@pytest.fixture
def matter(app, app_world) -> UUID:
    app.test_client_class = FreshClient
    with transaction() as session:
        dispute = add_dispute(session, app_world, state="handling", accepted_at=NOW)
        dispute.grade = "red"
        session.add_all(Party(dispute_id=dispute.id, label=label, created_at=NOW) for label in BOTH)
        return dispute.id


def charge(world, **changes: object) -> dict[str, object]:
    return {
        "lead": world.assignments["township_lead"], "issue": "把拖欠的租金付清", "plan": "先对账,再约公司当面谈。",
        "duty_1": "facts", "unit_1": world.units["village"], "duty_2": "solve", "unit_2": world.units["township"],
    } | changes  # fmt: skip


def take(client: FlaskClient, matter: UUID, step: str, /, *, version: int | None = None, **typed: object):
    """Send one form as the page has it."""
    with reading() as session:
        standing = session.get_one(Dispute, matter).version
    data = {f"{step}_{name}": value for name, value in typed.items()}
    return client.post(f"/disputes/{matter}/leading/{step}", data=data | {"version": version or standing})


def key(table) -> UUID:
    with reading() as session:
        return session.scalars(select(table.id)).one()


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def test_every_form_is_taken_and_told_of_on_the_page_in_the_history_and_on_the_card(sign_in, app_world, matter):
    client, unit = sign_in("county_officer"), app_world.units["township"]
    done = {"what_1": "对一次账", "unit_1": unit, "due_1": SOON}

    def step(name: str, /, **typed: object) -> None:
        answer = take(client, matter, name, **typed)
        assert answer.status_code == 302, (name, page_of(answer))

    step("assign", **charge(app_world))
    step("visit", day=TODAY, way="visit", place="田边", asked="要求年底前付清", **done)
    step("keep", promise=key(LeaderPromise), day=TODAY, note="账已对完")
    step("plan", **done)
    step("agree", agreed=BOTH, way="present", day=TODAY)
    step("do", step=key(PlanStep), day=TODAY, note="对账单已签")
    step("historical", note="2005 年按当时的县文件租地,标准后来变过")
    step("examine", note="2019 年答复过一次")
    for slot in ("on_site:site", "resident:met", "involved:paper"):
        step("find", slot=slot, day=TODAY, note="量了地,听了双方")
    step("conclude", note="按现场量的面积重新算租金")
    step("hearing", kind="hearing", day_1=TODAY, place="镇会议室", public="yes", public_by=BOTH)
    step("invite", hearing=key(Hearing), kind="elder", who="村里的老党员", consented=BOTH)
    step("hold", hearing=key(Hearing), day_1=TODAY, note="双方都发了言,同意按现场面积算")
    step("consult", day=TODAY, units="县农业农村局", question="老合同怎么算", result="由局里三天内答复")
    step("ask", to="市农业农村局", question="老标准还能不能用", day=TODAY, due=SOON)
    step("answer", query=key(PolicyQuery), day=TODAY, note="按现行标准补差额")
    step("decline")
    step("welcome")

    page = page_of(client.get(f"/disputes/{matter}/leading"))
    shown = (
        "township_lead甲", "查清事实", "要求年底前付清", "对一次账", "当面:当事人A、当事人B同意", "2005 年",
        "按现场量的面积", "村里的老党员(当事人A、当事人B同意)", "由局里三天内答复", "按现行标准补差额",
    )  # fmt: skip
    assert [told for told in shown if told not in page] == []
    detail = page_of(client.get(f"/disputes/{matter}"))
    assert "领导包案" in detail
    assert "第 1 次,听证会" in detail


@pytest.mark.parametrize(
    ("step", "typed", "sentence", "kept"),
    [
        ("assign", {"issue": "要" * 5000}, "最多 2000 个字", "要要要"),
        ("assign", {"unit_1": "closed"}, "已经撤销的", "先对账"),
        ("assign", {"plan": "让对方保证永不上访,钱就付清。"}, "放弃权利", "永不上访"),
        ("visit", {"day": "2026-12-31", "place": "田边", "asked": "🙂🙂🙂🙂🙂"}, "日期不能晚于", "🙂🙂🙂🙂🙂"),
        ("plan", {"what_1": "对一次账", "due_1": "2026-13-45"}, "请填日期", "对一次账"),
        ("hearing", {"kind": "hearing", "day_1": TODAY, "place": "会议室", "public": "yes", "public_by": "当事人A"},
         "当事人B还没有同意", "会议室"),
    ],
)  # fmt: skip
def test_what_cannot_be_saved_is_said_at_its_field_and_everything_typed_stays(
    sign_in, app_world, matter, step, typed, sentence, kept
):
    client = sign_in("township_officer")
    with transaction() as session:
        closed = Unit(name="撤销的站", kind="department", division_code="990101", closed_at=NOW)
        session.add(closed)
        session.flush()
        typed = {name: closed.id if value == "closed" else value for name, value in typed.items()}
    if step == "visit":
        assert take(client, matter, "assign", **charge(app_world)).status_code == 302

    answer = take(client, matter, step, **(charge(app_world, **typed) if step == "assign" else typed))

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert kept in page_of(answer)


def test_of_two_people_one_is_first_and_the_other_keeps_the_words(sign_in, app_world, matter):
    with reading() as session:
        version = session.get_one(Dispute, matter).version
    assert take(sign_in("county_lead"), matter, "assign", version=version, **charge(app_world)).status_code == 302

    late = take(
        sign_in("township_lead"), matter, "assign", version=version, **charge(app_world, plan="另一个打算:先去量地")
    )

    assert late.status_code == 409
    assert "确定包案领导" in page_of(late)
    assert "另一个打算:先去量地" in page_of(late)


def test_the_list_of_an_office_tells_of_matters_and_days_and_of_no_official(sign_in, app_world, matter, clock):
    client = sign_in("township_officer")
    assert "领导已离岗的(1 件)" in page_of(client.get("/leading"))
    take(client, matter, "assign", **charge(app_world))
    clock.advance(timedelta(days=13))

    page = page_of(sign_in("township_officer").get("/leading"))

    assert "要确定包案领导" not in page
    assert "5 天内该和当事人见面的" in page
    main = page.split("<main", 1)[1]
    assert "township_lead甲" not in main
    assert sign_in("grid_worker").get("/leading").status_code == 403
