"""Lines of a deployment: what they hold, and what they never do."""

import io
import json
import logging

import pytest

from app.logs import Lines, masked, trace_of
from codings.identifiers import make_shabad

TRACE, SPAN = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
NATIONAL_ID, MOBILE, SHABAD = "0012345679", "09123456789", make_shabad("1", 1405)


@pytest.fixture
def lines():
    """Everything that is logged, as a deployment writes it."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Lines())
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def answers(lines):
    return [line for line in lines() if line["event"] == "answered"]


def test_an_answer_is_a_line_with_pattern_status_and_time(client, lines):
    headers = {"X-Request-ID": "their-own-1", "traceparent": f"00-{TRACE}-{SPAN}-01"}
    answer = client.get("/health/live", headers=headers)
    assert answer.headers["X-Request-ID"] == "their-own-1"
    (line,) = answers(lines)
    assert line.pop("at").endswith("+00:00")
    assert line.pop("ms") >= 0
    assert line == {
        "level": "info",
        "logger": "noskheh.answers",
        "event": "answered",
        "request_id": "their-own-1",
        "trace_id": TRACE,
        "span_id": SPAN,
        "method": "GET",
        "route": "/health/live",
        "status": 200,
    }


def test_a_request_without_an_id_is_given_one_that_its_line_has(client, lines):
    answer = client.get("/health/live")
    assert answers(lines)[0]["request_id"] == answer.headers["X-Request-ID"]
    assert "trace_id" not in answers(lines)[0]


def test_addresses_queries_and_what_was_sent_are_in_no_line(client, lines, person):
    client.get(f"/v/{SHABAD}-1", params={"name": "مریم", "id": NATIONAL_ID})
    client.get(f"/api/v1/prescriptions/{SHABAD}-1")
    client.post("/sign-in", data={"username": NATIONAL_ID, "password": "secret-of-mine"})
    client.get("/health/live", headers={"X-Request-ID": NATIONAL_ID})
    assert len(answers(lines)) == 4
    whole = json.dumps(lines(), ensure_ascii=False)
    for kept_out in (SHABAD, NATIONAL_ID, "مریم", "secret-of-mine"):
        assert kept_out not in whole


def test_of_our_own_messages_the_words_are_said_and_not_what_was_put_in(lines):
    log = logging.getLogger("noskheh.test")
    log.warning("packs of %s wait", SHABAD, extra={"patient": NATIONAL_ID, "status": 503, "problem": MOBILE})
    (line,) = lines()
    assert (line["event"], line["status"], line["problem"]) == ("packs of %s wait", 503, "[number]")
    assert "patient" not in line


def test_of_other_libraries_only_who_spoke_and_where(lines):
    logging.getLogger("procrastinate.worker").info(f"Starting job after_signing(shabad='{SHABAD}')")  # noqa: G004
    assert lines()[0]["event"] == "test_logs.test_of_other_libraries_only_who_spoke_and_where"
    assert SHABAD not in json.dumps(lines())


def test_of_a_fault_its_kind_and_places_are_said_and_not_its_text(lines):
    try:
        try:
            int(NATIONAL_ID + "x")
        except ValueError as no:
            raise RuntimeError(f"patient {NATIONAL_ID}") from no
    except RuntimeError:
        logging.getLogger("noskheh").exception("fault")
    (line,) = lines()
    assert line["fault"] == "RuntimeError from ValueError"
    assert "test_logs.py" in line["places"][0]
    assert NATIONAL_ID not in json.dumps(line)


@pytest.mark.parametrize(
    "secret",
    [
        NATIONAL_ID,
        "۰۰۱۲۳۴۵۶۷۹",
        MOBILE,
        f"+98{MOBILE[1:]}",
        SHABAD,
        "06269999900018765",
        f"eyJhbGciOiJFUzI1NiJ9.{'a' * 40}.{'b' * 40}",
    ],
    ids=["national id", "in Persian digits", "mobile", "with its country", "SHABAD", "pack", "token"],
)
def test_what_looks_like_a_person_a_pack_or_a_secret_is_masked(secret):
    assert secret not in masked(f"said {secret} here")
    assert secret not in masked(secret)


def test_ids_of_requests_and_words_pass_the_masks():
    for told in (
        "0199c3a1-8d2e-7c11-b0aa-0123456789ab",
        "01a20a6b-8cbf-7588-b397-448894095853",
        TRACE,
        "/api/v1/prescriptions/{number}",
        "NoSuchRoute",
    ):
        assert masked(told) == told


@pytest.mark.parametrize(
    "header",
    ["", "00", f"ff-{TRACE}-{SPAN}-01", f"00-{'0' * 32}-{SPAN}-01", f"00-{TRACE}-{'0' * 16}-01", "00-1-2-3"],
)
def test_a_broken_trace_is_none(header):
    assert trace_of(header) == {}
