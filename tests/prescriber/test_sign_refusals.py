"""Everything that signing refuses: each reason is a problem of its own, says what to do, and leaves nothing behind."""

import zlib
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from sqlmodel import select

from codings import jws
from codings.actions import set_licence
from codings.base import Problem
from codings.certificates import revoke_certificate
from codings.outcomes import CodeUnknown, NotHere, PractitionerSuspended
from codings.states import LicenceState
from codings.text import tehran_day
from prescriber import actions, outcomes, signing
from prescriber.inputs import FactsInput
from prescriber.outcomes import (
    CannotReplace,
    CertificateNotInForce,
    MedicineUnknown,
    NotThePrescribersKey,
    NumberAhead,
    OldCodings,
    OtherCentre,
    OtherDeclaration,
    OtherInsurer,
    OtherMedicineName,
    OtherPatient,
    OtherPeriod,
    OtherPractitioner,
    OtherShabad,
    OverrideNotAsked,
    OverrideTwice,
    PaperInElectronic,
    PrescriptionSigned,
    ReasonMissing,
    ShabadExpired,
    ShabadNotUsable,
    SignatureRefused,
    SignedAtWrongTime,
    SignerUnknown,
    TooLongForSlip,
    Unsafe,
)
from prescriber.rules.periods import redeemable_until
from prescriber.tables import Prescription, PrescriptionItem
from tests import factories
from tests.factories import AT
from tests.prescriber import desk

MINUTES = timedelta(minutes=1)


@pytest.fixture
def patient(session, clinic):
    return desk.patient(session, clinic)


@pytest.fixture
def shabad(clinic, patient):
    return desk.shabad(clinic, patient)


@pytest.fixture
def content(session, clinic, shabad):
    return desk.prepare(session, clinic, shabad).content


@pytest.fixture
def refused(session, clinic, shabad):
    """Signing this is refused with this problem, and no row of it remains."""

    def check(problem: type[Problem], token, *, facts=None, at=AT, by=None):
        if not isinstance(token, str):
            token = desk.signed(clinic, token)
        with pytest.raises(problem) as no:
            desk.register(session, clinic, facts or shabad, token, at=at, by=by)
        assert type(no.value) is problem
        assert no.value.pointer == "/jws"
        for words in (no.value.detail, no.value.remedy):
            assert words.fa
            assert words.en
            assert "{" not in words.fa + words.en
        for table in (Prescription, PrescriptionItem):
            assert session.exec(select(table)).all() == []
        assert not [e for e in session.info.get("events", []) if isinstance(e, PrescriptionSigned)]
        return no.value

    return check


