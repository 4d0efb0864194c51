"""Paper within a declared emergency: its picture, and the prescription that is typed from it."""

import hashlib
from collections.abc import Callable
from datetime import date, timedelta
from typing import Final

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, select

import codings.queries as codings
from codings import jws
from codings.base import Actor, emit, new_id
from codings.states import HolderKind
from codings.tables import Declaration
from codings.text import tehran_day, tehran_midnight
from prescriber import signing
from prescriber.actions.registering import Signed, register
from prescriber.inputs import PaperInput, ShabadFacts, diagnosis_texts
from prescriber.outcomes import (
    AlreadyElectronic,
    DeclarationNotFor,
    ImageKind,
    ImageNotFound,
    ImageTooLarge,
    ImageUsed,
    NumberTaken,
    OtherShabad,
    PaperOrderRefused,
    PaperPrescriberUnknown,
    PrescriptionTranscribed,
)
from prescriber.queries.grounds import current_medicines, grounds
from prescriber.queries.paper import image as own_image
from prescriber.queries.preparing import (
    marks,
    next_of,
    prescriptions_of,
    require_fit,
    require_own_centre,
    require_usable,
)
from prescriber.queries.prescriptions import prescription_unscoped
from prescriber.queries.views import PrescriptionView
from prescriber.rules import Kind, Severity
from prescriber.rules.periods import redeemable_until
from prescriber.states import Number, PrescriptionState, Source
from prescriber.tables import PaperImage, Prescription, Transcription

MOST_IMAGE_BYTES: Final = 10 * 1024 * 1024
_MAGIC: Final = {b"\xff\xd8\xff": "image/jpeg", b"\x89PNG\r\n\x1a\n": "image/png"}


