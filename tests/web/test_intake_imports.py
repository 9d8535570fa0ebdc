"""Importing a sheet step by step, and what belongs together, in a browser's way."""

from __future__ import annotations

from datetime import date
from io import BytesIO

import pytest
from sqlalchemy import select

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.imports import go_on_with_imports_job
from grid_app.models.disputes import Dispute, DisputeEvent, DisputeLink
from grid_app.models.intake import ImportSheet
from tests.builders import add_dispute
from tests.sheets import ledger, long_ledger
from tests.web.forms import fields_of
from tests.web.test_intake_pages import VILLAGE, count, one, text_of

# --- importing --------------------------------------------------------------------------------------------------


def uploaded(client, raw: bytes, name="台账.xlsx", source="东河镇2025年台账"):
    return client.post(
        "/intake/import", data={"file": (BytesIO(raw), name), "source": source}, content_type="multipart/form-data"
    )


def columns_accepted(client, address: str):
    return client.post(address, data=fields_of(text_of(client.get(address)), address))


def test_an_upload_without_file_or_name_says_what_is_missing(sign_in) -> None:
    client = sign_in("township_officer")

    assert "请选择 Excel" in text_of(uploaded(client, b"", ""))
    assert "来源" in text_of(uploaded(client, ledger(), source=" "))
    assert "写人" in text_of(uploaded(client, ledger(), source="稳控对象名单"))
    assert count(ImportSheet) == 0


def test_a_ledger_is_imported_step_by_step_without_script(sign_in) -> None:
    client = sign_in("township_officer")
    columns = uploaded(client, ledger()).location
    page = text_of(client.get(columns))
    assert "身份证号" in page
    assert "没有读" in page

    words = columns_accepted(client, columns).location
    assert words.endswith("/words")
    assert "龙王庙" in text_of(client.get(words))
    fields = fields_of(text_of(client.get(words)), words)
    preview = client.post(words, data={**fields, "place_0": VILLAGE, "kind_0": "0299"}).location
    page = text_of(client.get(preview))
    assert "第 8 行" in page
    assert "去年秋天" in page
    assert count(Dispute) == 0

    result = client.post(preview.replace("/preview", "/start")).location
    assert "已导入" in text_of(client.get(result))
    assert count(Dispute) == 5
    assert "已导入" in text_of(client.get("/intake/import"))

    again = client.post(f"{result}/start")
    assert "已经开始导入" in text_of(client.get(again.location))
    undone = client.post(f"{result}/undo", follow_redirects=True)
    assert "已撤销" in text_of(undone)
    assert count(Dispute) == 0


def test_a_long_sheet_shows_how_far_it_is_and_goes_on_by_itself(sign_in) -> None:
    client = sign_in("township_officer")
    columns = uploaded(client, long_ledger(505)).location
    preview = columns_accepted(client, columns).location
    result = client.post(preview.replace("/preview", "/start")).location
    page = text_of(client.get(result))
    assert "500 / 505" in page
    assert "refresh" in page

    assert go_on_with_imports_job() == 1

    assert "已导入" in text_of(client.get(result))
    assert count(Dispute) == 505


def test_a_sheet_is_given_up_and_nothing_of_it_is_kept(sign_in) -> None:
    client = sign_in("township_officer")
    columns = uploaded(client, ledger()).location

    client.post(columns.replace("/columns", "/drop"))

    assert (one(ImportSheet).state, one(ImportSheet).sealed) == ("dropped", "")


def test_another_office_does_not_open_it(sign_in) -> None:
    columns = uploaded(sign_in("township_officer"), ledger()).location

    assert sign_in("other_township_lead").get(columns).status_code == 404


# --- what belongs together --------------------------------------------------------------------------------------


@pytest.fixture
def two(app, app_world) -> tuple:
    """Give an earlier and a later dispute about one matter."""
    with transaction() as session:
        told = {"category": "0299", "summary": "两户为屋后排水沟起争执", "division_code": VILLAGE}
        first = add_dispute(session, app_world, **told)
        second = add_dispute(session, app_world, **told)
        first.noted_on = date(2026, 11, 1)
        first.received_at = first.received_at.replace(day=1)
        return first.id, second.id


def test_a_likely_duplicate_is_suggested_with_the_reason_and_linked_and_unlinked(sign_in, two) -> None:
    client, (first, second) = sign_in("township_officer"), two
    address = f"/disputes/{second}/related"
    assert "说法几乎一样" in text_of(client.get(address))

    client.post(f"{address}/link", data={"other": first, "relation": "same_household"})
    assert "同一户同一件事" in text_of(client.get(address))
    assert len({row.tracking_code for row in _disputes()}) == 2

    refused = client.post(f"{address}/unlink", data={"other": first, "reason": ""})
    assert refused.status_code == 422
    assert "为什么解除关联" in text_of(refused)
    client.post(f"{address}/unlink", data={"other": first, "reason": "不是同一条水沟,看错了"})
    assert one(DisputeLink).relation == "unrelated"
    with reading() as session:
        notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "linked")).all()
    assert list(notes).count("不是同一条水沟,看错了") == 2


def test_an_earlier_matter_is_picked_by_hand_and_what_failed_there_counts(sign_in, two) -> None:
    client, (first, second) = sign_in("township_officer"), two
    with transaction() as session:
        for number in (2, 3):
            session.add(
                DisputeEvent(
                    dispute_id=first, number=number, at=session.get(Dispute, first).received_at, kind="terminated",
                    from_state="mediating", to_state="terminated", details={},
                )
            )  # fmt: skip
    address = f"/disputes/{second}/earlier"
    assert "是前案吗" in text_of(client.get(address))

    client.post(f"{address}/link", data={"other": first})

    page = text_of(client.get(address))
    assert "同一事由前案" in page
    assert "调解失败过 2 次" in page
    with reading() as session:
        grades = {row.id: row.grade for row in session.scalars(select(Dispute))}

    assert grades[second] == "yellow"


def _disputes() -> list[Dispute]:
    with reading() as session:
        found = list(session.scalars(select(Dispute)))
        session.expunge_all()
        return found