# --- The token ------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["", "a.b.c", "not a token", "e30.e30.e30", "." * 9000])
def test_what_is_no_token_is_refused(refused, token):
    refused(SignatureRefused, token)


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "ES256", "typ": "rx+jws"},
        {"alg": "ES256", "typ": "paper+jws", "zip": "DEF"},
        {"alg": "ES256", "typ": "JWT", "zip": "DEF"},
        {"alg": "ES384", "typ": "rx+jws", "zip": "DEF"},
        {"alg": "HS256", "typ": "rx+jws", "zip": "DEF"},
        {"alg": "none", "typ": "rx+jws", "zip": "DEF"},
        {"alg": "ES256", "typ": "rx+jws", "zip": "DEF", "crit": "exp"},
        {"alg": "ES256", "typ": "rx+jws", "zip": "DEF", "x5t#S256": "AAAA"},
        {"alg": "ES256", "typ": "rx+jws", "zip": "DEF", "jku": "https://evil.example"},
    ],
    ids=str,
)
def test_any_other_header_is_refused_even_when_the_signature_holds(refused, clinic, content, header):
    key = load_pem_private_key(clinic.key.private_pem.encode(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    start = ".".join(jws.signing_input(header | {"kid": clinic.key.kid}, signing.payload(content)))
    r, s = utils.decode_dss_signature(key.sign(start.encode(), ec.ECDSA(hashes.SHA256())))
    refused(SignatureRefused, f"{start}.{jws.b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}")


def test_a_signature_over_other_bytes_is_refused(refused, clinic, content):
    header, payload, signature = desk.signed(clinic, content).split(".")
    other = jws.b64(signing.payload(desk.changed(content, insurer="2")))
    refused(SignatureRefused, f"{header}.{other}.{signature}")
    refused(SignatureRefused, f"{header}.{payload}.{'A' * 86}")
    flipped = "B" if signature[0] != "B" else "C"
    refused(SignatureRefused, f"{header}.{payload}.{flipped}{signature[1:]}")


def test_content_that_is_not_in_its_one_form_is_refused_even_when_signed(refused, clinic, content):
    plain = signing.plain_json(content)
    for spoiled in (
        plain.replace(b'"v":1', b'"v": 1'),
        plain.replace(b'"n":1', b'"n":1.0'),
        b"{}",
        plain + b" ",
    ):
        refused(SignatureRefused, desk.signed(clinic, jws.deflate(spoiled)))
    refused(SignatureRefused, desk.signed(clinic, jws.deflate(b" " * 1_000_000)))


def test_a_transcription_cannot_be_signed_by_a_physician(refused, content):
    refused(PaperInElectronic, desk.changed(content, paper=("0" * 64, date(2026, 12, 1))))


# --- The key --------------------------------------------------------------------------------------


def test_a_key_that_no_certificate_knows_is_refused(refused, clinic, content):
    stranger = factories.Enrolled("unknown-kid", clinic.key.private_pem)
    refused(SignerUnknown, desk.signed(clinic, content, key=stranger.key))


def test_the_kid_of_one_key_with_the_signature_of_another_is_refused(refused, session, clinic, content):
    other = factories.enrol(session, clinic.physician)
    mixed = factories.Enrolled(clinic.key.kid, other.private_pem)
    refused(SignatureRefused, desk.signed(clinic, content, key=mixed.key))


def test_a_colleagues_key_and_a_pharmacists_key_sign_no_prescription_of_this_physician(
    refused, session, clinic, content
):
    for other in (factories.physician(session, clinic.centre), factories.pharmacist(session, clinic.centre)):
        key = factories.enrol(session, other).key
        refused(NotThePrescribersKey, desk.signed(clinic, content, key=key))


def test_a_pharmacist_named_as_prescriber_is_refused_with_his_own_key(
    refused, session, clinic, content, shabad
):
    pharmacist = factories.pharmacist(session, clinic.centre)
    key = factories.enrol(session, pharmacist).key
    token = desk.signed(clinic, desk.changed(content, practitioner=pharmacist.council), key=key)
    facts = replace(shabad, practitioner=pharmacist.council)
    refused(NotThePrescribersKey, token, facts=facts, by=clinic.system())


def test_a_revoked_key_signs_nothing_any_more(refused, session, clinic, content):
    revoke_certificate(
        session, kid=clinic.key.kid, reason="key-lost", invalid_from=None, by=factories.council_officer()
    )
    refused(CertificateNotInForce, content)


def test_a_key_signs_only_within_its_certificates_time(refused, session, clinic, content, shabad):
    for at in (AT - timedelta(days=1), AT + timedelta(days=731)):
        moved = dated(content, at)
        facts = replace(shabad, valid_until=at + timedelta(hours=1))
        refused(CertificateNotInForce, moved, facts=facts, at=at)


# --- Time -----------------------------------------------------------------------------------------


def dated(content, at):
    """The same prescription signed at another instant, with the period that belongs to it."""
    until = redeemable_until(tehran_day(at), content.items)
    return desk.changed(content, issued_at=int(at.timestamp()), redeemable_until=int(until.timestamp()))


@pytest.mark.parametrize("minutes", [16, -16, 60 * 24, -60 * 24])
def test_a_time_further_than_a_quarter_of_an_hour_is_refused(refused, content, minutes):
    no = refused(SignedAtWrongTime, content, at=AT + minutes * MINUTES)
    assert "15" in no.detail.en


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_a_quarter_of_an_hour_between_two_clocks_is_allowed(session, clinic, shabad, content, minutes):
    view, _ = desk.register(session, clinic, shabad, desk.signed(clinic, content), at=AT + minutes * MINUTES)
    assert (view.issued_at, view.received_at) == (AT, AT + minutes * MINUTES)


def test_what_was_signed_offline_may_arrive_later_but_not_from_the_future(
    refused, session, clinic, shabad, content
):
    offline = replace(shabad, offline=True, state="assigned_offline")
    refused(SignedAtWrongTime, content, facts=offline, at=AT - 16 * MINUTES)
    view, _ = desk.register(session, clinic, offline, desk.signed(clinic, content), at=AT + timedelta(days=3))
    assert view.received_at - view.issued_at == timedelta(days=3)


def test_within_a_declared_emergency_a_signature_may_arrive_later(refused, session, clinic, shabad, content):
    declaration = desk.declared(session, hours=2)
    covered = replace(shabad, declaration=declaration.number, valid_until=AT + timedelta(days=9))
    after = AT + 3 * timedelta(hours=1)
    outside = dated(desk.changed(content, declaration=declaration.number), after)
    refused(SignedAtWrongTime, outside, facts=covered, at=after + timedelta(hours=1))
    within = desk.changed(content, declaration=declaration.number)
    view, _ = desk.register(session, clinic, covered, desk.signed(clinic, within), at=after)
    assert view.declaration == declaration.number


# --- The encounter --------------------------------------------------------------------------------


def test_an_expired_or_ended_shabad_is_refused(refused, shabad, content):
    refused(ShabadExpired, content, facts=replace(shabad, valid_until=AT))
    for state in ("eliminated", "rejected", "used", "reserved", "expired", "returned", "stolen"):
        refused(ShabadNotUsable, content, facts=replace(shabad, state=state))


def test_content_for_another_centre_or_prescriber_is_refused(refused, session, clinic, elsewhere, content):
    refused(OtherShabad, desk.changed(content, shabad="1057Y3KP0M4A"))
    refused(OtherCentre, content, by=elsewhere.by())
    refused(OtherCentre, desk.changed(content, centre=elsewhere.centre.siam))
    refused(OtherPractitioner, desk.changed(content, practitioner=elsewhere.physician.council))
    colleague = factories.physician(session, clinic.centre)
    refused(OtherPractitioner, content, by=factories.working(colleague, clinic.centre))


def test_content_for_another_insurer_or_declaration_is_refused(refused, shabad, content):
    refused(OtherInsurer, desk.changed(content, insurer="37"))
    refused(OtherDeclaration, desk.changed(content, declaration="D1405-0001"))
    refused(OtherDeclaration, content, facts=replace(shabad, declaration="D1405-0001"))


def test_the_patient_has_to_be_the_shabads(refused, session, clinic, shabad, content):
    mark, last, year = content.patient
    for other in ((mark, last, year + 1), (mark, "0000", year), ("A" * 22, last, year)):
        refused(OtherPatient, desk.changed(content, patient=other))
    refused(OtherPatient, content, facts=replace(shabad, patient=desk.patient(session, clinic).id))


def test_the_period_is_the_rules_and_not_the_signers(refused, content):
    for days in (-1, 1, 365):
        longer = content.redeemable_until + days * 86_400
        refused(OtherPeriod, desk.changed(content, redeemable_until=longer))


def test_a_number_out_of_turn_and_a_replacement_of_nothing_are_refused(refused, content):
    no = refused(NumberAhead, desk.changed(content, n=2))
    assert no.facts == {"expected": 1, "n": 2}
    refused(NumberAhead, desk.changed(content, n=2, replaces=1))
    refused(CannotReplace, desk.changed(content, replaces=1))


def test_licences_are_asked_about_at_the_moment_of_signing(refused, session, clinic, shabad, content):
    token = desk.signed(clinic, content)
    officer = factories.council_officer()
    set_licence(session, council=clinic.physician.council, state=LicenceState.SUSPENDED, by=officer)
    with pytest.raises(PractitionerSuspended):
        desk.register(session, clinic, shabad, token)
    set_licence(session, council=clinic.physician.council, state=LicenceState.ACTIVE, by=officer)
    assert desk.register(session, clinic, shabad, token)[1]


def test_a_physician_of_no_centre_signs_nothing(session, clinic, shabad, content):
    guest = factories.physician(session)
    key = factories.enrol(session, guest).key
    facts = replace(shabad, practitioner=guest.council)
    token = desk.signed(clinic, desk.changed(content, practitioner=guest.council), key=key)
    with pytest.raises(NotHere):
        desk.register(session, clinic, facts, token, by=clinic.system())


# --- The order ------------------------------------------------------------------------------------


def ordered(content, **changes):
    return desk.changed(content, items=(content.items[0].model_copy(update=changes),))


def test_codes_and_names_are_those_of_the_current_codings(refused, content):
    refused(OldCodings, desk.changed(content, release="demo-1405-08"))
    refused(MedicineUnknown, ordered(content, generic="1"))
    refused(OtherMedicineName, ordered(content, name="amoxicillin 250 mg cap"))
    refused(OtherMedicineName, ordered(content, generic=desk.IBUPROFEN))
    for changes in (
        {"frequency": "q7h"},
        {"route": "telepathy"},
        {"timing": "never"},
        {"as_needed": "boredom"},
    ):
        refused(CodeUnknown, ordered(content, **changes))
    refused(CodeUnknown, desk.changed(content, diagnoses=("Z99.99",)))
    refused(CodeUnknown, desk.changed(content, diagnoses=("urn:noskheh:route|1",)))


def test_a_finding_that_stops_cannot_be_signed_whatever_reason_is_given(refused, content):
    no = refused(Unsafe, ordered(content, unit="tablet"))
    assert [found.id for found in no.findings] == ["RX-UNIT:1"]
    reasoned = desk.changed(ordered(content, unit="tablet"), overrides=(("RX-UNIT:1", "guideline"),))
    refused(Unsafe, reasoned)


def test_a_finding_that_asks_needs_a_reason_within_the_signature(refused, session, clinic, shabad, content):
    short = ordered(content, quantity=Decimal(20))
    no = refused(ReasonMissing, short)
    assert [found.id for found in no.findings] == ["RX-QUANTITY:1"]
    refused(CodeUnknown, desk.changed(short, overrides=(("RX-QUANTITY:1", "because"),)))
    answered = desk.changed(short, overrides=(("RX-QUANTITY:1", "package-size"),))
    view, _ = desk.register(session, clinic, shabad, desk.signed(clinic, answered))
    assert view.overrides == (("RX-QUANTITY:1", "package-size"),)


def test_a_reason_for_nothing_and_two_reasons_for_one_finding_are_refused(refused, content):
    refused(OverrideNotAsked, desk.changed(content, overrides=(("RX-QUANTITY:1", "package-size"),)))
    twice = (("RX-QUANTITY:1", "package-size"), ("RX-QUANTITY:1", "guideline"))
    refused(OverrideTwice, desk.changed(ordered(content, quantity=Decimal(20)), overrides=twice))


def test_an_allergy_recorded_after_preparing_stops_the_signature(refused, session, clinic, patient, content):
    told = {"allergies": {"state": "list", "items": ["penicillins"]}, "as_of": "2026-12-01"}
    actions.record_facts(session, patient=patient.id, facts=FactsInput.model_validate(told), by=clinic.by())
    no = refused(Unsafe, content)
    assert [found.id for found in no.findings] == ["RX-ALLERGY:1"]


def test_a_token_that_fits_on_no_slip_is_refused(refused, clinic, content):
    packer = zlib.compressobj(0, zlib.DEFLATED, -15)  # lawful, and too long
    items = tuple(content.items[0].model_copy(update={"substitution": place % 2 == 0}) for place in range(20))
    plain = signing.plain_json(desk.changed(content, items=items))
    refused(TooLongForSlip, desk.signed(clinic, packer.compress(plain) + packer.flush()))


# --- The words ------------------------------------------------------------------------------------

PROBLEMS = sorted(
    (thing for thing in vars(outcomes).values() if isinstance(thing, type) and issubclass(thing, Problem)),
    key=lambda problem: problem.code,
)


def test_no_two_problems_share_a_code():
    assert len({problem.code for problem in PROBLEMS}) == len(PROBLEMS)


@pytest.mark.parametrize("problem", PROBLEMS, ids=lambda problem: problem.code)
def test_every_problem_speaks_both_languages_in_their_own_letters(problem):
    for words in (problem.words, problem.fix):
        if words is None:
            continue
        assert any("\u0600" <= letter <= "\u06ff" for letter in words.fa)
        assert not any("\u0600" <= letter <= "\u06ff" for letter in words.en)
        assert not set("يك") & set(words.fa)
        assert words.fa.rstrip(").»")[-1] not in " ،"
