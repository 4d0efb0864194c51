"""Claim batches, pulled by the insurer: gapless, immutable, addressable for ever, acknowledged by hash."""

import asyncio
import base64
import re
import zlib
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Path, Query, Request
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

import insurer.queries.batches as batch_queries
from app import audit
from app.access import Machine
from app.bell import Bell
from app.db import GivesBack, Reading, reading, side_session
from app.idempotency import Once
from app.refusals import ShellProblem
from app.service import Service, TheService
from codings.base import Actor, Words
from insurer.actions import batches as batch_actions
from insurer.inputs import AckInput

router = APIRouter(route_class=GivesBack, prefix="/api/v1/claim-batches", tags=["insurer"])
Insurer = Annotated[Actor, Machine("insurer")]
Seq = Annotated[int, Path(ge=1, le=2**31 - 1)]
FileName = Annotated[str, Path(pattern=r"^[a-z][a-z0-9.-]{0,60}$", examples=["claims.ndjson"])]
_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
_RANGE = re.compile(r"^bytes=(\d{0,15})-(\d{0,15})$")


class RangeOutside(ShellProblem):
    code = "range.not_satisfiable"
    status = 416
    words = Words(
        fa="بازهٔ بایت خواسته‌شده در این پرونده نیست؛ اندازهٔ پرونده {size} بایت است.",
        en="The byte range asked for is not in this file, which holds {size} bytes.",
    )
    fix = Words(
        fa="یک بازه به شکل bytes=0-999 درون پرونده بخواهید.",
        en="Ask for one range such as bytes=0-999 within the file.",
    )

    @property
    def headers(self) -> Mapping[str, str]:
        return {"Content-Range": f"bytes */{self.facts['size']}"}


class FileOut(BaseModel):
    name: str
    type: str
    count: int
    bytes: int
    sha256: str
    url: str


class ManifestOut(BaseModel):
    insurer: str
    seq: int
    sealed_at: datetime | str
    claim_count: int
    reversal_count: int
    amount_total: int = Field(description="this insurer's share, reversals counted negative, in Rial")
    prev_manifest_sha256: str
    manifest_sha256: str
    signature: str
    files: list[FileOut]
    retained_until: datetime | str


class PageOut(BaseModel):
    items: list[dict[str, Any]]
    last: int = Field(description="the highest number in this answer, or what was asked after")


class CursorOut(BaseModel):
    sealed: int
    delivered: int
    acked_contiguous: int
    acked_out_of_order: list[int]
    oldest_unacked_age_s: int


