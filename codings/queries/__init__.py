"""The only door to what the ground floor keeps.

    import codings.queries as codings

    codings.medicines(session, {"90001", "90002"})       # dict by generic code
    codings.search(session, GENERIC, "استامینوفن ۵۰۰")    # what a physician picks from

Reference data belongs to nobody, so nothing here asks who is reading. Lookups take sets and answer
dicts; a lookup of one thing answers it or None.
"""

from codings.queries.certificates import (
    certificate,
    certificate_request,
    certificates_of,
    request_history,
    requests_of,
    requests_waiting,
    signing_certificate,
    signing_certificates,
)
from codings.queries.declarations import declaration, declarations, in_force
from codings.queries.medicines import (
    cheapest_products,
    medicines,
    products,
    products_by_gtin,
    products_of,
)
from codings.queries.registers import centre, centres, practises, practitioner, practitioners, staff
from codings.queries.search import Found, search
from codings.queries.terms import (
    concept_list,
    concepts,
    release_of,
    releases,
    require_code,
    system_of,
)

__all__ = [
    "Found",
    "centre",
    "centres",
    "certificate",
    "certificate_request",
    "certificates_of",
    "cheapest_products",
    "concept_list",
    "concepts",
    "declaration",
    "declarations",
    "in_force",
    "medicines",
    "practises",
    "practitioner",
    "practitioners",
    "products",
    "products_by_gtin",
    "products_of",
    "release_of",
    "releases",
    "request_history",
    "requests_of",
    "requests_waiting",
    "require_code",
    "search",
    "signing_certificate",
    "signing_certificates",
    "staff",
    "system_of",
]
