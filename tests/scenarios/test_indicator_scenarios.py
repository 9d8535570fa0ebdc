"""What the source documents say of figures: counted honestly, explained beside the number, never a ranking."""

from __future__ import annotations

from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask.testing import FlaskClient

from grid_app.clock import local_date
from grid_app.database.transaction import transaction
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.follow_ups import FollowUp
from grid_app.models.handling import Transfer
from grid_app.models.intake import Reception
from tests.builders import add_dispute
from tests.world import NOW, World

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
BEGUN = NOW - timedelta(days=15)


def matters(
    world: World, count: int, *, days: int | None = None, ground: str = "agreement_performed", **set_to
) -> list:
    """Add matters of this quarter; closed after so many days when told so, and confirmed in a visit."""
    with transaction() as session:
        made = []
        for _ in range(count):
            one = add_dispute(session, world, at=BEGUN, category="0201")
            for name, value in set_to.items():
                setattr(one, name, value)
            if days is not None:
                _close(session, one, days, ground)
            made.append(one.id)
        return made


def _close(session, one: Dispute, days: int, ground: str) -> None:
    one.state, one.closed_at, one.closure_ground = "closed", BEGUN + timedelta(days=days, hours=1), ground
    kind = ground if ground == "settled_on_spot" else "closed"
    session.add(DisputeEvent(dispute_id=one.id, number=2, at=one.closed_at, kind=kind, details={"ground": ground}))
    due = local_date(one.closed_at)
    session.add(FollowUp(dispute_id=one.id, closed_at=one.closed_at, day=7, due_on=due, state="settled"))


def indicator(page: str, name: str) -> str:
    """Return the text of the card of one indicator."""
    found = BeautifulSoup(page, "lxml").find("h3", string=name)
    assert found is not None, name
    return " ".join(found.parent.get_text(" ").split())


