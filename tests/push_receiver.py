"""A small push service and the browser behind it, on loopback, for tests and measurements.

It checks what a real service checks (RFC 8030 headers, RFC 8292 identity), decrypts what a real browser
decrypts (RFC 8291), and can be told to misbehave. Nothing here uses
pywebpush, so that it is a second opinion.

    with PushReceiver() as receiver:
        info = receiver.subscription()   # what a browser's PushSubscription.toJSON() gives
        ...                              # send
        receiver.received                # [{"title": ...}, ...]
"""

import json
import struct
import threading
import time
import uuid
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from requests.structures import CaseInsensitiveDict

from notifications.messages import PushTarget
from tests.push_service.checks import Unacceptable, b64, check_headers, verify_vapid

LONGEST_BODY = 4096
CUT_SHORT = b"HTTP/1.1 2"
"""Half an answer: with the whole status, Python's client takes the rest as empty and is content."""


@dataclass(frozen=True)
class Answer:
    """A scripted answer, which swallows the message whatever its status.

    With ``hang_seconds`` the sender waits that long and gets none, with ``cut`` it gets the beginning of one. What
    ``keeps`` has taken the message all the same: the sender cannot know.
    """

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    hang_seconds: float = 0.0
    cut: bool = False
    keeps: bool = False


@dataclass(frozen=True)
class Delivery:
    """A message that was accepted: its headers, the identity behind it, the clear text, and the subscription."""

    headers: Mapping[str, str]
    claims: Mapping[str, object]
    payload: bytes
    path: str = ""


class Browser(Protocol):
    """The far end of a subscription; with ``vapid_key`` only the holder of that key may post to it."""

    vapid_key: str

    def decrypt(self, body: bytes) -> bytes:
        """Return what the message says, or raise Unacceptable, ValueError or InvalidTag."""


class BrowserKeys:
    """The two secrets of one subscription: a P-256 key and 16 bytes."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey, auth: bytes, vapid_key: str = "") -> None:
        self.private_key = private_key
        self.auth = auth
        self.vapid_key = vapid_key

    @property
    def public_point(self) -> bytes:
        return self.private_key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        )

    def decrypt(self, body: bytes) -> bytes:
        """Return the clear text of an aes128gcm body of one record (RFC 8291, 3.4; RFC 8188, 2)."""
        salt, record_size, id_length = body[:16], *struct.unpack("!LB", body[16:21])
        sender_point, record = body[21 : 21 + id_length], body[21 + id_length :]
        if len(record) > record_size:
            raise Unacceptable(400, "more than one record")
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
        info = b"WebPush: info\x00" + self.public_point + sender_point
        secret = _hkdf(self.private_key.exchange(ec.ECDH(), sender), self.auth, info, 32)
        key = _hkdf(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
        nonce = _hkdf(secret, salt, b"Content-Encoding: nonce\x00", 12)
        padded = AESGCM(key).decrypt(nonce, record, None).rstrip(b"\x00")
        if not padded.endswith(b"\x02"):
            raise Unacceptable(400, "the last record has no end mark")
        return padded[:-1]


def _hkdf(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(secret)


def target_of(subscription: Mapping[str, object]) -> PushTarget:
    """Return the values of a browser's subscription as the target that channels take."""
    keys = subscription["keys"]
    assert isinstance(keys, dict)
    return PushTarget(endpoint=str(subscription["endpoint"]), p256dh=keys["p256dh"], auth=keys["auth"])


class PushDesk:
    """What a push service decides, whatever server it sits behind; ``origin`` is the address people post to."""

    def __init__(self, origin: str) -> None:
        self.origin = origin
        self._browsers: dict[str, Browser] = {}
        self._script: deque[Answer] = deque()
        self.stopping = threading.Event()
        self.deliveries: list[Delivery] = []
        self.refusals: list[str] = []
        self.requests = 0
        self.connections: set[object] = set()

    @property
    def received(self) -> list[dict[str, object]]:
        """The clear payloads so far, oldest first."""
        return [json.loads(delivery.payload) for delivery in self.deliveries]

    def subscription(self, vapid_public_key: str = "") -> dict[str, object]:
        """A new subscription as a browser gives it; with a key, only the holder of that key may post."""
        keys = BrowserKeys(ec.generate_private_key(ec.SECP256R1()), uuid.uuid4().bytes, vapid_public_key)
        return {
            "endpoint": f"{self.origin}{self.admit(keys)}",
            "expirationTime": None,
            "keys": {"p256dh": b64(keys.public_point), "auth": b64(keys.auth)},
        }

    def admit(self, browser: Browser) -> str:
        """Return the path that reaches this browser from now on."""
        path = f"/push/{uuid.uuid4().hex}"
        self._browsers[path] = browser
        return path

    def forget(self, path: str) -> None:
        """End a subscription: whoever posts to it is told 404."""
        self._browsers.pop(path, None)

    def answer_next(self, *answers: Answer) -> None:
        """Give these answers to the next well-formed requests instead of 201."""
        self._script.extend(answers)

    def scripted(self) -> Answer | None:
        """Return the answer that a well-formed request is to get instead of 201, if any."""
        return self._script.popleft() if self._script else None

    def accept(self, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Return the answer to one request, keeping what it carried or why it was turned down."""
        self.requests += 1
        try:
            delivery = self._check(path, headers, body)
        except Unacceptable as error:
            self.refusals.append(error.reason)
            return Answer(error.status)
        answer = self.scripted()
        if answer is None or answer.keeps:
            self.deliveries.append(delivery)
            self.pass_on(delivery, body)
        return answer or Answer(201, {"Location": f"{self.origin}/message/{uuid.uuid4().hex}"})

    def pass_on(self, delivery: Delivery, body: bytes) -> None:
        """Hand an accepted message to its browser; here it is read already."""

    def _check(self, path: str, headers: Mapping[str, str], body: bytes) -> Delivery:
        browser = self._browsers.get(path)
        if browser is None:
            raise Unacceptable(404, "no such subscription")
        if len(body) > LONGEST_BODY:
            raise Unacceptable(413, "the body is too long")
        check_headers(headers)
        claims, public = verify_vapid(headers["Authorization"], audience=self.origin, now=time.time())
        if browser.vapid_key and public != browser.vapid_key:
            raise Unacceptable(403, "the subscription belongs to another key")
        try:
            payload = browser.decrypt(body)
        except (InvalidTag, ValueError, struct.error) as error:
            raise Unacceptable(400, "the body cannot be decrypted") from error
        return Delivery(headers, claims, payload, path)


class PushReceiver(PushDesk):
    """The server; ``start`` it (or use ``with``), ``stop`` it in the end."""

    def __init__(self) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.receiver = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        super().__init__(f"http://127.0.0.1:{self._server.server_address[1]}")

    def start(self) -> "PushReceiver":
        self._thread.start()
        return self

    def stop(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join(timeout=5)
        self.close()

    def close(self) -> None:
        """Free the port of a receiver that was never started."""
        self._server.server_close()

    def __enter__(self) -> "PushReceiver":
        return self.start()

    def __exit__(self, *exc: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    receiver: PushReceiver


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        receiver.connections.add(self.client_address)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        answer = receiver.accept(self.path, CaseInsensitiveDict(self.headers.items()), body)
        if answer.hang_seconds:
            receiver.stopping.wait(answer.hang_seconds)
            self.close_connection = True
            return
        if answer.cut:
            self.wfile.write(CUT_SHORT)
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Stay quiet: tests read ``refusals``."""
