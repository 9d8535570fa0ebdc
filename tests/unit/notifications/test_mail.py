"""Mail by a real SMTP server: TLS, greylisting, unknown mailboxes, wrong passwords, and nothing smuggled in."""

import socket
import threading
from dataclasses import replace

import pytest

from grid_app.clock import SystemClock
from notifications.channels import mail
from notifications.channels.mail import MailChannel, MailServer
from notifications.messages import Gone, Message, Misconfigured, Refused, RetryLater, Sent, dedupe_id
from notifications.targets import MailTarget
from tests.far_end import certificate
from tests.mail_server import SENDER, CountyMail

SITE = "https://grid.example.gov.cn"
TO = MailTarget("zhiban@township.example.gov.cn")


@pytest.fixture(scope="module")
def tls_file(tmp_path_factory):
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server():
    with CountyMail() as running:
        yield running


def a_message(**change):
    fields = {"key": "e-1", "title": "请确认收到：2026-1（红色）", "body": "云岭村，土地，期限：3月2日18:00。"}
    return Message(**{**fields, "url": "/escalations/1", "urgency": "high", "ttl_seconds": 3600, **change})


def send(account, message=None, target=TO):
    return MailChannel(account, clock=SystemClock(), site=SITE).send(target, message or a_message())


def test_a_letter_says_what_is_to_be_done_and_where(server):
    outcome = send(server.account())

    letter = server.letters[0]
    assert outcome == Sent(f"<{dedupe_id(a_message())}@county.example.gov.cn>")
    assert letter["Message-ID"] == outcome.provider_id
    assert (letter["From"], letter["To"]) == (SENDER, TO.address)
    assert letter["Subject"] == "【网格平台】请确认收到：2026-1（红色）"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter.get_content().replace("\r\n", "\n") == (
        f"请确认收到：2026-1（红色）\n云岭村，土地，期限：3月2日18:00。\n\n打开平台确认：{SITE}/escalations/1\n"
    )


def test_every_try_of_a_letter_has_the_same_id(server):
    assert send(server.account()) == send(server.account())


@pytest.mark.parametrize("implicit", [True, False])
def test_tls_is_spoken_from_the_first_byte_or_after_asking(tls_file, implicit):
    with CountyMail(tls_file=tls_file, implicit=implicit) as secured:
        account = secured.account(security="tls" if implicit else "starttls", ca_file=str(tls_file))

        assert isinstance(send(account), Sent)


@pytest.mark.parametrize("implicit", [True, False])
def test_a_certificate_that_nobody_vouches_for_gets_no_password(tls_file, implicit):
    with CountyMail(tls_file=tls_file, implicit=implicit) as secured:
        outcome = send(secured.account(security="tls" if implicit else "starttls"))

    assert outcome == Misconfigured("certificate", outcome.detail)


def test_a_server_without_tls_gets_no_password_when_tls_is_set(server):
    outcome = send(server.account(security="starttls"))

    assert outcome == Misconfigured("not_supported", outcome.detail)


def test_plain_smtp_is_not_spoken_to_the_outside(server, monkeypatch):
    monkeypatch.setattr(mail, "is_public", lambda address: address == "127.0.0.1")

    outcome = send(server.account())

    assert outcome == Misconfigured("plain_outside", outcome.detail)
    assert server.letters == []


def test_a_wrong_password_is_a_fault_of_the_configuration(server):
    assert isinstance(send(server.account(password="wrong")), Misconfigured)


def test_a_server_inside_needs_no_user():
    with CountyMail(users=False) as open_server:
        assert isinstance(send(open_server.account(user="")), Sent)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 4.2.0 greylisted", RetryLater),
        ("452 4.5.3 too many recipients", RetryLater),
        ("550 5.1.1 user unknown", Gone),
        ("550 no such user here", Gone),
        ("551 5.1.6 mailbox has moved", Gone),
        ("553 5.1.3 bad address", Gone),
        ("550 5.7.1 relaying denied", Refused),
        ("552 5.2.2 mailbox full", Refused),
        ("554 5.7.1 blocked", Refused),
    ],
)
def test_what_is_said_of_a_mailbox_is_an_outcome(server, answer, outcome):
    server.rcpt = answer

    found = send(server.account())

    assert isinstance(found, outcome), found
    assert found.code == answer[:3]


@pytest.mark.parametrize(("answer", "outcome"), [("451 4.3.0 try again", RetryLater), ("552 5.3.4 too big", Refused)])
def test_what_is_said_of_a_letter_is_an_outcome(server, answer, outcome):
    server.data = answer

    assert isinstance(send(server.account()), outcome)


@pytest.mark.parametrize("title", ["请确认\r\nBcc: thief@example.com", "请确认\nX-Evil: 1", "请确认\x00收到"])
def test_nothing_is_smuggled_into_the_head_of_a_letter(server, title):
    with pytest.raises(ValueError, match="没有发出"):
        a_message(title=title + " thief@example.com")
    send(server.account(), a_message(title=title.replace("thief@example.com", "thief")))

    letter = server.letters[0]
    assert letter["Bcc"] is None
    assert letter["X-Evil"] is None
    assert "\n" not in letter["Subject"]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b\r\nRCPT TO:<c@d>",
        "a@b, c@d",
        "<a@b>",
        "王五@example.gov.cn",
        "a b@example.gov.cn",
        "@b",
        "a@",
    ],
)
def test_an_address_that_is_not_one_plain_address_is_not_written_to(server, address):
    outcome = send(server.account(), target=MailTarget(address))

    assert outcome == Misconfigured("address", outcome.detail)


def one_who_says(words, *, drip=False):
    """Return the port of a server that says these words to its first caller, all at once or byte by byte."""
    server = socket.create_server(("127.0.0.1", 0))

    def listen():
        caller, _ = server.accept()
        with caller, server:
            try:
                for piece in [bytes([byte]) for byte in words] if drip else [words]:
                    caller.sendall(piece)
                    if drip:
                        threading.Event().wait(0.05)
                caller.recv(100)
            except OSError:
                return

    threading.Thread(target=listen, daemon=True).start()
    return server.getsockname()[1]


@pytest.mark.parametrize(("words", "kind"), [(b"421 busy\r\n", RetryLater), (b"554 go away\r\n", Misconfigured)])
def test_a_server_that_does_not_say_hello_is_an_outcome(words, kind):
    assert isinstance(send(MailServer("127.0.0.1", one_who_says(words), SENDER, "plain")), kind)


def test_a_server_that_says_hello_for_ever_is_hung_up_on():
    slow = MailServer("127.0.0.1", one_who_says(b"220 " + b"x" * 200, drip=True), SENDER, "plain")

    outcome = send(replace(slow, timeout_seconds=1, longest_seconds=0.2))

    assert isinstance(outcome, RetryLater)
