"""Coverage pages: rooms that offer what is needed, the day and the hour, and what on record cannot be right."""

from __future__ import annotations

import io

import pytest
from sqlalchemy import select, update

from grid_app.database.transaction import reading, transaction
from grid_app.models.places import Division, MediationRoom
from tests.web.test_coverage import add_room, page, send
from tests.world import VILLAGES

A, B, C, D = VILLAGES
pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


@pytest.fixture
def offers(app, app_world):
    """Close R1; A has a room with a woman, B one without, C one of which nothing is on record; open at other hours."""
    with transaction() as session:
        session.execute(update(MediationRoom).values(status="closed"))
        add_room(
            session, "R2", A, woman_mediator=True, accessible=True, languages="苗语", opening_hours="周一 9:00-12:00"
        )
        add_room(session, "R3", B, woman_mediator=False, opening_hours="周日 18:00-21:00")
        add_room(session, "R4", C, opening_hours="")


def test_a_page_counts_only_rooms_that_offer_what_is_ticked_and_says_so(sign_in, offers):
    """Each room is near its own village of 200 households alone; of 800 households R2 is near 200."""
    client = sign_in("county_lead")

    every, women = page(client.get("/coverage")), page(client.get("/coverage?need=woman"))
    both = page(client.get("/coverage?need=woman&need=accessible&language=苗语&day=0&hour=10"))
    none = page(client.get("/coverage?language=侗语"))

    assert "3 个有" not in women
    assert "75%的住户在 2 公里" in every
    assert "25%的住户在 2 公里" in women
    assert "这一页只算有女调解员的调解室:全县 1 个。还有 1 个开放的调解室没有登记这些" in women
    assert "只算有女调解员、轮椅能进(无障碍)、会说苗语的调解室:全县 1 个" in both
    assert "周一 10:00 ,25%的住户走得到" in both
    assert "0%的住户在 2 公里" in none
    assert "没有登记这样的开放的调解室" in page(client.get("/coverage?root=990101001&need=accessible&language=侗语"))


def test_ticks_stay_in_every_link_of_the_page_in_the_picture_and_in_the_list(sign_in, offers):
    client = sign_in("county_lead")
    text = client.get("/coverage?need=woman&day=0&hour=10").get_data(as_text=True)

    assert "state=none" in text
    assert text.count("need=woman") >= 5
    assert client.get("/coverage/map.svg?need=woman").data != client.get("/coverage/map.svg").data
    rooms = page(client.get("/coverage/rooms?need=woman"))
    assert "R2调解室" in rooms
    assert "R3调解室" not in rooms
    assert "只列有女调解员的调解室" in rooms


def test_the_week_shows_days_and_hours_and_now_is_a_link(sign_in, offers):
    """R2 is open on Monday morning, R3 on Sunday evening, each near a quarter of the households."""
    client = sign_in("county_lead")
    text = page(client.get("/coverage?day=6&hour=19"))

    assert "周一 25% 25% 0% 0%" in text
    assert "周二 0% 0% 0% 0%" in text
    assert "周日 25% 0% 0% 25%" in text
    assert "周日 19:00 ,25%的住户走得到" in text
    assert "day=4&amp;hour=10" in client.get("/coverage").get_data(as_text=True)  # the clock stands on Friday at ten


def test_a_room_outside_its_village_is_told_on_the_page_and_at_saving_and_counts_where_it_is_said(sign_in, offers):
    """R2 of A stands in D: A has a room, D's households reach one, and A's do not."""
    client = sign_in("county_officer")
    with reading() as session:
        room = session.scalars(select(MediationRoom.id).where(MediationRoom.code == "R2")).one()
    form = {
        "version": "1", "name": "R2调解室", "division_code": A, "kind": "village", "mediators": "2",
        "opening_hours": "周一 9:00-12:00", "lon": str(VILLAGES[D][1] + 0.05), "lat": "29.05",
        "term_until": "2027-01-01",
    }  # fmt: skip

    saved = page(send(client, f"/coverage/room/{room}/edit", **form))
    county = page(client.get("/coverage"))
    listed = page(client.get("/coverage/rooms?state=elsewhere"))
    village = page(client.get(f"/coverage?root={A}"))
    send(client, f"/coverage/room/{room}/place")
    confirmed = page(client.get("/coverage"))

    assert "位置却在西山乡 白沙村" in saved
    assert "1 个调解室的位置不在所属的村(社区)里。有没有调解室,算给登记的村;远近按位置算。" in county
    assert "R2调解室" in listed
    assert "R3调解室" not in listed
    assert "1 个村(社区)中,1 个有有效的调解室" in village
    assert "2 公里内没有" in village
    assert "位置不在所属的村" not in confirmed


