"""The whole main job through the public API: three programs with their own keys, then the paper way.

    python examples/story.py var/demo/world.json

Prints each step with its ids and time; ends with status 1 if anything is not as it should be.
"""

import json
import struct
import sys
import time
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import verify
from clinic_client import Clinic
from connect import Client, Key, Refused
from cryptography import x509
from insurer_client import Insurer
from pharmacy_client import Pharmacy

ORDER = [  # dose, frequency, days, quantity: what a general practitioner writes every day
    {"inn": "amoxicillin", "form": "capsule", "dose": "1", "frequency": "q8h", "days": 7, "quantity": "21"},
    {"inn": "ibuprofen", "form": "tablet", "dose": "1", "frequency": "q8h", "days": 5, "quantity": "15"},
    {"inn": "omeprazole", "form": "capsule", "dose": "1", "frequency": "1x1", "days": 14, "quantity": "14"},
]
_T0 = time.perf_counter()


@contextmanager
def step(words: str) -> Iterator[list[str]]:
    """Time one step; what it appends is printed beside it."""
    start, said = time.perf_counter(), []  # type: tuple[float, list[str]]
    yield said
    print(f"  {1000 * (time.perf_counter() - start):7.0f} ms  {words:<44} {'  '.join(said)}", flush=True)


def one(entries: list[dict[str, Any]], **wanted: str) -> dict[str, Any]:
    return next(e for e in entries if all(e.get(k) == v for k, v in wanted.items()))


