"""Fill an empty service with the demonstration's registers, people, accounts, machines and certificates."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlmodel import Session

import codings.queries as codings
from app import accounts, ca, clients
from app.db import reading, writing
from app.demo.people import (
    DATA,
    OFFICERS,
    SINCE,
    Folder,
    account_list,
    jwk_of,
    machine_list,
    rows,
    signers,
)
from app.service import Service
from codings import actions as coding_actions
from codings import certificates, loader
from codings.base import Actor, Role
from codings.states import CentreKind, HolderKind
from insurer.actions import coverage as coverage_actions
from insurer.inputs import CoverageLine
from insurer.share import SupplementaryBase
from insurer.states import Cob, InsurerKind
from prescriber import actions as prescriber_actions
from prescriber.actions import PatientIdentity

SUPPLEMENTARY = "901"


def seed(service: Service, folder: Folder) -> None:
    """Everything that is not there yet; run again it changes nothing."""
    with writing(service) as session:
        by = _as(service, Role.CODINGS_EDITOR)
        loader.load(session, DATA, by=by)
        _registers(session, by)
        _insurers(session, _as(service, Role.ADMINISTRATOR))
        _patients(session, _as(service, Role.ADMINISTRATOR))
        _accounts(session, service, folder)
        _machines(session, service, folder)
        _certificates(session, service, folder)


def _as(service: Service, role: Role, name: str = "demonstration") -> Actor:
    return Actor(id=f"service:{name}", role=role, at=service.clock())


def _registers(session: Session, by: Actor) -> None:
    for row in rows("demo_centres.csv"):
        if codings.centre(session, row["siam"]) is None:
            coding_actions.add_centre(
                session,
                siam=row["siam"],
                kind=CentreKind(row["kind"]),
                name_fa=row["name_fa"],
                name_en=row["name_en"],
                province=row["province"],
                address_fa=row["address_fa"],
                phone=row["phone"],
                licence_from=SINCE,
                by=by,
            )
    for row in rows("demo_practitioners.csv"):
        if codings.practitioner(session, row["council"]) is None:
            kind, names = HolderKind(row["kind"]), (row["name_fa"], row["name_en"])
            _person(session, row["council"], kind, names, row["specialty"], by)
            coding_actions.affiliate(session, council=row["council"], siam=row["centre"], since=SINCE, by=by)
    for number, fa, en in OFFICERS:
        if codings.practitioner(session, number) is None:
            _person(session, number, HolderKind.OFFICER, (fa, en), "", by)


def _person(  # noqa: PLR0917
    session: Session, council: str, kind: HolderKind, names: tuple[str, str], specialty: str, by: Actor
) -> None:
    coding_actions.add_practitioner(
        session, council=council, kind=kind, name_fa=names[0], name_en=names[1], specialty=specialty, by=by
    )


def _insurers(session: Session, by: Actor) -> None:
    for row in rows("insurers.csv"):
        coverage_actions.put_insurer(
            session,
            code=row["code"],
            name_fa=row["name_fa"],
            name_en=row["name_en"],
            kind=InsurerKind(row["kind"]),
            abbr=row["abbr"],
            by=by,
        )
    for row in rows("plans.csv"):
        coverage_actions.put_plan(
            session,
            insurer=row["insurer"],
            fund=row["fund"],
            code=row["code"],
            basic_bp=int(row["basic_bp"]),
            supplementary_bp=int(row["supplementary_bp"]),
            supplementary_base=SupplementaryBase(row["supplementary_base"]),
            cob=Cob(row["cob"]),
            effective_from=date.fromisoformat(row["effective_from"]),
            source=row["source"],
            by=by,
        )
    insured: dict[str, list[CoverageLine]] = {}
    for row in rows("demo_people.csv"):
        for insurer, line in _covers(row):
            insured.setdefault(insurer, []).append(CoverageLine.model_validate(line))
    for insurer, lines in insured.items():
        coverage_actions.put_coverages(session, insurer=insurer, rows=lines, by=by)


def _covers(row: Mapping[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    if row["cover"] == "none":
        return
    person = {k: row[k] for k in ("national_id", "birth_date", "sex", "valid_to")} | {
        "name": row["name_fa"],
        "valid_from": "2020-03-20",
    }
    yield row["insurer"], {**person, "kind": "basic", "fund": row["fund"], "member_no": row["member_no"]}
    if row["supplementary_member_no"]:
        more = {"kind": "supplementary", "fund": "1", "member_no": row["supplementary_member_no"]}
        yield SUPPLEMENTARY, {**person, **more}


def _patients(session: Session, by: Actor) -> None:
    for row in rows("demo_people.csv"):
        identity = PatientIdentity(
            national_id=row["national_id"],
            fida=None,
            name=row["name_fa"],
            birth_date=date.fromisoformat(row["birth_date"]),
            sex=row["sex"],
            mobile=row["mobile"],
            verified=True,
        )
        prescriber_actions.register_patient(session, identity=identity, by=by)


def _accounts(session: Session, service: Service, folder: Folder) -> None:
    by = _as(service, Role.ADMINISTRATOR)
    for person in account_list():
        if accounts.account(session, username=person.username) is None:
            accounts.account_add(
                session,
                service=service,
                username=person.username,
                name=person.name,
                role=person.role,
                centre=person.centre,
                insurer=person.insurer,
                practitioner=person.practitioner,
                password=folder.password(),
                by=by,
            )


def _machines(session: Session, service: Service, folder: Folder) -> None:
    for machine in machine_list():
        name = str(machine["client_id"])
        jwks = {"keys": [jwk_of(folder.key(name))]}
        by = _as(service, Role.ADMINISTRATOR)
        if clients.client(session, id=name) is not None:
            clients.rotate(session, id=name, jwks=jwks, by=by)
            continue
        clients.client_add(
            session,
            id=name,
            name=name,
            scopes=[str(machine["scope"])],
            jwks=jwks,
            centre=machine["centre"],
            insurer=machine["insurer"],
            by=by,
        )


def _certificates(session: Session, service: Service, folder: Folder) -> None:
    """Each signer's certificate by the ordinary way: asked for, entered by one officer, confirmed by another."""
    first = _as(service, Role.COUNCIL_OFFICER, "council-1")
    second = _as(service, Role.COUNCIL_OFFICER, "council-2")
    for holder, kind in signers():
        key = folder.key(f"{kind}-{holder}")
        if active_kid(session, holder, key) is not None:
            continue
        asked = certificates.request_certificate(
            session, holder=holder, holder_kind=kind, csr=csr(key, holder), by=first
        )
        certificates.enter_request(session, request=asked.id, by=first)
        issued = ca.issue(
            service.keys, csr_pem=asked.csr, holder=holder, holder_kind=kind, now=service.clock()
        )
        certificates.approve_request(session, request=asked.id, issued=issued, by=second)


def active_kid(session: Session, holder: str, key: ec.EllipticCurvePrivateKey) -> str | None:
    """The certificate in force for this very key."""
    pem = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    mine = [
        c
        for c in codings.certificates_of(session, holder)
        if c.public_pem == pem.decode() and c.state == "active"
    ]
    return mine[0].kid if mine else None


def csr(key: ec.EllipticCurvePrivateKey, holder: str) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.SERIAL_NUMBER, holder)])
    signed = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
    return signed.public_bytes(serialization.Encoding.PEM).decode()


def certificate_of(service: Service, holder: str, key: ec.EllipticCurvePrivateKey) -> str | None:
    with reading(service) as session:
        return active_kid(session, holder, key)
