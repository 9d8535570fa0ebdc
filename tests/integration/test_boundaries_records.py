"""What hangs on villages when they are split and merged: records go on, history stays, and undoing puts them back."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import select

from grid_app.errors import ConflictError, InvalidError
from grid_app.models.accounts import Assignment, AuditEvent, Notice, Unit
from grid_app.models.boundary_changes import RecordMove
from grid_app.models.disputes import Dispute, DisputeEvent
from grid_app.models.places import Boundary, BoundaryGeneration, Division, MediationRoom
from grid_app.queries.boundaries import ACTIVE, generation_in, tree
from grid_app.queries.boundaries_successors import predecessors_of, successors_of
from grid_app.services.places.boundaries import activate, discard
from grid_app.services.places.boundaries_check import check_generation, gather_check
from grid_app.services.places.boundaries_plans import read_successors, save_choices, save_successors
from grid_app.services.places.boundaries_reshape import MergeWish, Part, SplitWish, merge_villages, split_village
from grid_app.services.places.boundaries_undo import place_stragglers, undo_activation
from tests.dispute_rows import add_dispute
from tests.world import NOW

WEST, EAST, STONE, WHITE = "990101001201", "990101001202", "990101002201", "990101002202"
NORTH, SOUTH = Part("990101001203", "云岭北村"), Part("990101001204", "云岭南村")
ACROSS = ((110.9, 29.06), (111.2, 29.06))
on_sqlite = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)


def split(session, *, default=SOUTH.code, line=ACROSS, parts=(NORTH, SOUTH), **more):
    wish = SplitWish(WEST, parts, line=line, default=default, **more)
    return split_village(session, wish=wish, actor=None, now=NOW)


def place_of(session, dispute) -> str:
    return session.scalar(select(Dispute.division_code).where(Dispute.id == dispute))


def audit_of(session, action) -> dict:
    session.flush()
    return session.scalar(select(AuditEvent.details).where(AuditEvent.action == action))


def test_a_split_moves_by_point_then_by_default_and_undoing_puts_everything_back(session, world):
    north = add_dispute(session, 1, village=f"{WEST}J002", point=(111.05, 29.08), generation_id=world.generation_id)
    south = add_dispute(session, 2, village=WEST, point=(111.05, 29.02))
    told = add_dispute(session, 3, village=WEST, kind="chosen")
    closed = add_dispute(session, 4, village=WEST, point=(111.05, 29.08), state="closed")
    room = session.scalar(select(MediationRoom.id).where(MediationRoom.division_code == WEST))
    before = tree(session)
    made = split(session)

    looked = check_generation(gather_check(session, now=NOW))
    activate(session, actor=None, now=NOW)

    assert [one.name for one in made.villages] == ["云岭北村", "云岭南村"]
    assert sum(one.area_km2 for one in made.villages) == pytest.approx(107.9, abs=0.2)
    assert (looked.disputes.moved, looked.disputes.to_successor, looked.disputes.to_parent) == (2, 1, 0)
    assert place_of(session, north) == f"{NORTH.code}J001"
    assert place_of(session, south) == f"{SOUTH.code}J001"
    assert place_of(session, told) == SOUTH.code
    assert place_of(session, closed) == WEST
    kept = session.execute(select(Dispute.generation_id, Dispute.version).where(Dispute.id == north)).one()
    assert tuple(kept) == (world.generation_id, 2)
    event = session.scalar(select(DisputeEvent).where(DisputeEvent.dispute_id == told))
    assert (event.kind, event.details["from"], event.details["how"]) == ("boundary_moved", WEST, "default")
    assert [(one.code, one.is_default) for one in successors_of(session, WEST)] == [
        (NORTH.code, False),
        (SOUTH.code, True),
    ]
    assert [one.code for one in predecessors_of(session, NORTH.code)] == [WEST]
    worker = session.get_one(Assignment, world.assignments["grid_worker"])
    assert worker.division_code == f"{SOUTH.code}J001"
    assert session.get_one(Unit, world.units["village"]).division_code == SOUTH.code
    if room:
        assert session.get_one(MediationRoom, room).division_code.startswith((NORTH.code, SOUTH.code))
    assert audit_of(session, "boundaries.activated")["disputes_by_point"] == 2

    meanwhile = add_dispute(session, 5, village=NORTH.code, kind="chosen", generation_id=generation_of(session))
    later = NOW + timedelta(days=3)
    undone = undo_activation(session, actor=None, now=later)

    assert (undone.number, undone.previous) == (2, 1)
    after = tree(session)
    assert {code: after[code] for code in before} == before
    assert not after[NORTH.code].alive
    assert [place_of(session, one) for one in (north, south, told)] == [f"{WEST}J002", WEST, WEST]
    assert place_of(session, meanwhile) == WEST
    assert session.get_one(Dispute, meanwhile).generation_id != world.generation_id
    session.refresh(worker)
    assert worker.division_code == f"{WEST}J001"
    assert successors_of(session, WEST) == ()
    assert [one.code for one in successors_of(session, NORTH.code)] == [WEST]
    assert generation_in(session, ACTIVE).number == 1
    assert audit_of(session, "boundaries.undone")["previous"] == 1
    with pytest.raises(ConflictError, match="没有可以退回的"):
        undo_activation(session, actor=None, now=later)


def generation_of(session):
    return session.scalar(select(BoundaryGeneration.id).where(BoundaryGeneration.state == "active"))


@on_sqlite
def test_a_merge_with_a_village_of_unknown_households_has_no_number(session, world):
    session.get_one(Division, WEST).households = None
    merge_villages(session, wish=MergeWish((WEST, EAST), Part(WEST, "云柳村")), actor=None, now=NOW)

    activate(session, actor=None, now=NOW)

    assert session.get_one(Division, WEST).households is None


@on_sqlite
def test_a_village_that_keeps_its_code_in_a_split_does_not_keep_the_households_of_the_whole(session, world):
    known = session.get_one(Division, WEST).households
    split(session, default="", parts=(Part(WEST, "云岭村"), SOUTH))

    activate(session, actor=None, now=NOW)

    assert known == 200
    assert [session.get_one(Division, code).households for code in (WEST, SOUTH.code)] == [None, None]
    undo_activation(session, actor=None, now=NOW)
    session.expire_all()
    assert session.get_one(Division, WEST).households == 200


@on_sqlite
def test_a_merge_into_a_living_code_adds_households_and_can_be_undone(session, world):
    add_dispute(session, 1, village=EAST, kind="chosen")
    wish = MergeWish((WEST, EAST), Part(WEST, "云柳村"))
    made = merge_villages(session, wish=wish, actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    merged = session.get_one(Division, WEST)
    assert (merged.name, merged.households) == ("云柳村", 400)
    assert [one.code for one in made.grids] == [f"{WEST}J00{n}" for n in (1, 2, 3, 4)]
    assert [one.code for one in successors_of(session, EAST)] == [WEST]
    assert session.get_one(Division, f"{EAST}J001").successor_code == f"{WEST}J003"
    assert session.scalar(select(Dispute.division_code)) == WEST

    undo_activation(session, actor=None, now=NOW)

    session.refresh(merged)
    assert (merged.name, merged.households) == ("云岭村", 200)
    assert session.scalar(select(Dispute.division_code)) == EAST


@on_sqlite
def test_splits_and_merges_gather_in_one_generation_and_each_successor_is_the_last(session, world):
    split(session, default=NORTH.code)
    merge_villages(session, wish=MergeWish((NORTH.code, EAST), Part("990101001205", "新村")), actor=None, now=NOW)
    activate(session, actor=None, now=NOW)

    ways = {one.code: one.is_default for one in successors_of(session, WEST)}
    assert ways == {"990101001205": True, SOUTH.code: False}
    living = {code for code, node in tree(session).items() if node.alive and node.level == "village"}
    assert living == {"990101001205", SOUTH.code, STONE, WHITE}
    codes = set(session.scalars(select(Boundary.code).where(Boundary.generation_id == generation_of(session))))
    assert living <= codes


@on_sqlite
def test_without_a_default_the_township_decides_and_rights_go_to_nobody_unnamed(session, world):
    told = add_dispute(session, 1, village=WEST, kind="chosen")
    split(session, default="")
    activate(session, actor=None, now=NOW)

    assert place_of(session, told) == "990101001"
    lead = session.get_one(Assignment, world.assignments["village_lead"])
    assert lead.division_code == WEST
    notices = session.scalars(select(Notice).where(Notice.kind == "boundaries")).all()
    assert {one.account_id for one in notices} == {
        world.accounts["township_officer"],
        world.accounts["township_lead"],
    }
    assert "1 件" in notices[0].text


@on_sqlite
def test_single_records_go_where_somebody_chose(session, world):
    split(session, default="")
    lead = world.assignments["village_lead"]
    with pytest.raises(InvalidError, match="不存在或已停用"):
        save_choices(session, choices={f"assignment:{lead}": WEST}, actor=None, now=NOW)
    save_choices(session, choices={f"assignment:{lead}": NORTH.code}, actor=None, now=NOW)

    activate(session, actor=None, now=NOW)

    assert session.get_one(Assignment, lead).division_code == NORTH.code
    assert session.scalar(select(RecordMove.how).where(RecordMove.record_id == lead)) == "chosen"


@on_sqlite
def test_after_a_week_only_what_nobody_used_can_be_undone(session, world):
    split(session)
    activate(session, actor=None, now=NOW)
    late = NOW + timedelta(days=8)
    used = add_dispute(session, 1, village=NORTH.code, generation_id=generation_of(session))

    with pytest.raises(ConflictError, match=r"超过 7 天.*1 件"):
        undo_activation(session, actor=None, now=late)
    session.execute(Dispute.__table__.delete().where(Dispute.id == used))
    split_again = MergeWish((NORTH.code, SOUTH.code), Part("990101001206", "又一村"))
    merge_villages(session, wish=split_again, actor=None, now=late)
    with pytest.raises(ConflictError, match="等着启用"):
        undo_activation(session, actor=None, now=late)
    discard(session, actor=None, now=late)
    undo_activation(session, actor=None, now=late)

    assert generation_in(session, ACTIVE).number == 1


@on_sqlite
def test_what_comes_late_to_an_ended_village_is_placed_by_the_hourly_look(session, world):
    split(session)
    activate(session, actor=None, now=NOW)
    assert place_stragglers(session, now=NOW) == 0
    late = add_dispute(session, 1, village=WEST, point=(111.05, 29.08))

    assert place_stragglers(session, now=NOW) == 1
    assert place_of(session, late) == f"{NORTH.code}J001"


REFUSED = [
    ({"line": ((111.02, 29.03), (111.08, 29.03))}, "line", "没有把村分成两块"),
    ({"line": ((110.9, 29.0), (111.2, 29.1), (111.2, 29.0), (110.9, 29.1))}, "line", "自己交叉"),
    ({"line": ()}, "grids", "每一个网格都要选"),
    ({"line": (), "grids": {f"{WEST}J001": 0, f"{WEST}J002": 0}}, "grids", "至少要有一个网格"),
    ({"parts": (Part(EAST, "柳湾"), SOUTH)}, "code_0", "已经是别的村"),
    ({"parts": (Part("990101009203", "北"), SOUTH)}, "code_0", "没有代码是 990101009 的乡镇"),
    ({"parts": (Part("99010100120", "北"), Part(SOUTH.code, "南" * 101))}, "code_0", "12 位"),
    ({"parts": (Part(SOUTH.code, "北"), SOUTH)}, "code_1", "代码一样"),
    ({"parts": (Part(NORTH.code, " "), SOUTH)}, "name_0", "请填写"),
    ({"default": EAST}, "default", "默认接续"),
]


@on_sqlite
def test_a_split_that_cannot_be_is_refused_by_field_and_changes_nothing(session, world):
    for change, field, words in REFUSED:
        with pytest.raises(InvalidError) as refused:
            split(session, **change)
        assert words in refused.value.fields.get(field, ""), change
    assert generation_in(session, "pending") is None


@on_sqlite
def test_a_table_of_successors_is_checked_row_by_row(session, world):
    split(session, default="")
    head = "old_code,new_code,date,default\n"
    for rows, words in (
        ("", "没有内容"),
        (f"{WEST},{WEST},2026-11-01,\n", "第 2 行旧代码和新代码都是"),
        (f"{WEST},{NORTH.code},2026-13-01,\n", "第 2 行的日期"),
        (f"{WEST},{NORTH.code},2026-11-01,是\n{WEST},{SOUTH.code},2026-11-01,是\n", "不止一个默认接续"),
        (f"{WEST},{NORTH.code},2026-11-01,\n{WEST},{NORTH.code},2026-11-01,\n", "第 3 行和前面的一行重复"),
    ):
        with pytest.raises(InvalidError, match=words):
            read_successors((head + rows).encode())
    for rows, words in (
        (f"{EAST},{NORTH.code},2026-11-01,", "没有停用"),
        (f"{WEST},{uuid4().hex[:12]},2026-11-01,", "不存在"),
    ):
        with pytest.raises(InvalidError, match=words):
            save_successors(session, successions=read_successors((head + rows).encode()), actor=None, now=NOW)

    ahead = read_successors(f"{head}{WEST},{NORTH.code},2027-01-01,是\n".encode("gb18030"))
    save_successors(session, successions=ahead, actor=None, now=NOW)
    with pytest.raises(InvalidError, match="还没有到这一天"):
        activate(session, actor=None, now=NOW)
    activate(session, actor=None, now=NOW + timedelta(days=60))

    assert [(one.code, str(one.since)) for one in successors_of(session, WEST)] == [(NORTH.code, "2027-01-01")]
