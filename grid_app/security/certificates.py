"""The authority and the server certificate that an installation makes for itself, so that phones work offline.

A phone keeps an app only from an address it trusts. The authority may vouch for private addresses and the names it was
made with, for nothing else (X.509 name constraints, RFC 5280 4.2.1.10); its key never leaves the instance folder.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

FOLDER, AUTHORITY, AUTHORITY_SECRET, SERVER = "tls", "ca.crt", "ca.pem", "server.pem"
AUTHORITY_DAYS = 3650
SERVER_DAYS = 397
"""The longest life that phones accept of a server certificate."""
RENEWED_BEFORE = timedelta(days=30)
CLOCK_ERROR = timedelta(days=1)
PRIVATE = tuple(
    ipaddress.ip_network(text)
    for text in ("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "::1/128", "fc00::/7")
)
LOCAL_DOMAINS = ("localhost", "local", "lan", "internal", "home.arpa")
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network


class NotVouchedForError(Exception):
    """The authority that phones trust may not vouch for ``name``."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


@dataclass(frozen=True)
class Issuer:
    """An authority: its certificate and the key that signs."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey


def own_authority(instance: Path) -> Path:
    """Return where the public certificate of the installation's own authority lies, when there is one."""
    return instance / FOLDER / AUTHORITY


def certificate_of(path: Path) -> bytes:
    """Return the certificate in the file ``path`` in the form that phones install (DER)."""
    return x509.load_pem_x509_certificate(path.read_bytes()).public_bytes(serialization.Encoding.DER)


def fingerprint_of(path: Path) -> str:
    """Return the SHA-256 of the certificate in ``path`` as phones show it: pairs of hexadecimal digits."""
    digest = x509.load_pem_x509_certificate(path.read_bytes()).fingerprint(hashes.SHA256())
    return ":".join(f"{byte:02X}" for byte in digest)


def ensure_certificate(instance: Path, *, asked: str, names: list[str], now: datetime) -> Path:
    """Return the server certificate (key and chain in one file), made or renewed when it is due.

    Parameters
    ----------
    asked
        The name or address that must be in it; empty when every address is served.
    names
        Names and addresses of this machine; those the authority may not vouch for are left out.

    Raises
    ------
    NotVouchedForError
        The authority was made for other names than ``asked``.
    """
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    issuer = _authority(folder, [asked] if asked else names, now=now)
    if asked and not _may_vouch(issuer.certificate, asked):
        raise NotVouchedForError(asked)
    wanted = [
        name for name in dict.fromkeys([*([asked] if asked else []), *names]) if _may_vouch(issuer.certificate, name)
    ]
    path = folder / SERVER
    if not _serves(path, issuer.certificate, wanted, now=now):
        _write(path, _server_file(issuer, wanted, now=now))
    return path


def _authority(folder: Path, names: list[str], *, now: datetime) -> Issuer:
    kept = folder / AUTHORITY_SECRET
    if kept.is_file():
        raw = kept.read_bytes()
        issuer = Issuer(x509.load_pem_x509_certificate(raw), _private_key(raw))
    if not kept.is_file() or issuer.certificate.not_valid_after_utc < now + RENEWED_BEFORE:
        issuer = _new_authority(names, now=now)
        _write(kept, _key_pem(issuer.key) + _pem(issuer.certificate))
    if not (folder / AUTHORITY).is_file() or (folder / AUTHORITY).read_bytes() != _pem(issuer.certificate):
        _write(folder / AUTHORITY, _pem(issuer.certificate))
    return issuer


def _new_authority(names: list[str], *, now: datetime) -> Issuer:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Grid App own CA {now:%Y-%m-%d}")])
    made = (
        _builder(name, name, key.public_key(), now=now, until=now + timedelta(days=AUTHORITY_DAYS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.NameConstraints(_permitted(names), None), critical=True)
    )
    return Issuer(made.sign(key, hashes.SHA256()), key)


def _permitted(names: list[str]) -> list[x509.GeneralName]:
    networks: list[IPNetwork] = list(PRIVATE)
    domains = list(LOCAL_DOMAINS)
    for name in names:
        address = address_of(name)
        if address is None:
            domains.append(name)
        elif not any(address in network for network in networks):
            networks.append(ipaddress.ip_network(address))
    return [*(x509.DNSName(one) for one in dict.fromkeys(domains)), *(x509.IPAddress(one) for one in networks)]


def _may_vouch(authority: x509.Certificate, name: str) -> bool:
    permitted = authority.extensions.get_extension_for_class(x509.NameConstraints).value.permitted_subtrees or []
    address = address_of(name)
    if address is not None:
        networks = [ipaddress.ip_network(str(one.value)) for one in permitted if isinstance(one, x509.IPAddress)]
        return any(address in network for network in networks)
    domains = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _server_file(issuer: Issuer, names: list[str], *, now: datetime) -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Grid App server")])
    until = min(now + timedelta(days=SERVER_DAYS) - CLOCK_ERROR, issuer.certificate.not_valid_after_utc)
    made = (
        _builder(subject, issuer.certificate.subject, key.public_key(), now=now, until=until)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=True), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general(name) for name in names]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False
        )
    )  # fmt: skip
    return _key_pem(key) + _pem(made.sign(issuer.key, hashes.SHA256())) + _pem(issuer.certificate)


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, *, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - CLOCK_ERROR)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    others = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(digital_signature=signs, key_cert_sign=not signs, crl_sign=not signs, **others)


def _serves(path: Path, authority: x509.Certificate, names: list[str], *, now: datetime) -> bool:
    """Say whether the kept certificate still does; one that cannot be read, or is of another authority, does not."""
    if not path.is_file():
        return False
    try:
        leaf = x509.load_pem_x509_certificate(path.read_bytes())
        leaf.verify_directly_issued_by(authority)
        found = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
        return False
    return set(map(_general, names)) <= set(found) and now + RENEWED_BEFORE < leaf.not_valid_after_utc


def address_of(name: str) -> IPAddress | None:
    """Return ``name`` as an address, or ``None`` when it is a name."""
    try:
        return ipaddress.ip_address(name)
    except ValueError:
        return None


def _general(name: str) -> x509.GeneralName:
    address = address_of(name)
    return x509.DNSName(name) if address is None else x509.IPAddress(address)


def _private_key(raw: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(raw, None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise TypeError("The key of the own authority is of another kind.")
    return key


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _write(path: Path, content: bytes) -> None:
    """Put ``content`` in place of the file at once, readable by its owner only."""
    part = path.with_suffix(".part")
    part.unlink(missing_ok=True)
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        os.fsync(file.fileno())
    part.replace(path)
