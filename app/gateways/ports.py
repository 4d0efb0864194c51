"""Which adapter answers for which partner in this deployment."""

from sqlalchemy import Engine

from app.gateways import Gateways
from app.gateways.http import HttpAuthenticity, NoAuthenticity
from app.gateways.local import LocalEhr, LocalEligibility, LocalMessages, LocalShabads
from app.settings import Settings


def make_gateways(settings: Settings, engine: Engine) -> Gateways:
    """Local registers for all but authenticity: over HTTP, or honestly nobody when no address is set."""
    eligibility, shabads = LocalEligibility(engine), LocalShabads(engine)
    ehr, messages = LocalEhr(engine), LocalMessages(engine)
    authenticity: HttpAuthenticity | NoAuthenticity
    if settings.authenticity_url is None:
        authenticity = NoAuthenticity()
    else:
        authenticity = HttpAuthenticity(
            settings.authenticity_url,
            internal=settings.partners_inside,
            timeout=settings.authenticity_timeout,
        )
    return Gateways(
        eligibility=eligibility,
        shabads=shabads,
        authenticity=authenticity,
        ehr=ehr,
        messages=messages,
        partners=(eligibility, shabads, authenticity, ehr, messages),
    )
