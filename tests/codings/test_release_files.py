"""Files of releases: every fault is told with its place and its remedy, and nothing wrong comes through."""

import csv
import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codings import sheets
from codings.sheets.faults import WORDS
from codings.sheets.reading import MOST_FAULTS
from codings.systems import CENTRE, DOSING, FORM, FREQUENCY, GENERIC, INGREDIENT, PRACTITIONER, ROUTE, UNIT
from codings.tables import PRODUCT

KNOWN = {
    GENERIC: frozenset({"90001"}),
    INGREDIENT: frozenset({"paracetamol"}),
    FORM: frozenset({"tablet"}),
    ROUTE: frozenset({"oral"}),
    UNIT: frozenset({"tablet"}),
    CENTRE: frozenset({"9900000001"}),
    "urn:noskheh:province": frozenset({"IR-23"}),
    "urn:noskheh:specialty": frozenset({"paediatrics"}),
}
PRODUCTS = "irc,gtin,generic,name_fa,name_en,maker,pack_size,price"
GOOD = "9999000090001001,02909000100018,90001,استامینوفن,Paracetamol,Maker,10,103500"
OTHER = "9999000090001002,02909000100025,90001,استامینوفن ب,Paracetamol B,Maker,20,176500"
LIST = "code,fa,en,properties"
FHIR = ["code", "display", "designation", "language", "value", "property", "valueString", "concept"]


def read(text, system=PRODUCT, **more):
    content = text if isinstance(text, bytes) else text.encode()
    return sheets.read(content, sheets.sheet_of(system), known=KNOWN, **more)


def product(**changed):
    cells = dict(zip(PRODUCTS.split(","), GOOD.split(","), strict=True)) | changed
    text = io.StringIO()
    csv.writer(text).writerow(cells.values())
    return f"{PRODUCTS}\n{text.getvalue()}"


def only(reading):
    assert not reading.rows
    [fault] = reading.faults
    assert fault.what.fa
    assert fault.mend.en
    return fault


def test_a_right_file_is_read_whole_with_or_without_a_byte_order_mark():
    for start in ("", "\ufeff"):
        reading = read(f"{start}{PRODUCTS}\r\n{GOOD}\r\n\r\n{OTHER}\r\n")
        assert reading.faults == []
        assert [row["price"] for row in reading.rows] == [103500, 176500]
        assert reading.total == 2


@pytest.mark.parametrize(
    ("changed", "column", "said"),
    [
        ({"price": "12,000"}, "price", "12000, not 12,000"),
        ({"price": "12.5"}, "price", "whole number of Rial"),
        ({"price": "-1"}, "price", "whole number of Rial"),
        ({"price": ""}, "price", "whole number of Rial"),
        ({"gtin": "02909000100019"}, "gtin", "GTIN"),
        ({"irc": "999900009000100"}, "irc", "16 digits"),
        ({"generic": "77777"}, "generic", "not in the list generic"),
        ({"name_fa": "استامینوفن\u202e"}, "name_fa", "U+202E"),
        ({"name_en": "Para\u200bcetamol"}, "name_en", "U+200B"),
        ({"maker": ""}, "maker", "needed"),
        ({"maker": "x" * 401}, "maker", "longer than 400"),
        ({"pack_size": "0"}, "pack_size", "amount in digits"),
        ({"pack_size": "1e3"}, "pack_size", "amount in digits"),
    ],
)
def test_a_wrong_value_is_told_with_its_line_its_column_and_what_stands_there(changed, column, said):
    fault = only(read(product(**changed)))
    assert (fault.line, fault.column) == (2, column)
    assert said in f"{fault.what.en} {fault.mend.en}"


def test_persian_digits_of_a_price_are_a_price():
    assert read(product(price="۱۰۳۵۰۰")).rows[0]["price"] == 103500


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        (b"", 0, "empty"),
        (PRODUCTS.encode(), 0, "empty"),
        (PRODUCTS.encode() + b"\n\xff\xfe", 2, "UTF-8"),
        (f"{PRODUCTS}\n{GOOD}\n\0".encode(), 3, "zero byte"),
        (PRODUCTS.replace(",price", "").encode(), 1, "no column price"),
        (f"{PRODUCTS},colour\n{GOOD},red".encode(), 1, "colour"),
        (f"{PRODUCTS},price\n{GOOD},1".encode(), 1, "twice"),
        (f"{PRODUCTS}\n{GOOD},1".encode(), 2, "number of cells"),
        (f'{PRODUCTS}\n"{GOOD}'.encode(), 2, "broken"),
        (b'{"resourceType": "ValueSet"}', 0, "not a FHIR R4 CodeSystem"),
        (b'{"resourceType": ', 1, "not valid JSON"),
        (b'{"resourceType": "CodeSystem", "content": "fragment", "concept": []}', 0, "not complete"),
    ],
)
def test_a_file_that_is_not_one_says_so(content, line, said):
    reading = read(content)
    assert reading.rows == []
    assert reading.faults[0].line == line
    assert said in reading.faults[0].what.en


