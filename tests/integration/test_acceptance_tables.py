"""The committed tables of the acceptance run, against the whole of the real data and the project's own code lists."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bench.acceptance.events import BATCH, batches, event_reports
from bench.acceptance.ledger import Ledger, Sum
from bench.acceptance.messages import COUNTY, by_week, messages, organisations_of, write_file
from bench.acceptance.tables import category_of, district_of, district_townships, place_of, rows_of, type_categories
from bench.acceptance.timeline import SHANGHAI, SettableClock, Step, play
from grid_app.services.reports.checks import IMPORT_ONLY_CATEGORY
from grid_app.services.reports.content import DisputeContent
from grid_app.vocabulary.categories import is_category, is_sealed, is_withheld_from_maps

NOON = datetime(2019, 1, 7, 12, 0, tzinfo=SHANGHAI)


def test_an_unknown_type_or_district_is_an_error_and_not_a_guess():
    with pytest.raises(KeyError):
        category_of("没有的类型", "")
    with pytest.raises(KeyError):
        place_of("Z9区某小区", "")


def test_every_category_of_the_table_can_be_stored_and_sent():
    wrong = {
        key: code for key, code in type_categories().items() if not is_category(code) or code == IMPORT_ONLY_CATEGORY
    }

    assert wrong == {}


def test_every_type_of_the_source_is_in_the_table_and_every_line_of_the_table_is_used(test_data: Path):
    pairs = {(row["type"], row["main_type"]) for row in rows_of(test_data / "pingshan12345" / "events_dev.csv")}

    used = {pair if pair in type_categories() else (pair[0], "") for pair in pairs}

    assert used == set(type_categories())


def test_sealed_and_county_only_matters_are_among_the_events(test_data: Path):
    categories = Counter(str(one.content["category"]) for one in event_reports(test_data))

    assert sum(count for code, count in categories.items() if is_sealed(code)) == 64
    assert sum(count for code, count in categories.items() if is_withheld_from_maps(code)) == 66


def test_every_event_is_a_report_of_its_own_and_keeps_its_id(test_data: Path):
    once, again = event_reports(test_data), event_reports(test_data)

    assert len(once) == len({one.id for one in once}) == 6945  # rows of the source
    assert once == again
    assert {one.id.version for one in once} == {5}
    for one in once:
        DisputeContent.model_validate(one.content)


def test_batches_hold_every_event_once_and_reach_over_no_cut(test_data: Path):
    reports = event_reports(test_data)
    cuts = [reports[0].noted_at + timedelta(days=day) for day in range(1, 300, 7)]

    sent = list(batches(reports, cuts))

    assert [one for batch in sent for one in batch] == reports
    assert max(len(batch) for batch in sent) <= BATCH
    assert not [cut for cut in cuts for batch in sent if batch[0].noted_at < cut <= batch[-1].noted_at]


def test_every_district_of_the_source_is_in_the_table_and_every_line_of_the_table_is_used(test_data: Path):
    rows = rows_of(test_data / "taidi2020c" / "messages_dev.csv")

    named = {district_of(row["title"], row["body"]) for row in rows}

    assert named == set(district_townships())


def test_every_township_of_the_table_exists_under_its_name(test_data: Path):
    towns = {(row["town_code"], row["town"]) for row in rows_of(test_data / "changde" / "villages.csv")}
    table = rows_of(Path(__file__).parents[2] / "bench" / "acceptance" / "district_townships.csv")

    chosen = {(row["code"], row["name"]) for row in table if row["code"] != COUNTY}

    assert len(chosen) == 9
    assert chosen <= towns


def test_every_message_is_imported_once_in_the_order_of_its_time(test_data: Path):
    found = messages(test_data)

    assert len(found) == len({one.id for one in found}) == 2177  # rows of the source
    assert [one.noted_at for one in found] == sorted(one.noted_at for one in found)
    assert {one.place[:6] for one in found} == {COUNTY}
    assert sum(bool(one.row["organisation"]) for one in found) == len(
        organisations_of(test_data / "orgs" / "org_mentions_dev.csv")
    )


def test_every_message_lies_in_exactly_one_weekly_file(test_data: Path):
    found = messages(test_data)
    ends = [datetime(2019, 1, 4, 18, 0, tzinfo=SHANGHAI) + timedelta(days=7 * week) for week in range(57)]

    weeks = by_week(found, ends)

    assert [one for _, rows in weeks for one in rows] == found
    assert all(one.noted_at < end for end, rows in weeks for one in rows)


def test_the_import_file_says_what_the_message_says(test_data: Path, tmp_path: Path):
    some = messages(test_data)[:50]

    rows = rows_of(write_file(tmp_path / "week.csv", some))

    assert rows == [one.row for one in some]


def test_the_organisation_most_messages_share_is_chosen_and_a_mere_kind_of_one_comes_last(tmp_path: Path):
    path = tmp_path / "orgs.csv"
    path.write_text(
        "org_text,n_messages,message_ids\n物业公司,6,m1 m2\n请问宁花置业有限公司,1,m1\n宁花置业有限公司,1,m1\n"
    )

    assert organisations_of(path) == {"m1": "宁花置业有限公司", "m2": "物业公司"}


def test_a_sum_that_does_not_hold_fails_the_run():
    ledger = Ledger()

    ledger.must_add_up("in", 5, {"accepted": 4, "rejected": 1})
    ledger.must_add_up("stored", 5, {"listed": 4})
    ledger.must_be_true("the chain is whole", holds=False, seen="link 3")

    assert Sum("in", 5, {"accepted": 4, "rejected": 1}).holds
    assert len(ledger.failures) == 2
    assert "WRONG" in ledger.failures[0]


def test_a_count_is_written_down_once():
    ledger = Ledger()
    ledger.put("rounds", "opened", 3)

    with pytest.raises(ValueError, match="twice"):
        ledger.put("rounds", "opened", 4)


def test_steps_run_in_the_order_of_their_moments_with_the_clock_standing_there():
    clock, seen = SettableClock(NOON), []
    steps = [
        Step(NOON + timedelta(days=days), name, lambda: seen.append(clock.now())) for days, name in ((2, "b"), (1, "a"))
    ]

    play(steps, clock)

    assert seen == [NOON + timedelta(days=1), NOON + timedelta(days=2)]
    with pytest.raises(ValueError, match="back"):
        clock.set(NOON)
