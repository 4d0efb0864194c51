"""Generic presentations and the products that carry them."""

from collections.abc import Collection, Sequence

from sqlalchemy.dialects.postgresql import distinct_on
from sqlmodel import Session, col, select

from codings.queries.terms import current_release
from codings.tables import PRODUCT, Medicine, Product


def medicines(session: Session, generics: Collection[str]) -> dict[str, Medicine]:
    """Medicines by generic code, dropped ones included; unknown codes are absent."""
    if not generics:
        return {}
    query = select(Medicine).where(col(Medicine.generic).in_(set(generics)))
    return {medicine.generic: medicine for medicine in session.exec(query)}


def products(session: Session, ircs: Collection[str]) -> dict[str, Product]:
    """Products by IRC; unknown codes are absent."""
    if not ircs:
        return {}
    query = select(Product).where(col(Product.irc).in_(set(ircs)))
    return {product.irc: product for product in session.exec(query)}


def products_by_gtin(session: Session, gtins: Collection[str]) -> dict[str, Product]:
    """Products by the GTIN in their DataMatrix; unknown ones are absent."""
    if not gtins:
        return {}
    query = select(Product).where(col(Product.gtin).in_(set(gtins)))
    return {product.gtin: product for product in session.exec(query)}


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
