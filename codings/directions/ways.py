"""Which way a medicine is taken, by its form and its route.

The route decides, and a form refines it: a tablet by mouth is taken, under the tongue it is placed there, by the
vaginal route it is put in.
"""

from collections.abc import Mapping
from typing import Final

from codings.base import Words
from codings.directions.manners import (
    AT_THE_GUM,
    CHEWED,
    CHEWED_GUM,
    DISSOLVED,
    DISSOLVED_AS_TOLD,
    DISSOLVED_IN_A_GLASS,
    DOCTOR,
    DROPPED_IN_THE_EAR,
    DROPPED_IN_THE_EYE,
    DROPPED_IN_THE_NOSE,
    DROPPED_UNDER_THE_TONGUE,
    ENEMA,
    GIVEN_BY_MOUTH,
    IMPLANTED,
    IN_THE_MOUTH,
    IN_THE_MUSCLE,
    IN_THE_RECTUM,
    IN_THE_VAGINA,
    IN_THE_WOMB,
    INFUSED,
    INHALED,
    INHALED_CAPSULE,
    NEBULISED,
    ON_THE_TONGUE,
    POURED_AT_THE_GUM,
    PUT_IN_THE_EYE,
    PUT_IN_THE_NOSE,
    RINSED,
    RUBBED,
    RUBBED_AT_THE_ANUS,
    SPRAYED_IN_THE_MOUTH,
    SPRAYED_IN_THE_NOSE,
    SPRAYED_ON,
    SPRAYED_UNDER_THE_TONGUE,
    SPRINKLED,
    STUCK,
    SUCKED,
    SWALLOWED_WHOLE,
    TAKEN,
    UNDER_THE_SKIN,
    UNDER_THE_TONGUE,
    USED,
    WASHED,
    Manner,
    injected,
)
from codings.directions.phrases import Labels, label

_BY_ONESELF: Final = frozenset({"unit", "pen", "syringe"})  # what patients are taught to inject
_DONE_BY_OTHERS: Final = frozenset({"vaccine", "implant"})


def manner(form: str, route: str, unit: str, labels: Labels) -> Manner:
    """How it is taken. A form or a route of a later list is used as its list calls it."""
    known = _OF_FORM.get((form, route)) or _BY_ROUTE.get(route)
    if known is None:
        told = label(labels, "route", route)
        return Manner(verb=Words("مصرف کنید", "use"), place=Words(f"({told.fa})", f"({told.en})"))
    if route == "subcutaneous" and unit in _BY_ONESELF and form not in _DONE_BY_OTHERS:
        return UNDER_THE_SKIN
    return known


_BY_ROUTE: Final[Mapping[str, Manner]] = {
    "oral": TAKEN,
    "sublingual": UNDER_THE_TONGUE,
    "buccal": AT_THE_GUM,
    "oromucosal": IN_THE_MOUTH,
    "inhalation": INHALED,
    "nasal": DROPPED_IN_THE_NOSE,
    "ophthalmic": DROPPED_IN_THE_EYE,
    "otic": DROPPED_IN_THE_EAR,
    "topical": RUBBED,
    "transdermal": RUBBED,
    "rectal": IN_THE_RECTUM,
    "vaginal": IN_THE_VAGINA,
    "intrauterine": IN_THE_WOMB,
    "intramuscular": injected("داخل عضله", "into a muscle"),
    "intravenous": injected("داخل رگ", "into a vein"),
    "subcutaneous": injected("زیر پوست", "under the skin"),
    "intradermal": injected("داخل پوست", "into the skin"),
    "intra-articular": injected("داخل مفصل", "into a joint", DOCTOR),
    "intravitreal": injected("داخل چشم", "into the eye", DOCTOR),
    "epidural": injected("در فضای اپیدورال کمر", "into the epidural space of the back", DOCTOR),
    "intrathecal": injected("داخل مایع نخاعی", "into the spinal fluid", DOCTOR),
}

