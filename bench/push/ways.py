"""The ways of sending that are compared: a bare loop, our channel, and the outbox on each database, in turns."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from statistics import median
from uuid import UUID

import requests
from flask import Flask
from pywebpush import webpush

from bench.push.receiver import Subscription
from bench.push.world import SUBJECT, message, put_all
from grid_app.jobs.delivery import send_due_messages
from notifications.channels.webpush import WebPushChannel
from notifications.endpoints import HostRule
from notifications.messages import Sent
from notifications.vapid import VapidKeys, new_keypair
from tests.push_receiver import target_of

Way = Callable[[], float]
"""Sends the messages once and returns the seconds that took."""


def bare(info: Subscription, keys: VapidKeys, session: requests.Session | None, count: int) -> Way:
    """Return the loop a newcomer writes; with a session it is as quick as pywebpush can be made from outside."""

    def send_all() -> float:
        began = time.perf_counter()
        for number in range(count):
            one = message(number)
            shown = {"title": one.title, "body": one.body, "url": one.url, "tag": one.key}
            webpush(
                info,
                json.dumps(shown),
                keys.private_b64url,
                {"sub": SUBJECT},
                ttl=3600,
                timeout=10,
                requests_session=session,
            )
        return time.perf_counter() - began

    return send_all


def encrypt_and_sign(info: Subscription, keys: VapidKeys, count: int) -> Way:
    """Return what remains of the bare loop when nothing is posted."""

    def make_all() -> float:
        began = time.perf_counter()
        for number in range(count):
            body = message(number).body
            webpush(info, body, keys.private_b64url, {"sub": SUBJECT}, ttl=3600, timeout=10, curl=True)
        return time.perf_counter() - began

    return make_all


def by_channel(channel: WebPushChannel, info: Subscription, count: int) -> Way:
    """Return a loop over our channel, one message after the other."""
    target = target_of(info)

    def send_all() -> float:
        began = time.perf_counter()
        for number in range(count):
            outcome = channel.send(target, message(number))
            assert isinstance(outcome, Sent), outcome
        return time.perf_counter() - began

    return send_all


def by_outbox(app: Flask, devices: Sequence[UUID]) -> Way:
    """Return the whole way: claimed from the table, sent, and recorded in it."""

    def send_all() -> float:
        with app.app_context():
            put_all(devices)
            began = time.perf_counter()
            report = send_due_messages()
            seconds = time.perf_counter() - began
        assert report.sent == len(devices), report
        return seconds

    return send_all


def rates(ways: dict[str, Way], count: int, rounds: int) -> dict[str, float]:
    """Return the median rate of each way in messages a second; they take turns, so that noise disturbs all alike."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, way in ways.items():
            found[name].append(count / way())
    return {name: round(median(each), 1) for name, each in found.items()}


def plain_ways(info: Subscription, session: requests.Session, count: int) -> dict[str, Way]:
    """Return the ways without a database."""
    keys = new_keypair()
    channel = WebPushChannel(keys.private_pem, SUBJECT, allowed_hosts=HostRule(allow_loopback=True))
    return {
        "encrypt and sign alone": encrypt_and_sign(info, keys, count),
        "bare webpush()": bare(info, keys, None, count),
        "bare webpush(), kept connection": bare(info, keys, session, count),
        "WebPushChannel.send": by_channel(channel, info, count),
    }
