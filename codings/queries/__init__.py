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
from codings.queries.differences import Change, Differs, compared_with, differences, differing
from codings.queries.editions import Edition, Term, code_history, entries, entries_at, lists_at
from codings.queries.kept import release_of
from codings.queries.medicines import (
    Signed,
    cheapest_products,
    medicines,
    medicines_as_signed,
    products,
    products_by_gtin,
    products_of,
)
from codings.queries.registers import (
    at_work,
    centre,
    centres,
    practises,
    practitioner,
    practitioners,
    require_at_work,
    signer,
    staff,
)
from codings.queries.releases import (
    is_in_force,
    release,
    release_file,
    release_history,
    release_problems,
    releases,
    releases_in_force,
    require_system,
    unread_releases,
)
from codings.queries.safety import Knowledge, Substances, dosings, interactions, knowledge
from codings.queries.search import Found, search
from codings.queries.sheets import known_codes, taken_values
from codings.queries.terms import (
    concept_list,
    concepts,
    is_current,
    require_code,
    short_name,
    system_of,
)

__all__ = [
    "Change",
    "Differs",
    "Edition",
    "Found",
    "Knowledge",
    "Signed",
    "Substances",
    "Term",
    "at_work",
    "centre",
    "centres",
    "certificate",
    "certificate_request",
    "certificates_of",
    "cheapest_products",
    "code_history",
    "compared_with",
    "concept_list",
    "concepts",
    "declaration",
    "declarations",
    "differences",
    "differing",
    "dosings",
    "entries",
    "entries_at",
    "in_force",
    "interactions",
    "is_current",
    "is_in_force",
    "knowledge",
    "known_codes",
    "lists_at",
    "medicines",
    "medicines_as_signed",
    "practises",
    "practitioner",
    "practitioners",
    "products",
    "products_by_gtin",
    "products_of",
    "release",
    "release_file",
    "release_history",
    "release_of",
    "release_problems",
    "releases",
    "releases_in_force",
    "request_history",
    "requests_of",
    "requests_waiting",
    "require_at_work",
    "require_code",
    "require_system",
    "search",
    "short_name",
    "signer",
    "signing_certificate",
    "signing_certificates",
    "staff",
    "system_of",
    "taken_values",
    "unread_releases",
]
