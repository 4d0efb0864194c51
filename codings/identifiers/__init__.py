"""Every identifier said once: how it is typed, what makes it valid, what a log may show of it.

An `Identifier` stands in an annotation, so that one definition serves forms, the API, its documentation
and plain calls:

    class Visit(BaseModel):
        patient: NationalId                  # Annotated[str, NATIONAL_ID]

    parse_national_id("۱۲۳-۴۵۶۷۸۹-۱")        # "1234567891", or InvalidIdentifier
    mask_national_id("1234567891")           # "********91"

What was typed is normalised first (Persian and Arabic digits become ASCII; spaces and hyphens go where
they carry no meaning); what is then not exactly the identifier is refused with words.

Convention for the shell: a refused value is a pydantic error whose `type` is "identifier.<name>" and
whose `ctx` holds the words as {"fa": ..., "en": ...}. `spoken` makes such errors for other values too.
"""

from codings.identifiers.identifier import Identifier, InvalidIdentifier, spoken
from codings.identifiers.kinds import (
    COUNCIL_NUMBER,
    FIDA,
    GENERIC_CODE,
    GTIN,
    INSURER_CODE,
    IRC,
    MOBILE,
    NATIONAL_ID,
    PRESCRIPTION_NUMBER,
    SHABAD,
    SIAM,
    UID,
    CouncilNumber,
    Fida,
    GenericCode,
    Gtin,
    InsurerCode,
    Irc,
    Mobile,
    NationalId,
    PrescriptionNumber,
    Shabad,
    Siam,
    Uid,
)
from codings.identifiers.shabad import (
    SHABAD_ALPHABET,
    make_shabad,
    shabad_check_ok,
    split_prescription_number,
)

parse_national_id, mask_national_id = NATIONAL_ID.parse, NATIONAL_ID.mask
parse_fida, mask_fida = FIDA.parse, FIDA.mask
parse_council_number, mask_council_number = COUNCIL_NUMBER.parse, COUNCIL_NUMBER.mask
parse_siam, mask_siam = SIAM.parse, SIAM.mask
parse_shabad, mask_shabad = SHABAD.parse, SHABAD.mask
parse_prescription_number, mask_prescription_number = PRESCRIPTION_NUMBER.parse, PRESCRIPTION_NUMBER.mask
parse_irc, mask_irc = IRC.parse, IRC.mask
parse_gtin, mask_gtin = GTIN.parse, GTIN.mask
parse_uid, mask_uid = UID.parse, UID.mask
parse_mobile, mask_mobile = MOBILE.parse, MOBILE.mask
parse_insurer_code, mask_insurer_code = INSURER_CODE.parse, INSURER_CODE.mask
parse_generic_code, mask_generic_code = GENERIC_CODE.parse, GENERIC_CODE.mask

__all__ = [
    "COUNCIL_NUMBER",
    "FIDA",
    "GENERIC_CODE",
    "GTIN",
    "INSURER_CODE",
    "IRC",
    "MOBILE",
    "NATIONAL_ID",
    "PRESCRIPTION_NUMBER",
    "SHABAD",
    "SHABAD_ALPHABET",
    "SIAM",
    "UID",
    "CouncilNumber",
    "Fida",
    "GenericCode",
    "Gtin",
    "Identifier",
    "InsurerCode",
    "InvalidIdentifier",
    "Irc",
    "Mobile",
    "NationalId",
    "PrescriptionNumber",
    "Shabad",
    "Siam",
    "Uid",
    "make_shabad",
    "mask_council_number",
    "mask_fida",
    "mask_generic_code",
    "mask_gtin",
    "mask_insurer_code",
    "mask_irc",
    "mask_mobile",
    "mask_national_id",
    "mask_prescription_number",
    "mask_shabad",
    "mask_siam",
    "mask_uid",
    "parse_council_number",
    "parse_fida",
    "parse_generic_code",
    "parse_gtin",
    "parse_insurer_code",
    "parse_irc",
    "parse_mobile",
    "parse_national_id",
    "parse_prescription_number",
    "parse_shabad",
    "parse_siam",
    "parse_uid",
    "shabad_check_ok",
    "split_prescription_number",
    "spoken",
]
