"""Mail by the county's own server (RFC 5321).

The server is the operator's setting and usually inside, so it is reached directly. Plain SMTP, without TLS, is
spoken to addresses inside only. "Sent" means that the server took the mail over; what becomes of it later comes
back to the sender's mailbox, not to this program.
"""

import contextlib
import re
import smtplib
import ssl
from dataclasses import dataclass, field
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from notifications.channels.answers import outcome_of_fault
from notifications.channels.deadline import hung_up_after
from notifications.endpoints import is_public
from notifications.messages import Gone, Message, Misconfigured, Outcome, Refused, RetryLater, Sent, dedupe_id
from notifications.ports import Clock
from notifications.rendering import as_plain, title_of
from notifications.targets import MailTarget, Target

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*")
_NO_MAILBOX = re.compile(rb"\b5\.1\.(?:1|2|3|6|10)\b")
_ENHANCED = re.compile(rb"^5\.\d{1,3}\.\d{1,3}\b")
HELLO: Final = 220
GREYLISTED_SECONDS: Final = 300
"""What servers that greylist usually ask for (RFC 6647, 5)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The county's mail server, and who writes. ``security`` is ``starttls``, ``tls`` or ``plain``."""

    host: str
    port: int
    sender: str
    security: str = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""
    timeout_seconds: float = 10
    longest_seconds: float = 30


def is_address(text: str) -> bool:
    """Tell whether the text is one plain mail address."""
    return len(text) <= 254 and bool(_ADDRESS.fullmatch(text))


class MailChannel:
    """Sends a message as plain text to one mailbox."""

    kind: Final = "mail"

    def __init__(self, server: MailServer, *, clock: Clock, site: str = "") -> None:
        self._server = server
        self._clock = clock
        self._site = site

    def send(self, target: Target, message: Message) -> Outcome:
        """Return how the sending ended: sent means that the server took the mail over (250 after the text)."""
        if not isinstance(target, MailTarget):
            return Refused("wrong_target", "The target is not a mailbox.")
        if not is_address(target.address):
            return Misconfigured("address", "The mail address is not one.")
        try:
            return self._deliver(self._letter(target, message), target.address)
        except (smtplib.SMTPException, OSError) as error:
            return _outcome_of_error(error)

    def _letter(self, target: MailTarget, message: Message) -> EmailMessage:
        """Return the mail; its id is the message's, so that a second copy can be told as one."""
        letter = EmailMessage(policy=SMTP)
        letter["From"] = Address(addr_spec=self._server.sender)
        letter["To"] = Address(addr_spec=target.address)
        letter["Subject"] = title_of(message)
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{dedupe_id(message)}@{self._server.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(as_plain(message, self._site), cte="base64")
        return letter

    def _deliver(self, letter: EmailMessage, address: str) -> Outcome:
        server = self._server
        client = _Tls(server) if server.security == "tls" else _Plain(server)
        try:
            with hung_up_after(server.longest_seconds, lambda: client.sock):
                client.begin()
                client.send_message(letter, server.sender, [address])
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    client.quit()  # the mail is theirs by now, whatever becomes of this line
        finally:
            client.close()
        return Sent(str(letter["Message-ID"]))


class _Plain(smtplib.SMTP):
    """Speaks SMTP and asks for TLS where the setting says so."""

    def __init__(self, server: MailServer) -> None:
        self._settings = server
        super().__init__(timeout=server.timeout_seconds, local_hostname="localhost")
        self._host = server.host  # the name that the certificate has to hold

    def begin(self) -> None:
        """Connect, say hello, secure the line, and log in."""
        server = self._settings
        code, words = self.connect(server.host, server.port)
        if code != HELLO:
            raise smtplib.SMTPConnectError(code, words)
        self.ehlo_or_helo_if_needed()
        if server.security == "starttls":
            self.starttls(context=ssl.create_default_context(cafile=server.ca_file or None))
            self.ehlo()
        elif server.security == "plain" and self.sock and is_public(str(self.sock.getpeername()[0])):
            raise _OutsideError
        if server.user:
            self.login(server.user, server.password)


class _Tls(_Plain):
    """Speaks TLS from the first byte."""

    def _get_socket(self, host: str, port: int, timeout: float) -> ssl.SSLSocket:
        plain = super()._get_socket(host, port, timeout)  # type: ignore[misc]  # smtplib's own hook, not in the stubs
        context = ssl.create_default_context(cafile=self._settings.ca_file or None)
        return context.wrap_socket(plain, server_hostname=self._settings.host)


class _OutsideError(OSError):
    """Plain SMTP would leave the house."""


def _outcome_of_error(error: smtplib.SMTPException | OSError) -> Outcome:
    """Return what an error means; the words of servers stay here, since they repeat addresses."""
    if isinstance(error, _OutsideError):
        return Misconfigured("plain_outside", "Mail without TLS is sent inside only: set starttls or tls.")
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return _outcome_of_reply(*next(iter(error.recipients.values())))
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return Misconfigured("not_supported", "The mail server does not offer the TLS or log-in that is set.")
    if isinstance(error, smtplib.SMTPResponseException):
        return _outcome_of_response(error)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return RetryLater(None, "network", "The mail server hung up.")
    return outcome_of_fault(error)


def _outcome_of_response(error: smtplib.SMTPResponseException) -> Outcome:
    code = str(error.smtp_code)
    if 400 <= error.smtp_code < 500 or error.smtp_code < 200:
        return RetryLater(None, code, "The mail server asks to wait.")
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return Misconfigured(code, "The mail server does not accept the user and password.")
    if isinstance(error, smtplib.SMTPSenderRefused) and error.smtp_code != 552:
        return Misconfigured(code, "The mail server does not accept the sender's address.")
    if isinstance(error, smtplib.SMTPDataError | smtplib.SMTPSenderRefused):
        return Refused(code, "The mail server does not accept the mail.")
    return Misconfigured(code, "The mail server does not take us.")


def _outcome_of_reply(code: int, words: bytes) -> Outcome:
    """Return what the refusal of a mailbox means (RFC 5321, 4.2.2; RFC 3463 for the codes in the words)."""
    told = str(code)
    if 400 <= code < 500:
        return RetryLater(GREYLISTED_SECONDS, told, "The mail server asks to come again later.")
    unknown = code in (550, 551, 553) and (_NO_MAILBOX.search(words) or not _ENHANCED.match(words.strip()))
    return Gone(told) if unknown else Refused(told, "The mail server does not accept mail to this mailbox.")
