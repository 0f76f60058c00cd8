"""One request of a platform: how it is read, and what is known of it until it is answered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import hdrs, web

from bot.answers import Answer
from bot.connections import plain_query
from bot.messages import Inbound


@dataclass(slots=True, eq=False)
class Delivery:
    """One request that waits to be opened, and for its `answer`."""

    query: Mapping[str, str]
    body: bytes
    now: datetime
    answer: Answer
    key: str = ""
    """Of the message inside, once it was opened; '' for one of no use."""
    mention: Inbound | None = None
    """The message inside, if it was said in public."""


def query_of(request: web.Request) -> Mapping[str, str]:
    """Return the query's fields; those of a real callback need no decoding, and then none is done."""
    fields = plain_query(request.rel_url.raw_query_string)
    return request.query if fields is None else fields


async def body_of(request: web.Request, largest: int) -> bytes:
    """Read the body; of one that is too large (also: packed, and large when unpacked) only enough to tell."""
    announced, content = request.content_length, request.content
    if announced is not None and announced > largest:
        return bytes(largest + 1)
    if announced is not None and hdrs.CONTENT_ENCODING not in request.headers:
        return content.read_nowait() if content.is_eof() else await content.read()
    chunks, size = [], 0
    async for chunk in content.iter_any():
        chunks.append(chunk)
        size += len(chunk)
        if size > largest:
            break
    return b"".join(chunks)
