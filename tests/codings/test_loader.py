"""Loading releases: whole or not at all, once, and nothing forgotten that was once prescribed."""

import shutil
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlmodel import select

import codings.queries as codings
from codings.loader import DATA, load
from codings.outcomes import ReleaseUnreadable
from codings.systems import GENERIC, ICD10, PROVINCE, UNIT
from codings.tables import PRODUCT, Concept, Medicine, Product, Release
from tests.factories import AT, codings_editor

LATER = codings_editor(at=AT + timedelta(days=1))


@pytest.fixture
def folder(tmp_path):
    """The shipped releases, to be changed at will."""
    return shutil.copytree(DATA, tmp_path / "release")


def change(path, old, new):
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new, 1), encoding="utf-8")


def drop_line(path, start):
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert any(line.startswith(start) for line in lines)
    path.write_text("".join(line for line in lines if not line.startswith(start)), encoding="utf-8")


def test_the_shipped_releases_are_loaded_with_their_values(session):
    medicine = codings.medicines(session, {"90012"})["90012"]
    assert medicine.ingredients == ["amoxicillin", "clavulanic-acid"]
    assert medicine.strength_per_unit_mg == Decimal(500)
    assert medicine.controlled is False
    product = codings.products(session, {"9999000090001002"})["9999000090001002"]
    assert (product.generic, product.gtin) == ("90001", "02909000100025")
    assert (product.pack_size, product.price) == (Decimal(20), 176500)
    assert codings.concepts(session, PROVINCE, {"IR-23"})["IR-23"].fa == "تهران"
    assert codings.concepts(session, ICD10, {"E11.9"})["E11.9"].en.startswith("Type 2")


def test_each_system_has_its_own_release_named_after_edition_and_content(session):
    names = {release.system: release for release in codings.releases(session)}
    assert {GENERIC, PRODUCT, ICD10, PROVINCE, UNIT} <= names.keys()
    province = names[PROVINCE]
    assert province.release == f"1405-09-{province.sha256[:8]}"
    assert codings.concepts(session, PROVINCE, {"IR-23"})["IR-23"].release == province.release


def test_loading_the_same_again_writes_nothing(session):
    before = session.exec(select(Release.system, Release.loaded_at)).all()
    assert set(load(session, DATA, by=LATER).values()) == {0}
    assert session.exec(select(Release.system, Release.loaded_at)).all() == before


def test_a_price_list_may_come_alone(session, folder):
    for file in ("medicines.csv", "diagnoses.csv", "lists.csv"):
        (folder / file).unlink()
    change(folder / "products.csv", ",176500", ",180000")
    generic_before, price_before = (codings.release_of(session, s) for s in (GENERIC, PRODUCT))
    written = load(session, folder, by=LATER)
    assert (written["medicine"], written["concept"], written["release"]) == (0, 0, 1)
    assert codings.products(session, {"9999000090001002"})["9999000090001002"].price == 180000
    assert codings.release_of(session, GENERIC) == generic_before
    assert codings.release_of(session, PRODUCT) != price_before


def test_a_change_in_one_list_is_a_release_of_that_list_only(session, folder):
    change(folder / "lists.csv", "province,IR-23,تهران,Tehran", "province,IR-23,تهران بزرگ,Tehran")
    units = codings.release_of(session, UNIT)
    assert load(session, folder, by=LATER)["release"] == 1
    assert codings.concepts(session, PROVINCE, {"IR-23"})["IR-23"].fa == "تهران بزرگ"
    assert codings.release_of(session, UNIT) == units


def test_what_a_release_drops_can_still_be_read_but_not_chosen(session, folder):
    drop_line(folder / "products.csv", "9999000090001001,")
    drop_line(folder / "lists.csv", "province,IR-23,")
    load(session, folder, by=LATER)
    assert "9999000090001001" in codings.products(session, {"9999000090001001"})
    assert "9999000090001001" not in {p.irc for p in codings.products_of(session, "90001")}
    assert "IR-23" in codings.concepts(session, PROVINCE, {"IR-23"})
    assert "IR-23" not in {concept.code for concept in codings.concept_list(session, PROVINCE)}
    assert codings.search(session, PROVINCE, "تهران") == []


def test_going_back_to_an_earlier_release_makes_it_the_current_one_again(session, folder):
    first = codings.release_of(session, PROVINCE)
    drop_line(folder / "lists.csv", "province,IR-23,")
    load(session, folder, by=LATER)
    load(session, DATA, by=codings_editor(at=AT + timedelta(days=2)))
    assert codings.release_of(session, PROVINCE) == first
    assert [found.code for found in codings.search(session, PROVINCE, "تهران")] == ["IR-23"]


@pytest.mark.parametrize(
    ("file", "wrong", "line"),
    [
        ("products.csv", (",10,103500", ",10,-5"), 2),
        ("products.csv", (",10,103500", ",10,1035.5"), 2),
        ("products.csv", (",10,103500", ",1e1,103500"), 2),
        ("products.csv", ("02909000100018", "02909000100019"), 2),
        ("products.csv", ("02909000100025", "02909000100018"), 3),
        ("products.csv", (",90001,", ",12345,"), 2),
        ("medicines.csv", ("500 mg tab,tablet", "500 mg tab,"), 2),
        ("medicines.csv", ("tablet,500,4000", "tablet,NaN,4000"), 2),
        ("lists.csv", ("unit,capsule,کپسول", "unit,tablet,کپسول"), 3),
        ("lists.csv", ("unit,tablet,قرص,tablet,", "unit,tablet,قرص,tablet,{oops"), 2),
        ("lists.csv", ("unit,tablet,قرص,tablet,", "unit,tablet"), 2),
        ("diagnoses.csv", ("fa,en\nA", "fa,en\nXA"), 2),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(session, folder, file, wrong, line):
    change(folder / file, *wrong)
    releases_before = codings.releases(session)
    with pytest.raises(ReleaseUnreadable) as refused:
        load(session, folder, by=LATER)
    assert (refused.value.facts["file"], refused.value.facts["line"]) == (file, line)
    assert str(line) in refused.value.detail.fa
    session.rollback()
    assert codings.releases(session) == releases_before


def test_a_load_costs_the_same_few_statements_however_many_rows_it_has(session, folder):
    for file, first, mark in (("products.csv", "Demonstration", "Demo"), ("medicines.csv", "BNF", "Bnf")):
        change(folder / file, first, mark)
    change(folder / "lists.csv", "قرص,tablet", "قرص ساده,tablet")
    writes = []

    def remember(*told):
        statement, executemany = told[2], told[5]
        if statement.startswith("INSERT"):
            assert not executemany
            writes.append(statement)

    event.listen(session.get_bind(), "before_cursor_execute", remember)
    try:
        written = load(session, folder, by=LATER)
    finally:
        event.remove(session.get_bind(), "before_cursor_execute", remember)
    assert written["product"] == len(session.exec(select(Product)).all())
    assert written["medicine"] == len(session.exec(select(Medicine)).all())
    assert written["concept"] == len(session.exec(select(Concept).where(Concept.system == UNIT)).all())
    assert (
        len(writes) == 8 * written["release"]
    )  # a release, its rows, its three states, its reign, its table
