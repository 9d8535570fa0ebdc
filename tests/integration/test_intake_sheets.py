"""Sheets of old reports, on both databases: read, proposed, taken in by portions, recognised, undone."""

from __future__ import annotations

import csv
from datetime import date
from io import StringIO

import pytest
from sqlalchemy import func, select

from grid_app.adapters.locator import MemoryPlaceFinder
from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.clocks import Deadline
from grid_app.models.disputes import Dispute, DisputeEvent, ImportBatch, Submission
from grid_app.models.escalations import Escalation
from grid_app.models.follow_ups import FollowUp
from grid_app.models.intake import ImportRow, ImportSheet
from grid_app.services.handling import steps as handling
from grid_app.services.intake.batches import PORTION, examine_sheet, take_portion, undo_sheet
from grid_app.services.intake.choices import choose_columns, choose_words, proposed, words_in
from grid_app.services.intake.importing import tally
from grid_app.services.intake.sheet import read_sheet
from grid_app.services.intake.sheets import file_of, keep_sheet, own_sheet, start_sheet
from grid_app.services.reports.receiving import Desk, Lookups
from tests.integration.intake_tools import KEYS
from tests.sheets import HEAD, ROWS, ledger, long_ledger
from tests.world import NOW

VILLAGE = "990101001201"


def desk_of(session, world, who="township_officer") -> Desk:
    return Desk(world.actor(session, who), MemoryPlaceFinder(), KEYS, NOW, "import", Lookups(session))


def uploaded(session, world, raw: bytes, name="ledger.xlsx", source="东河镇2025年台账", who="township_officer"):
    actor = world.actor(session, who)
    key = keep_sheet(
        session, sheet=read_sheet(raw, name), file_name=name, source=source, actor=actor, cipher=KEYS.fields, now=NOW
    )
    session.flush()
    return own_sheet(session, sheet_id=key, actor=actor)


def chosen(session, world, raw: bytes, **more):
    """Upload a sheet and accept what is proposed for its columns."""
    sheet = uploaded(session, world, raw, **more)
    actor = world.actor(session, more.get("who", "township_officer"))
    choose_columns(session, sheet, choices=proposed(session, sheet), actor=actor, now=NOW)
    return sheet


def imported(session, world, sheet, who="township_officer") -> int:
    start_sheet(session, sheet, actor=world.actor(session, who), now=NOW)
    portions = 1
    while take_portion(session, sheet_id=sheet.id, desk=desk_of(session, world, who), cipher=KEYS.fields):
        portions += 1
    return portions


def count(session, table, *where) -> int:
    return session.scalar(select(func.count()).select_from(table).where(*where))


