"""The own authority and its server certificate: what they vouch for, how long, and a real handshake."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import stat
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from grid_app.security.certificates import (
    NotVouchedForError,
    certificate_of,
    ensure_certificate,
    fingerprint_of,
    own_authority,
)

NOW = datetime.now(UTC)
NAMES = ["localhost", "127.0.0.1", "192.168.7.9", "front-desk"]


def leaf_of(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def names_of(path: Path) -> set[str]:
    found = leaf_of(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return {str(one.value) for one in found}


def made(folder: Path, *, asked: str = "", names: list[str] = NAMES, now: datetime = NOW) -> Path:
    return ensure_certificate(folder, asked=asked, names=names, now=now)


def handshake(server_file: Path, trusted: Path, name: str) -> str:
    """Speak TLS over a pair of sockets as a phone does; return the version or why it is refused."""
    ours, theirs = socket.socketpair()
    serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    serving.load_cert_chain(server_file, server_file)

    def serve() -> None:
        try:
            with serving.wrap_socket(theirs, server_side=True) as spoken:
                spoken.recv(1)
        except OSError:
            theirs.close()

    thread = threading.Thread(target=serve)
    thread.start()
    phone = ssl.create_default_context(cafile=str(trusted))
    try:
        with phone.wrap_socket(ours, server_hostname=name) as spoken:
            found = spoken.version() or ""
            spoken.send(b"x")
    except ssl.SSLError as error:
        found = str(error)
        ours.close()
    thread.join(timeout=10)
    return found


def test_a_name_the_authority_was_not_made_for_is_refused(tmp_path):
    made(tmp_path, asked="grid.county.example")

    with pytest.raises(NotVouchedForError) as refused:
        made(tmp_path, asked="bank.example")

    assert refused.value.name == "bank.example"


def test_the_authority_may_not_vouch_for_the_world(tmp_path):
    made(tmp_path)
    authority = leaf_of(own_authority(tmp_path))

    constraints = authority.extensions.get_extension_for_class(x509.NameConstraints)
    permitted = constraints.value.permitted_subtrees or []
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]

    assert constraints.critical
    assert not any(ipaddress.ip_address("8.8.8.8") in network for network in networks)
    assert {one.value for one in permitted if isinstance(one, x509.DNSName)} >= {"localhost", "front-desk"}


def test_keys_are_for_the_owner_only_and_the_public_part_holds_none(tmp_path):
    made(tmp_path)

    for name in ("ca.pem", "server.pem", "ca.crt"):
        assert stat.S_IMODE((tmp_path / "tls" / name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "tls").stat().st_mode) == 0o700
    assert b"PRIVATE" not in own_authority(tmp_path).read_bytes()
    assert len(certificate_of(own_authority(tmp_path))) < 1000


@pytest.mark.parametrize("name", NAMES)
def test_a_phone_that_trusts_the_authority_trusts_the_server(tmp_path, name):
    assert handshake(made(tmp_path), own_authority(tmp_path), name).startswith("TLSv1")


def test_a_phone_that_does_not_trust_the_authority_refuses(tmp_path):
    other = tmp_path / "other"
    made(other)

    assert "CERTIFICATE_VERIFY_FAILED" in handshake(made(tmp_path), own_authority(other), "localhost")


def test_the_server_certificate_lives_no_longer_than_phones_accept(tmp_path):
    leaf = leaf_of(made(tmp_path))

    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc <= timedelta(days=397)


def test_it_is_kept_until_it_is_due_and_phones_never_have_to_trust_anew(tmp_path):
    first = made(tmp_path).read_bytes()
    trusted = fingerprint_of(own_authority(tmp_path))

    kept = made(tmp_path, now=NOW + timedelta(days=300)).read_bytes()
    renewed = made(tmp_path, now=NOW + timedelta(days=380)).read_bytes()

    assert kept == first
    assert renewed != first
    assert fingerprint_of(own_authority(tmp_path)) == trusted


def test_a_new_address_of_the_machine_is_taken_in(tmp_path):
    made(tmp_path)

    assert "10.9.8.7" in names_of(made(tmp_path, names=[*NAMES, "10.9.8.7"]))


def test_a_public_address_is_vouched_for_only_when_it_was_asked_for(tmp_path):
    asked = made(tmp_path / "asked", asked="203.0.113.5")
    later = made(tmp_path / "later")
    later = made(tmp_path / "later", names=[*NAMES, "203.0.113.5"])

    assert "203.0.113.5" in names_of(asked)
    assert "203.0.113.5" not in names_of(later)


def test_a_broken_server_certificate_is_made_anew(tmp_path):
    path = made(tmp_path)
    path.write_bytes(path.read_bytes()[:200])

    assert handshake(made(tmp_path), own_authority(tmp_path), "localhost").startswith("TLSv1")
