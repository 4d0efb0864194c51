"""What exactly is signed, and how it gets onto paper and back. Pure: values in, bytes and texts out.

`content` is the signed form and its reading, `slip` the codes on paper, `marks` the keyed hashes that stand
for a patient and for the possession of a slip.
"""

from prescriber.signing.content import (
    LONGEST_INSTRUCTION,
    MOST_ITEMS,
    PAPER_TYP,
    TYP,
    Content,
    InvalidContent,
    Item,
    diagnosis_text,
    header,
    payload,
    plain_json,
    read,
)
from prescriber.signing.marks import (
    patient_mark,
    pointer_secret,
    pointer_sha256,
    pointer_url,
    secret_of_typed,
    typed_secret,
)
from prescriber.signing.slip import QR_VERSION, InvalidQr, fits, jws_from_qr, jws_length, qr_texts

__all__ = [
    "LONGEST_INSTRUCTION",
    "MOST_ITEMS",
    "PAPER_TYP",
    "QR_VERSION",
    "TYP",
    "Content",
    "InvalidContent",
    "InvalidQr",
    "Item",
    "diagnosis_text",
    "fits",
    "header",
    "jws_from_qr",
    "jws_length",
    "patient_mark",
    "payload",
    "plain_json",
    "pointer_secret",
    "pointer_sha256",
    "pointer_url",
    "qr_texts",
    "read",
    "secret_of_typed",
    "typed_secret",
]
