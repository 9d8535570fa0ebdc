"""What every outbox must do, whatever it is made of.

A subclass says how to make an empty outbox and how to put a message into it; everything else goes through the
port, so that the same suite holds the fake and the database to one law.
"""

from datetime import UTC, datetime, timedelta

import pytest

from notifications.messages import Gone, Message, Outcome, PushTarget, Refused, RetryLater, Sent
from notifications.ports import Claimed, LeaseLostError, Outbox

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LEASE = timedelta(minutes=10)
FAR_AHEAD = NOW + timedelta(days=365)
LATER = RetryLater(None, "500", "The push service asks to wait.")


def a_target() -> PushTarget:
    return PushTarget(endpoint="https://updates.push.services.mozilla.com/wpush/v2/x", p256dh="p", auth="a")


def a_message(key: str = "escalation-1") -> Message:
    return Message(key, "请确认收到：2026-1（红色）", "云岭村，土地。", "/escalations/1", "high", 3600)


class OutboxContract:
    """The suite; a subclass named ``Test...`` gives the two methods below."""

    channel = "recording"

    def make_outbox(self) -> Outbox:
        """Return an empty outbox."""
        raise NotImplementedError

    def enqueue(self, outbox: Outbox, message: Message, target: PushTarget, *, due_at: datetime) -> None:
        """Put a message for ``self.channel`` into the outbox."""
        raise NotImplementedError

    def _outbox_with(self, *keys: str, due_at: datetime = NOW) -> Outbox:
        outbox = self.make_outbox()
        for key in keys:
            self.enqueue(outbox, a_message(key), a_target(), due_at=due_at)
        return outbox

    def _claim(self, outbox: Outbox, now: datetime = NOW, *, limit: int = 10, worker: str = "a") -> list[Claimed]:
        return list(outbox.claim(now, limit=limit, lease=LEASE, worker=worker))

    def test_a_second_worker_cannot_claim_what_is_held(self) -> None:
        outbox = self._outbox_with("one", "two", "three")
        first = self._claim(outbox, limit=2)

        second = self._claim(outbox, worker="b")

        assert sorted(c.message.key for c in [*first, *second]) == ["one", "three", "two"]
        assert len({c.id for c in [*first, *second]}) == 3
        assert self._claim(outbox, worker="c") == []

    def test_the_same_worker_cannot_claim_twice(self) -> None:
        outbox = self._outbox_with("one")
        self._claim(outbox)

        assert self._claim(outbox) == []

    def test_a_stale_token_cannot_record(self) -> None:
        outbox = self._outbox_with("one")
        (stale,) = self._claim(outbox)
        after = NOW + LEASE
        (fresh,) = self._claim(outbox, after, worker="b")

        with pytest.raises(LeaseLostError):
            outbox.record(stale, Sent("x"), now=after, retry_at=None)

        outbox.record(fresh, LATER, now=after, retry_at=after + timedelta(hours=1))
        assert [c.message.key for c in self._claim(outbox, after + timedelta(hours=1))] == ["one"]

    def test_an_end_cannot_be_recorded_twice(self) -> None:
        outbox = self._outbox_with("one")
        (claimed,) = self._claim(outbox)
        outbox.record(claimed, Sent("x"), now=NOW, retry_at=None)

        with pytest.raises(LeaseLostError):
            outbox.record(claimed, LATER, now=NOW, retry_at=NOW)

        assert self._claim(outbox, FAR_AHEAD) == []

    def test_nothing_is_claimed_before_it_is_due(self) -> None:
        outbox = self._outbox_with("one", due_at=NOW + timedelta(minutes=5))

        assert self._claim(outbox) == []
        assert len(self._claim(outbox, NOW + timedelta(minutes=5))) == 1

    def test_no_more_is_claimed_than_the_limit(self) -> None:
        outbox = self._outbox_with("one", "two", "three")

        assert len(self._claim(outbox, limit=2)) == 2

    def test_a_claim_carries_what_was_put_in(self) -> None:
        outbox = self._outbox_with("one")

        (claimed,) = self._claim(outbox)

        assert (claimed.message, claimed.target) == (a_message("one"), a_target())
        assert (claimed.channel, claimed.tries) == (self.channel, 1)
        assert claimed.id
        assert claimed.lease_token

    def test_a_lapsed_lease_is_reclaimed_under_a_new_token(self) -> None:
        outbox = self._outbox_with("one")
        (first,) = self._claim(outbox)

        assert self._claim(outbox, NOW + LEASE - timedelta(seconds=1), worker="b") == []
        (second,) = self._claim(outbox, NOW + LEASE, worker="b")

        assert second.id == first.id
        assert second.lease_token != first.lease_token
        assert second.tries == 2

    def test_a_failure_backs_off_and_counts_its_tries(self) -> None:
        outbox = self._outbox_with("one")
        (claimed,) = self._claim(outbox)
        retry_at = NOW + timedelta(minutes=1)

        outbox.record(claimed, LATER, now=NOW, retry_at=retry_at)

        assert self._claim(outbox, retry_at - timedelta(seconds=1)) == []
        (again,) = self._claim(outbox, retry_at)
        assert (again.id, again.tries) == (claimed.id, 2)

    @pytest.mark.parametrize(
        "outcome",
        [Sent("x"), Sent(""), Gone("410"), Refused("400", "The push service does not accept it."), LATER],
        ids=["sent", "sent-without-a-name", "gone", "refused", "given-up"],
    )
    def test_an_end_is_final(self, outcome: Outcome) -> None:
        outbox = self._outbox_with("one")
        (claimed,) = self._claim(outbox)

        outbox.record(claimed, outcome, now=NOW, retry_at=None)

        assert self._claim(outbox, FAR_AHEAD) == []

    def test_an_end_leaves_the_other_messages_alone(self) -> None:
        outbox = self._outbox_with("one", "two")
        first, _second = self._claim(outbox)

        outbox.record(first, Refused("400", ""), now=NOW, retry_at=None)

        left = self._claim(outbox, NOW + LEASE)
        assert len(left) == 1
        assert left[0].id != first.id

    def test_draining_ends(self) -> None:
        outbox = self._outbox_with(*(f"key-{number}" for number in range(25)))
        now, seen, batches = NOW, [], 0

        while (batch := self._claim(outbox, now, limit=4)) and batches < 100:
            batches += 1
            for claimed in batch:
                seen.append(claimed.message.key)
                failed_once = claimed.tries == 1 and claimed.message.key.endswith("3")
                outbox.record(
                    claimed,
                    LATER if failed_once else Sent("x"),
                    now=now,
                    retry_at=now if failed_once else None,
                )

        assert batches < 100
        assert len(set(seen)) == 25
        assert len(seen) == 25 + 3
        assert self._claim(outbox, FAR_AHEAD) == []