_OF_FORM: Final[Mapping[tuple[str, str], Manner]] = {
    ("chewable-tablet", "oral"): CHEWED,
    ("dispersible-tablet", "oral"): DISSOLVED,
    ("effervescent-tablet", "oral"): DISSOLVED_IN_A_GLASS,
    ("oral-powder", "oral"): DISSOLVED_AS_TOLD,
    ("granules", "oral"): DISSOLVED_AS_TOLD,
    ("orodispersible-tablet", "oral"): ON_THE_TONGUE,
    ("sublingual-tablet", "oral"): UNDER_THE_TONGUE,
    ("oral-drops", "sublingual"): DROPPED_UNDER_THE_TONGUE,
    ("oral-solution", "sublingual"): DROPPED_UNDER_THE_TONGUE,
    ("gastro-resistant-tablet", "oral"): SWALLOWED_WHOLE,
    ("modified-release-tablet", "oral"): SWALLOWED_WHOLE,
    ("gastro-resistant-capsule", "oral"): SWALLOWED_WHOLE,
    ("modified-release-capsule", "oral"): SWALLOWED_WHOLE,
    ("lozenge", "oral"): SUCKED,
    ("lozenge", "oromucosal"): SUCKED,
    ("lozenge", "buccal"): SUCKED,
    ("medicated-gum", "oral"): CHEWED_GUM,
    ("medicated-gum", "oromucosal"): CHEWED_GUM,
    ("medicated-gum", "buccal"): CHEWED_GUM,
    ("mouthwash", "oral"): RINSED,
    ("mouthwash", "oromucosal"): RINSED,
    ("oral-gel", "oral"): IN_THE_MOUTH,
    ("oral-gel", "buccal"): IN_THE_MOUTH,
    ("oral-solution", "buccal"): POURED_AT_THE_GUM,
    ("oral-paste", "oral"): IN_THE_MOUTH,
    ("oral-paste", "buccal"): IN_THE_MOUTH,
    ("oromucosal-spray", "oral"): SPRAYED_IN_THE_MOUTH,
    ("oromucosal-spray", "oromucosal"): SPRAYED_IN_THE_MOUTH,
    ("oromucosal-spray", "sublingual"): SPRAYED_UNDER_THE_TONGUE,
    ("oromucosal-spray", "buccal"): SPRAYED_IN_THE_MOUTH,
    ("vaccine", "oral"): GIVEN_BY_MOUTH,
    ("kit", "oral"): USED,
    ("inhalation-capsule", "inhalation"): INHALED_CAPSULE,
    ("nebuliser-solution", "inhalation"): NEBULISED,
    ("nasal-spray", "nasal"): SPRAYED_IN_THE_NOSE,
    ("nasal-gel", "nasal"): PUT_IN_THE_NOSE,
    ("ointment", "nasal"): PUT_IN_THE_NOSE,
    ("eye-ointment", "ophthalmic"): PUT_IN_THE_EYE,
    ("eye-gel", "ophthalmic"): PUT_IN_THE_EYE,
    ("cutaneous-spray", "topical"): SPRAYED_ON,
    ("cutaneous-powder", "topical"): SPRINKLED,
    ("shampoo", "topical"): WASHED,
    ("patch", "topical"): STUCK,
    ("patch", "transdermal"): STUCK,
    ("cutaneous-spray", "transdermal"): SPRAYED_ON,
    ("rectal-ointment", "rectal"): RUBBED_AT_THE_ANUS,
    ("rectal-cream", "rectal"): RUBBED_AT_THE_ANUS,
    ("enema", "rectal"): ENEMA,
    ("infusion", "intravenous"): INFUSED,
    ("pen", "intramuscular"): IN_THE_MUSCLE,
    ("implant", "subcutaneous"): IMPLANTED,
    ("intrauterine-system", "vaginal"): IN_THE_WOMB,
}
