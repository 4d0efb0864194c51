"""Make the demonstration products from the shipped medicines, the same ones every time.

Real IRCs, GTINs, brands and prices belong to their owners, so the shipped products are invented: five makers
A to E, numbers from reserved ranges, and prices of a plausible size. After a change of the medicines, or of the
forms in `lists.csv`, run `python scripts/make_products.py` and commit what it writes; a test compares the two.
"""

import csv
import io
import random
import sys
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).resolve().parent.parent / "codings" / "data"
SEED = 1405
PRODUCTS = 200
MOST_PER_MEDICINE = 5
COLUMNS = ("irc", "gtin", "generic", "name_fa", "name_en", "maker", "pack_size", "price")
MAKERS = (("A", "الف"), ("B", "ب"), ("C", "پ"), ("D", "ت"), ("E", "ث"))


class Supply(NamedTuple):
    """How a medicine is sold: the pack sizes in its prescribing unit, and about how many Rial one unit costs."""

    packs: tuple[int, ...]
    unit_price: int


SUPPLIES = {
    "paracetamol 500 mg tab": Supply((10, 20, 100), 9_000),
    "paracetamol 120 mg/5 ml susp": Supply((60, 100), 4_200),
    "paracetamol 100 mg/ml oral drops": Supply((300,), 950),
    "paracetamol 125 mg supp": Supply((10,), 38_000),
    "ibuprofen 400 mg tab": Supply((10, 30, 100), 14_000),
    "ibuprofen 100 mg/5 ml susp": Supply((100, 120), 4_600),
    "diclofenac 75 mg/3 ml amp": Supply((5, 10), 95_000),
    "diclofenac 1% gel": Supply((30, 60), 11_000),
    "celecoxib 100 mg cap": Supply((20, 30), 26_000),
    "amoxicillin 500 mg cap": Supply((10, 20, 100), 32_000),
    "amoxicillin 250 mg/5 ml susp": Supply((60, 100), 7_800),
    "co-amoxiclav 500+125 mg tab": Supply((14, 20), 78_000),
    "co-amoxiclav 250+62.5 mg/5 ml susp": Supply((60, 100), 14_500),
    "cefixime 400 mg cap": Supply((5, 10), 118_000),
    "cefixime 100 mg/5 ml susp": Supply((50, 100), 16_000),
    "cefalexin 500 mg cap": Supply((12, 20), 41_000),
    "ceftriaxone 1 g vial": Supply((1, 10), 480_000),
    "azithromycin 250 mg cap": Supply((6, 10), 74_000),
    "azithromycin 200 mg/5 ml susp": Supply((15, 30), 33_000),
    "ciprofloxacin 500 mg tab": Supply((10, 20), 36_000),
    "co-trimoxazole 400+80 mg tab": Supply((10, 20, 100), 12_500),
    "metronidazole 250 mg tab": Supply((20, 100), 10_500),
    "doxycycline 100 mg cap": Supply((10, 20, 100), 19_000),
    "nystatin 100,000 units/ml susp": Supply((15, 30), 21_000),
    "fluconazole 150 mg cap": Supply((1, 2), 145_000),
    "clotrimazole 1% cream": Supply((15, 20), 17_500),
    "mupirocin 2% oint": Supply((15,), 44_000),
    "hydrocortisone 1% cream": Supply((15, 30), 15_500),
    "chloramphenicol 0.5% eye drops": Supply((200,), 1_400),
    "salbutamol 100 microgram/puff inh": Supply((200,), 7_200),
    "beclometasone 100 microgram/puff inh": Supply((200,), 9_600),
    "salmeterol+fluticasone 25+125 microgram": Supply((120,), 38_000),
    "fluticasone 50 microgram nasal spray": Supply((120,), 14_000),
    "montelukast 10 mg tab": Supply((10, 30), 47_000),
    "montelukast 5 mg chewable tab": Supply((10, 30), 42_000),
    "cetirizine 10 mg tab": Supply((10, 30, 100), 11_500),
    "cetirizine 5 mg/5 ml syrup": Supply((60, 120), 5_200),
    "diphenhydramine 12.5 mg/5 ml syrup": Supply((60, 120), 3_900),
    "omeprazole 20 mg cap": Supply((14, 30, 100), 17_500),
    "pantoprazole 40 mg tab": Supply((14, 30), 27_000),
    "metoclopramide 10 mg tab": Supply((10, 100), 8_500),
    "lactulose 10 g/15 ml syrup": Supply((120, 240), 5_400),
    "zinc (as sulfate) 5 mg/5 ml syrup": Supply((60, 120), 5_800),
    "metformin 500 mg tab": Supply((30, 60, 100), 10_000),
    "insulin glargine 100 units/ml pen": Supply((300, 1500), 6_800),
    "insulin aspart 100 units/ml pen": Supply((300, 1500), 6_200),
    "levothyroxine 100 microgram tab": Supply((50, 100), 11_000),
    "atorvastatin 20 mg tab": Supply((10, 30, 100), 22_000),
    "amlodipine 5 mg tab": Supply((10, 30, 100), 11_500),
    "losartan 50 mg tab": Supply((10, 30), 18_500),
    "captopril 25 mg tab": Supply((10, 50, 100), 9_500),
    "metoprolol 50 mg tab": Supply((10, 100), 13_000),
    "furosemide 40 mg tab": Supply((10, 50, 100), 8_800),
    "acetylsalicylic acid 80 mg tab": Supply((30, 100), 7_200),
    "warfarin 5 mg tab": Supply((30, 100), 12_000),
    "glyceryl trinitrate 400 microgram SL tab": Supply((30, 100), 16_000),
    "sertraline 50 mg tab": Supply((10, 30), 23_000),
    "gabapentin 300 mg cap": Supply((10, 30, 50), 34_000),
    "sodium valproate 200 mg tab": Supply((50, 100), 19_500),
    "clonazepam 1 mg tab": Supply((10, 30, 100), 12_000),
    "tramadol 50 mg cap": Supply((10, 20), 17_000),
    "prednisolone 5 mg tab": Supply((20, 100), 10_500),
    "dexamethasone 8 mg/2 ml amp": Supply((1, 5), 86_000),
    "folic acid 1 mg tab": Supply((30, 100), 6_500),
    "iron (ferrous sulfate) 25 mg/ml drops": Supply((300, 600), 900),
    "colecalciferol 50,000 units cap": Supply((4, 10), 68_000),
    "methotrexate 2.5 mg tab": Supply((10, 100), 29_000),
    "tamsulosin 400 microgram cap": Supply((10, 30), 31_000),
}


