"""The outbox that tests use obeys the law of the port."""

from datetime import datetime

from notifications.messages import Message, PushTarget
from notifications.ports import Outbox
from tests.contracts.outbox_contract import OutboxContract
from tests.fakes import MemoryOutbox


class TestMemoryOutbox(OutboxContract):
    def make_outbox(self) -> Outbox:
        return MemoryOutbox()

    def enqueue(self, outbox: Outbox, message: Message, target: PushTarget, *, due_at: datetime) -> None:
        assert isinstance(outbox, MemoryOutbox)
        outbox.put(message, target, channel=self.channel, due_at=due_at)
