"""Mediation committees as 人民调解法 8 to 10 ask for them; each name begins with its row."""

from __future__ import annotations

import pytest

from tests.web.report_pages import page_of
from tests.web.test_mediation_safety import GOOD

pytestmark = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def test_RMTJ_8_the_township_sees_what_the_law_still_asks_of_a_mediation_committee(sign_in, app_world):
    """Numbers and days, no names: members, director, a woman, the three years, and thirty days to tell the bureau."""
    client, address = sign_in("township_officer"), f"/mediation/committees/{app_world.units['mediation']}"
    assert "还没有登记组成情况" in page_of(client.get("/mediation/committees"))

    odd = GOOD | {"members": "2", "director": "no", "women": "0", "elected_on": "2023-01-01"}
    asked = page_of(client.post(address, data=odd, follow_redirects=True))

    for told in (
        "现在 2 位委员,应当是 3 至 9 位",
        "没有主任",
        "没有女性委员",
        "2025年12月31日已满",
        "2026年12月1日以前要备案",
    ):
        assert told in asked
    fine = page_of(client.post(address, data=GOOD | {"version": "1", "filed_on": "2026-11-10"}, follow_redirects=True))
    assert "5 位委员,女性 1 位,有主任,2025年3月推选" in fine
    mixed = GOOD | {"version": "2", "mixed": "1", "filed_on": "2026-11-10"}
    assert "多民族居住地区" in page_of(sign_in("county_officer").post(address, data=mixed, follow_redirects=True))