def test_hours_that_never_open_are_told_and_count_as_shut(sign_in, offers):
    with transaction() as session:
        session.execute(update(MediationRoom).where(MediationRoom.code == "R2").values(opening_hours="周一 9:00-9:00"))
    client = sign_in("county_lead")

    told = page(client.get("/coverage?day=0&hour=9"))

    assert "1 个开放的调解室按登记的时间一分钟也不开放,不算有效,按时间算时当作没开。" in told
    assert "周一 9:00 ,0%的住户走得到" in told
    assert "1 个开放的调解室没有读得懂的开放时间" in told  # R4, of which nothing is written
    assert "按登记的开放时间,一分钟也不开放" in page(client.get("/coverage/rooms?state=nominal"))


def test_no_household_anywhere_and_no_village_at_all_are_said_and_no_share_is_made_up(sign_in, offers):
    client = sign_in("county_lead")
    with transaction() as session:
        session.execute(update(Division).where(Division.level == "village").values(households=0))
    zero = page(client.get("/coverage"))
    with transaction() as session:
        session.execute(update(Division).where(Division.level == "village").values(households=None))
    unknown = page(client.get("/coverage"))
    with transaction() as session:
        ended = Division.level.in_(("village", "grid"))
        session.execute(update(Division).where(ended).values(valid_to=Division.valid_from))
    empty = page(client.get("/coverage"))

    assert "这里登记的户数都是 0,没有可以算的比例。" in zero
    assert "–的住户在 2 公里" in zero
    assert "有 4 个村(社区)没有户数,所以这里的比例按村数算,不按户数算。" in unknown
    assert "75%的村(社区)在 2 公里" in unknown
    assert "这里还没有村(社区)" in empty


def test_households_of_grids_are_taken_from_the_file_and_the_page_says_that_it_counts_by_them(sign_in, offers):
    with reading() as session:
        codes = session.scalars(select(Division.code).where(Division.parent_code == A).order_by(Division.code)).all()
    rows = f"网格代码,户数,城乡\n{codes[0]},30,\n{codes[1]},10,\n{B},150,乡\n{codes[1]},5,\n"
    wrong = f"网格代码,户数,城乡\n{codes[0]},30,城\n"
    admin, lead = sign_in("sysadmin"), sign_in("county_lead")

    def upload(text):
        file = (io.BytesIO(text.encode()), "户数.csv")
        return page(admin.post("/places/households", data={"file": file, "mode": "import"}))

    before = page(lead.get("/coverage"))
    taken, refused = upload(rows), upload(wrong)
    after = page(lead.get("/coverage"))

    assert "按网格算" not in before
    assert "更新 3" in taken.replace("  ", " ") or "3 更新" in taken
    assert "第 5 行" in taken
    assert "网格跟着所在的村走" in refused
    assert "1 个村(社区)的远近按网格算(每个网格都有户数),其余 3 个村按村的一个点算。" in after


def test_a_kept_link_to_a_village_that_is_no_more_says_what_continues_it(sign_in, offers):
    with transaction() as session:
        old = session.get_one(Division, B)
        old.valid_to, old.successor_code = old.valid_from, A
    client = sign_in("county_officer")

    for address in ("/coverage", "/coverage/rooms", "/coverage/siting", "/coverage/map.svg"):
        told = page(client.get(f"{address}?root={B}"), 404)
        assert f"柳湾村({B})已在" in told, address
        assert "现在由云岭村接续" in told
        assert "这里还没有" not in told


def test_a_search_where_no_household_is_known_to_live_makes_up_no_share(sign_in, offers):
    with transaction() as session:
        session.execute(update(Division).where(Division.level == "village").values(households=0))
    client = sign_in("county_officer")

    answer = client.post(
        "/coverage/siting",
        data={"number": "2", "kind": "villages", "existing": "open", "rural_m": "2000", "urban_m": "1000"},
    )
    found = page(client.get(answer.location))

    assert "走得到的不会增加" in found
    assert "现在走得到 0 户(–)" in found
    assert "nan" not in found.lower()
