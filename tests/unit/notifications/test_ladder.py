"""Ladders on which a matter could come to rest unseen cannot be made."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notifications.ladder import Ladder, LadderError, Rung

TOWNSHIP = Rung("township", timedelta(hours=2), ("inbox", "webpush"))
COUNTY = Rung("county", timedelta(hours=8), ("inbox", "webpush"))


@pytest.mark.parametrize(
    ("rungs", "word"),
    [
        ((), "至少要有两级"),
        ((TOWNSHIP,), "至少要有两级"),
        ((TOWNSHIP, replace(COUNTY, unit_kind=" ")), "第2级没有写明单位"),
        ((replace(TOWNSHIP, channels=()), COUNTY), "第1级没有写明用什么方式通知"),
        ((TOWNSHIP, replace(COUNTY, channels=("inbox", ""))), "第2级没有写明用什么方式通知"),
        ((TOWNSHIP, replace(COUNTY, wait=timedelta(0))), "第2级的等待时间必须大于零"),
        ((replace(TOWNSHIP, wait=-timedelta(hours=1)), COUNTY), "第1级的等待时间必须大于零"),
        ((replace(TOWNSHIP, whom=""), COUNTY), "第1级没有写明叫谁"),
        ((TOWNSHIP, replace(COUNTY, repeat=-timedelta(minutes=1))), "第2级的重复提醒间隔"),
    ],
)
def test_a_ladder_on_which_a_matter_could_rest_unseen_is_refused(rungs, word):
    with pytest.raises(LadderError, match=word):
        Ladder(rungs)


@pytest.mark.parametrize("given", [{"idle": -timedelta(hours=1)}, {"bounce_limit": -1}])
def test_times_to_act_and_limits_below_nought_are_refused(given):
    with pytest.raises(LadderError, match="不能小于零"):
        Ladder((TOWNSHIP, COUNTY), **given)
