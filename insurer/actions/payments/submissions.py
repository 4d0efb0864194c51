"""Files of lines an insurer sends: kept as they came, read afterwards, answered with counts and failures only."""

import uuid
from collections.abc import Sequence

from sqlmodel import Session

from codings.base import Actor
from insurer.actions.coverage import put_numbered_coverages, require_insurer_of
from insurer.inputs import MOST_FAILURES, MOST_LINES, CoverageLine, Failure, read_lines
from insurer.outcomes import SubmissionTooLarge, SubmissionUnknown
from insurer.queries.coverage import known_insurers
from insurer.sealing import sha256
from insurer.states import SubmissionKind, SubmissionState
from insurer.tables.payments import Submission


def receive_file(
    session: Session, *, insurer: str, kind: SubmissionKind, body: bytes, by: Actor
) -> Submission:
    """Keep a file as it came; a job reads it. Raises InsurerUnknown and SubmissionTooLarge."""
    require_insurer_of(by, insurer)
    known_insurers(session, codes={insurer})
    if body.count(b"\n") > MOST_LINES:
        raise SubmissionTooLarge(limit=MOST_LINES)
    submission = Submission(
        insurer=insurer,
        kind=kind,
        state=SubmissionState.RECEIVED,
        sha256=sha256(body),
        body=body,
        received_at=by.at,
        by=by.id,
    )
    session.add(submission)
    session.flush()
    return submission


def record_coverages(session: Session, *, insurer: str, job: uuid.UUID, by: Actor) -> Submission:
    """Read a received file of insured persons. One that was read already is left as it is."""
    submission = take_up(session, insurer=insurer, job=job, kind=SubmissionKind.COVERAGES, by=by)
    if submission.state is SubmissionState.DONE:
        return submission
    rows = read_lines(submission.body, CoverageLine)
    taken = put_numbered_coverages(session, insurer=insurer, rows=rows, by=by)
    return finish(session, submission=submission, counts=taken.counts, failures=taken.failures, by=by)


def take_up(session: Session, *, insurer: str, job: uuid.UUID, kind: SubmissionKind, by: Actor) -> Submission:
    """The submission, locked, so that two workers do not read it at once. SubmissionUnknown for another's."""
    require_insurer_of(by, insurer)
    found = session.get(Submission, (insurer, job), with_for_update=True, populate_existing=True)
    if found is None or found.kind is not kind:
        raise SubmissionUnknown
    return found


def finish(
    session: Session,
    *,
    submission: Submission,
    counts: dict[str, int],
    failures: Sequence[Failure],
    by: Actor,
) -> Submission:
    """Say what became of the lines; the counts are complete, the failures told in full up to a limit."""
    submission.state = SubmissionState.DONE
    submission.done_at = by.at
    submission.counts = counts
    submission.failures = [failure.as_json() for failure in failures[:MOST_FAILURES]]
    session.flush()
    return submission
