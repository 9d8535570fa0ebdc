"""The last look before a request leaves: where has the connection really led?"""

import socket
import ssl
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

import pytest
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from notifications.channels import sessions
from notifications.channels.sessions import new_session
from notifications.endpoints import EndpointRefused, HostRule
from tests.push_receiver import Answer, PushReceiver

TESTS = HostRule(allow_loopback=True)


def certificate(folder):
    """Write a certificate for 127.0.0.1 with its key and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inside")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "inside.pem"
    file.write_bytes(pem + signed.public_bytes(serialization.Encoding.PEM))
    return file


def hear(caller):
    """Return what a caller says until it has sent its body or hung up."""
    said = b""
    while not said.endswith(b"\r\n\r\nsecret"):
        try:
            heard = caller.recv(1000)
        except OSError:
            return said
        if not heard:
            return said
        said += heard
    caller.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
    return said


@pytest.fixture
def inside(tmp_path):
    """Yield the address of a TLS server inside, its certificate, and a function that gives what it heard."""
    file, said = certificate(tmp_path), []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen():
            plain, _ = server.accept()
            with context.wrap_socket(plain, server_side=True) as caller:
                said.append(hear(caller))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()

        def heard():
            thread.join(timeout=5)
            return said

        yield f"https://127.0.0.1:{server.getsockname()[1]}/x", file, heard


def test_a_connection_that_led_inside_is_hung_up_on_before_a_word_is_said(inside):
    url, file, heard = inside

    with new_session(HostRule()) as session, pytest.raises(EndpointRefused, match="内部网络"):
        session.post(url, data=b"secret", verify=str(file), timeout=60)

    assert heard() == [b""]


def test_the_server_inside_would_have_answered_an_unguarded_session(inside):
    url, file, heard = inside

    with requests.Session() as session:
        session.trust_env = False
        assert session.post(url, data=b"secret", verify=str(file), timeout=60).status_code == 201

    assert heard()[0].startswith(b"POST /x")


def test_plain_http_to_another_machine_is_hung_up_on(monkeypatch):
    monkeypatch.setattr(sessions, "is_loopback", lambda address: address != "127.0.0.1")
    with PushReceiver() as receiver, new_session(TESTS) as session:
        with pytest.raises(EndpointRefused, match="不是本机"):
            session.post(receiver.origin, timeout=60)

        assert receiver.requests == 0


def test_a_connection_without_socket_is_refused(monkeypatch):
    monkeypatch.setattr(sessions.HTTPConnection, "connect", lambda self: None)

    with pytest.raises(EndpointRefused, match="没有连上"):
        sessions._LoopbackConnection("127.0.0.1", 80).connect()


def test_outside_tests_plain_http_is_not_spoken_at_all():
    with PushReceiver() as receiver, new_session(HostRule()) as session:
        with pytest.raises(requests.exceptions.InvalidSchema):
            session.post(receiver.origin, timeout=60)

        assert receiver.requests == 0


def test_proxies_and_passwords_of_the_surroundings_are_not_used(monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with PushReceiver() as receiver, new_session(TESTS) as session:
        assert session.post(f"{receiver.origin}/push/never", timeout=60).status_code == 404


def test_cookies_of_a_push_service_are_not_kept():
    with PushReceiver() as receiver, new_session(TESTS) as session:
        receiver.answer_next(Answer(201, {"Set-Cookie": "who=me"}))
        endpoint = str(receiver.subscription()["endpoint"])

        session.post(endpoint, timeout=60)

        assert list(session.cookies) == []
