"""The push service of the tests relays to Firefox, keeps what waits, and misbehaves as it is told."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from aiohttp import ClientSession, WSMsgType
from cryptography.hazmat.primitives.asymmetric import ec

from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import Message, Outcome, RetryLater, Sent
from notifications.vapid import keypair_of, new_keypair
from tests.push_receiver import Answer, BrowserKeys, target_of
from tests.push_service.checks import b64, unb64
from tests.push_service.service import PushService

KEYS = new_keypair()
PUBLIC = keypair_of(KEYS.private_pem).public_b64url


def talked(conversation):
    """Return what a conversation ends with, on a thread of its own: a browser of tests may keep a loop on this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, conversation).result(timeout=60)


@pytest.fixture
def service():
    with PushService() as running:
        yield running


@pytest.fixture
def channel():
    rule = HostRule(hosts=(), allow_loopback=True)
    return WebPushChannel(KEYS.private_pem, "mailto:duty@example.org", allowed_hosts=rule, timeout_seconds=5)


def message(key="e1", **change) -> Message:
    return Message(
        **{"key": key, "title": "t", "body": "b", "url": "/", "urgency": "high", "ttl_seconds": 60, **change}
    )


class Firefox:
    """What Firefox says on its line, said by hand."""

    def __init__(self, socket, keys: BrowserKeys) -> None:
        self.socket = socket
        self.keys = keys

    async def hello(self, uaid: str = "") -> str:
        await self.socket.send_json({"messageType": "hello", "use_webpush": True, "uaid": uaid})
        return (await self.socket.receive_json())["uaid"]

    async def register(self) -> dict[str, object]:
        await self.socket.send_json({"messageType": "register", "channelID": "c1", "key": PUBLIC})
        endpoint = (await self.socket.receive_json())["pushEndpoint"]
        keys = {"p256dh": b64(self.keys.public_point), "auth": b64(self.keys.auth)}
        return {"endpoint": endpoint, "keys": keys}

    async def read(self) -> bytes:
        told = await self.socket.receive_json(timeout=60)
        await self.socket.send_json({"messageType": "ack", "updates": [{"version": told["version"], "code": 100}]})
        return self.keys.decrypt(unb64(told["data"]))


def new_keys() -> BrowserKeys:
    return BrowserKeys(ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef")


async def _in_thread(channel: WebPushChannel, target, *messages: Message) -> list[Outcome]:
    return [await asyncio.to_thread(channel.send, target, one) for one in messages]


def test_firefox_gets_what_was_sealed_for_it(service: PushService, channel: WebPushChannel):
    async def talk() -> bytes:
        async with ClientSession() as line, line.ws_connect(service.websocket) as socket:
            firefox = Firefox(socket, new_keys())
            await firefox.hello()
            target = target_of(await firefox.register())
            await _in_thread(channel, target, message())
            return await firefox.read()

    assert b'"title":"t"' in talked(talk())


def test_what_a_sleeping_firefox_missed_waits_and_one_topic_keeps_the_newest(
    service: PushService, channel: WebPushChannel
):
    async def talk() -> tuple[list[bytes], str, str]:
        keys = new_keys()
        async with ClientSession() as line:
            async with line.ws_connect(service.websocket) as socket:
                firefox = Firefox(socket, keys)
                uaid = await firefox.hello()
                target = target_of(await firefox.register())
            await _in_thread(channel, target, message(body="old"), message(body="new"), message("e2", body="other"))
            async with line.ws_connect(service.websocket) as socket:
                again = Firefox(socket, keys)
                same = await again.hello(uaid)
                return [await again.read(), await again.read()], uaid, same

    read, first, second = talked(talk())

    assert first == second
    assert [b"new" in read[0], b"other" in read[1]] == [True, True]


def test_only_the_key_that_firefox_subscribed_with_may_post(service: PushService):
    stranger = WebPushChannel(
        new_keypair().private_pem, "mailto:duty@example.org", allowed_hosts=HostRule(hosts=(), allow_loopback=True)
    )

    async def talk() -> None:
        async with ClientSession() as line, line.ws_connect(service.websocket) as socket:
            firefox = Firefox(socket, new_keys())
            await firefox.hello()
            await _in_thread(stranger, target_of(await firefox.register()), message())

    talked(talk())

    assert service.refusals == ["the subscription belongs to another key"]


def test_a_firefox_that_was_forgotten_is_hung_up_on_and_gets_a_new_name(service: PushService):
    async def talk() -> tuple[str, str]:
        async with ClientSession() as line:
            async with line.ws_connect(service.websocket) as socket:
                first = await Firefox(socket, new_keys()).hello()
                await asyncio.to_thread(service.run, service.firefoxes.forget_all())
                assert (await socket.receive(timeout=60)).type is WSMsgType.CLOSE
            async with line.ws_connect(service.websocket) as socket:
                return first, await Firefox(socket, new_keys()).hello(first)

    first, second = talked(talk())

    assert first != second


def test_a_cut_answer_may_have_taken_the_message_all_the_same(service: PushService, channel: WebPushChannel):
    service.answer_next(Answer(201, cut=True, keeps=True), Answer(201, cut=True), Answer(500))
    target = target_of(service.subscription(PUBLIC))

    outcomes = [channel.send(target, message(f"e{number}")) for number in range(4)]

    assert [type(outcome) for outcome in outcomes] == [RetryLater, RetryLater, RetryLater, Sent]
    assert [one["tag"] for one in service.received] == ["e0", "e3"]


def test_a_mix_of_answers_is_the_same_for_the_same_seed(service: PushService, channel: WebPushChannel):
    target, seen = target_of(service.subscription()), []
    mix = [(1.0, Answer(201, keeps=True)), (1.0, Answer(429)), (1.0, Answer(410))]
    for _ in range(2):
        service.control.mix(mix, seed=5)
        seen.append([type(channel.send(target, message())).__name__ for _ in range(12)])

    assert seen[0] == seen[1]
    assert len(set(seen[0])) == 3


def test_it_runs_as_a_process_of_its_own_and_is_asked_over_http():
    with subprocess.Popen([sys.executable, "-m", "tests.push_service"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        origin = process.stdout.readline().split()[1]
        made = requests.post(f"{origin}/control/subscriptions", json={"count": 2}, timeout=60).json()
        requests.post(f"{origin}/control/answers", json={"answers": [{"status": 413}]}, timeout=60)
        rule = HostRule(hosts=(), allow_loopback=True)
        sender = WebPushChannel(KEYS.private_pem, "mailto:duty@example.org", allowed_hosts=rule)
        for subscription in made:
            sender.send(target_of(subscription), message())
        state = requests.get(f"{origin}/control/state", timeout=60).json()
        received = requests.get(f"{origin}/control/received", timeout=60).json()
        process.send_signal(signal.SIGTERM)
        ended = process.wait(60)

    assert (state["answers"], state["deliveries"]) == ({"413": 1, "201": 1}, 1)
    assert (received["next"], received["received"][0]["payload"]["title"]) == (1, "t")
    assert ended == 0
