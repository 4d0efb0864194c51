"""The pages, one module or package a role. A module is served once its router stands in `routers`."""

from app.pages import (
    account,
    admin,
    codings,
    council,
    gallery,
    home,
    insurer,
    paper,
    patient,
    pharmacy,
    pharmacy_claims,
    prescriber,
    reconciliation,
    regulator,
)

routers = [
    home.router,
    patient.router,
    account.router,
    prescriber.router,
    pharmacy_claims.router,
    pharmacy.router,
    paper.router,
    insurer.router,
    council.router,
    reconciliation.router,
    regulator.router,
    codings.router,
    admin.router,
]
demonstration_routers = [gallery.router]  # what is served only where nobody is a real patient
