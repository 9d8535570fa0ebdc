"""The other side of a call, on loopback: it judges what it hears, answers by a script, hangs, drips or hangs up."""

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels.line import OutwardLine
from notifications.outward import OutwardRule

PATIENT_SECONDS, QUICK_SECONDS = 5, 0.1
"""Patience of channels in tests: long where an answer comes, short where none does."""
MOST_PIECES = 400


@dataclass(frozen=True)
class Asked:
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    body: bytes

    def document(self) -> dict:
        return json.loads(self.body)


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    manner: str = "plain"
    """plain; hang (say nothing); cut (promise more than is said); drip (one byte at a time, without end, and so in the
    body, drip_body, in the line before a chunk, drip_chunk, or before the head, drip_wait); flood (an endless body)"""


def says(document: object, status: int = 200, **headers: str) -> Reply:
    return Reply(status, json.dumps(document).encode(), {"Content-Type": "application/json", **headers})


HANG = Reply(manner="hang")
CUT = Reply(body=b'{"errcode"', manner="cut")
DRIP = Reply(manner="drip")
PORTAL = Reply(200, "<html><title>请先登录</title></html>".encode(), {"Content-Type": "text/html"})


class FarEnd:
    """A server; use it with ``with``. ``judge`` answers what the script does not."""

    def __init__(self, judge: Callable[[Asked], Reply], *, tls_file: Path | None = None) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        if tls_file:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls_file)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._server.far_end = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._judge = judge
        self._script: deque[Reply] = deque()
        self.stopping = threading.Event()
        self.hung_up = threading.Event()
        self.asked: list[Asked] = []
        self.patience: float = PATIENT_SECONDS

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def origin(self) -> str:
        return f"http://{self.host}"

    def line(self) -> OutwardLine:
        """An outward line that may call this far end alone."""
        patience = self.patience
        return OutwardLine(
            OutwardRule(internal_hosts=(self.host,)), timeout_seconds=patience, longest_seconds=2 * patience
        )

    def answer_next(self, *replies: Reply) -> None:
        if any(reply.manner.startswith(("hang", "drip")) for reply in replies):
            self.patience = QUICK_SECONDS
        self._script.extend(replies)

    def reply_to(self, asked: Asked) -> Reply:
        self.asked.append(asked)
        return self._script.popleft() if self._script else self._judge(asked)

    def __enter__(self) -> "FarEnd":
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join(timeout=5)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    far_end: FarEnd

    def handle_error(self, request, client_address) -> None:
        """Callers that give up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        asked = Asked(parts.path, dict(parse_qsl(parts.query)), dict(self.headers.items()), body)
        getattr(self, f"_{(reply := self.server.far_end.reply_to(asked)).manner}")(reply)

    def _plain(self, reply: Reply, *, missing: int = 0) -> None:
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body) + missing))
        self.end_headers()
        self.wfile.write(reply.body)

    def _hang(self, reply: Reply) -> None:
        self.server.far_end.stopping.wait(30)
        self.close_connection = True

    def _cut(self, reply: Reply) -> None:
        self._plain(reply, missing=100)
        self.close_connection = True

    def _drip(self, reply: Reply) -> None:
        self._repeat(b"H")

    def _drip_body(self, reply: Reply) -> None:
        self._head(reply, f"Content-Length: {MOST_PIECES}")
        self._repeat(b" ")

    def _drip_chunk(self, reply: Reply) -> None:
        self._head(reply, "Transfer-Encoding: chunked")
        self._repeat(b"0")

    def _drip_wait(self, reply: Reply) -> None:
        self._repeat(b"HTTP/1.1 100 Continue\r\n\r\n")

    def _flood(self, reply: Reply) -> None:
        self._head(reply, f"Content-Length: {MOST_PIECES * 1_000_000}")
        self._repeat(b" " * 1_000_000, pause=0)

    def _head(self, reply: Reply, framing: str) -> None:
        self.wfile.write(f"HTTP/1.1 {reply.status} Said\r\n{framing}\r\n\r\n".encode())

    def _repeat(self, piece: bytes, *, pause: float = 0.05) -> None:
        """Say the same until the caller has hung up, or often enough to be called endless."""
        self.close_connection = True
        try:
            for _ in range(MOST_PIECES):
                if self.server.far_end.stopping.wait(pause):
                    return
                self.wfile.write(piece)
        except OSError:
            self.server.far_end.hung_up.set()

    def log_message(self, *args: object) -> None:
        """Stay quiet: tests read ``asked``."""


def certificate(folder: Path, *names: str) -> Path:
    """Write a certificate for 127.0.0.1, localhost and further names with its key and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inside")])
    now = datetime.now(UTC)
    hosts = [x509.DNSName(name) for name in ("localhost", *names)]
    holds = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1")), *hosts])
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(holds, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "inside.pem"
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file
