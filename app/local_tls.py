"""A certificate of one's own for `TLS=1 make run`: a telephone gives its camera only to https addresses.

It is self-signed, for the addresses of this machine, and trusted by nobody: each browser asks once. Not for patients.
"""

import contextlib
import ipaddress
import os
import socket
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = timedelta(days=90)
LEFT = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Pair:
    """The two files that the server is given."""

    certificate: Path
    key: Path


def addresses() -> list[str]:
    """This machine's IPv4 addresses on its networks, the one towards the default route first."""
    found: list[str] = []
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing; it only chooses the way out
        found.append(probe.getsockname()[0])
    with contextlib.suppress(OSError):
        found += [str(told[4][0]) for told in socket.getaddrinfo(socket.gethostname(), None, socket.AF_INET)]
    return [one for one in dict.fromkeys(found) if not ipaddress.ip_address(one).is_loopback]


def pair(folder: Path, names: list[str], *, now: datetime) -> Pair:
    """The certificate for these addresses and `localhost`, made when it is missing, old or for others."""
    made = Pair(folder / "tls.pem", folder / "tls.key")
    wanted = [*names, "127.0.0.1"]
    if not _good(made, wanted, now):
        key = ec.generate_private_key(ec.SECP256R1())
        content = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        made.key.unlink(missing_ok=True)
        with os.fdopen(os.open(made.key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        made.certificate.write_bytes(_signed(key, wanted, now).public_bytes(Encoding.PEM))
    return made


def _good(made: Pair, wanted: list[str], now: datetime) -> bool:
    if not (made.certificate.exists() and made.key.exists()):
        return False
    there = x509.load_pem_x509_certificate(made.certificate.read_bytes())
    told = there.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = {str(one) for one in told.get_values_for_type(x509.IPAddress)}
    return set(wanted) <= covered and there.not_valid_after_utc > now + LEFT


def _signed(key: ec.EllipticCurvePrivateKey, wanted: list[str], now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Noskheh demonstration on this network")])
    also: list[x509.GeneralName] = [x509.IPAddress(ipaddress.ip_address(one)) for one in wanted]
    begins = now.replace(microsecond=0) - timedelta(hours=1)  # a telephone's clock may be behind
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begins).not_valid_after(begins + LIFE)
    builder = builder.add_extension(
        x509.SubjectAlternativeName([x509.DNSName("localhost"), *also]), critical=False
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    builder = builder.add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
    return builder.sign(key, hashes.SHA256())
