"""Who there is in the demonstration: accounts, machines, signers, and the folder that keeps their keys."""

import csv
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from codings import jws, loader
from codings.base import Role
from codings.states import HolderKind

DATA = loader.DATA
MACHINES = (  # id, scope, belongs to
    ("clinic-sepid", "prescriber", "centre"),
    ("pharmacy-noosh", "pharmacy", "centre"),
    ("pharmacy-two", "pharmacy", "centre"),
    ("insurer-tamin", "insurer", "insurer"),
    ("insurer-salamat", "insurer", "insurer"),
    ("insurer-supplementary", "insurer", "insurer"),
    ("regulator", "regulator", None),
    ("codings-office", "codings", None),
)
OFFICERS = (
    ("9991001", "کارشناس یکم نهاد تنظیم‌گر", "Regulator's first officer"),
    ("9991002", "کارشناس دوم نهاد تنظیم‌گر", "Regulator's second officer"),
)
SINCE = date(2020, 3, 20)


@dataclass(frozen=True, slots=True)
class Folder:
    """`var/demo`: what it keeps between starts."""

    path: Path

    def key(self, name: str) -> ec.EllipticCurvePrivateKey:
        """A private key of the demonstration, made at first use, mode 0600."""
        file = self.path / "keys" / f"{name}.pem"
        if not file.exists():
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            made = ec.generate_private_key(ec.SECP256R1())
            pem = made.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
            file.touch(mode=0o600)
            file.write_bytes(pem)
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)  # noqa: S101  we made it
        return key

    def password(self) -> str:
        """One password for all demonstration accounts, drawn at the first start."""
        file = self.path / "password"
        if not file.exists():
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            file.touch(mode=0o600)
            file.write_text(
                "demo-" + "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(8))
            )
        return file.read_text().strip()


def rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


@dataclass(frozen=True, slots=True)
class Person:
    """An account of the demonstration, without its password."""

    username: str
    name: str
    role: Role
    centre: str | None = None
    insurer: str | None = None
    practitioner: str | None = None


def account_list() -> list[Person]:
    """Who signs in to the demonstration's pages."""
    made: list[Person] = []
    for row in rows("demo_practitioners.csv"):
        role = Role(row["kind"])
        name = f"{role.value}-{row['council']}"
        made.append(Person(name, row["name_fa"], role, centre=row["centre"], practitioner=row["council"]))
    for row in rows("insurers.csv"):
        if row["kind"] != "self_pay":
            name = f"insurer-{row['abbr'].lower()}"
            made.append(Person(name, row["name_fa"], Role.INSURER_OFFICER, insurer=row["code"]))
    for n, nth in enumerate(("یکم", "دوم"), start=1):
        made.append(Person(f"council-{n}", f"کارشناس {nth} نظام پزشکی", Role.COUNCIL_OFFICER))
        made.append(Person(f"regulator-{n}", f"کارشناس {nth} نهاد تنظیم‌گر", Role.REGULATOR))
        made.append(Person(f"codings-{n}", f"ویراستار {nth} کدها", Role.CODINGS_EDITOR))
    return [*made, Person("admin", "مدیر سامانه", Role.ADMINISTRATOR)]


def machine_list() -> list[dict[str, str | None]]:
    """The demonstration's machines: id, scope, and the centre or insurer each belongs to."""
    centres = list(rows("demo_centres.csv"))
    pharmacies = iter([c["siam"] for c in centres if c["kind"] == "pharmacy"])
    clinics = iter([c["siam"] for c in centres if c["kind"] == "clinic"])
    insurers = iter([i["code"] for i in rows("insurers.csv") if i["kind"] != "self_pay"])
    made: list[dict[str, str | None]] = []
    for name, scope, kind in MACHINES:
        centre = None if kind != "centre" else next(clinics if scope == "prescriber" else pharmacies)
        insurer = next(insurers) if kind == "insurer" else None
        made.append({"client_id": name, "scope": scope, "centre": centre, "insurer": insurer})
    return made


def jwk_of(key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return jws.public_jwk(jws.Key(kid=thumb(key), alg="ES256", pem=pem.decode()))


def thumb(key: ec.EllipticCurvePrivateKey) -> str:
    """A name for a key: the beginning of the SHA-256 of its public half."""
    der = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return jws.kid_of(der)


def signers() -> list[tuple[str, HolderKind]]:
    """Who holds a signing key in the demonstration: (number, kind)."""
    people = rows("demo_practitioners.csv")
    physicians = [(r["council"], HolderKind.PHYSICIAN) for r in people if r["kind"] == "physician"]
    return physicians + [(number, HolderKind.OFFICER) for number, _, _ in OFFICERS]
