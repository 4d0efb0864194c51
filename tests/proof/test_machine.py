"""The machine walks a while from a fixed seed, and every verb it knows is really done on the way.

A longer walk, from random seeds: `python -m tests.proof.machine --minutes 30`.
"""

import pytest

import pharmacy.actions
import prescriber.actions
from tests.proof.machine.ground import laid
from tests.proof.machine.run import tell_all, walk

EXAMPLES, STEPS, SEED = 12, 25, 7

# Every one of these is done at least once in the walk below; two words with a stroke are an outcome of a verb.
_DONE = """
    open_visit record_facts issue_shabad reserve_shabads assign_reserved return_reserved report_stolen expire_reserved
    eliminate_shabad reject_shabad save_draft discard_draft prepare sign cancel cancel_requested give_slip
    accept release scan reserve_pack put_back price dispense take_back close_case
    seal_batch record_download acknowledge receive_file record_results accept_result appeal_result resubmit_claim
    record_remittance confirm_paid hold sweep after_signing after_dispensing after_return read_file seal_if_due
    revoke_certificate enrol set_licence set_centre_licence draft_declaration approve_declaration store_image transcribe
    decided-all decided-part decided-none paid-payment paid-advance paid-recovery repeat
"""
DONE = frozenset(_DONE.split())
# What no walk is without, however short.
OFTEN = frozenset(
    {"sign", "cancel", "accept", "release", "dispense", "take_back", "seal_batch", "acknowledge"}
) | {
    "record_results",
    "record_remittance",
}
# Refusals that stand for a promise each; a walk that never meets them has tried nothing.
REFUSED = frozenset(
    {
        "prescription.held_elsewhere",
        "prescription.cancelled",
        "prescription.cancel_requested",
        "prescription.replaced",
        "prescription.expired",
        "prescription.already_dispensed",
        "acceptance.expired",
        "dispense.refused",
        "dispense.already_returned",
        "dispense.return_too_late",
        "pack.taken",
        "pack.reserved",
        "pack.opened_elsewhere",
        "pack.not_enough_left",
        "shabad.in_use",
        "signature.refused",
        "signature.certificate_not_in_force",
        "batch.mismatch",
        "remittance.lines",
        "claim.state",
        "certificate.none",
    }
)
# By the machine under another word, or with no part in the story.
ELSEWHERE = {
    "prescriber": {
        "draw_down": "dispense",
        "put_back": "take_back",
        "lock": "accept",
        "require_dispensable": "accept",
        "register_patient": "open_visit",
        "settle_cancel": "release",
        "keep_favourite": "",
        "remove_favourite": "",
        "rename_favourite": "",
        "use_favourite": "",
    },
    "pharmacy": {
        "check_order": "dispense",
        "file_statement_and_receipt": "dispense",
        "receipt_content": "dispense",
        "record_check": "scan",
        "record_supply": "sweep",
        "record_reactivation": "sweep",
        "settle_unverified": "sweep",
        "release_pack": "put_back",
    },
}


@pytest.fixture
def ground(database):
    with laid(database) as ground:
        yield ground


def test_every_story_is_told_with_every_verb_done_and_every_guard_met(ground):
    tally = tell_all(ground)
    met = {code for codes in tally.refused.values() for code in codes}
    told = tally.table()
    assert not DONE - set(tally.done), f"never done: {sorted(DONE - set(tally.done))}\n{told}"
    assert not REFUSED - met, f"never refused: {sorted(REFUSED - met)}\n{told}"


def test_whatever_is_asked_in_whatever_order_every_promise_holds(ground):
    tally = walk(ground, examples=EXAMPLES, steps=STEPS, of=SEED)
    assert not OFTEN - set(tally.done), tally.table()


@pytest.mark.parametrize("room", [prescriber, pharmacy], ids=lambda room: room.__name__)
def test_the_machine_knows_every_verb_of_a_room(room):
    verbs = {name for name in room.actions.__all__ if name[0].islower()}
    assert not verbs - DONE - set(ELSEWHERE[room.__name__])