# --- files that cannot be read ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "name", "words"),
    [
        (b"", "a.xlsx", "空的"),
        (b"PK\x03\x04 broken", "a.xlsx", "读不出来"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "a.xls", "读不出来"),
        (b"%PDF-1.7", "a.pdf", "不认识这种文件"),
        ("一句话".encode(), "a.csv", "表头"),
        ("日期,村,主要内容\n".encode(), "a.csv", "没有内容"),
        ('日期,村,主要内容\n2025-1-1,云岭村,"没有闭合\n'.encode(), "a.csv", "引号"),
    ],
)
def test_a_file_that_holds_no_table_is_refused_with_the_way_out(raw: bytes, name: str, words: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        read_sheet(raw, name)

    assert words in refusal.value.sentence


def test_a_sheet_that_is_not_there_is_named_with_those_that_are() -> None:
    with pytest.raises(InvalidError, match="台账、说明"):
        read_sheet(ledger(), "a.xlsx", wanted="第三季度")


# --- reading ----------------------------------------------------------------------------------------------------


def test_the_header_is_found_under_titles_and_merged_cells_are_filled() -> None:
    sheet = read_sheet(ledger(), "ledger.xlsx")

    assert sheet.file.columns == HEAD
    assert (sheet.name, sheet.header_line, sheet.others) == ("台账", 3, ("说明",))
    assert len(sheet.file.rows) == len(ROWS)
    assert [row.values["村(社区)"] for row in sheet.file.rows[:2]] == ["云岭村", "云岭村"]
    assert sheet.file.rows[1].values["日期"] == "2025-04-01"
    assert sheet.file.rows[0].line == 4


def test_a_csv_with_title_rows_in_gb18030_is_read_the_same_way() -> None:
    kept = StringIO()
    csv.writer(kept).writerows([["东河镇台账"], [], HEAD, ROWS[0], ["合计", "1"]])
    sheet = read_sheet(kept.getvalue().encode("gb18030"), "old.csv")

    assert sheet.header_line == 3
    assert [row.values["主要内容"] for row in sheet.file.rows] == ["两户为屋后排水沟起争执"]


# --- what is kept, what is proposed -----------------------------------------------------------------------------


def test_identity_numbers_and_names_are_neither_kept_nor_offered(session, world) -> None:
    sheet = uploaded(session, world, ledger())

    assert sheet.facts["numbers"] == ["身份证号"]
    assert sheet.facts["people"] == ["当事人姓名"]
    assert "4301" not in str(file_of(sheet, KEYS.fields))
    assert "张某" not in str(file_of(sheet, KEYS.fields))
    assert "云岭村" not in sheet.sealed


def test_columns_are_proposed_by_their_names_and_kept_for_the_source(session, world) -> None:
    first = uploaded(session, world, ledger())
    told = proposed(session, first)
    assert told.columns["text"] == "主要内容"
    assert told.columns["closed_on"] == "办结日期"
    changed = type(told)({**told.columns, "outcome": ""}, all_closed=True)
    choose_columns(session, first, choices=changed, actor=world.actor(session, "township_officer"), now=NOW)

    again = proposed(session, uploaded(session, world, ledger(ROWS[:2])))

    assert again.all_closed
    assert again.columns["district"] == "村(社区)"


def test_a_mapping_without_what_a_report_needs_is_refused_field_by_field(session, world) -> None:
    sheet = uploaded(session, world, ledger())
    told = proposed(session, sheet)
    wrong = type(told)({**told.columns, "text": "", "district": "", "noted_at": "类别"})

    with pytest.raises(InvalidError) as refusal:
        choose_columns(session, sheet, choices=wrong, actor=world.actor(session, "township_officer"), now=NOW)

    assert {"text", "place", "noted_at"} <= set(refusal.value.fields)


def test_unknown_names_are_asked_once_and_kept_for_the_source(session, world) -> None:
    actor = world.actor(session, "township_officer")
    sheet = chosen(session, world, ledger())
    words = words_in(session, sheet, file_of(sheet, KEYS.fields), actor=actor)
    assert words.open_places == ("龙王庙",)
    assert words.open_kinds == ("奇怪的类",)

    choose_words(session, sheet, places={"龙王庙": VILLAGE}, kinds={"奇怪的类": "0299"}, actor=actor, now=NOW)

    again = chosen(session, world, ledger(ROWS[4:]))
    assert words_in(session, again, file_of(again, KEYS.fields), actor=actor).open_places == ()


def test_a_name_is_never_given_a_place_outside_the_own_area(session, world) -> None:
    sheet = chosen(session, world, ledger())

    with pytest.raises(InvalidError, match="不在您的范围内"):
        choose_words(
            session, sheet, places={"龙王庙": "990101002201"}, kinds={},
            actor=world.actor(session, "township_officer"), now=NOW,
        )  # fmt: skip


# --- preview and import -----------------------------------------------------------------------------------------


def test_the_preview_says_of_every_row_why_and_writes_nothing(session, world) -> None:
    sheet = chosen(session, world, ledger())

    answers = examine_sheet(session, sheet, desk=desk_of(session, world), cipher=KEYS.fields)

    counts = tally(answers)
    assert (counts.rows, counts.accepted, counts.rejected) == (6, 4, 2)
    refused = {one.line: one.sentence for one in answers if one.outcome == "rejected"}
    assert "去年秋天" in refused[8]
    assert "龙王庙" in refused[9]
    assert "奇怪的类" in refused[9]
    assert count(session, Dispute) == 0


def test_rows_come_in_open_or_as_history_for_which_nothing_starts(session, world) -> None:
    sheet = chosen(session, world, ledger())

    imported(session, world, sheet)

    by_state = dict(session.execute(select(Dispute.state, func.count()).group_by(Dispute.state)).all())
    assert by_state == {"closed": 2, "reported": 2}
    closed = session.scalars(select(Dispute).where(Dispute.state == "closed").order_by(Dispute.noted_on)).all()
    assert [one.noted_on for one in closed] == [date(2025, 3, 5), date(2025, 5, 1)]
    ids = [one.id for one in closed]
    assert count(session, Deadline, Deadline.dispute_id.in_(ids)) == 0
    assert count(session, Deadline) > 0
    assert count(session, FollowUp) == count(session, Escalation) == 0
    notes = session.scalars(select(DisputeEvent.note).where(DisputeEvent.kind == "imported_closed")).all()
    assert sorted(notes) == ["兄弟轮流照顾", "共同修了水沟"]
    assert sheet.state == "done"
    assert sheet.sealed == ""
    assert count(session, ImportBatch) == 1


def test_the_same_sheet_again_finds_every_row_known(session, world) -> None:
    imported(session, world, chosen(session, world, ledger()))

    again = chosen(session, world, ledger())
    imported(session, world, again)

    outcomes = dict(
        session.execute(
            select(ImportRow.outcome, func.count()).where(ImportRow.sheet_id == again.id).group_by(ImportRow.outcome)
        ).all()
    )
    assert outcomes == {"already_have": 4, "rejected": 2}
    assert count(session, Dispute) == 4


def test_the_same_file_under_another_name_of_its_source_is_not_imported_twice(session, world) -> None:
    raw = ledger()
    imported(session, world, chosen(session, world, raw))
    again = chosen(session, world, raw, source="换了个名字")
    session.flush()

    with pytest.raises(ConflictError, match="东河镇2025年台账"):
        start_sheet(session, again, actor=world.actor(session, "township_officer"), now=NOW)


def test_a_long_sheet_goes_on_where_it_stopped_and_ends_whole(session, world) -> None:
    rows = PORTION + 7
    sheet = chosen(session, world, long_ledger(rows))

    assert imported(session, world, sheet) == 2

    assert count(session, Dispute) == count(session, ImportRow) == rows
    assert sheet.state == "done"


def test_another_office_neither_sees_nor_continues_it(session, world) -> None:
    sheet = chosen(session, world, ledger())

    with pytest.raises(Exception, match="没有这个导入"):
        own_sheet(session, sheet_id=sheet.id, actor=world.actor(session, "other_township_lead"))
    with pytest.raises(Exception, match="不能导入"):
        own_sheet(session, sheet_id=sheet.id, actor=world.actor(session, "grid_worker"))


# --- undo -------------------------------------------------------------------------------------------------------


def test_a_batch_is_taken_back_whole_and_can_come_again(session, world) -> None:
    sheet = chosen(session, world, ledger())
    imported(session, world, sheet)

    gone = undo_sheet(session, sheet_id=sheet.id, actor=world.actor(session, "township_officer"), now=NOW)

    assert gone == 4
    assert count(session, Dispute) == count(session, Submission) == count(session, Deadline) == 0
    assert count(session, AuditEvent, AuditEvent.action == "disputes.import_undone") == 1
    imported(session, world, chosen(session, world, ledger()))
    assert count(session, Dispute) == 4


def test_nothing_is_taken_back_once_somebody_has_worked_on_a_row(session, world) -> None:
    sheet = chosen(session, world, ledger())
    imported(session, world, sheet)
    dispute = session.scalars(select(Dispute).where(Dispute.state == "reported")).first()
    actor = world.actor(session, "township_officer")
    handling.accept(session, handling.Step(dispute.id, actor, dispute.version, NOW))
    session.flush()

    with pytest.raises(ConflictError, match=dispute.case_code):
        undo_sheet(session, sheet_id=sheet.id, actor=actor, now=NOW)

    assert count(session, Dispute) == 4
    assert session.get(ImportSheet, sheet.id).state == "done"


# --- real lists -------------------------------------------------------------------------------------------------


def test_a_real_list_of_a_hotline_is_read_and_examined(session, world, test_data) -> None:
    raw = (test_data / "pingshan12345" / "events_dev.csv").read_bytes()

    sheet = read_sheet(raw, "events_dev.csv")

    assert sheet.header_line == 1
    assert len(sheet.file.rows) > 3_000
    assert sheet.file.columns[:2] == ("rec_id", "created_at")
