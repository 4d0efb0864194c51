"""What goes on behind it all: time, jobs, a silent authority, keys and licences, emergencies and their paper."""

from datetime import timedelta
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from app import reactions
from app.flows import paper, visit
from app.jobs import EVENTS
from codings import actions as coding_actions
from codings import certificates, declarations
from codings.states import LicenceState
from codings.text import tehran_day
from insurer.actions import claims, shabads
from insurer.states import Gate
from pharmacy import actions as pharmacy_actions
from prescriber import actions as prescriber_actions
from prescriber.inputs import PaperInput, PatientInput
from tests import factories
from tests.proof.machine.book import Encounter, Written
from tests.proof.machine.clinic import item, orders
from tests.proof.machine.ground import authority_answers, enrol
from tests.proof.machine.walk import Walk, newest

which = st.integers(0, 5)
till = st.integers(0, 1)
REACTIONS = dict(EVENTS.values())
# Minutes: within a hold, past it, past a visit, past a SHABAD, into the next fill, past a return, past sixty days.
waits = st.sampled_from([1, 1, 5, 10, 31, 31, 61, 60 * 13, 60 * 25, 60 * 24 * 9, 60 * 24 * 15, 60 * 24 * 61])


class Behind(Walk):
    @rule(minutes=waits)
    def wait(self, minutes: int) -> None:
        self.ground.clock.now += timedelta(minutes=minutes)
        self.tally.done["(time passes)"] += 1

    # --- Jobs

    def waiting(self) -> list[Any]:
        return list(
            self.owner.exec_driver_sql(
                "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
            )
        )

    @precondition(lambda self: self.book.written)
    @rule(most=st.sampled_from([0, 1, 3, 20]))
    def work_off(self, most: int) -> None:
        """The oldest jobs that wait, each by its reaction; or none of them, and the sweep instead."""
        if not most:
            self.run("sweep", lambda: reactions.sweep(self.service))
        for job, task, args in self.waiting()[:most]:
            self.owner.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing' WHERE id = %s", (job,))
            self.owner.exec_driver_sql(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %s", (job,)
            )
            self.run(task.removeprefix("noskheh."), partial(REACTIONS[task], self.service, **args))

    @rule(yes=st.sampled_from([True, True, False]))
    def authority(self, yes: bool) -> None:
        authority_answers(self.ground, yes=yes)
        self.ground.clock.now += timedelta(seconds=6)  # past the breaker's pause
        self.tally.done["(authority answers)" if yes else "(authority is away)"] += 1

    @precondition(lambda self: self.book.handed)
    @rule(
        i=which,
        who=st.sampled_from(["issuer", "gate", "case", "case"]),
        gate=st.sampled_from(list(Gate)),
        where=till,
    )
    def partner_refused(self, i: int, who: str, gate: Gate, where: int) -> None:
        if who == "issuer":
            self.issuer_refuses(i)
        elif who == "gate":
            self.gate_refused(i, gate)
        else:
            self.close_case(where, ask_again=i % 2 == 0)

    def issuer_refuses(self, i: int) -> None:
        shabad = newest(self.book.encounters, i).shabad
        by = self.service.itself("confirm_shabad")
        self.ask(
            "reject_shabad",
            by,
            lambda session: shabads.reject_shabad(session, shabad=shabad, reason="not ours", by=by),
        )

    def gate_refused(self, i: int, gate: Gate) -> None:
        """A partner says why a gate does not open."""
        shabad, n, d = newest(self.book.handed, i).number
        by = self.service.itself("register_record")
        self.ask(
            "hold",
            by,
            lambda session: claims.hold(session, shabad=shabad, n=n, d=d, gate=gate, reason="later", by=by),
        )

    def close_case(self, where: int, *, ask_again: bool) -> None:
        case = self.owner.exec_driver_sql(
            "SELECT uid, id FROM pack_case WHERE closed_at IS NULL ORDER BY opened_at, shabad, d LIMIT 1"
        ).first()
        if case is None:
            return
        by = factories.working(self.place.tills[where].person, self.place.tills[where].centre, at=self.now)
        self.ask(
            "close_case",
            by,
            lambda session: pharmacy_actions.close_case(
                session, uid=case.uid, case=case.id, resolution="seen to", ask_again=ask_again, by=by
            ),
        )

    # --- Keys and licences

    @rule(
        what=st.sampled_from(["revoke", "enrol", "enrol", "licence", "licence", "centre", "centre"]),
        who=st.integers(0, 3),
        hours=st.sampled_from([0, 0, 0, 1]),
        active=st.sampled_from([True, True, False]),
    )
    def officials(self, what: str, who: int, hours: int, active: bool) -> None:
        if what == "revoke":
            self.revoke(who % 2, hours)
        elif what == "enrol":
            self.enrol_again(who % 2)
        elif what == "licence":
            self.licence(who, active)
        else:
            self.centre_licence(who % 2, active)

    def revoke(self, pen: int, hours: int) -> None:
        holder = self.place.pens[pen]
        by = self.at_desk(holder)
        since = self.now - timedelta(hours=hours)
        self.ask(
            "revoke_certificate",
            by,
            lambda session: certificates.revoke_certificate(
                session, kid=holder.keys[-1].kid, reason="key-lost", invalid_from=since, by=by
            ),
        )

    def enrol_again(self, pen: int) -> None:
        holder = self.place.pens[pen]
        by = self.at_desk(holder)
        made = self.ask("enrol", by, lambda session: enrol(session, self.service, holder, at=self.now))
        if made is not None:
            holder.keys.append(made)

    def licence(self, who: int, active: bool) -> None:
        people = [pen.person for pen in self.place.pens] + [till.person for till in self.place.tills]
        person = people[who]
        by = factories.codings_editor(at=self.now)
        to = LicenceState.ACTIVE if active else LicenceState.SUSPENDED
        self.ask(
            "set_licence",
            by,
            lambda session: coding_actions.set_licence(session, council=person.council, state=to, by=by),
        )

    def centre_licence(self, where: int, active: bool) -> None:
        siam = self.place.tills[where].centre.siam
        by = factories.codings_editor(at=self.now)
        to = LicenceState.ACTIVE if active else LicenceState.SUSPENDED
        self.ask(
            "set_centre_licence",
            by,
            lambda session: coding_actions.set_centre_licence(session, siam=siam, state=to, by=by),
        )

    # --- Emergencies and paper

    @rule(
        i=which,
        hours=st.sampled_from([12, 71, 71, 80]),
        second=st.sampled_from([2, 2, 2, 1]),
        person=st.integers(0, 3),
        items=orders,
        where=till,
        picture=which,
    )
    def emergency(
        self, *, i: int, hours: int, second: int, person: int, items: list[int], where: int, picture: int
    ) -> None:
        """Declared when none was, or again; then paper is transcribed."""
        if not self.book.declarations or i == 0:
            self.declare(hours, second)
        if self.book.declarations:
            self.transcribe(i, person, items, where, picture)

    def declare(self, hours: int, second: int) -> None:
        first, other = factories.regulator(1, at=self.now), factories.regulator(second, at=self.now)
        drafted = self.ask(
            "draft_declaration",
            first,
            lambda session: declarations.draft_declaration(
                session,
                provinces=[factories.TEHRAN_PROVINCE],
                cause="network-outage",
                words="قطع سراسری شبکه",
                starts_at=self.now - timedelta(hours=1),
                ends_at=self.now + timedelta(hours=hours),
                by=first,
            ),
        )
        if drafted is None:
            return
        done = self.ask(
            "approve_declaration",
            other,
            lambda session: paper.approve_declaration(session, self.service, number=drafted.number, by=other),
            never=second == 1,
        )
        if done is not None:
            self.book.declarations.append(drafted.number)

    def transcribe(self, i: int, person: int, items: list[int], where: int, picture: int) -> None:
        """At a pharmacy, from a photograph that is sometimes an old one."""
        at = self.place.tills[where]
        by = factories.working(at.person, at.centre, at=self.now)
        content = b"\x89PNG\r\n\x1a\n" + str(len(self.book.written) - (picture == 0)).encode()
        image = self.ask(
            "store_image",
            by,
            lambda session: prescriber_actions.store_image(
                session, content=content, media_type="image/png", by=by
            ),
        )
        if image is None:
            return
        who, writer = self.place.people[person], self.place.pens[0]
        told = {"name": "سارا نمونه", "birth_date": "1990-05-01", "sex": "female"}
        typed = PaperInput.model_validate(
            {
                "declaration": newest(self.book.declarations, i // 3),
                "practitioner": writer.person.council,
                "patient": {"national_id": who, "declared": told},
                "written_on": tehran_day(self.now),
                "items": [item(order) for order in items],
                "image": image.id,
            }
        )
        done = self.ask(
            "transcribe",
            by,
            lambda session, found: paper.transcribe(session, self.service, paper=typed, found=found, by=by),
            ahead=lambda: visit.look_up_patient(
                self.service, patient=PatientInput.model_validate(typed.patient), by=by
            ),
        )
        if done is not None:
            # The SHABAD is the pharmacy's own; whoever stamped the paper cannot write on it from the desk.
            encounter = Encounter(done.view.number.shabad, writer, who)
            self.book.written.append(Written(done.view.number, encounter, [item(one) for one in items]))
