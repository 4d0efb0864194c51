"""The jobs: one task for each event that something follows from, and the sweeps that find what was left behind.

Tasks are thin: they hand the service to a reaction. A task that fails is tried again, later and later; what even that
misses (a worker killed at the wrong moment) the sweeps take up, the task itself and what it left behind, since every
reaction can run twice.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import procrastinate
from procrastinate import JobContext

from app import attempts, audit_tree, ceremonies, idempotency, lineage, reactions, tokens
from app.accounts import forget_ended
from app.db import writing
from app.flows import reconciling
from app.outbox import REACTIONS
from app.queue import queue, take_up
from app.service import Service

_KEPT = timedelta(hours=48)
_AGAIN = procrastinate.RetryStrategy(max_attempts=25, linear_wait=2, exponential_wait=2)

EVENTS: dict[str, tuple[str, Callable[..., None]]] = {
    "PrescriptionSigned": ("noskheh.after_signing", reactions.after_signing),
    "PrescriptionTranscribed": ("noskheh.after_transcribing", reactions.after_signing),
    "DispenseRecorded": ("noskheh.after_dispensing", reactions.after_dispensing),
    "DispenseReturned": ("noskheh.after_return", reactions.after_return),
    "ClaimReady": ("noskheh.seal_if_due", reactions.seal_if_due),
    "FileReceived": ("noskheh.read_file", reactions.read_file),
    "ReleaseReceived": ("noskheh.check_release", reactions.check_release),
}


def register() -> None:
    """Put every task on the queue and tell the outbox which event each answers; once a process."""
    for event, (task, reaction) in EVENTS.items():
        if task not in queue.tasks:
            queue.task(name=task, pass_context=True, retry=_AGAIN)(_task(reaction))
        REACTIONS[event] = task
    if "noskheh.sweep" not in queue.tasks:
        sweep = queue.task(name="noskheh.sweep", pass_context=True, queueing_lock="sweep")(_sweep)
        queue.periodic(cron="* * * * * */10")(sweep)  # the sixth field is seconds
        tidy = queue.task(name="noskheh.tidy", pass_context=True, queueing_lock="tidy")(_tidy)
        queue.periodic(cron="17 * * * *")(tidy)
        reconcile = queue.task(name="noskheh.reconcile", pass_context=True, queueing_lock="reconcile")(
            _reconcile
        )
        queue.periodic(cron="41 1 * * *")(reconcile)
        audit = queue.task(
            name="noskheh.seal_audit", pass_context=True, queueing_lock="seal_audit", retry=_AGAIN
        )(_seal_audit)
        queue.periodic(cron="*/5 * * * *")(audit)


def _task(reaction: Callable[..., None]) -> Callable[..., Any]:
    async def run(context: JobContext, **words: Any) -> None:
        await asyncio.to_thread(reaction, _service(context), **words)

    return run


async def _sweep(context: JobContext, timestamp: int) -> None:  # noqa: ARG001  the hour it was due
    await asyncio.to_thread(take_up, _service(context))
    await asyncio.to_thread(reactions.sweep, _service(context))


async def _tidy(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    await asyncio.to_thread(tidy, _service(context))


async def _reconcile(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    await asyncio.to_thread(reconciling.reconcile, _service(context))


async def _seal_audit(context: JobContext, timestamp: int) -> None:  # noqa: ARG001
    await asyncio.to_thread(lineage.check, _service(context))
    await asyncio.to_thread(audit_tree.seal, _service(context))


def tidy(service: Service) -> None:
    """Drop what nobody will ask for again: old idempotency keys, counts, ended sessions, used token ids."""
    now = service.clock()
    attempts.forget_old(service, before=now - _KEPT)
    with writing(service) as session:
        idempotency.forget_old(session, before=now - _KEPT)
        forget_ended(session, at=now)
        ceremonies.forget_old(session, before=now)
        tokens.forget_used(session, at=now)


def _service(context: JobContext) -> Service:
    service: Service = context.additional_context["service"]
    return service
