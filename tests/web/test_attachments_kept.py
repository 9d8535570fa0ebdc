"""What stays of uploads: chunks are forgotten after completion or 90 days of rest, and doctor opens what is whole."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path
from random import SystemRandom
from uuid import UUID, uuid4

import pytest
from flask import Flask

from grid_app.database.transaction import reading, transaction
from grid_app.jobs.housekeeping import forget_chunks_job
from grid_app.models.attachments import Attachment
from grid_app.models.disputes import Dispute
from grid_app.services.upkeep import doctor_attachments
from grid_app.services.upkeep.doctor import Check
from grid_app.services.upkeep.doctor_attachments import check_attachments
from grid_app.services.upkeep.housekeeping import begin_anew, forget_chunks
from grid_app.wiring import wired
from tests.web.api_phone import Phone
from tests.web.attachments import CHUNK, announced, damaged, made, put, report_with, send, send_rest, state
from tests.world import NOW, World

BODY = made()
LONG_AGO, LATELY = NOW - timedelta(days=91), NOW - timedelta(days=89)


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    return Phone(app, app_world, "grid_worker")


@pytest.fixture
def told(phone: Phone) -> dict:
    """Announce ``BODY`` by a stored report."""
    photo = announced(BODY)
    assert phone.sync(report_with(photo))[0]["outcome"] == "accepted"
    return photo


def folder() -> Path:
    return wired().settings.instance_dir / "attachments"


def parts(told: dict) -> Path:
    return folder() / "parts" / told["id"]


def begun(phone: Phone, told: dict, *, announced_at: datetime, sent_at: datetime) -> None:
    """Send the first chunk, and let announcing and sending have been at those moments."""
    assert put(phone, told, 0, BODY[:CHUNK]).json["received"] == CHUNK
    with transaction() as session:
        attachment = session.get_one(Attachment, UUID(told["id"]))
        session.get_one(Dispute, attachment.dispute_id).received_at = announced_at
    os.utime(parts(told), (sent_at.timestamp(), sent_at.timestamp()))


# --- chunks -----------------------------------------------------------------------------------------------------


def test_an_upload_that_rested_for_long_is_forgotten_and_the_phone_begins_anew(phone: Phone, told: dict) -> None:
    begun(phone, told, announced_at=LONG_AGO, sent_at=LONG_AGO)

    assert (forget_chunks_job(), forget_chunks_job()) == (1, 0)

    assert not parts(told).exists()
    assert (state(phone, told)["received"], state(phone, told)["complete"]) == (0, False)
    assert put(phone, told, CHUNK, BODY[CHUNK:]).json["received"] == 0
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"
    assert wired().files.whole(UUID(told["id"])) == BODY


@pytest.mark.parametrize(("announced_at", "sent_at"), [(LONG_AGO, LATELY), (LATELY, LONG_AGO), (LATELY, LATELY)])
def test_a_younger_upload_keeps_its_chunks(phone: Phone, told: dict, announced_at: datetime, sent_at: datetime) -> None:
    begun(phone, told, announced_at=announced_at, sent_at=sent_at)

    assert forget_chunks_job() == 0

    assert state(phone, told)["received"] == CHUNK
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


def test_chunks_that_outlived_the_completion_are_forgotten_at_once(phone: Phone, told: dict) -> None:
    send(phone, told, BODY)
    parts(told).mkdir(parents=True)
    (parts(told) / "0").write_bytes(b"left by a killed server")

    assert forget_chunks_job() == 1

    assert not parts(told).exists()
    assert state(phone, told)["received"] == len(BODY)
    assert wired().files.whole(UUID(told["id"])) == BODY


def test_a_phone_that_begins_anew_meanwhile_keeps_what_it_sent(phone: Phone, told: dict) -> None:
    begun(phone, told, announced_at=LONG_AGO, sent_at=LONG_AGO)
    key = UUID(told["id"])
    with transaction() as session:
        begin_anew(session, key)
    put(phone, told, 0, BODY[:2048])

    with transaction() as session:
        assert forget_chunks(session, key, files=wired().files) is False

    assert state(phone, told)["received"] == 2048
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


def test_a_server_killed_in_between_leaves_chunks_that_count_for_nothing(phone: Phone, told: dict) -> None:
    begun(phone, told, announced_at=LONG_AGO, sent_at=LONG_AGO)
    with transaction() as session:
        begin_anew(session, UUID(told["id"]))

    assert send(phone, told, BODY, chunk=3000)["outcome"] == "accepted"
    assert wired().files.whole(UUID(told["id"])) == BODY


def test_what_nobody_here_announced_is_left_and_an_empty_installation_has_nothing(app: Flask) -> None:
    assert forget_chunks_job() == 0
    strange = folder() / "parts" / str(uuid4())
    strange.mkdir(parents=True)
    (folder() / "parts" / "lost+found").mkdir()
    os.utime(strange, (0, 0))

    assert forget_chunks_job() == 0
    assert strange.exists()


# --- doctor -----------------------------------------------------------------------------------------------------


def checked() -> tuple[Check, float]:
    done: list[float] = []
    with reading() as session:
        found = check_attachments(
            session, files=wired().files, chance=SystemRandom(), advance=lambda _doing, part: done.append(part)
        )
    return found, sum(done)


def test_an_installation_without_photos_is_well(phone: Phone, told: dict) -> None:
    put(phone, told, 0, BODY[:CHUNK])

    check, done = checked()

    assert (check.ok, check.found, done) == (True, "还没有照片和语音", 0)


def test_all_of_few_are_opened(phone: Phone, told: dict) -> None:
    send(phone, told, BODY)

    check, done = checked()

    assert (check.ok, check.found, done) == (True, "共 1 个,全部检查,都能打开", 1)


def test_of_many_some_are_drawn_and_it_is_said(phone: Phone, told: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    send(phone, told, BODY)
    other = announced(BODY)
    phone.sync(report_with(other))
    send(phone, other, BODY)
    monkeypatch.setattr(doctor_attachments, "FEW", 1)

    assert checked()[0].found == "共 2 个,随机抽查 1 个,都能打开"


def test_what_is_gone_and_what_does_not_open_is_named_with_what_to_do(phone: Phone, told: dict) -> None:
    other = announced(BODY)
    phone.sync(report_with(other))
    for one in (told, other):
        send(phone, one, BODY)
    gone, hurt = (folder() / one["id"][-2:] / one["id"] for one in (told, other))
    gone.unlink()
    hurt.write_bytes(damaged(hurt.read_bytes()))

    check, _ = checked()

    assert not check.ok
    assert f"1 个文件不见了(990101-2026-000001 的 {told['id']})" in check.found
    assert f"1 个文件打不开(990101-2026-000002 的 {other['id']})" in check.found
    assert "备份" in check.found
    assert "文字和办理记录不受影响" in check.lost
