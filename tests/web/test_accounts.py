"""Account pages: add, assign, end, disable, reset; nobody else gets in, and no password stays anywhere."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.models.accounts import Account, Assignment
from grid_app.policy import Role
from grid_app.services.accounts.actors import actors_of
from tests.world import COUNTY, NOW, PASSWORD, World, add_account

PASSWORD_SHOWN = re.compile(r"<dt>密码</dt><dd>([A-Za-z0-9]{12})</dd>")
GRID = "990101001201J002"


def page_of(answer) -> str:
    return answer.get_data(as_text=True)


def form(world: World, **changes) -> dict[str, str]:
    filled = {
        "role": "grid_worker",
        "unit": str(world.units["village"]),
        "division": GRID,
        "login": "li.ming",
        "display_name": "李明",
    }
    return {**filled, **changes}


@pytest.fixture
def admin(sign_in) -> FlaskClient:
    return sign_in("security_admin")


def roles_of(world: World, name: str) -> list[str]:
    with reading() as session:
        return [str(actor.role) for actor in actors_of(session, world.accounts[name], now=NOW)]


@pytest.mark.parametrize("role", [str(role) for role in Role if role is not Role.SECURITY_ADMIN])
def test_nobody_but_the_security_administrator_manages_accounts(sign_in, app_world, role):
    client, account = sign_in(role), app_world.accounts["mediator"]

    answers = [
        client.get("/accounts"),
        client.get(f"/accounts/{account}"),
        client.post("/accounts/new", data=form(app_world)),
        client.post(f"/accounts/{account}/password"),
        client.post(f"/accounts/{account}/disable"),
    ]

    assert {answer.status_code for answer in answers} == {403}


def test_an_unknown_account_is_not_found(admin):
    answer = admin.get("/accounts/018f0000-0000-7000-8000-000000000000")

    assert answer.status_code == 404
    assert "没有这个账号" in page_of(answer)


def test_a_place_is_found_by_name_or_code(admin):
    by_name, by_code = (
        page_of(admin.get("/accounts/new?place=云岭")),
        page_of(admin.get("/accounts/new?place=990101002")),
    )

    assert "云岭村第1网格" in by_name
    assert "division=990101001201J001" in by_name
    assert "西山乡" in by_code
    assert "没有找到" in page_of(admin.get("/accounts/new?place=%25"))
    assert "没有找到" in page_of(admin.get("/accounts/new?place=nowhere"))


def test_only_units_and_roles_that_fit_the_place_are_offered(admin):
    page = page_of(admin.get(f"/accounts/new?division={GRID}"))

    assert "云岭村村民委员会" in page
    assert "石桥村村民委员会" not in page
    assert '<option value="grid_worker"' in page
    assert '<option value="county_lead"' not in page


def test_a_new_account_gets_a_password_that_is_shown_once(app, admin, app_world):
    page = page_of(admin.post("/accounts/new", data=form(app_world)))
    password = PASSWORD_SHOWN.search(page).group(1)
    entered = app.test_client().post("/sign-in", data={"login": "li.ming", "password": password})

    assert entered.location == "/password"
    with reading() as session:
        account_id, stored = session.execute(
            select(Account.id, Account.password_hash).where(Account.login == "li.ming")
        ).one()
    assert password not in stored
    assert password not in page_of(admin.get(f"/accounts/{account_id}"))


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"login": "Grid Worker"}, "账号名要 2 到 40 位"),
        ({"login": "grid_worker"}, "已经有人用了"),
        ({"display_name": ""}, "请填写姓名"),
        ({"role": "county_lead"}, "不相称"),
        ({"unit": "x"}, "请选择单位"),
    ],
)
def test_a_wrong_form_is_shown_again_with_what_was_typed(admin, app_world, change, sentence):
    answer = admin.post("/accounts/new", data=form(app_world, **change))

    assert answer.status_code == 422
    assert sentence in page_of(answer)
    assert 'value="李明"' in page_of(answer) or "display_name" in change
    with reading() as session:
        assert session.scalar(select(Account.id).where(Account.login == "li.ming")) is None


@pytest.mark.parametrize("division", ["", "99\x00", "990102"])
def test_a_place_that_is_none_is_asked_for_again(admin, app_world, division):
    answer = admin.post("/accounts/new", data=form(app_world, division=division))

    assert answer.status_code == 422
    assert "管哪个地方" in page_of(answer)


def test_a_script_in_a_name_is_shown_as_text(admin, app_world):
    admin.post("/accounts/new", data=form(app_world, display_name="<script>alert(1)</script>"))

    assert "<script>alert" not in page_of(admin.get("/accounts?q=li.ming"))


def test_another_role_is_added_and_an_excluded_one_refused(admin, app_world):
    mediator, auditor = app_world.accounts["mediator"], app_world.accounts["auditor"]
    wanted = {"role": "village_lead", "unit": str(app_world.units["village"]), "division": "990101001201"}
    county = {"role": "county_officer", "unit": str(app_world.units["county"]), "division": COUNTY}

    added = admin.post(f"/accounts/{mediator}/roles/new", data=wanted)
    refused = admin.post(f"/accounts/{auditor}/roles/new", data=county)

    assert added.location == f"/accounts/{mediator}"
    assert roles_of(app_world, "mediator") == ["mediator", "village_lead"]
    assert refused.status_code == 422
    assert "互相排斥" in page_of(refused)
    assert roles_of(app_world, "auditor") == ["auditor"]


def test_a_person_with_two_roles_always_sees_in_which_one(sign_in, app_world):
    with transaction() as session:
        village = Assignment(
            account_id=app_world.accounts["mediator"],
            role="village_lead",
            unit_id=app_world.units["village"],
            division_code="990101001201",
            valid_from=NOW,
        )
        session.add(village)
    client = sign_in("mediator")

    before, choices = page_of(client.get("/")), page_of(client.get("/role"))
    after = page_of(client.post("/role", data={"assignment": str(village.id)}, follow_redirects=True))

    assert "调解员 · 云岭村人民调解委员会" in before
    assert "切换身份" in before
    assert choices.count('class="card') == 2
    assert "现在的身份:村(社区)负责人 · 云岭村村民委员会" in after
    assert "没有这个身份" in page_of(client.post("/role", data={"assignment": "x"}, follow_redirects=True))


def test_an_assignment_is_ended(admin, app_world):
    account, assignment = app_world.accounts["mediator"], app_world.assignments["mediator"]

    answer = admin.post(f"/accounts/{account}/roles/{assignment}/end", follow_redirects=True)

    assert "身份已结束" in page_of(answer)
    assert roles_of(app_world, "mediator") == []


def test_a_disabled_account_is_out_and_can_be_taken_back(app, admin, sign_in, app_world):
    out, account = sign_in("mediator"), app_world.accounts["mediator"]

    admin.post(f"/accounts/{account}/disable")

    assert out.get("/").status_code == 302
    assert app.test_client().post("/sign-in", data={"login": "mediator", "password": PASSWORD}).status_code == 401
    assert "已停用" in page_of(admin.get("/accounts?q=mediator"))
    admin.post(f"/accounts/{account}/enable")
    assert sign_in("mediator").get("/").status_code == 200


def test_a_reset_password_ends_what_was_open(app, admin, sign_in, app_world):
    out = sign_in("mediator")

    page = page_of(admin.post(f"/accounts/{app_world.accounts['mediator']}/password"))

    password = PASSWORD_SHOWN.search(page).group(1)
    assert out.get("/").status_code == 302
    entered = app.test_client().post("/sign-in", data={"login": "mediator", "password": password})
    assert entered.location == "/password"


def test_the_own_account_offers_no_button_and_refuses(admin, app_world):
    own = app_world.accounts["security_admin"]

    page = page_of(admin.get(f"/accounts/{own}"))

    assert "/disable" not in page
    assert admin.post(f"/accounts/{own}/disable").status_code == 403
    assert admin.post(f"/accounts/{own}/password").status_code == 403


def test_the_list_is_searched_and_paged(admin, app_world):
    with transaction() as session:
        for number in range(55):
            add_account(session, app_world, f"extra{number:02}", Role.GRID_WORKER, "village", GRID)

    second = page_of(admin.get("/accounts?q=extra&page=2"))
    strange = page_of(admin.get("/accounts?q=100%25_&role=king&page=x"))

    assert "共 55 个" in second
    assert "extra54" in second
    assert "extra00" not in second
    assert "没有符合的账号" in strange
    assert "共 58 个" in page_of(admin.get("/accounts?role=grid_worker"))
