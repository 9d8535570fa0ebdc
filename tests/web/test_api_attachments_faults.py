"""Uploads under faults, on both databases: a server that dies at any moment, a full disk, lost chunks, two tabs."""

from __future__ import annotations

import errno
import os

import pytest
from flask import Flask

from grid_app.adapters import attachment_files
from grid_app.adapters.attachment_files import PreparedFile
from tests.web.api_phone import Phone
from tests.web.attachments import CHUNK, announced, damaged, files_of, made, put, report_with, send, send_rest, state
from tests.world import World

BODY = made()


@pytest.fixture
def phone(app: Flask, app_world: World) -> Phone:
    return Phone(app, app_world, "grid_worker")


@pytest.fixture
def told(phone: Phone) -> dict:
    """Announce ``BODY`` by a stored report."""
    photo = announced(BODY)
    assert phone.sync(report_with(photo))[0]["outcome"] == "accepted"
    return photo


class Killed(BaseException):
    """Stands for the end of the process: nothing of ours catches it."""


def die(*_: object, **__: object) -> None:
    raise Killed


@pytest.mark.parametrize("last", [False, True])
@pytest.mark.parametrize("moment", ["before the disk", "before the rename", "after the rename"])
def test_a_server_that_dies_at_any_moment_loses_one_chunk_at_most(
    phone: Phone, told: dict, monkeypatch: pytest.MonkeyPatch, moment: str, last: bool
) -> None:
    before = 2 * CHUNK if last else CHUNK
    for offset in range(0, before, CHUNK):
        put(phone, told, offset, BODY[offset : offset + CHUNK])
    with monkeypatch.context() as patch:
        patch.setattr(PreparedFile, "drop", lambda _: None)  # a dead process clears nothing up
        if moment == "before the disk":
            patch.setattr(attachment_files.os, "fsync", die)
        elif moment == "before the rename":
            patch.setattr(PreparedFile, "put", die)
        else:
            patch.setattr(attachment_files, "_sync_folder", die)
        with pytest.raises(Killed):
            put(phone, told, before, BODY[before : before + CHUNK])

    assert state(phone, told)["received"] == before
    assert state(phone, told)["complete"] is False
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


def test_what_a_dead_server_left_is_gone_when_the_attachment_is_complete(
    phone: Phone, told: dict, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(PreparedFile, "drop", lambda _: None)
        patch.setattr(PreparedFile, "put", die)
        with pytest.raises(Killed):
            put(phone, told, 0, BODY[:CHUNK])
    assert [path.suffix for path in files_of(app)] == [".waiting"]

    send(phone, told, BODY)

    assert [path.name for path in files_of(app)] == [told["id"]]


def test_a_full_disk_is_said_and_nothing_is_counted(
    phone: Phone, told: dict, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(phone, told, 0, BODY[:CHUNK])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(attachment_files.os, "fsync", full)
        answer = put(phone, told, CHUNK, BODY[CHUNK : 2 * CHUNK])

    assert (answer.status_code, answer.json["code"], answer.json["received"]) == (503, "not_stored", CHUNK)
    assert "不会丢" in answer.json["detail"]
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"


@pytest.mark.parametrize("harm", ["gone", "changed", "empty"])
def test_a_chunk_that_the_disk_lost_is_found_out_and_asked_for_again(
    phone: Phone, told: dict, app: Flask, harm: str
) -> None:
    put(phone, told, 0, BODY[:CHUNK])
    part = files_of(app)[0]
    if harm == "gone":
        part.unlink()
    else:
        part.write_bytes(b"" if harm == "empty" else damaged(part.read_bytes()))

    answer = put(phone, told, CHUNK, BODY[CHUNK:])

    assert (answer.json["code"], answer.json["received"]) == ("damaged", 0)
    assert send(phone, told, BODY)["outcome"] == "accepted"


def test_two_tabs_that_send_the_same_chunk_are_counted_once(
    phone: Phone, told: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = []
    prepared = attachment_files.SealedAttachmentFiles.prepare_part

    def another_tab_first(files, *arguments):
        monkeypatch.setattr(attachment_files.SealedAttachmentFiles, "prepare_part", prepared)
        answers.append(put(phone, told, 0, BODY[:CHUNK]).json["received"])
        return prepared(files, *arguments)

    monkeypatch.setattr(attachment_files.SealedAttachmentFiles, "prepare_part", another_tab_first)

    late = put(phone, told, 0, BODY[:CHUNK])

    assert answers == [CHUNK]
    assert (late.status_code, late.json["received"]) == (409, CHUNK)
    assert send_rest(phone, told, BODY)["outcome"] == "accepted"
