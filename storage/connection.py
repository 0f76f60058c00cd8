"""One connection in one transaction, as the topic modules use it: run a statement, get rows, see only our errors."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Executable, Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import wrapped

Params = Mapping[str, Any]


class Connection:
    """Runs statements; whatever a driver raises comes out as an error of `storage.errors`."""

    def __init__(self, inner: AsyncConnection) -> None:
        self._inner = inner
        self.touched: set[str] = set()
        """Citizens and days that were written, for the batches to forget: see `storage.recent`."""

    async def rows(self, statement: Executable, params: Params | None = None) -> Sequence[Row[Any]]:
        """Return all rows."""
        with wrapped():
            return (await self._inner.execute(statement, params)).all()

    async def row(self, statement: Executable, params: Params | None = None) -> Row[Any] | None:
        """Return the first row, or None."""
        with wrapped():
            return (await self._inner.execute(statement, params)).first()

    async def run(self, statement: Executable, params: Params | None = None) -> int:
        """Return how many rows the statement wrote."""
        with wrapped():
            return (await self._inner.execute(statement, params)).rowcount

    async def each(self, statement: Executable, params: Sequence[Params]) -> None:
        """Run the statement once for each of `params`; nothing when there are none."""
        if params:
            with wrapped():
                await self._inner.execute(statement, params)
