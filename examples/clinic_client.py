"""A clinic's program: eligibility, SHABAD, prepare, the physician's signature, register."""

from pathlib import Path
from typing import Any

from connect import Client, Key, b64


class Clinic:
    """One clinic and one of its physicians, whose signing key stays on this side."""

    def __init__(
        self, base_url: str, entry: dict[str, Any], physician: dict[str, Any], *, folder: Path
    ) -> None:
        self.api = Client(base_url, entry, folder=folder)
        self.centre = entry["centre"]
        self.council = physician["council"]
        self._pen = Key(folder / physician["key_file"], physician["kid"])

    def see(self, national_id: str) -> Any:
        """Who is this, and what covers them today?"""
        return self.api.post(
            "/eligibility",
            {"patient": {"national_id": national_id}, "practitioner": self.council, "centre": self.centre},
        )

    def ask_allergies(self, patient: str, allergies: list[str], as_of: str) -> Any:
        state = "list" if allergies else "none_known"
        facts = {"allergies": {"state": state, "items": allergies}, "as_of": as_of}
        return self.api.send("PUT", f"/patients/{patient}/facts", json=facts).json()

    def shabad(self, inquiry: str, coverage: str | None) -> str:
        body = {"inquiry": inquiry} | ({"coverage": coverage} if coverage else {})
        return str(self.api.post("/shabads", body)["shabad"])

    def prepare(self, shabad: str, diagnosis: str, items: list[dict[str, Any]], **more: Any) -> Any:
        """The bytes to sign, with what the safety rules and the insurer say of them."""
        coded = [{"system": "http://hl7.org/fhir/sid/icd-10", "code": diagnosis}]
        return self.api.post(
            "/prescriptions/prepare", {"shabad": shabad, "diagnoses": coded, "items": items, **more}
        )

    def sign(self, prepared: Any) -> str:
        """The physician's own signature over exactly the prepared bytes; the key never leaves this side."""
        signed = f"{prepared['header']}.{prepared['payload']}"
        return f"{signed}.{b64(self._pen.sign(signed.encode()))}"

    def register(self, jws: str) -> Any:
        return self.api.post("/prescriptions", {"jws": jws})

    def transcribe(self, paper: dict[str, Any], image: bytes) -> Any:
        """Within a declared emergency: a paper prescription and its picture."""
        upload = self.api.send(
            "POST", "/uploads", content=image, headers={"Content-Type": "image/png"}
        ).json()
        return self.api.post("/paper", {**paper, "practitioner": self.council, "image": upload["upload"]})
