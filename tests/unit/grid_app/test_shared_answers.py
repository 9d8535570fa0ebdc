"""One answer for all who ask while another is being made, never one that was begun before the question."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from grid_app.adapters.shared_answers import SharedAnswers

PATIENCE_SECONDS = 20


class Slow:
    """Builds numbers, the first one only when it may."""

    def __init__(self) -> None:
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.number = 0

    def __call__(self) -> int:
        self.number += 1
        made = self.number
        if made == 1:
            self.begun.set()
            assert self.may_end.wait(PATIENCE_SECONDS)
        return made


def wait_until_asking(answers: SharedAnswers, number: int) -> None:
    waiting = threading.Event()
    for _ in range(PATIENCE_SECONDS * 100):
        if answers._turns["list"].asking == number:
            return
        waiting.wait(0.01)
    raise AssertionError


def test_who_asks_meanwhile_shares_the_next_answer_and_not_the_one_begun_before():
    answers, build = SharedAnswers(), Slow()
    with ThreadPoolExecutor(6) as pool:
        first = pool.submit(answers, "list", build)
        assert build.begun.wait(PATIENCE_SECONDS)
        later = [pool.submit(answers, "list", build) for _ in range(4)]
        other = pool.submit(answers, "another list", lambda: 99)
        assert other.result(PATIENCE_SECONDS) == 99
        wait_until_asking(answers, 5)
        build.may_end.set()

        assert first.result(PATIENCE_SECONDS) == 1
        assert [one.result(PATIENCE_SECONDS) for one in later] == [2, 2, 2, 2]
    assert answers._turns == {}


def test_an_answer_that_cannot_be_made_is_nobody_elses():
    answers = SharedAnswers()

    with pytest.raises(ValueError, match="broken"):
        answers("list", lambda: int("broken"))

    assert [answers("list", lambda: 1), answers("list", lambda: 2)] == [1, 2]
