"""The templates of rounds: who sees and changes when rounds come by themselves."""

from __future__ import annotations

import pytest

from grid_app.database.transaction import reading, transaction
from grid_app.models.rounds import RoundTemplate
from grid_app.services.rounds.steps import open_due_rounds
from tests.web.forms import fields_of
from tests.world import NOW

PAGE = "/rounds/templates"
FLOOD = f"{PAGE}/flood_season"


pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_the_county_sees_when_the_next_rounds_are_and_turns_a_season_on(sign_in):
    page = sign_in("county_officer").get(PAGE).get_data(as_text=True)
    assert page.index("每周,星期四截止") < page.index("最后一个工作日截止") < page.index("春节前专项排查")
    assert "2027-01-02 至 2027-01-29" in page
    assert FLOOD not in page

    client = sign_in("security_admin")
    form = fields_of(client.get(FLOOD).get_data(as_text=True), FLOOD)
    answer = client.post(FLOOD, data={**form, "enabled": "yes", "season": "11-15", "days": "20"}, follow_redirects=True)

    festival = f"{PAGE}/spring_festival"
    form = fields_of(client.get(festival).get_data(as_text=True), festival)
    assert form["season"] == ["春节前 35 天"]
    again = client.post(festival, data={**form, "season": "春节前40天"}, follow_redirects=True)

    assert "2026-12-28 至 2027-01-24" in again.get_data(as_text=True)
    assert "从下一轮起按新的办" in answer.get_data(as_text=True)
    with transaction() as session:
        assert len(open_due_rounds(session, now=NOW)) == 4


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"season": "02-30"}, "请写成 06-01 这样的月日"),
        ({"days": "三十"}, "请写 1 到 62 的天数"),
        ({"days": "63"}, "请写 1 到 62 的天数"),
        ({"weekday": "9"}, "请选星期几"),
        ({"name": ""}, "请写名称"),
        ({"name": "重点人员专项排查"}, "不写人"),
    ],
)
def test_what_cannot_be_is_explained_and_what_was_typed_stays(sign_in, changes, sentence):
    client = sign_in("security_admin")
    form = {**fields_of(client.get(FLOOD).get_data(as_text=True), FLOOD), **changes}

    answer = client.post(FLOOD, data=form)

    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert next(iter(changes.values())) in answer.get_data(as_text=True)
    with reading() as session:
        assert not session.get_one(RoundTemplate, "flood_season").enabled