class Story:
    def __init__(self, world_file: Path) -> None:
        self.folder = world_file.parent
        self.world = world = json.loads(world_file.read_text(encoding="utf-8"))
        base, clients = world["base_url"], world["clients"]
        physician = one(world["practitioners"], kind="physician")
        self.clinic = Clinic(base, one(clients, scope="prescriber"), physician, folder=self.folder)
        self.pharmacy = Pharmacy(base, one(clients, scope="pharmacy"), folder=self.folder)
        self.regulator = Client(base, one(clients, scope="regulator"), folder=self.folder)
        self.insurers = {
            c["insurer"]: Insurer(base, c, folder=self.folder) for c in clients if c["scope"] == "insurer"
        }
        self.ca = x509.load_pem_x509_certificate((self.folder / world["ca_certificate"]).read_bytes())
        self.seal = x509.load_pem_x509_certificate((self.folder / world["seal_certificate"]).read_bytes())

    def electronic(self) -> list[dict[str, Any]]:
        """Visit, prescription, dispense; gives the claims it made."""
        person = one(self.world["patients"], cover="basic+supplementary")
        with step("clinic: eligibility") as said:
            visit = self.clinic.see(person["national_id"])
            said += [f"{len(visit['coverages'])} coverages", visit["inquiry"]]
        with step("clinic: allergies asked"):
            self.clinic.ask_allergies(visit["patient"]["id"], [], datetime.now(UTC).date().isoformat())
        basic = next(c for c in visit["coverages"] if c["kind"] == "basic" and c["in_force"])
        with step("clinic: SHABAD issued") as said:
            shabad = self.clinic.shabad(visit["inquiry"], basic["coverage"])
            said.append(shabad)
        prescription = self.write(shabad)
        return self.hand_over({"qr": prescription["qr"]})

    def write(self, shabad: str) -> Any:
        medicines = [one(self.world["medicines"], inn=o["inn"], form=o["form"]) for o in ORDER]
        items = [item(o, m) for o, m in zip(ORDER, medicines, strict=True)]
        with step("clinic: prepare") as said:
            prepared = self.clinic.prepare(shabad, "J02.9", items)
            said.append(f"findings {[f['id'] for f in prepared['findings']]}")
        asks = [f["id"] for f in prepared["findings"] if f["severity"] == "ask"]
        if asks:
            with step("clinic: prepare, with overrides"):
                overrides = [{"finding": f, "reason": "benefit-outweighs-risk"} for f in asks]
                prepared = self.clinic.prepare(shabad, "J02.9", items, overrides=overrides)
        with step("physician signs, clinic registers") as said:
            prescription = self.clinic.register(self.clinic.sign(prepared))
            said += [prescription["number"], prescription["status"]]
        with step("the same again is the same answer"):
            again = self.clinic.api.get(f"/prescriptions/{prescription['number']}")
            verify.expect("prescription", again["number"], prescription["number"])
        return prescription

    def hand_over(self, possession: dict[str, Any]) -> list[dict[str, Any]]:
        """Accept, check packs, price, dispense; gives the claims."""
        with step("pharmacy: accept") as said:
            accepted = self.pharmacy.api.post("/prescriptions/accept", possession)
            said += [accepted["acceptance"], f"until {accepted['expires_at'][11:16]}Z"]
        with step("pharmacy: packs scanned and checked") as said:
            lines = [self.line(i, accepted["acceptance"]) for i in accepted["prescription"]["items"]]
            said.append(f"{sum(len(x['packs']) for x in lines)} packs genuine")
        with step("pharmacy: price") as said:
            cost = self.pharmacy.price(accepted["acceptance"], lines)["cost"]
            said.append(f"patient pays {cost['totals']['patient']} of {cost['totals']['gross']} Rial")
        for line in cost["lines"]:
            verify.expect("shares", line["basic"] + line["supplementary"] + line["patient"], line["gross"])
        once = str(uuid.uuid4())
        with step("pharmacy: dispense") as said:
            done = self.pharmacy.dispense(accepted["acceptance"], lines, once=once)
            said += [done["dispense"], done["prescription"]["status"]]
        with step("the same request again is one action"):
            again = self.pharmacy.dispense(accepted["acceptance"], lines, once=once)
            verify.expect("dispense", again, done)
        return list(done["claims"])

    def line(self, item: dict[str, Any], acceptance: str) -> dict[str, Any]:
        """Scan packs of one product until the item's quantity is covered; try the next product otherwise."""
        shelf: dict[str, list[dict[str, Any]]] = {}
        for pack in self.world["packs"]["genuine"]:
            if pack["generic"] == item["medicine"]:
                shelf.setdefault(pack["irc"], []).append(pack)
        for irc, packs in shelf.items():
            taken = self.take(packs, thousandths(item["remaining"]), item["item"], acceptance)
            if taken:
                return {"item": item["item"], "irc": irc, "quantity": item["remaining"], "packs": taken}
        msg = f"no genuine packs left for {item['name']}: start `make run` again, it brings new ones"
        raise verify.Differs(msg)

    def take(
        self, packs: list[dict[str, Any]], wanted: int, item: int, acceptance: str
    ) -> list[dict[str, str]] | None:
        """Units of these packs that cover what is wanted, none if they do not suffice."""
        taken = []
        for pack in packs:
            try:
                said = self.pharmacy.check(pack["barcode"], item=item, acceptance=acceptance)
            except Refused:
                continue  # reserved or opened elsewhere
            if said["verdict"] != "genuine":
                continue
            units = min(wanted, thousandths(said["remaining"] or said["product"]["pack_size"]))
            taken.append({"barcode": pack["barcode"], "count": text(units)})
            wanted -= units
            if wanted == 0:
                return taken
        return None

    def paper(self) -> list[dict[str, Any]]:
        """The network is down in the province: declare, transcribe a paper prescription, dispense it."""
        clinic = one(self.world["centres"], siam=self.clinic.centre)
        now = datetime.now(UTC).replace(microsecond=0)
        with step("regulator: emergency declared by two officers") as said:
            content = {
                "provinces": [clinic["province"]],
                "cause": "network-outage",
                "words": "Drill of the demonstration",
                "starts_at": stamp(now - timedelta(hours=1)),
                "ends_at": stamp(now + timedelta(hours=2)),
            }
            declared = self.declare(content)
            said.append(declared["number"])
        person = one(self.world["patients"], cover="basic")
        medicine = one(self.world["medicines"], inn=ORDER[0]["inn"], form=ORDER[0]["form"])
        with step("clinic: a SHABAD reserved beforehand") as said:
            pool = self.clinic.api.post("/shabads/reserve", {"insurer": person["insurer"], "count": 2})
            said.append(pool["shabads"][0])
        with step("clinic: paper transcribed with its picture") as said:
            paper = {
                "declaration": declared["number"],
                "shabad": pool["shabads"][0],
                "patient": {"national_id": person["national_id"]},
                "written_on": tehran_today(),
                "diagnoses": [{"system": "http://hl7.org/fhir/sid/icd-10", "code": "J02.9"}],
                "items": [item(ORDER[0], medicine)],
            }
            written = self.clinic.transcribe(paper, picture())
            said.append(written["number"])
        return self.hand_over({"shabad": written["number"], "national_id": person["national_id"]})

    def declare(self, content: dict[str, Any]) -> Any:
        """Two officers sign the same words with their own keys; the service seals them."""
        officers = [p for p in self.world["practitioners"] if p["kind"] == "officer"][:2]
        payload = verify.canonical(content)
        signatures = []
        for officer in officers:
            key = Key(self.folder / officer["key_file"], officer["kid"])
            header = verify.canonical({"alg": "ES256", "kid": officer["kid"], "typ": "declaration+jws"})
            signed = f"{verify.b64(header)}.{verify.b64(payload)}"
            signatures.append(f"{signed}.{verify.b64(key.sign(signed.encode()))}")
        return self.regulator.post("/declarations", {**content, "signatures": signatures})

    def settle(self, claims: list[dict[str, Any]], *, declaration: bool = False) -> None:
        """Each insurer pulls until its claims have come, checks them from the bytes alone, and acknowledges."""
        for claim in claims:
            insurer = self.insurers[claim["insurer"]]
            with step(f"insurer {claim['insurer']}: batch pulled, checked, acknowledged") as said:
                manifest, line = self.find(insurer, claim["claim"])
                verify.evidence(line)
                content = verify.prescription(line, self.ca, self.seal)
                verify.expect("amount", line["amounts"]["requested"], claim["amount"])
                verify.expect("declaration in the claim", bool(line.get("declaration")), declaration)
                verify.expect("SHABAD in the signed bytes", content["s"], line["shabad"]["shabad"])
                insurer.acknowledge(manifest, f"R-{uuid.uuid4().hex[:12]}")
                said += [claim["claim"], f"batch {manifest['seq']}"]

    @staticmethod
    def find(insurer: Insurer, claim: str) -> tuple[dict[str, Any], dict[str, Any]]:
        after, deadline = max(0, insurer.cursor()["acked_contiguous"] - 1), time.monotonic() + 60
        while time.monotonic() < deadline:
            for manifest in insurer.next_batches(after):
                after = manifest["seq"]
                for line in insurer.claims(insurer.download(manifest)):
                    if line["claim"] == claim:
                        return manifest, line
        msg = f"claim {claim} did not come within a minute"
        raise verify.Differs(msg)

    def audit(self) -> None:
        """The whole chain of every insurer from its first batch."""
        public = self.seal.public_key()
        for code, insurer in self.insurers.items():
            with step(f"insurer {code}: chain of manifests verified") as said:
                manifests: list[dict[str, Any]] = []
                while page := insurer.next_batches(len(manifests), wait=0):
                    manifests += page
                verify.chain(manifests, public)  # type: ignore[arg-type]
                said.append(f"{len(manifests)} batches")


