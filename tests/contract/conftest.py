"""In these tests nothing in `storage` may block the event loop, but for the places that say why they do."""

from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, blockbuster_ctx


@pytest.fixture(autouse=True)
def no_blocking() -> Iterator[BlockBuster]:
    with blockbuster_ctx(["storage"]) as watch:
        for name, function in watch.functions.items():
            if name.startswith("sqlite3."):
                # The hot path runs its statements in the loop on purpose: storage/batch_sqlite.py says why.
                function.can_block_in("storage/batch_sqlite.py", {"_begin", "batch", "_among", "_each", "reserve"})
            if name.startswith(("os.", "io.")):
                function.can_block_in("asyncpg/connect_utils.py", {"_connect"})  # looks for a password file
        # SQLAlchemy makes the path of a SQLite file absolute when an engine is made: once, at the start.
        watch.functions["os.path.abspath"].can_block_in("sqlalchemy/ext/asyncio/engine.py", {"create_async_engine"})
        yield watch
