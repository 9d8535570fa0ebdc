"""Personal numbers in free text: what is masked and what stays."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grid_app.queries.masking import mask_name, mask_phone, mask_text

# The example number of GB 11643-1999 and the card number with which ISO/IEC 7812-1 texts show the Luhn digit.
ID_EXAMPLE = "11010519491231002X"
CARD_EXAMPLE = "4992739871600000"


@pytest.mark.parametrize(
    "text",
    [
        "欠租 13800 元",
        "编号110105194912310021",  # a wrong check character
        "案号 990101-2026-000123",
        "订单号1234567890123456",  # a wrong Luhn digit
        "0000000000000000",
        "2026-11-20 09:30:00",
        "电话 0736-7212345",
        "138123456789",  # twelve digits are no mobile number
        "经度111.1234567890123",
        "",
    ],
)
def test_other_figures_stay_as_they_are(text: str) -> None:
    assert mask_text(text).text == text
    assert mask_text(text).kinds == ()


@pytest.mark.parametrize(
    ("text", "masked", "kind"),
    [
        ("电话13812345678。", "电话138****5678。", "mobile"),
        ("打138 1234 5678", "打138****5678", "mobile"),
        ("打138-1234-5678", "打138****5678", "mobile"),
        ("打１３８１２３４５６７８", "打138****5678", "mobile"),
        (f"证号{ID_EXAMPLE}的人", "证号110***********002X的人", "id_number"),
        (f"证号{ID_EXAMPLE.lower()}", "证号110***********002x", "id_number"),
        ("110105 19491231 002X", "110***********002X", "id_number"),
    ],
)
def test_a_personal_number_is_masked_however_it_is_written(text: str, masked: str, kind: str) -> None:
    found = mask_text(text)

    assert (found.text, found.kinds) == (masked, (kind,))


def test_a_bank_card_keeps_its_last_four_figures_only() -> None:
    digits = "622202000000000000"
    check = next(str(last) for last in range(10) if mask_text(digits + str(last)).kinds)

    found = mask_text(f"打到 {digits}{check} 这张卡")

    assert found.text == f"打到 {'*' * 15}000{check} 这张卡"
    assert found.kinds == ("bank_card",)


def test_several_numbers_in_one_text_are_all_masked() -> None:
    found = mask_text(f"甲13812345678,乙13987654321,证{ID_EXAMPLE}")

    assert found.text == "甲138****5678,乙139****4321,证110***********002X"
    assert found.kinds == ("id_number", "mobile")


@given(st.text(alphabet="0123456789 -xX+电话", max_size=60))
def test_masking_is_stable_and_never_lengthens(text: str) -> None:
    once = mask_text(text).text

    assert len(once) <= len(text)
    assert mask_text(once).text == once


def test_short_phones_and_names_give_nothing_away() -> None:
    assert mask_phone("13812345678") == "138****5678"
    assert mask_phone("12345") == "****"
    assert (mask_name("张三丰"), mask_name("")) == ("张**", "")
