"""Words that watch or hold people: refused in names, told to the writer in free text, left alone in a quotation."""

from __future__ import annotations

import pytest

from grid_app.errors import InvalidError
from grid_app.services.control_words import WORDS, control_words_in, refuse_control_words


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_refused_in_a_name(word: str):
    with pytest.raises(InvalidError, match="名称") as refused:
        refuse_control_words({"name": f"春节前{word}排查"})

    assert "不能有" in refused.value.fields["name"]


@pytest.mark.parametrize("written", ["稳 控", "稳-控", "稳\n控", "稳・控"])
def test_spaces_and_marks_do_not_hide_a_word(written: str):
    assert control_words_in(f"要{written}") == ("稳控",)


def test_quotation_marks_do_not_help_a_name():
    with pytest.raises(InvalidError):
        refuse_control_words({"name": "“重点人员”台账"})


def test_what_a_resident_said_is_a_record():
    assert control_words_in("来访人说:「村里说我是上访户」,要求澄清") == ()
    assert control_words_in("来访人说“没人挑头”,但值班记录写了稳控") == ("稳控",)


@pytest.mark.parametrize(
    "plain",
    [
        "清明前水渠纠纷排查",
        "农民工工资专项排查",
        "重点领域排查",
        "重点地点走访",
        "控制施工噪音",
        "稳定供水",
        "京东快递柜占道",
    ],
)
def test_plain_names_pass(plain: str):
    refuse_control_words({"name": plain})

    assert control_words_in(plain) == ()
