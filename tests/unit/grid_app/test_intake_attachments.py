"""The form dispute/2: what it refuses of attachments, when a voice stands for the sentence; dispute/1 stays."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from grid_app.errors import InvalidError
from grid_app.services.reports.content import parse_report
from tests.integration.intake_tools import CONTENT


def photo(**changes: Any) -> dict[str, Any]:
    made = {"id": str(uuid4()), "kind": "photo", "type": "image/jpeg", "bytes": 300_000, "sha256": "a" * 64}
    return made | changes


def voice(**changes: Any) -> dict[str, Any]:
    return photo(kind="voice", type="audio/webm", bytes=40_000) | changes


def parsed(**changes: Any):
    return parse_report(CONTENT | {"form": "dispute/2"} | changes, report_id=uuid4())


def refused(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidError) as refusal:
        parsed(**changes)
    assert "不会丢" in refusal.value.sentence
    return refusal.value.fields


@pytest.mark.parametrize(
    ("attachments", "field", "told"),
    [
        ([photo() for _ in range(7)], "attachments", "照片最多 6 份"),
        ([voice() for _ in range(4)], "attachments", "语音最多 3 份"),
        ([photo(bytes=2 * 1024 * 1024 + 1)], "attachments.0", "最多 2 MB"),
        ([voice(bytes=4 * 1024 * 1024 + 1)], "attachments.0.bytes", "最大是"),
        ([photo(bytes=0)], "attachments.0.bytes", "最小是 1"),
        ([photo(bytes="300")], "attachments.0.bytes", "不对"),
        ([photo(type="audio/webm")], "attachments.0", "格式不对"),
        ([photo(type="image/svg+xml")], "attachments.0.type", "不认识"),
        ([photo(kind="film")], "attachments.0.kind", "不认识"),
        ([photo(sha256="A" * 64)], "attachments.0.sha256", "不对"),
        ([photo(id="1")], "attachments.0.id", "编号"),
        ([photo(data="…")], "attachments.0.data", "没有这一项"),
        ([{}], "attachments.0.id", "缺少"),
        ("photo", "attachments", "列表"),
    ],
)
def test_what_cannot_be_announced_is_named(attachments: object, field: str, told: str) -> None:
    assert told in refused(attachments=attachments)[field]


def test_one_id_twice_in_a_report_is_refused() -> None:
    twice = photo()

    assert "同一个编号" in refused(attachments=[twice, twice])["attachments"]


@pytest.mark.parametrize("summary", ["", "  \n"])
@pytest.mark.parametrize("attachments", [[], [photo()]])
def test_nothing_said_and_nothing_spoken_is_refused(summary: str, attachments: list[dict[str, Any]]) -> None:
    assert "录一段语音" in refused(summary=summary, attachments=attachments)["summary"]


@pytest.mark.parametrize("village", ["12", "99010100120x", 7])
def test_a_phone_village_is_twelve_digits_or_nothing(village: object) -> None:
    assert "phone_village" in refused(phone_village=village)


@pytest.mark.parametrize("key", ["attachments", "phone_village"])
def test_the_first_form_knows_neither_attachments_nor_the_village_of_the_phone(key: str) -> None:
    assert "没有这一项" in refused(form="dispute/1", **{key: [] if key == "attachments" else ""})[key]


def test_a_voice_note_stands_for_the_sentence() -> None:
    spoken = parsed(summary="", attachments=[voice()], phone_village="990101001201")

    assert (spoken.summary, spoken.form, spoken.phone_village) == ("", "dispute/2", "990101001201")
    assert [one.kind for one in spoken.attachments] == ["voice"]


def test_six_photos_and_three_voice_notes_of_the_largest_size_are_announced() -> None:
    announced = [photo(bytes=2 * 1024 * 1024) for _ in range(6)] + [voice(bytes=4 * 1024 * 1024) for _ in range(3)]

    found = parsed(attachments=announced).attachments

    assert [one.id for one in found] == [UUID(one["id"]) for one in announced]


@pytest.mark.parametrize("form", ["dispute/1", "dispute/2"])
def test_both_forms_are_taken_for_ever(form: str) -> None:
    assert parsed(form=form).summary == CONTENT["summary"]
