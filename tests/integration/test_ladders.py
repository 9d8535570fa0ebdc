"""Ladders as versioned policy, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from grid_app.errors import ConflictError, ForbiddenError, InvalidError
from grid_app.models.accounts import AuditEvent
from grid_app.models.escalations import Escalation, EscalationPolicy
from grid_app.policy import Role
from grid_app.queries.ladders import ladder_versions
from grid_app.services.escalations.events import EVENT_KIND_WORDS
from grid_app.services.escalations.ladder_rows import DEFAULT_RUNGS, AfterTaking, RungRow, rungs_of
from grid_app.services.escalations.ladder_words import duration, in_words, time_to_act
from grid_app.services.escalations.ladders import current_policy, save_ladder, seed_ladders
from grid_app.services.escalations.steps import step_up_due
from tests.escalation_world import add_dispute, raise_for
from tests.world import NOW, World

TOWNSHIP_FIRST = (
    RungRow("township_government", 240, 60, ("inbox",)),
    RungRow("county_office", 480, 120, ("inbox", "webpush")),
)


def _save(session: Session, world: World, rungs=TOWNSHIP_FIRST, **changes) -> int:
    given = {
        "event_kind": "grade_red",
        "rungs": rungs,
        "basis": "青溪县工作办法第三条",
        "replaces": 1,
        "actor": world.actor(session, Role.SECURITY_ADMIN),
        "now": NOW,
    }
    return save_ladder(session, **(given | changes))


@pytest.fixture(autouse=True)
def _seeded(session: Session, world: World) -> None:
    seed_ladders(session, NOW)


@pytest.mark.parametrize("role", [Role.COUNTY_LEAD, Role.SYSADMIN, Role.AUDITOR, Role.TOWNSHIP_LEAD])
def test_only_the_security_administrator_edits(session: Session, world: World, role: Role):
    with pytest.raises(ForbiddenError):
        _save(session, world, actor=world.actor(session, role))


@pytest.mark.parametrize(
    ("rungs", "sentence"),
    [
        ((), "至少要有两级"),
        (TOWNSHIP_FIRST[:1], "至少要有两级"),
        ((TOWNSHIP_FIRST[0], replace(TOWNSHIP_FIRST[1], unit_kind="")), "第2级没有写明单位"),
        ((replace(TOWNSHIP_FIRST[0], red_wait_minutes=0), TOWNSHIP_FIRST[1]), "第1级的等待时间必须大于零"),
        ((replace(TOWNSHIP_FIRST[0], wait_minutes=-5), TOWNSHIP_FIRST[1]), "第1级的等待时间必须大于零"),
        ((replace(TOWNSHIP_FIRST[0], unit_kind="king"), TOWNSHIP_FIRST[1]), "不在可选范围"),
        ((replace(TOWNSHIP_FIRST[0], channels=("webpush",)), TOWNSHIP_FIRST[1]), "必须放进收件箱"),
        ((replace(TOWNSHIP_FIRST[0], wait_minutes=50_000), TOWNSHIP_FIRST[1]), "超过30天"),
    ],
)
def test_a_ladder_with_a_hole_is_refused_and_the_old_one_stays(session: Session, world: World, rungs, sentence):
    with pytest.raises(InvalidError, match=sentence):
        _save(session, world, rungs)

    assert current_policy(session, "grade_red", now=NOW).version == 1


def test_a_ladder_without_a_basis_is_refused(session: Session, world: World):
    with pytest.raises(InvalidError, match="依据"):
        _save(session, world, basis="  ")


def test_the_second_of_two_editors_loses_politely(session: Session, world: World):
    _save(session, world)

    with pytest.raises(ConflictError, match="别人刚刚保存"):
        _save(session, world)

    assert [row.version for row in ladder_versions(session, "grade_red")] == [2, 1]


def test_seeding_twice_writes_once_and_keeps_what_was_edited(session: Session, world: World):
    _save(session, world)

    seed_ladders(session, NOW + timedelta(days=1))

    assert session.scalar(select(func.count()).select_from(EscalationPolicy)) == len(EVENT_KIND_WORDS) + 1
    assert current_policy(session, "grade_red", now=NOW).version == 2


def test_every_standing_ladder_ends_with_the_county_leaders_and_has_a_basis(session: Session, world: World):
    policies = [current_policy(session, kind, now=NOW) for kind in EVENT_KIND_WORDS]

    assert {rungs_of(policy)[-1].unit_kind for policy in policies} == {"county_lead_office"}
    assert policies[0].basis == "《信访工作条例》第二十五条"
    assert all(policy.basis for policy in policies)


def test_a_new_version_is_audited_and_used_from_then_on(session: Session, world: World):
    assert _save(session, world) == 2

    escalation = session.get_one(Escalation, raise_for(session, add_dispute(session, world)))

    assert escalation.policy_id == current_policy(session, "grade_red", now=NOW).id
    assert escalation.next_step_at == NOW + timedelta(minutes=60)
    audit = session.scalars(select(AuditEvent).where(AuditEvent.action == "ladder.saved")).one()
    assert audit.details == {"event_kind": "grade_red", "version": 2, "rungs": 2}


def test_what_is_climbing_keeps_its_own_version(session: Session, world: World):
    escalation_id = raise_for(session, add_dispute(session, world))
    _save(session, world)

    moved = step_up_due(session, now=NOW + timedelta(minutes=119))

    assert moved == 0
    assert session.get_one(Escalation, escalation_id).next_step_at == NOW + timedelta(hours=2)


def test_an_office_asked_twice_has_one_inbox_row_and_is_told_twice(session: Session, world: World):
    _save(session, world, (DEFAULT_RUNGS[0], DEFAULT_RUNGS[0]))
    escalation_id = raise_for(session, add_dispute(session, world))

    moved = step_up_due(session, now=NOW + timedelta(hours=2))

    escalation = session.get_one(Escalation, escalation_id)
    assert (moved, escalation.rung, escalation.state) == (1, 1, "open")


def test_a_ladder_reads_as_sentences():
    assert in_words("grade_red", TOWNSHIP_FIRST)[0] == "先请乡镇人民政府确认收到:放进收件箱;等1小时。"
    assert in_words("finding_confirmed", TOWNSHIP_FIRST) == [
        "先请乡镇人民政府确认收到:放进收件箱;等4小时(红色等1小时)。",
        "没有人确认,再请县级经办单位确认收到:放进收件箱,同时用这些方式提醒:推送到已开通提醒的设备;等8小时(红色等2小时)。",
        "各级都没有确认:标为“各级均未确认”,在各收件箱里一直显示,并提醒县级领导打电话落实。",
        "单位之间最多转交2次。",
    ]
    careful = replace(
        TOWNSHIP_FIRST[0], whom="on_duty", hours="working", repeat_minutes=30, channels=("inbox", "phone")
    )
    assert in_words("grade_red", (careful, careful), AfterTaking(idle_minutes=60, bounce_limit=0))[0] == (
        "先请乡镇人民政府(值班人员)确认收到:放进收件箱,同时用这些方式提醒:电话通知;等1小时,按上班时间算,每30分钟再提醒一次。"
    )
    assert in_words("grade_red", (careful, careful), AfterTaking(idle_minutes=60, bounce_limit=0))[-2:] == [
        "确认以后1小时没有处置:重新等待确认,再提醒一次。",
        "单位之间不能转交。",
    ]
    assert [time_to_act(AfterTaking(minutes, idle_hours="working")) for minutes in (540, 1080, 300)] == [
        "1个工作日", "2个工作日", "5小时(按上班时间算)",
    ]  # fmt: skip
    assert [duration(minutes) for minutes in (0, 45, 90, 1440, 1530)] == [
        "0分钟",
        "45分钟",
        "1小时30分钟",
        "1天",
        "1天1小时30分钟",
    ]