def test_every_fault_is_told_and_not_the_first_alone():
    twice = (
        f"{PRODUCTS}\n{GOOD}\n{GOOD}\n{OTHER.replace(',176500', ',1,7')}\n{OTHER.replace('90001,', 'x!,', 1)}"
    )
    told = [(fault.line, fault.column) for fault in read(twice).faults]
    assert told[:1] == [(4, "")]
    assert {(3, "irc"), (3, "gtin")} <= set(told)
    assert "line 2" in next(f for f in read(twice).faults if f.line == 3).what.en
    assert any(line == 5 for line, _ in told)


def test_a_number_that_belongs_to_another_code_is_not_given_away():
    taken = {"gtin": {"02909000100018": "9999000090001777"}}
    assert "9999000090001777" in only(read(product(), taken=taken)).what.en
    assert read(product(), taken={"gtin": {"02909000100018": "9999000090001001"}}).faults == []


def test_a_limit_or_a_flag_without_a_source_is_not_shipped():
    head = "generic,ingredients,atc,inn,name_fa,short,form,strength,route,unit,max_daily_mg,max_daily_source"
    row = "90001,paracetamol,N02BE01,paracetamol,استامینوفن,paracetamol,tablet,500 mg,oral,tablet,{},{},{},0"
    for limit, where, flag, wrong in (("4000", "", 0, True), ("4000", "BNF", 0, False), ("", "", 1, True)):
        reading = read(f"{head},controlled,high_risk\n{row.format(limit, where, flag)}", GENERIC)
        assert bool(reading.faults) is wrong
    assert "no source" in reading.faults[0].what.en


def test_registers_know_their_forms_of_numbers_and_dates():
    head = "siam,kind,name_fa,name_en,province,address_fa,phone,licence_from,licence_to,state,parent"
    centre = "9900000009,clinic,درمانگاه,Clinic,IR-23,نشانی,021,{},,active,{}"
    assert read(f"{head}\n{centre.format('2024-03-20', '9900000001')}", CENTRE).faults == []
    assert "2026-11-22" in only(read(f"{head}\n{centre.format('1405/09/01', '')}", CENTRE)).mend.en
    assert only(read(f"{head}\n{centre.format('2024-03-20', '123456')}", CENTRE)).column == "parent"
    head = "council,kind,name_fa,name_en,specialty,fida,centres"
    doctor = "{},physician,پزشک,Doctor,paediatrics,{},9900000001"
    assert read(f"{head}\n{doctor.format('12345م', '')}", PRACTITIONER).faults == []
    assert read(f"{head}\n{doctor.format('12345ات', '8254831415')}", PRACTITIONER).faults == []
    assert "FIDA" in only(read(f"{head}\n{doctor.format('12345ات', '')}", PRACTITIONER)).what.en


def test_a_fhir_code_system_is_the_same_list():
    concepts = [
        {
            "code": "a",
            "display": "first",
            "designation": [{"language": "fa-IR", "value": "یکم"}],
            "property": [{"code": "per_day", "valueString": "1"}],
            "concept": [
                {"code": "a.1", "display": "under", "designation": [{"language": "fa", "value": "زیر"}]}
            ],
        }
    ]
    told = {"resourceType": "CodeSystem", "content": "complete", "concept": concepts}
    reading = read(json.dumps(told), FREQUENCY)
    assert reading.rows == [
        {"code": "a", "fa": "یکم", "en": "first", "properties": {"per_day": "1"}},
        {"code": "a.1", "fa": "زیر", "en": "under", "properties": {"parent": "a"}},
    ]
    del concepts[0]["designation"]
    assert only(read(json.dumps(told), FREQUENCY)).column == "fa"


