"""What another process may ask of the push service: subscriptions of browsers of its own, faults, what arrived.

    POST /control/subscriptions {"count": 3, "vapid_key": ""}   -> a list as of PushSubscription.toJSON()
    POST /control/answers {"answers": [{"status": 429, "headers": {"Retry-After": "5"}}]}    to the next requests
    POST /control/mix {"seed": 7, "answers": [{"weight": 9, "status": 201, "keeps": true}, {"weight": 1, "cut": true}]}
    GET  /control/state                    -> {"requests": 4, "answers": {"201": 3, "cut": 1}, "refusals": [], ...}
    GET  /control/received?since=0         -> {"next": 3, "received": [{"path", "topic", "urgency", "payload"}, ...]}
    POST /control/forget {"path": "/push/..."}    ends a subscription: 404 from then on

An answer may have status, headers, hang_seconds, cut and keeps, as ``tests.push_receiver.Answer``.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.push_receiver import Answer

if TYPE_CHECKING:
    from tests.push_service.service import PushService


class Control:
    """The desk of the tests; the mix draws from its own seeded chance, so that a run can be repeated."""

    def __init__(self, service: PushService) -> None:
        self._service = service
        self._chance = random.Random(0)  # noqa: S311 - faults of a test, not a secret
        self._mix: list[tuple[float, Answer]] = []
        self._given: Counter[str] = Counter()

    def add_routes(self, router: web.UrlDispatcher) -> None:
        """Put the desk beside the service."""
        router.add_post("/control/subscriptions", self._subscriptions)
        router.add_post("/control/answers", self._answers)
        router.add_post("/control/mix", self._set_mix)
        router.add_post("/control/forget", self._forget)
        router.add_get("/control/state", self._state)
        router.add_get("/control/received", self._received)

    def mix(self, answers: list[tuple[float, Answer]], *, seed: int = 0) -> None:
        """Answer every well-formed request by weights from now on; an empty list ends it."""
        self._chance = random.Random(seed)  # noqa: S311 - as above
        self._mix = answers

    def drawn(self) -> Answer | None:
        """Return the answer that the mix draws, None when there is none or it draws a plain 201."""
        if not self._mix:
            return None
        weights = [weight for weight, _ in self._mix]
        answer = self._chance.choices([answer for _, answer in self._mix], weights)[0]
        return None if answer == Answer(201, keeps=True) else answer

    def note(self, answer: Answer) -> None:
        """Count an answer that was given."""
        kind = "hang" if answer.hang_seconds else "cut" if answer.cut else str(answer.status)
        self._given[kind] += 1

    async def _subscriptions(self, request: web.Request) -> web.Response:
        asked = await request.json()
        key = str(asked.get("vapid_key", ""))
        return web.json_response([self._service.subscription(key) for _ in range(int(asked.get("count", 1)))])

    async def _answers(self, request: web.Request) -> web.Response:
        asked = await request.json()
        self._service.answer_next(*(_answer_of(one) for one in asked["answers"]))
        return web.json_response({})

    async def _set_mix(self, request: web.Request) -> web.Response:
        asked = await request.json()
        answers = [(float(one.get("weight", 1)), _answer_of(one)) for one in asked["answers"]]
        self.mix(answers, seed=int(asked.get("seed", 0)))
        return web.json_response({})

    async def _forget(self, request: web.Request) -> web.Response:
        self._service.forget((await request.json())["path"])
        return web.json_response({})

    async def _state(self, _request: web.Request) -> web.Response:
        service = self._service
        return web.json_response(
            {
                "requests": service.requests,
                "answers": dict(self._given),
                "refusals": service.refusals,
                "deliveries": len(service.deliveries),
                "acknowledged": service.firefoxes.acknowledged,
            }
        )

    async def _received(self, request: web.Request) -> web.Response:
        since = int(request.query.get("since", "0"))
        found = self._service.deliveries[since:]
        received = [
            {
                "path": one.path,
                "topic": one.headers.get("Topic", ""),
                "urgency": one.headers.get("Urgency", ""),
                "payload": json.loads(one.payload),
            }
            for one in found
        ]
        return web.json_response({"next": since + len(found), "received": received})


def _answer_of(asked: Mapping[str, Any]) -> Answer:
    return Answer(
        status=int(asked.get("status", 201)),
        headers={str(name): str(value) for name, value in asked.get("headers", {}).items()},
        hang_seconds=float(asked.get("hang_seconds", 0)),
        cut=bool(asked.get("cut", False)),
        keeps=bool(asked.get("keeps", False)),
    )
