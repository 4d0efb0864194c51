"""A few medicines, their other names and packs, for asking the search without a database."""

from decimal import Decimal

from codings.queries.search.asking import answer
from codings.queries.search.reading import Ingredient, Packet, medicine_index
from codings.tables import Medicine


def medicine(
    generic, inn, fa, form="tablet", strength="500 mg", *, short=None, formulary=True, mg="500", parts=None
):
    return Medicine(
        generic=generic,
        release="1",
        ingredients=parts or [inn],
        atc="",
        inn=inn,
        name_fa=fa,
        short=short or f"{inn} {strength} {form}",
        form=form,
        strength=strength,
        route="oral",
        unit=form,
        strength_per_unit_mg=Decimal(mg) if mg else None,
        controlled=False,
        high_risk=False,
        formulary=formulary,
    )


MEDICINES = [
    medicine("1", "amoxicillin", "آموکسی‌سیلین کپسول ۵۰۰ میلی‌گرم", "capsule", short="amoxicillin 500 mg cap"),
    medicine("2", "amoxicillin", "آموکسی‌سیلین کپسول ۲۵۰ میلی‌گرم", "capsule", "250 mg", mg="250"),
    medicine(
        "3", "amoxicillin", "آموکسی‌سیلین سوسپانسیون ۲۵۰ میلی‌گرم در ۵", "suspension", "250 mg/5 ml", mg="50"
    ),
    medicine("4", "amoxapine", "آموکساپین قرص ۵۰ میلی‌گرم", strength="50 mg", mg="50", formulary=False),
    medicine("5", "captopril", "کاپتوپریل قرص ۲۵ میلی‌گرم", strength="25 mg", mg="25"),
    medicine(
        "6",
        "glibenclamide + metformin",
        "گلی‌بنکلامید + متفورمین قرص",
        strength="2.5 mg + 500 mg",
        parts=["glibenclamide", "metformin"],
    ),
    medicine("7", "metformin", "متفورمین قرص ۵۰۰ میلی‌گرم"),
    medicine("8", "metformin", "متفورمین قرص ۱ گرم", strength="1 g", mg="1000", formulary=False),
    medicine("9", "digoxin", "دیگوکسین قرص ۲۵۰ میکروگرم", strength="250 microgram", mg="0.25"),
    medicine("10", "warfarin", "وارفارین قرص ۵ میلی‌گرم", strength="5 mg", mg="5"),
    medicine("11", "warfarin", "وارفارین قرص ۲٫۵ میلی‌گرم", strength="2.5 mg", mg="2.5"),
    medicine("12", "heparin", "هپارین آمپول ۵٬۰۰۰ واحد", "injection", "5,000 units/ml", mg=None),
    medicine("13", "propranolol", "پروپرانولول قرص ۴۰ میلی‌گرم", strength="40 mg", mg="40"),
    medicine("14", "betahistine", "بتا هیستین قرص ۸ میلی‌گرم", strength="8 mg", mg="8"),
]
INGREDIENTS = {
    "amoxicillin": Ingredient("آموکسی‌سیلین", "amoxicillin"),
    "digoxin": Ingredient("دیگوکسین", "digoxin", ("Lanoxin", "لانوکسین")),
    "glibenclamide": Ingredient("گلی‌بنکلامید", "glibenclamide", ("glyburide",)),
    "metformin": Ingredient("متفورمین", "metformin"),
}
PACKS = [
    Packet("0001", "01", "1", "فارماموکس ۵۰۰", "Farmamox 500"),
    Packet("0002", "02", "7", "گلوکوفاژ ۵۰۰", "Glucophage 500"),
    Packet("0003", "03", "7", "متفو نیک", "Metfonic blue"),
    Packet("0004", "04", "10", "کومادین", "Coumadin 5"),
]
INDEX = medicine_index(MEDICINES, INGREDIENTS, PACKS)


def found(text, limit=50, index=INDEX):
    return answer(index, text, limit)


def codes(text, limit=50, index=INDEX):
    return [row.code for row in found(text, limit, index)]
