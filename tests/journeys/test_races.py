"""Two at once: whatever the interleaving, one thing happened, and both sides see which."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from codings.base import new_id


def together(*calls):
    """Run calls on threads of their own, as near at once as threads can be."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [f.result() for f in [pool.submit(call) for call in calls]]


def test_one_prescription_two_pharmacies_eight_hands(world):
    prescription = world.prescribe()
    for machine in (world.pharmacy, world.other_pharmacy):
        machine.token()

    def take(machine):
        return lambda: machine.send("POST", "/prescriptions/accept", json={"qr": prescription["qr"]})

    answers = together(*[take(m) for m in (world.pharmacy, world.other_pharmacy)] * 4)
    assert Counter(a.status_code for a in answers) == {200: 4, 409: 4}
    assert len({a.json()["acceptance"] for a in answers if a.status_code == 200}) == 1


def test_the_same_dispense_eight_times_is_one_action(world):
    order = world.order(world.accept(world.prescribe()))
    key = str(new_id())
    headers = {"Idempotency-Key": key}
    answers = together(*[lambda: world.pharmacy.send("POST", "/dispenses", json=order, headers=headers)] * 8)
    done = [a.json()["dispense"] for a in answers if a.status_code == 201]
    assert len(set(done)) == 1
    assert all(a.status_code == 409 for a in answers if a.status_code != 201)
    again = world.pharmacy.send("POST", "/dispenses", json=order, headers=headers)
    assert (again.json()["dispense"], again.headers["Idempotent-Replayed"]) == (done[0], "true")


def test_the_same_dispense_under_eight_keys_hands_over_once(world):
    order = world.order(world.accept(world.prescribe()))
    answers = together(*[lambda: world.pharmacy.send("POST", "/dispenses", json=order)] * 8)
    assert Counter(a.status_code for a in answers)[201] == 1


def test_a_key_with_other_content_is_refused(world):
    order = world.order(world.accept(world.prescribe()))
    headers = {"Idempotency-Key": "one-key"}
    assert world.pharmacy.send("POST", "/dispenses", json=order, headers=headers).status_code == 201
    other = order | {"lines": order["lines"] * 2}
    assert world.pharmacy.send("POST", "/dispenses", json=other, headers=headers).status_code == 422


def test_cancel_and_dispense_have_one_winner_and_both_see_it(world):
    for _ in range(6):
        prescription = world.prescribe()
        order = world.order(world.accept(prescription))
        path = f"/prescriptions/{prescription['number']}"
        dispense, cancel = together(
            lambda order=order: world.pharmacy.send("POST", "/dispenses", json=order),
            lambda path=path: world.clinic.send("POST", f"{path}/cancel", json={"reason": "wrong-medicine"}),
        )
        status = world.clinic.get(path)["status"]
        if dispense.status_code == 201:
            assert status == "dispensed"
            assert cancel.status_code == 409, cancel.text
        else:
            assert dispense.json()["code"] == "prescription.cancel_requested"
            assert (cancel.status_code, status) == (200, "cancel_requested")


def test_a_cancellation_takes_effect_when_the_pharmacy_lets_go(world):
    prescription = world.prescribe()
    accepted = world.accept(prescription)
    path = f"/prescriptions/{prescription['number']}"
    asked = world.clinic.post(f"{path}/cancel", {"reason": "wrong-medicine"}, ok=200)
    assert asked["status"] == "cancel_requested"
    world.pharmacy.post(f"/acceptances/{accepted['acceptance']}/release", {}, ok=204)
    assert world.clinic.get(path)["status"] == "cancelled"


def test_eight_prescriptions_one_pack(world):
    shared = world.fresh_pack(world.item()["medicine"], least=16)
    orders = []
    for _ in range(8):
        accepted = world.accept(world.prescribe())
        pack = {"barcode": shared["barcode"], "count": "16"}
        line = {"item": 1, "irc": shared["irc"], "quantity": "16", "packs": [pack]}
        orders.append({"acceptance": accepted["acceptance"], "lines": [line]})
    answers = together(
        *[lambda order=order: world.pharmacy.send("POST", "/dispenses", json=order) for order in orders]
    )
    units = int(shared["size"]) // 16
    assert Counter(a.status_code for a in answers)[201] == units


def test_more_look_ups_at_once_than_threads_all_get_their_answer(world):
    """Each holds a connection and wants a second one for its audit: nobody may hold one while waiting for a thread."""
    number = world.prescribe()["number"]
    world.clinic.token()
    with ThreadPoolExecutor(40) as threads:
        answers = list(
            threads.map(lambda _: world.clinic.send("GET", f"/prescriptions/{number}"), range(160))
        )
    assert {answer.status_code for answer in answers} == {200}
