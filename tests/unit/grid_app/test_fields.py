"""Field encryption: a value is bound to its place, names its key, and a household is never joined across matters."""

from __future__ import annotations

import base64

import pytest

from grid_app.security.fields import FieldCipher, FieldCipherError, parse_field_keys

ONE, TWO = b"1" * 32, b"2" * 32


@pytest.fixture
def cipher() -> FieldCipher:
    return FieldCipher({1: ONE})


@pytest.mark.parametrize("keys", [{}, {1: b"short"}, {1: ONE, 2: b"x" * 31}])
def test_keys_of_a_wrong_length_are_refused(keys):
    with pytest.raises(FieldCipherError):
        FieldCipher(keys)


@pytest.mark.parametrize("text", ["", "1", "1:", "x:" + base64.b64encode(ONE).decode(), "1:not base64!"])
def test_a_text_that_is_no_key_is_refused(text):
    with pytest.raises(FieldCipherError):
        FieldCipher(parse_field_keys(text))


def test_a_value_moved_to_another_row_cannot_be_read(cipher):
    sealed = cipher.encrypt("张三", context="parties.name:1")

    with pytest.raises(FieldCipherError):
        cipher.decrypt(sealed, context="parties.name:2")
    with pytest.raises(FieldCipherError):
        cipher.decrypt(sealed, context="parties.phone:1")


def test_a_changed_value_cannot_be_read(cipher):
    number, _, body = cipher.encrypt("张三", context="c").partition(".")
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1

    with pytest.raises(FieldCipherError):
        cipher.decrypt(f"{number}.{base64.b64encode(bytes(raw)).decode()}", context="c")


@pytest.mark.parametrize("stored", ["", "k2.AAAA", "plain text", "kx.AAAA"])
def test_a_value_of_an_unknown_key_says_so(cipher, stored):
    with pytest.raises(FieldCipherError):
        cipher.decrypt(stored, context="c")


def test_the_clear_text_comes_back_and_is_not_in_the_stored_one(cipher):
    sealed = cipher.encrypt("13800001234", context="c")

    assert cipher.decrypt(sealed, context="c") == "13800001234"
    assert "1380000" not in sealed
    assert sealed != cipher.encrypt("13800001234", context="c")


def test_old_values_stay_readable_after_a_new_key_and_new_ones_use_it(cipher):
    old = cipher.encrypt("旧", context="c")
    rotated = FieldCipher({1: ONE, 2: TWO})

    assert rotated.decrypt(old, context="c") == "旧"
    assert rotated.encrypt("新", context="c").startswith("k2.")


def test_a_household_is_comparable_inside_one_issue_and_nowhere_else(cipher):
    label = cipher.household_label("household-7", issue="云岭村/0701")

    assert label == cipher.household_label("household-7", issue="云岭村/0701")
    assert label != cipher.household_label("household-7", issue="柳湾村/0701")
    assert label != cipher.household_label("household-7", issue="云岭村/0301")
    assert label != cipher.household_label("household-8", issue="云岭村/0701")
    assert "household" not in label


def test_a_household_keeps_its_label_when_a_key_is_added(cipher):
    rotated = FieldCipher({1: ONE, 2: TWO})

    assert rotated.household_label("h", issue="i") == cipher.household_label("h", issue="i")


def test_the_written_form_of_keys_is_read():
    text = f"1:{base64.b64encode(ONE).decode()}, 2:{base64.b64encode(TWO).decode()}"

    assert parse_field_keys(text) == {1: ONE, 2: TWO}
