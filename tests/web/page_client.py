"""A client of the sync protocol that was written from docs/sync-protocol.md alone, with Python's own library.

It imports nothing of the office. ``line`` carries one request and may lose its answer, as a telephone does.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any
from uuid import uuid4

from tests.web import page_crypto

Line = Callable[[str, str, dict[str, str], bytes], tuple[int, bytes]]
TRIES = 5


def canonical(value: Any) -> str:
    """Return the RFC 8785 form."""
    if isinstance(value, dict):
        names = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(f"{canonical(name)}:{canonical(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if isinstance(value, float):
        return _number(value)
    return json.dumps(value, ensure_ascii=False)


def _number(value: float) -> str:
    """Write a number as ECMAScript does."""
    if value == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    text, point = "".join(map(str, digits)), len(digits) + exponent
    if len(text) <= point <= 21:
        found = text + "0" * (point - len(text))
    elif 0 < point <= 21:
        found = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        found = "0." + "0" * -point + text
    else:
        found = f"{text[0]}.{text[1:]}".rstrip(".") + f"e{point - 1:+d}"
    return "-" + found if sign else found


def digest_of(content: Any) -> str:
    return hashlib.sha256(canonical(content).encode()).hexdigest()


def item_of(content: dict[str, Any]) -> dict[str, Any]:
    """Return a new item of a batch."""
    return {"id": str(uuid4()), "digest": digest_of(content), "content": content}


class PageClient:
    """Signs in, sends until it has proof, and remembers the receipts."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._headers: dict[str, str] = {}
        self.receipts: dict[str, dict[str, str]] = {}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send one request until an answer comes, and return status and JSON."""
        kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        headers = self._headers | ({} if body is None else {"Content-Type": kind})
        for _ in range(TRIES):
            try:
                status, answer = self._line(method, f"/api/v1/{path}", headers, raw)
            except ConnectionError:
                continue
            return status, json.loads(answer)
        raise ConnectionError(path)

    def register(self, login: str, password: str, pin: str) -> None:
        status, answer = self.call("POST", "devices", {"login": login, "password": password, "pin": pin})
        assert status == 201, answer
        self._headers = {"Authorization": f"Bearer {answer['token']}"}

    def hand_in(self, path: str, items: Sequence[dict[str, Any]]) -> list[str]:
        """Send a batch and keep the receipts of what the office proved to hold; return the outcomes."""
        status, answer = self.call("POST", path, {"items": list(items)})
        assert status == 200, answer
        return self.keep(items, answer["results"])

    def keep(self, items: Sequence[dict[str, Any]], results: Sequence[dict[str, Any]]) -> list[str]:
        for sent, told in zip(items, results, strict=True):
            proved = (told["id"], told["digest"]) == (sent["id"], sent["digest"])
            if proved and told["outcome"] in ("accepted", "already_have"):
                self.receipts[sent["id"]] = {"digest": sent["digest"], **told["receipt"]}
        return [one["outcome"] for one in results]

    def upload(self, told: dict[str, Any], data: bytes, *, chunk: int) -> bool:
        """Send a photo from where the office stands until it has proved to hold all of it."""
        _, answer = self.call("GET", f"attachments/{told['id']}")
        while not answer.get("complete"):
            at = answer["received"]
            status, answer = self.call("PUT", f"attachments/{told['id']}?offset={at}", data[at : at + chunk])
            assert status in (200, 409), answer
        return (answer["id"], answer["sha256"]) == (told["id"], told["sha256"])

    def genuine(self, item_id: str) -> dict[str, bool]:
        _, verdict = self.call("POST", "receipts:verify", {"id": item_id, **self.receipts[item_id]})
        return verdict

    def held(self) -> set[str]:
        claims = [{"id": item_id, "digest": one["digest"]} for item_id, one in self.receipts.items()]
        _, answer = self.call("POST", "reports:held", {"waiting": 0, "oldest": None, "items": claims})
        return {one["held"] for one in answer["results"]}


def export_of(plain: dict[str, Any], office_key: dict[str, str]) -> dict[str, str]:
    """Return the exported file of ``plain`` for the office with that key."""
    secret, nonce = secrets.randbelow(page_crypto.ORDER - 1) + 1, secrets.token_bytes(12)
    shared = page_crypto.shared_secret(secret, base64.b64decode(office_key["spki"]))
    sealed = page_crypto.seal(page_crypto.derived(shared, b"grid-export/1"), nonce, json.dumps(plain).encode())
    parts = {"ephemeral": page_crypto.public_key(secret), "iv": nonce, "data": sealed}
    coded = {name: base64.b64encode(part).decode() for name, part in parts.items()}
    return {"format": "grid-export/1", "office_key": office_key["id"], **coded}
