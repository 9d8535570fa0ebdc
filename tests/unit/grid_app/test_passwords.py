"""Passwords: weak ones are named, generated ones can be typed, hashes tell nothing."""

from __future__ import annotations

import pytest

from grid_app.security.passwords import hash_password, new_password, password_matches, weakness


@pytest.mark.parametrize("password", ["", "Aa1", "Aa1-xyz"])
def test_a_short_password_is_weak(password):
    assert "8 位" in weakness(password)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "12345678", "abcdefg1", "ABCDEFG1", "AAAAaaaa"])
def test_a_password_of_one_or_two_kinds_is_weak(password):
    assert "三种" in weakness(password)


@pytest.mark.parametrize("password", ["Abcdefg1", "abc-1234", "ABC-1234", "Abc-defg", "Äöü-1234"])
def test_three_kinds_of_four_are_enough(password):
    assert weakness(password) == ""


def test_generated_passwords_are_strong_differ_and_have_no_look_alikes():
    made = {new_password() for _ in range(200)}

    assert len(made) == 200
    assert all(weakness(password) == "" and len(password) == 12 for password in made)
    assert not set("".join(made)) & set("0O1lIi")


def test_the_same_password_has_another_hash_each_time():
    first, second = hash_password("Quiet-River-3"), hash_password("Quiet-River-3")

    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert password_matches(first, "Quiet-River-3")
    assert not password_matches(first, "quiet-river-3")


@pytest.mark.parametrize("stored", ["", "plain", "$argon2id$broken", "$2b$12$x"])
def test_a_broken_hash_matches_nothing(stored):
    assert not password_matches(stored, "")
    assert not password_matches(stored, stored)