def shown(client: FlaskClient, query: str = "") -> str:
    answer = client.get(f"/indicators{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def test_S1_04_a_matter_solved_at_the_first_contact_and_confirmed_is_counted_as_such(sign_in, app_world):
    matters(app_world, 10, days=0, ground="settled_on_spot")
    matters(app_world, 10)

    told = indicator(shown(sign_in("county_officer")), "一次办好")

    assert "50%" in told
    assert "当事人确认" in told


def test_S1_12_matters_and_contacts_are_counted_apart_and_nothing_is_called_a_rate_of_success(sign_in, app_world):
    matters(app_world, 15, days=3)
    matters(app_world, 10, days=0, ground="settled_on_spot")

    page = shown(sign_in("county_officer"))

    assert "25 件" in indicator(page, "收到的事项")
    assert "10 次" in indicator(page, "为群众做的联系、走访、调解、回访")
    assert "15 分母" not in page
    assert "分母 15" in indicator(page, "真正解决")
    assert "10 件" in indicator(page, "即时化解")
    assert "成功率" not in page
    assert "目标" not in page.replace("不设目标", "").replace("没有数量目标", "")


def test_S1_24_repeated_matters_and_hard_ones_without_a_leader_are_seen_and_blame_the_office(sign_in, app_world):
    first, *others = matters(app_world, 1, received_at=NOW - timedelta(days=16)) + matters(app_world, 9, grade="red")
    with transaction() as session:
        for other in others:
            link = DisputeLink(dispute_id=other, other_id=first, relation="same_household", at=NOW)
            session.add(link)

    page = shown(sign_in("township_lead"))

    repeated = indicator(page, "同一户又来反映同一件事")
    assert "超过 50%" in repeated
    assert "说的是单位没有办好" in repeated
    assert "不到 5" not in indicator(page, "难事还没有领导包案")
    assert "件数太少,不算" in indicator(page, "难事还没有领导包案")


def test_S1_26_there_are_four_families_by_their_names_with_every_definition_to_print(sign_in):
    client = sign_in("township_officer")
    names = ["渠道更加畅通", "办理更加规范", "化解更加有效", "群众更加满意"]

    page, printed = shown(client), client.get("/indicators/definitions").get_data(as_text=True)

    assert [
        found.text for found in BeautifulSoup(page, "lxml").select("details.indicator-family > summary > h2")
    ] == names
    assert all(name in printed for name in names)
    assert printed.count("依据") >= 30


def test_S2_02_what_goes_round_and_round_is_counted(sign_in, app_world):
    made = matters(app_world, 20)
    with transaction() as session:
        for one, states in [
            *((one, ("done",) * 3) for one in made[:5]),
            *((one, ("returned",) * 2) for one in made[5:10]),
        ]:
            session.add_all(_transfer(app_world, one, state) for state in states)
        session.add_all(_transfer(app_world, one, "done") for one in made[10:])

    told = indicator(shown(sign_in("county_officer")), "推来推去(空转)")

    assert "50%" in told


def _transfer(world: World, dispute_id, state: str) -> Transfer:
    units = world.units
    return Transfer(
        dispute_id=dispute_id, from_unit_id=units["county"], to_unit_id=units["township"], document="转", state=state,
        sent_at=NOW,
    )  # fmt: skip


def test_S4_03_a_promised_day_is_kept_or_counted_as_not_kept(sign_in, app_world):
    made = matters(app_world, 10, days=2) + matters(app_world, 10)
    day = local_date(BEGUN + timedelta(days=5))
    with transaction() as session:
        session.add_all(
            Reception(dispute_id=one, held_at=BEGUN, place="接待室", official="周明", visitors=1, request="修沟",
                      opinion="三天内修", promised_on=day) for one in made
        )  # fmt: skip

    told = indicator(shown(sign_in("county_officer")), "答应的日子做到了")

    assert "50%" in told
    assert "还没有结果的也在分母里" in told


def test_S4_13_letters_visits_and_what_comes_online_stand_beside_each_other(sign_in, app_world):
    for channel, days in (("letter", 8), ("visit", 2), ("qr", 3)):
        matters(app_world, 10, days=days, channel=channel)

    page = shown(sign_in("county_officer"))

    told = [indicator(page, f"{name}从收到到办结") for name in ("来信", "来访", "扫码、来电、热线")]
    assert [part in one for part, one in zip(("8 天", "2 天", "3 天"), told, strict=True)] == [True] * 3


def test_S4_16_a_unit_is_seen_beside_its_own_past_and_never_beside_other_units(sign_in, app_world):
    matters(app_world, 10)
    matters(app_world, 10, received_at=NOW - timedelta(days=60))
    client, units = sign_in("county_officer"), app_world.units

    page = shown(client, f"?unit={units['township']}")

    told = indicator(page, "收到的事项")
    assert "10 件" in told
    assert "2026年第3季度 10 件" in told
    chosen = BeautifulSoup(page, "lxml").select("main h2")[0].text
    assert chosen.startswith("东河镇人民政府")
    assert sign_in("other_township_lead").get(f"/indicators?unit={units['township']}").status_code == 404
    assert client.get("/indicators?place=430000").status_code == 404


def test_own_dates_that_make_no_sense_are_told_and_the_file_says_what_the_page_says(sign_in, app_world):
    matters(app_world, 7)
    client = sign_in("township_lead")
    for dates in ("since=2026-12-01&until=", "since=2026-11-09&until=2026-11-01"):
        assert client.get(f"/indicators?period=own&{dates}").status_code == 422

    own = "?period=own&since=2026-11-01&until=2026-11-20"
    file = client.get(f"/indicators.csv{own}").get_data(as_text=True)

    assert "渠道更加畅通,收到的事项,2026-11-01 至 2026-11-20,5 件" in file
    assert "《信访工作条例》第二十二条" in file
    assert "5 件" in indicator(shown(client, own), "收到的事项")
