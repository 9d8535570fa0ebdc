"""Escalations under faults: a short storm violates nothing, and each check sees a violation when there is one."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from bench.escalations import checks
from bench.escalations.facts import Event, Facts, Told, Waiting, written_at
from bench.escalations.far_ends import Taken
from bench.escalations.ladders import told as stories_told
from bench.escalations.rows import CHECKS, escalation_rows
from bench.escalations.storm import Answered
from bench.faults_escalation import measure
from grid_app.database.base import new_id
from tests.world import NOW

DISPUTE, TOWN, COUNTY = uuid4(), uuid4(), uuid4()
CASE = "990101-2026-00001"


def _event(kind: str, rung: int = 0, unit: UUID | None = None, promised: int = 0) -> Event:
    return Event(new_id(), kind, rung, unit, NOW, promised)


def _message(**change: object) -> Waiting:
    usual = Waiting(
        new_id(), None, 0, TOWN, NOW, "webpush", "escalation", "sent", NOW, NOW, None, "receipt", 1, ("sent",)
    )  # fmt: skip
    return replace(usual, **change)


def _facts(*events: Event, messages: tuple[Waiting, ...] = (), **change: object) -> Facts:
    one = Told(uuid4(), DISPUTE, CASE, "exhausted", 2, False, list(events), inbox=[TOWN, COUNTY])
    one = replace(one, **change)
    one.messages = [replace(message, escalation=one.id) for message in messages]
    return Facts({one.id: one}, {message.id: message for message in one.messages}, set(), {f"exhausted:{one.id}"})


def _climbed() -> tuple[Event, ...]:
    return (
        _event("opened"), _event("told", 0, TOWN, promised=1), _event("climbed", 1), _event("told", 1, COUNTY),
        _event("exhausted", 1),
    )  # fmt: skip


def _all(facts: Facts) -> dict[str, int]:
    now = NOW + timedelta(minutes=1)
    found = {
        "lost": checks.lost_causes(facts, {DISPUTE: next(iter(facts.told))}),
        "skipped": checks.skipped_rungs(facts),
        "untold": checks.untold(facts),
        "inbox_doubled": checks.doubled_inbox(facts),
        "told_twice": checks.doubled_tellings(facts),
        "told_after_answer": checks.told_after_answer(facts),
        "messages_lost": checks.lost_messages(facts, now=now),
        "never_arrived": checks.never_arrived(facts, [Taken(1.0, "webpush", "receipt")]),
        "without_alarm": checks.without_alarm(facts),
        "unsettled": checks.unsettled(facts),
    }
    return {name: len(words) for name, words in found.items() if words}


def test_a_history_in_which_nothing_is_wrong_violates_nothing():
    assert _all(_facts(*_climbed(), messages=(_message(),))) == {}


@pytest.mark.parametrize(
    ("check", "events", "change"),
    [
        ("skipped", lambda: (_climbed()[0], *_climbed()[2:]), {"inbox": [COUNTY]}),
        ("skipped", lambda: (*_climbed()[:2], _event("exhausted")), {"inbox": [TOWN]}),
        ("untold", lambda: (_event("opened"), _event("nobody"), _event("nobody", 1), _event("exhausted", 1)), {}),
        ("untold", _climbed, {"inbox": [TOWN]}),
        ("inbox_doubled", _climbed, {"inbox": [TOWN, COUNTY, TOWN]}),
        ("told_twice", lambda: (*_climbed()[:2], *_climbed()[1:]), {}),
        ("told_after_answer", lambda: (*_climbed()[:2], _event("acknowledged"), *_climbed()[2:]), {}),
        ("unsettled", _climbed, {"state": "open"}),
        ("unsettled", _climbed, {"state": "acknowledged", "has_limit": True}),
    ],
)
def test_each_fault_of_a_history_is_seen(check: str, events, change: dict[str, object]):
    assert check in _all(_facts(*events(), messages=(_message(),), **change))


@pytest.mark.parametrize(
    ("check", "messages"),
    [
        ("messages_lost", ()),
        ("messages_lost", (_message(state="due", finished_at=None),)),
        ("messages_lost", (_message(finished_at=None),)),
        ("messages_lost", (_message(ends=()),)),
        ("messages_lost", (_message(state="merged", merged_into=uuid4()),)),
        ("never_arrived", (_message(receipt="another"),)),
        ("never_arrived", (_message(channel="mail"),)),
        ("without_alarm", (_message(state="failed", ends=("refused",)),)),
    ],
)
def test_each_fault_of_the_outbox_is_seen(check: str, messages: tuple[Waiting, ...]):
    assert check in _all(_facts(*_climbed(), messages=messages))


def test_a_message_that_waits_for_its_time_is_not_lost():
    later = _message(state="due", finished_at=None, due_at=NOW + timedelta(hours=1))

    assert _all(_facts(*_climbed(), messages=(later,))) == {}


def test_a_cause_without_its_escalation_and_one_with_two_are_seen():
    facts = _facts(*_climbed())
    (one,) = facts.told.values()
    second = replace(one, id=uuid4())

    assert checks.lost_causes(facts, {DISPUTE: uuid4()})
    assert checks.lost_causes(replace(facts, told={one.id: one, second.id: second}), {DISPUTE: one.id})


def test_what_a_far_end_takes_after_the_answer_is_seen_until_the_matter_is_asked_again():
    idle = _event("idle")
    facts = _facts(*_climbed(), idle, messages=(_message(),))
    (one,) = facts.told
    at = written_at(idle.id)
    answered = [Answered(one, at - 10)]
    taken = [
        Taken(at - 12, "webpush", "receipt"),  # before the answer
        Taken(at - 7, "webpush", "receipt"),
        Taken(at - 6, "mail", cases=(CASE,)),
        Taken(at - 5, "mail", cases=(CASE, "990101-2026-00002")),  # a digest
        Taken(at + 1, "webpush", "receipt"),  # asked again
    ]

    found = checks.sent_after_answer(facts, taken, answered)

    assert [(round(since), words.rpartition(" ")[2]) for since, words in found] == [(3, "webpush"), (4, "mail")]


def test_simulated_ladders_skip_and_double_nothing():
    counted = stories_told(1, range(400))

    assert counted["stories"] == 400
    assert counted["audited"] == 40
    assert not {name: counted[name] for name in ("skipped", "doubled", "after_answer", "disagreed") if counted[name]}


def test_one_violation_misses_its_bar():
    database = {
        "escalations": 9, "answered": 3, "rungs_told": 20, "kills": {"scheduler": 1, "dispatcher": 2},
        "clocks_put_wrong": {}, "database_crashes": 1, "faults_of_far_ends": {"mail cut": 3}, "tries": 40,
        "taken_by_far_ends": 30, "devices_told_twice": 1, "counts": dict.fromkeys(CHECKS, 0) | {"skipped": 1},
        "longest_after_an_answer_seconds": 3.0, "planted": {"planted": 4, "found": 3}, "broken": 0,
        "auditor": {"by_code": {"late": 2}, "looked_at": 9, "with_wrong_times": 1, "unexplained": []},
    }  # fmt: skip
    ladders = {
        "stories": 10, "slept": 2, "tellings": 30, "answers": 5, "skipped": 0, "doubled": 0, "after_answer": 0,
        "audited": 1, "disagreed": 0, "seconds": 0.1,
    }  # fmt: skip

    rows = escalation_rows({"databases": {"sqlite": database}, "ladders": ladders})

    missed = [row.what for row in rows if row.met is False]
    assert [what.partition(": ")[2][:14] for what in missed if ": " in what] == [
        "the storm",
        "rungs skipped,",
        "planted omissi",
    ]
    assert len(missed) == 4  # and too few ladders


@pytest.mark.slow
def test_a_short_storm_violates_nothing_and_the_auditor_finds_what_is_taken_away(tmp_path: Path, sqlite_template: Path):
    (tmp_path / "county").mkdir()
    shutil.copy(sqlite_template, tmp_path / "county" / "grid.sqlite")
    found = measure(tmp_path / "county", "", seconds=3, escalations=12, seed=20261123)

    counts = found["counts"] | {"sent_after_answer": 0}  # a busy machine may stall for a tick, three seconds here
    assert {name: count for name, count in counts.items() if count} == {}, found["examples"]
    assert (found["broken"], found["auditor"]["unexplained"]) == (0, [])
    assert sum(found["kills"].values()) > 0
    assert found["escalations"] == 12
    assert found["planted"]["found"] == found["planted"]["planted"]
