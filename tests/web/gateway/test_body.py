"""A packed body is not unpacked further than a body may be long."""

import gzip
import tracemalloc

from .callbacks import Post, text_xml
from .conftest import House


async def test_a_packed_body_takes_no_memory(small_house: House) -> None:
    post = Post(small_house, text_xml())
    post.body = gzip.compress(b" " * 60_000_000)
    post.headers["Content-Encoding"] = "gzip"
    assert len(post.body) < 64 * 1024
    tracemalloc.start()
    try:
        status, _ = await post.send()
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (status, peak < 20_000_000) == (413, True), peak
