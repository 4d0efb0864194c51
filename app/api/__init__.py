"""The API, one module a noun. A route module is served once its router stands in `routers`."""

from app.api import (
    batches,
    certificates,
    checkpoints,
    claims,
    codings,
    counter,
    emergencies,
    everyone,
    prescriptions,
    status,
    tokens,
    visits,
)

routers = [
    everyone.router,
    checkpoints.router,
    tokens.router,
    certificates.router,
    visits.router,
    prescriptions.router,
    counter.router,
    batches.router,
    claims.router,
    codings.router,
    emergencies.router,
    status.router,
]
demonstration_routers = [everyone.counters_router]  # a deployment answers them on a port of their own
