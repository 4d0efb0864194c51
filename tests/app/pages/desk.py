"""One browser before the service, and the hands of a clinic's system beside it."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives import serialization
from sqlmodel import select
from starlette.testclient import TestClient

from app import accounts
from app.db import reading, writing
from app.demo.people import Folder
from app.demo.seed import active_kid
from app.flows import prescribing
from app.service import Service
from codings import jws
from codings.base import Actor, Role, new_id
from prescriber.inputs import PrepareInput
from prescriber.queries import PrescriptionView
from prescriber.tables import Draft
from tests.app.pages.page import Page, fields

BASE = "http://localhost:8000"
HERE = {"Origin": BASE}
NOW = datetime.fromisoformat("2026-12-01T08:00:00+00:00")  # 10 Azar 1405, 11:30 in Tehran
PHYSICIAN, COLLEAGUE = "physician-9990001", "physician-9990002"
INSURED = "9991484922"  # Kaveh Sepidan, basic cover in force
EXPIRED = "9998167061"  # Kian Pegah, cover at an end
UNINSURED = "9991136908"  # Sepehr Goldis, no cover


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Desk:
    """One browser before the service, and the hands of a clinic's system beside it."""

    service: Service
    browser: TestClient
    clock: Clock
    folder: Folder
    keys: dict[str, jws.Key] = field(default_factory=dict)

    # --- The browser

    def get(self, path: str, **query: str) -> Page:
        return self._page(self.browser.get(path, params=query or None))

    def post(self, path: str, data: dict[str, str] | None = None, *, key: str | None = None) -> Page:
        sent = {"key": key or str(new_id())} | (data or {})
        return self._page(self.browser.post(path, data=sent, headers=HERE))

    def follow(self, page: Page) -> Page:
        assert page.status == 303, page.text[:600]
        assert page.location
        return self.get(page.location.partition("#")[0])

    @staticmethod
    def _page(answer: Any) -> Page:
        return Page(answer.status_code, answer.text, answer.headers.get("location"), str(answer.url.path))

    def sign_in(self, username: str = PHYSICIAN, *, language: str = "en") -> Page:
        told = self.browser.post(
            "/sign-in", data={"username": username, "password": self.folder.password()}, headers=HERE
        )
        assert told.status_code == 303, told.text
        self.speak(language)
        return self._page(told)

    def speak(self, language: str) -> None:
        self.browser.post("/language", data={"language": language, "back": "/"}, headers=HERE)

    def hire(
        self, username: str, *, centre: str, role: Role = Role.PHYSICIAN, council: str = "9990002"
    ) -> None:
        """One more account, with the password of all others."""
        with writing(self.service) as session:
            accounts.account_add(
                session,
                service=self.service,
                username=username,
                name=username,
                role=role,
                password=self.folder.password(),
                centre=centre,
                practitioner=council,
                by=self.service.itself("test"),
            )

    # --- A physician's steps

    def visit(self, national_id: str = INSURED) -> str:
        """Open a visit; its address."""
        page = self.post("/prescriber/visits", {"patient.national_id": national_id})
        assert page.status == 303, page.text
        return str(page.location)

    def draft(self, national_id: str = INSURED, *, allergies: str = "none_known") -> str:
        """A SHABAD and an empty draft on it; its address."""
        at = self.visit(national_id)
        cover = re.search(r'name="coverage" value="([0-9a-f-]{36})" checked', self.get(at).html)
        page = self.post(
            at,
            {
                "facts.allergies.state": allergies,
                "coverage": cover[1] if cover else "self-pay",
                "do": "shabad",
            },
        )
        assert page.status == 303, page.text
        return str(page.location)

    def press(self, at: str, do: str, **changed: str) -> Page:
        """Press a button of a draft's form with everything as the page shows it, and `changed` typed over."""
        page = self.get(at)
        return self.post(
            at, {**fields(page, at), "do": do, **{k.replace("__", "."): v for k, v in changed.items()}}
        )

    def ordered(self, at: str, generic: str = "90010") -> Page:
        """Diagnosis and one complete medicine."""
        self.press(at, "diagnose:J02.9")
        self.press(at, f"add:{generic}")
        return self.press(
            at,
            "save",
            items__0__dose__amount="1",
            items__0__frequency="q8h",
            items__0__duration_days="7",
        )

    # --- The clinic's own system, which signs

    def shabad_of(self, at: str) -> str:
        with reading(self.service) as session:
            draft = session.exec(select(Draft).where(Draft.id == at.rpartition("/")[2])).one()
        return str(draft.shabad)

    def signed(self, national_id: str = INSURED, generic: str = "90010", **item: Any) -> PrescriptionView:
        """A prescription on the SHABAD of a fresh draft, signed with the physician's key through the flow."""
        return self.sign(self.draft(national_id), generic=generic, **item)

    def sign(
        self, at: str, *, generic: str = "90010", replaces: int | None = None, **item: Any
    ) -> PrescriptionView:
        order = {
            "shabad": self.shabad_of(at),
            "replaces": replaces,
            "diagnoses": [{"code": "J02.9"}],
            "items": [
                {
                    "medicine": generic,
                    "dose": {"amount": "1", "unit": "capsule"},
                    "frequency": "q8h",
                    "route": "oral",
                    "duration_days": 7,
                    "quantity": "21",
                }
                | item
            ],
        }
        return self.sign_order(PrepareInput.model_validate(order))

    def sign_order(self, order: PrepareInput) -> PrescriptionView:
        """Prepared, signed with the physician's key and registered, as the clinic's system does through the API."""
        by = self.actor()
        with reading(self.service) as session:
            prepared, _ = prescribing.prepare(session, self.service, request=order, by=by)
        token = jws.sign(prepared.payload, key=self.pen(), typ="rx+jws", extra={"zip": "DEF"})
        with writing(self.service) as session:
            view, _ = prescribing.sign(session, self.service, token=token, by=by)
        return view

    def actor(self) -> Actor:
        return Actor(
            id="client:clinic",
            role=Role.MACHINE,
            at=self.clock(),
            centre="9900000001",
            scopes=frozenset({"prescriber"}),
        )

    def pen(self, council: str = "9990001") -> jws.Key:
        key = self.folder.key(f"physician-{council}")
        with reading(self.service) as session:
            kid = active_kid(session, council, key)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return jws.Key(str(kid), "ES256", pem.decode())