def store_image(session: Session, *, content: bytes, media_type: str, by: Actor) -> PaperImage:
    """Keep a picture as it came, with its hash. The same picture again is the same row.

    What it is, is read from its first bytes; `media_type` is only what the sender said and is not believed.
    Raises ImageKind, ImageTooLarge.
    """
    del media_type
    if len(content) > MOST_IMAGE_BYTES:
        raise ImageTooLarge(megabytes=MOST_IMAGE_BYTES // 1024 // 1024)
    found = [kind for magic, kind in _MAGIC.items() if content.startswith(magic)]
    if not found:
        raise ImageKind
    sha256 = hashlib.sha256(content).hexdigest()
    new = insert(PaperImage).values(
        id=new_id(),
        sha256=sha256,
        media_type=found[0],
        content=content,
        centre=by.centre,
        uploaded_by=by.id,
        uploaded_at=by.at,
    )
    stored = session.scalars(new.on_conflict_do_nothing().returning(PaperImage)).one_or_none()
    if stored is not None:
        return stored
    known = select(PaperImage).where(PaperImage.sha256 == sha256, PaperImage.centre == (by.centre or ""))
    return session.exec(known).one()


def transcribe(
    session: Session,
    *,
    paper: PaperInput,
    shabad: ShabadFacts,
    declaration: Declaration,
    patient_key: bytes,
    pointer_key: bytes,
    seal: Callable[[bytes, str], str],
    seal_certificate: str = "",
    by: Actor,
) -> PrescriptionView:
    """A paper prescription becomes one that is dispensed and claimed like any other, sealed by the service.

    The caller has seen that the declaration is in force here and covers the day written. Safety findings do
    not stop it: the prescriber has decided, and the pharmacist sees them; only an order that cannot be meant
    as typed is refused. Raises PaperPrescriberUnknown, AlreadyElectronic, ImageNotFound, ImageUsed,
    PaperOrderRefused, TooLongForSlip, the problems of codes and of a SHABAD that cannot be used, NumberTaken.
    """
    taken = prescriptions_of(session, shabad.shabad)
    _require_shabad(paper, shabad, declaration, first=not taken, by=by)
    _require_prescriber(session, paper)
    _require_no_electronic(session, paper, shabad)
    image = own_image(session, id=paper.image, by=by)
    number = Number(shabad.shabad, next_of(taken))
    content = _content(
        session, paper, shabad=shabad, number=number, image=image, patient_key=patient_key, by=by
    )
    payload = signing.payload(content)
    token = seal(payload, signing.PAPER_TYP)
    require_fit(len(token), pointer="/items")
    _use_image(session, image, number)
    registered = register(
        session,
        signed=Signed(
            token=token,
            payload=payload,
            kid=jws.peek(token)[0]["kid"],
            content=content,
            certificate_pem=seal_certificate,
            certificate_state="seal",
        ),
        patient=shabad.patient,
        source=Source.PAPER,
        first_day=paper.written_on,
        pointer_key=pointer_key,
        by=by,
    )
    if not registered:
        raise NumberTaken(number=number)
    session.add(
        Transcription(
            shabad=number.shabad,
            n=number.n,
            image=image.id,
            image_sha256=image.sha256,
            declaration=declaration.number,
            written_on=paper.written_on,
            transcribed_by=by.id,
            centre=content.centre,
        )
    )
    session.flush()
    emit(session, PrescriptionTranscribed(shabad=number.shabad, n=number.n))
    return prescription_unscoped(session, number=number, at=by.at)


def _require_shabad(
    paper: PaperInput, shabad: ShabadFacts, declaration: Declaration, *, first: bool, by: Actor
) -> None:
    if paper.shabad is not None and paper.shabad != shabad.shabad:
        raise OtherShabad(pointer="/shabad")
    require_own_centre(shabad, by=by)
    require_usable(shabad, at=by.at, first=first, pointer="/shabad")
    if shabad.declaration != declaration.number or paper.declaration != declaration.number:
        raise DeclarationNotFor(pointer="/declaration", declaration=paper.declaration)


def _require_prescriber(session: Session, paper: PaperInput) -> None:
    """Whoever stamped the paper is a physician with a licence on the day it was written."""
    person = codings.practitioner(session, paper.practitioner)
    if person is None or person.kind is not HolderKind.PHYSICIAN or not person.licensed_on(paper.written_on):
        raise PaperPrescriberUnknown(pointer="/practitioner", practitioner=paper.practitioner)


def _require_no_electronic(session: Session, paper: PaperInput, shabad: ShabadFacts) -> None:
    """An order goes out once: electronically or on paper, not both on one day for one patient."""
    midnight = tehran_midnight(paper.written_on)
    query = select(Prescription).where(
        Prescription.patient == shabad.patient,
        Prescription.practitioner == paper.practitioner,
        Prescription.source == Source.ELECTRONIC,
        Prescription.issued_at >= midnight,
        Prescription.issued_at < tehran_midnight(_next(paper.written_on)),
        col(Prescription.status).not_in([PrescriptionState.CANCELLED, PrescriptionState.REPLACED]),
    )
    electronic = session.exec(query.limit(1)).first()
    if electronic is not None:
        raise AlreadyElectronic(pointer="/written_on", number=Number(electronic.shabad, electronic.n))


def _next(day: date) -> date:
    return day + timedelta(days=1)


def _content(
    session: Session,
    paper: PaperInput,
    *,
    shabad: ShabadFacts,
    number: Number,
    image: PaperImage,
    patient_key: bytes,
    by: Actor,
) -> signing.Content:
    medicines, release = current_medicines(session, [item.medicine for item in paper.items], place=str)
    items = tuple(item.signed(medicines[item.medicine].short) for item in paper.items)
    ground = grounds(
        session,
        patient=shabad.patient,
        medicines=medicines,
        items=items,
        diagnoses=[diagnosis.coding for diagnosis in paper.diagnoses],
        reasons=(),
        place=str,
        at=by.at,
    )
    impossible = [
        finding
        for finding in ground.findings(items, on=tehran_day(by.at))
        if finding.kind == Kind.FORM and finding.severity == Severity.STOP
    ]
    if impossible:
        raise PaperOrderRefused(pointer="/items", findings=impossible)
    return signing.Content(
        shabad=number.shabad,
        n=number.n,
        practitioner=paper.practitioner,
        centre=shabad.centre,
        patient=marks(ground.patient, patient_key),
        insurer=shabad.insurer,
        issued_at=int(by.at.timestamp()),
        redeemable_until=int(redeemable_until(paper.written_on, items).timestamp()),
        diagnoses=diagnosis_texts(paper.diagnoses),
        release=release,
        items=items,
        declaration=paper.declaration,
        paper=(image.sha256, paper.written_on),
    )


def _use_image(session: Session, image: PaperImage, number: Number) -> None:
    """One picture, one prescription: a compare-and-set that two desks cannot both win."""
    used = session.execute(
        update(PaperImage)
        .where(col(PaperImage.id) == image.id, col(PaperImage.transcribed_as).is_(None))
        .values(transcribed_as=str(number))
        .returning(col(PaperImage.id))
        .execution_options(synchronize_session=False)
    ).first()
    if used is None:
        now = session.exec(select(PaperImage.transcribed_as).where(PaperImage.id == image.id)).one_or_none()
        if now is None:
            raise ImageNotFound
        raise ImageUsed(pointer="/image", number=now)
