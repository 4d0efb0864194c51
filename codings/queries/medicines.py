"""Generic presentations and the products that carry them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from codings.queries.editions import entries
from codings.queries.kept import MEDICINES, PRODUCTS, PRODUCTS_BY_GTIN
from codings.queries.terms import current_release
from codings.systems import GENERIC
from codings.tables import PRODUCT, Medicine, Product

_SHOWN: Final = {"generic", "name_fa", "short", "form", "controlled", "high_risk"}


def medicines(session: Session, generics: Collection[str]) -> dict[str, Medicine]:
    """Medicines by generic code, dropped ones included; unknown codes are absent."""
    return MEDICINES.rows(session, GENERIC, set(generics)) if generics else {}


@dataclass(frozen=True, slots=True)
class Signed:
    """What is shown of a medicine beside the signed text, as the release named there has it."""

    generic: str
    release: str
    name_fa: str
    short: str
    form: str
    controlled: bool
    high_risk: bool


def medicines_as_signed(session: Session, generics: Collection[str], *, release: str) -> dict[str, Signed]:
    """Medicines as a release has them, for reading what was signed under it, whatever came after.

    What that release does not have is read as it is now; unknown codes are absent.
    """
    kept = entries(session, system=GENERIC, codes=generics, release=release) if generics else {}
    rest = medicines(session, set(generics) - kept.keys())
    now = {
        code: _signed({**row.model_dump(include=_SHOWN), "release": row.release})
        for code, row in rest.items()
    }
    return now | {code: _signed({**row, "release": release}) for code, row in kept.items()}


def _signed(row: Mapping[str, Any]) -> Signed:
    return Signed(**{name: row[name] for name in (*_SHOWN, "release")})


def products(session: Session, ircs: Collection[str]) -> dict[str, Product]:
    """Products by IRC; unknown codes are absent."""
    return PRODUCTS.rows(session, PRODUCT, set(ircs)) if ircs else {}


def products_by_gtin(session: Session, gtins: Collection[str]) -> dict[str, Product]:
    """Products by the GTIN in their DataMatrix; unknown ones are absent."""
    return PRODUCTS_BY_GTIN.rows(session, PRODUCT, set(gtins)) if gtins else {}


def products_of(session: Session, generic: str) -> Sequence[Product]:
    """Every current product of a generic presentation, the cheapest unit first."""
    query = select(Product).where(Product.generic == generic, Product.release == current_release(PRODUCT))
    return session.exec(query.order_by(col(Product.price) / col(Product.pack_size), Product.irc)).all()


def cheapest_products(session: Session, generics: Collection[str]) -> dict[str, Product]:
    """For each generic presentation the current product with the lowest price of a unit.

    Equal prices go to the lower IRC, so that an estimate never changes by itself.
    """
    if not generics:
        return {}
    query = (
        select(Product)
        .where(col(Product.generic).in_(set(generics)), Product.release == current_release(PRODUCT))
        .ext(distinct_on(col(Product.generic)))
        .order_by(col(Product.generic), col(Product.price) / col(Product.pack_size), col(Product.irc))
    )
    return {product.generic: product for product in session.exec(query)}