# Everything else by its prescribing unit, about as it is sold; the price only has a plausible size.
UNITS = {
    "tablet": Supply((30, 10, 100), 12_000),
    "capsule": Supply((30, 10, 100), 18_000),
    "lozenge": Supply((12, 24), 9_000),
    "ml": Supply((100, 60, 200), 4_500),
    "drop": Supply((200, 100), 1_500),
    "puff": Supply((120, 200), 12_000),
    "gram": Supply((30, 15), 14_000),
    "ampoule": Supply((5, 10), 85_000),
    "vial": Supply((1, 10), 350_000),
    "syringe": Supply((1, 2), 900_000),
    "suppository": Supply((10, 6), 32_000),
    "sachet": Supply((20, 10), 15_000),
    "patch": Supply((10, 5), 120_000),
    "unit": Supply((1500, 300), 6_500),
    "pen": Supply((1, 2), 1_800_000),
    "piece": Supply((1, 3), 240_000),
    "bottle": Supply((1, 10), 160_000),
    "dose": Supply((1, 10), 420_000),
}
EACH = 2  # products of each of those


def check_digit(digits: str) -> str:
    """The GS1 modulo-10 check digit of a GTIN's first 13 digits."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return str(-total % 10)


def counts(generics: int, chance: random.Random) -> list[int]:
    """How many products each medicine has: two at least, five at most, PRODUCTS in all."""
    found = [2] * generics
    while sum(found) < PRODUCTS:
        place = chance.randrange(generics)
        if found[place] < MOST_PER_MEDICINE:
            found[place] += 1
    return found


def pack_price(unit_price: int, pack: int, chance: random.Random) -> int:
    """A pack's price in Rial: up to 15 % around the medicine's usual price, in steps of 500."""
    share = Decimal(chance.randrange(85, 116)) / 100
    steps = (Decimal(unit_price) * pack * share / 500).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    return int(steps) * 500


def english(medicine: dict[str, str], forms: dict[str, str]) -> str:
    """The medicine's name in English, as on a pack: name, strength and form."""
    name = f"{medicine['inn']} {medicine['strength']} {forms[medicine['form']]}"
    return name[0].upper() + name[1:]


def products(medicines: list[dict[str, str]], forms: dict[str, str]) -> list[dict[str, str]]:
    """The demonstration products of these medicines, in order of generic code and maker.

    `forms` gives each form's English name by its code. What is listed in SUPPLIES shares one row of chances; every
    other medicine has its own, so that a new one changes no product of the others.
    """
    chance = random.Random(SEED)  # noqa: S311 - demonstration figures, wanted the same every time
    listed = [medicine for medicine in medicines if medicine["short"] in SUPPLIES]
    made = []
    for medicine, count in zip(listed, counts(len(listed), chance), strict=True):
        made += _of(medicine, english(medicine, forms), SUPPLIES[medicine["short"]], count, chance)
    for medicine in medicines:
        if medicine["short"] not in SUPPLIES:
            own = random.Random(f"{SEED} {medicine['generic']}")  # noqa: S311
            name = medicine["short"][0].upper() + medicine["short"][1:]
            made += _of(medicine, name, UNITS[medicine["unit"]], EACH, own)
    return sorted(made, key=lambda row: row["irc"])


def _of(
    medicine: dict[str, str], name: str, supply: Supply, count: int, chance: random.Random
) -> list[dict[str, str]]:
    """One medicine's products, each by another maker."""
    made = []
    for serial, maker in enumerate(sorted(chance.sample(range(len(MAKERS)), count)), start=1):
        latin, persian = MAKERS[maker]
        pack = supply.packs[(serial - 1) % len(supply.packs)]
        company_item = f"0290{medicine['generic']}{serial:04d}"
        made.append(
            {
                "irc": f"99990000{medicine['generic']}{serial:03d}",
                "gtin": company_item + check_digit(company_item),
                "generic": medicine["generic"],
                "name_fa": f"{medicine['name_fa']} (نمونهٔ {persian})",
                "name_en": f"{name} (demonstration {latin})",
                "maker": f"Demonstration maker {latin}",
                "pack_size": str(pack),
                "price": str(pack_price(supply.unit_price, pack, chance)),
            }
        )
    return made


def as_csv(made: list[dict[str, str]]) -> str:
    """The file's text, header line first, lines ended by a single newline."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(made)
    return text.getvalue()


def rows(name: str) -> list[dict[str, str]]:
    """The rows of one shipped file."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def main() -> None:
    """Write products.csv beside the medicines it was made from."""
    forms = {row["code"]: row["en"] for row in rows("lists.csv") if row["system"] == "form"}
    made = products(rows("medicines.csv"), forms)
    (DATA / "products.csv").write_text(as_csv(made), encoding="utf-8")
    sys.stdout.write(f"{len(made)} products written\n")


if __name__ == "__main__":
    main()