@router.get("")
async def pull(
    request: Request,
    by: Insurer,
    service: TheService,
    after: Annotated[int, Query(ge=0, le=2**31 - 1)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    wait: Annotated[int, Query(ge=0, le=30, description="seconds to wait for the first batch")] = 0,
) -> PageOut:
    """Manifests numbered above `after`, without a gap. Waiting holds neither a connection nor a thread."""
    bell: Bell = request.app.state.bell
    deadline = asyncio.get_running_loop().time() + wait
    with bell.expect(by.insurer or "") as rung:
        while True:
            items = await run_in_threadpool(_manifests, service, by, after, limit)
            left = deadline - asyncio.get_running_loop().time()
            if items or left <= 0:
                return PageOut(items=items, last=items[-1]["seq"] if items else after)
            try:
                await asyncio.wait_for(rung.wait(), min(left, 5.0))
                rung.clear()
            except TimeoutError:
                continue


@router.get("/cursor")
def cursor(by: Insurer, session: Reading) -> CursorOut:
    """How far this insurer is: sealed, downloaded, acknowledged."""
    return CursorOut.model_validate(batch_queries.cursor(session, insurer=by.insurer or "", at=by.at))


@router.get("/{seq}", response_model=ManifestOut)
def manifest(seq: Seq, by: Insurer, session: Reading) -> Any:
    """One manifest, the same for ever."""
    return batch_queries.manifest(session, insurer=by.insurer or "", seq=seq)


@router.get(
    "/{seq}/files/{name}",
    response_class=Response,
    responses={
        200: {"content": {"application/x-ndjson": {}}, "description": "the whole file"},
        206: {"content": {"application/x-ndjson": {}}, "description": "the range asked for"},
        304: {"description": "you have it already"},
        416: {"description": "the range lies outside the file"},
    },
)
def download(
    seq: Seq,
    name: FileName,
    by: Insurer,
    service: TheService,
    asked: Annotated[str | None, Header(alias="Range", max_length=60)] = None,
    if_none_match: Annotated[str | None, Header(max_length=400)] = None,
    if_range: Annotated[str | None, Header(max_length=100)] = None,
    accept_encoding: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """NDJSON, one claim a line; byte-identical every time. `Range`, `If-None-Match`, and gzip by `Accept-Encoding`."""
    insurer = by.insurer or ""
    with reading(service) as session:
        batch = batch_queries.find(session, insurer=insurer, seq=seq)
        batch_queries.file_chunks(session, insurer=insurer, seq=seq, name=name)  # refuses another name
        size, sha256 = batch.file_bytes, batch.file_sha256
    etag = f'"{sha256}"'
    digest = base64.b64encode(bytes.fromhex(sha256)).decode()
    headers = {"ETag": etag, "Repr-Digest": f"sha-256=:{digest}:", "Accept-Ranges": "bytes"}
    if if_none_match and (etag in if_none_match or if_none_match.strip() == "*"):
        return Response(status_code=304, headers=headers)
    start, end, status = 0, size, 200
    if asked and (if_range is None or if_range == etag):
        start, end = _span(asked, size)
        status = 206
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    chunks = _chunks(service, by, seq, start, end)
    if status == 200 and _GZIP.search(accept_encoding):
        # The same bytes in another coding: the tag turns weak, and ranges are of the plain bytes only.
        headers |= {"ETag": f"W/{etag}", "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        chunks = _gzipped(chunks)
    else:
        headers |= {"Content-Length": str(end - start), "Vary": "Accept-Encoding"}
    audit.saw(service, by=by, verb="batch.download", subject=f"{insurer}:{seq}:{start}-{end}")
    return StreamingResponse(chunks, status, headers, media_type="application/x-ndjson")


@router.post("/{seq}/ack", response_model=dict[str, Any])
def acknowledge(seq: Seq, ack: AckInput, by: Insurer, once: Once) -> Response:
    """Acknowledge by hash. The same again is the same answer; other hashes are 409 and change nothing."""

    def write(session: Any) -> tuple[int, Any]:
        said = batch_actions.acknowledge(session, insurer=by.insurer or "", seq=seq, ack=ack, by=by)
        audit.did(session, by=by, verb="batch.acknowledge", subject=f"{by.insurer}:{seq}")
        return 200, said

    return once.write(write)


def _manifests(service: Service, by: Actor, after: int, limit: int) -> list[dict[str, Any]]:
    with reading(service) as session:
        return batch_queries.manifests_after(session, insurer=by.insurer or "", after=after, limit=limit)


def _chunks(service: Service, by: Actor, seq: int, start: int, end: int) -> Iterator[bytes]:
    """The bytes, from a session of the stream's own: the request's is long over when they flow."""
    insurer = by.insurer or ""
    with reading(service) as session:
        yield from batch_queries.file_chunks(session, insurer=insurer, seq=seq, start=start, end=end)
    # Only now: a download that broke off half-way is not one. Delivery is a fact of the downloads, not a state.
    with side_session(service) as session:
        batch_actions.record_download(session, insurer=insurer, seq=seq, start=start, end=end, by=by)


def _gzipped(chunks: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    for chunk in chunks:
        if packed := packer.compress(chunk):
            yield packed
    yield packer.flush()


def _span(asked: str, size: int) -> tuple[int, int]:
    """The half-open span of one byte range (RFC 9110); more than one range, or none inside, is refused."""
    found = _RANGE.match(asked.strip())
    if found is None or found[1] == found[2] == "":
        raise RangeOutside(size=size)
    if found[1] == "":
        start, end = max(0, size - int(found[2])), size
    else:
        start, end = int(found[1]), min(int(found[2] or size - 1) + 1, size)
    if start >= end:
        raise RangeOutside(size=size)
    return start, end
