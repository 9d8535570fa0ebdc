"""The county's mail server, on loopback, by aiosmtpd: it takes mail, greylists, refuses, hangs or hangs up as told."""

import asyncio
import email
import logging
import ssl
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from notifications.channels.mail import MailServer

USER, PASSWORD = "duty", "mail-password-1234"
SENDER = "duty@county.example.gov.cn"


class _AnyPort(Controller):
    """Asks itself where it listens; the library's own asks port 0."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class CountyMail:
    """``rcpt`` and ``data`` are the answers to a mailbox and to a letter; empty ones accept."""

    def __init__(self, *, tls_file: Path | None = None, implicit: bool = False, users: bool = True) -> None:
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)  # it repeats every line that it hears
        self.letters: list[EmailMessage] = []
        self.rcpt = self.data = ""
        self.manner = ""
        self._released = asyncio.Event()
        context = None
        if tls_file:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls_file)
        self._controller = _AnyPort(
            self,
            hostname="127.0.0.1",
            port=0,
            ready_timeout=60,
            ssl_context=context if implicit else None,
            tls_context=None if implicit else context,
            require_starttls=bool(context and not implicit),
            authenticator=self._knows if users else None,
            auth_require_tls=False,
            auth_required=False,
        )

    @property
    def port(self) -> int:
        return self._controller.port

    def account(self, **change) -> MailServer:
        """The settings by which a channel reaches this server."""
        usual = {"security": "plain", "user": USER, "password": PASSWORD, "timeout_seconds": 5}
        return MailServer("127.0.0.1", self.port, SENDER, **{**usual, **change})

    def __enter__(self) -> "CountyMail":
        self._controller.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._controller.loop.call_soon_threadsafe(self._released.set)
        self._controller.stop()

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list
    ) -> str:
        if self.rcpt:
            return self.rcpt
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self.manner == "hang":
            await self._released.wait()
        if self.manner == "cut":
            server.transport.abort()
        if self.data:
            return self.data
        if not self.manner:
            self.letters.append(email.message_from_bytes(envelope.content, policy=default))
        return "250 OK"

    def _knows(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data) -> AuthResult:
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=right, handled=False)
