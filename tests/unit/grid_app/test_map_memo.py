"""Of equal questions at once one is asked; others never wait for it; a failure is nobody else's."""

from __future__ import annotations

import threading

import pytest

from grid_app.adapters import map_memo
from grid_app.adapters.map_memo import Memo

ASKING = 40


def together(number, ask):
    """Let so many threads ask at once; return what each got."""
    found, start = [], threading.Barrier(number)

    def one(at):
        start.wait()
        found.append(ask(at))

    threads = [threading.Thread(target=one, args=(at,)) for at in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_equal_questions_at_once_one_is_asked():
    memo, asked = Memo(most=10), []

    def build():
        asked.append(threading.get_ident())
        return len(asked)

    assert together(ASKING, lambda _at: memo("same", build, seconds=3_600)) == [1] * ASKING
    assert len(asked) == 1


def test_another_question_does_not_wait_for_one_that_is_being_answered():
    memo, begun, go_on = Memo(most=10), threading.Event(), threading.Event()

    def slow():
        begun.set()
        assert go_on.wait(60)
        return "slow"

    first = threading.Thread(target=memo, args=("slow", slow), kwargs={"seconds": 1})
    first.start()
    assert begun.wait(60)
    other = memo("quick", lambda: "quick", seconds=1)
    still_asked = first.is_alive()
    go_on.set()
    first.join()

    assert (other, still_asked) == ("quick", True)


def test_a_failure_is_told_to_who_asked_and_the_next_asks_anew():
    memo, asked = Memo(most=10), []

    def build():
        asked.append(1)
        if len(asked) == 1:
            raise LookupError("not now")
        return "found"

    with pytest.raises(LookupError):
        memo("key", build, seconds=3_600)

    assert [memo("key", build, seconds=3_600) for _ in range(2)] == ["found", "found"]
    assert len(asked) == 2


def test_what_is_kept_ends_by_time_and_by_number(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(map_memo.time, "monotonic", lambda: now[0])
    memo, asked = Memo(most=2), []

    def ask(key, seconds=1.0, takes=0.0):
        def build():
            asked.append(key)
            now[0] += takes
            return key

        return memo(key, build, seconds=seconds)

    ask("quick"), ask("quick"), ask("long", takes=0.5)
    now[0] += 2
    ask("quick"), ask("long")
    now[0] += 10
    ask("long"), ask("never", seconds=0), ask("never", seconds=0)
    ask("one"), ask("two"), ask("three"), ask("three"), ask("one")

    assert asked == ["quick", "long", "quick", "long", "never", "never", "one", "two", "three", "one"]