def item(order: dict[str, Any], medicine: dict[str, Any]) -> dict[str, Any]:
    return {
        "medicine": medicine["generic"],
        "dose": {"amount": order["dose"], "unit": medicine["unit"]},
        "frequency": order["frequency"],
        "route": medicine["route"],
        "duration_days": order["days"],
        "quantity": order["quantity"],
    }


def thousandths(amount: str) -> int:
    """Thousandths of a unit, so that no float touches a quantity."""
    whole, _, part = amount.partition(".")
    return int(whole) * 1000 + int((part + "000")[:3])


def text(units: int) -> str:
    return f"{units // 1000}.{units % 1000:03}".rstrip("0").rstrip(".")


def stamp(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


def tehran_today() -> str:
    return (datetime.now(UTC) + timedelta(hours=3, minutes=30)).date().isoformat()


def picture() -> bytes:
    """A small grey PNG standing for the photograph of the paper; unique, as photographs are."""
    shade = uuid.uuid4().bytes[0]
    rows = (b"\0" + bytes([shade]) * 64) * 64

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def main(world_file: Path) -> int:
    story = Story(world_file)
    try:
        print("A prescription, from the pen to the payer")
        story.settle(story.electronic())
        print("A paper prescription, within a declared emergency")
        story.settle(story.paper(), declaration=True)
        print("What was downloaded, audited")
        story.audit()
    except (Refused, verify.Differs, httpx.HTTPError) as no:
        print(f"\nNot as it should be: {no}", file=sys.stderr)
        return 1
    print(f"Everything verified in {time.perf_counter() - _T0:.1f} s.")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