@pytest.mark.parametrize(
    ("wrong", "column"),
    [
        ({"code": ["a"]}, "code"),
        ({"code": "a", "display": 1}, "display"),
        ({"code": "a", "designation": {"language": "fa"}}, "designation"),
        ({"code": "a", "designation": [{"language": "fa", "value": None}]}, "designation.0.value"),
        ({"code": "a", "property": ["per_day"]}, "property.0"),
        ({"code": "a", "property": [{"code": ["per_day"], "valueString": "1"}]}, "property.0.code"),
        ({"code": "a", "concept": {"code": "b"}}, "concept"),
        ("a", ""),
    ],
)
def test_a_concept_of_another_shape_than_fhir_has_is_told_with_its_place(wrong, column):
    right = {"code": "z", "display": "last", "designation": [{"language": "fa", "value": "آخر"}]}
    told = {"resourceType": "CodeSystem", "content": "complete", "concept": [right, wrong]}
    found = only(read(json.dumps(told), FREQUENCY))
    assert (found.line, found.column) == (2, column)
    assert "not as FHIR R4 has it" in found.what.en


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('{"a": NaN}', "not valid JSON"),
        ('{"a": 1e999}', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("{", "not valid JSON"),
        ('{"a": ["\\ud800"]}', "hidden character U+D800"),
        ('{"\\u0000": 1}', "hidden character U+0000"),
        ("[1]", "not accepted"),
    ],
)
def test_what_a_cell_of_json_may_hold_is_as_strict_as_any_cell(cell, said):
    text = io.StringIO()
    csv.writer(text).writerow(["a", "یکم", "first", cell])
    found = only(read(f"{LIST}\n{text.getvalue()}", FREQUENCY))
    assert found.column == "properties"
    assert said in found.what.en


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FHIR), inner, max_size=4),
    max_leaves=20,
)


@given(ANYTHING, st.sampled_from([GENERIC, FREQUENCY, DOSING, PRODUCT]))
def test_no_code_system_however_strange_is_more_than_faults(concept, system):
    told = json.dumps({"resourceType": "CodeSystem", "concept": [concept]})
    reading = read(told, system)
    assert bool(reading.rows) != bool(reading.faults)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode), st.sampled_from([GENERIC, FREQUENCY]))
def test_no_file_however_strange_is_more_than_faults(content, system):
    reading = read(content, system)
    assert bool(reading.rows) != bool(reading.faults)


def test_a_parent_that_the_list_does_not_have_is_told():
    assert only(read(f'{LIST}\nb,ب,b,"{{""parent"": ""zz""}}"', FREQUENCY)).value == "zz"


def test_a_dose_that_is_no_number_is_told():
    head = "code,suggestions,max_single_mg,source"
    assert only(read(f"{head}\nparacetamol/oral,[],1 g,BNF", DOSING)).column == "max_single_mg"
    assert only(read(f"{head}\nparacetamol/oral,[],1000,", DOSING)).column == "source"
    assert read(f"{head}\nparacetamol/oral,[],1000,BNF", DOSING).faults == []


def test_a_file_full_of_faults_keeps_a_report_of_bounded_size():
    lines = "\n".join(["x,,,"] * (MOST_FAULTS // 2 + 10))
    assert len(read(f"{LIST}\n{lines}", FREQUENCY).faults) == MOST_FAULTS


def test_progress_is_told_to_the_end():
    told = []
    read(f"{PRODUCTS}\n{GOOD}\n{OTHER}", progress=lambda checked, rows: told.append((checked, rows)))
    assert told[-1] == (2, 2)


def test_every_word_is_there_in_both_languages():
    for what, mend in WORDS.values():
        assert all((what.fa, what.en, mend.fa, mend.en))


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=300) | st.text(max_size=300).map(str.encode))
def test_whatever_is_sent_is_read_or_told(content):
    for system in (PRODUCT, FREQUENCY):
        reading = read(content, system)
        assert bool(reading.faults) != bool(reading.rows)


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 240), st.sampled_from(["", ",", '"', "\n", "\u202e", "٫", "x", "\0", "9" * 40]))
def test_a_good_file_with_one_thing_changed_is_read_or_told(place, what):
    text = f"{PRODUCTS}\n{GOOD}\n{OTHER}\n"
    reading = read(text[:place] + what + text[place + 1 :])
    assert bool(reading.faults) != bool(reading.rows)
    for fault in reading.faults:
        assert fault.what.en
        assert "\u202e" not in fault.value
